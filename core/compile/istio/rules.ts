import { limits, runs } from '../limits'
import { sorted, sortedBy, sortedGroups } from '../order'
import type { Grant, Source } from './grant'
import type { Condition, Demand } from './token'
import { demandKey } from './token'

/**
 * What a rule is made from: a grant, or the same where hosts tell requests apart instead of a port, which is so at gateways alone: whoever calls a
 * sidecar may write any host.
 */
export interface Permit extends Omit<Grant, 'port'> {
  readonly port?: number
  /** As a policy writes them: the header as it is sent, in any case, with its port. */
  readonly hosts?: readonly string[]
}

interface Operation {
  readonly ports?: readonly string[]
  readonly hosts?: readonly string[]
  readonly methods?: readonly string[]
  readonly paths?: readonly string[]
}

interface Peers {
  readonly principals?: readonly string[]
  readonly ipBlocks?: readonly string[]
  readonly requestPrincipals?: readonly string[]
}

/** Callers that may do the same, and what that is. No `from` means everybody. */
interface Rule {
  readonly from?: readonly { readonly source: Peers }[]
  readonly to: readonly { readonly operation: Operation }[]
  /** What their token must be beside its issuer. */
  readonly when?: readonly Condition[]
}

/** A rule, and the texts of the flows it admits. */
export interface Justified {
  readonly rule: Rule
  readonly because: readonly string[]
}

/** The same, and the rule's text, by which rules are ordered and measured. */
interface Told extends Justified {
  readonly text: string
}

function toldOf({ rule, because }: Justified): Told {
  return { rule, because, text: JSON.stringify([rule.from ?? '', rule.to, ...(rule.when ?? [])]) }
}

/** The rules that admit exactly `grants`, in several parts where one object could not hold them all. */
export function ruleParts(grants: readonly Permit[]): readonly (readonly Justified[])[] {
  const rules = sortedBy(rulesOf(grants).map(toldOf).flatMap(split), ({ text }) => text)
  return runs(rules, limits.bytes, ({ text }) => text.length + 20)
}

/**
 * Callers that may do the same share a rule. What a caller does on HTTP ports and on TCP ports goes into two rules: on a
 * TCP port one HTTP field would drop the whole rule, its TCP operations included. So goes what asks for different tokens.
 */
function rulesOf(grants: readonly Permit[]): Justified[] {
  const byCaller = sortedGroups(
    grants,
    ({ source, http, token }) => `${http ? 'http' : 'tcp'} ${demandKey(token)} ${keyOf(source)}`,
  )
  const callers = [...byCaller.values()].map(own => ({
    grants: own,
    to: operations(own),
    open: isOpen(own),
    token: own[0]?.token,
  }))
  const byDeed = sortedGroups(callers, ({ to, open, token }) => JSON.stringify([open, to, demandKey(token)]))
  return [...byDeed.values()].flatMap(same => {
    const [first] = same
    if (!first) return []
    const all = same.flatMap(caller => caller.grants)
    const to = first.to.map(operation => ({ operation }))
    const from = withToken(first.open ? [] : peers(all), first.token)
    const when = first.token?.when ?? []
    const rule = { ...(from.length > 0 && { from }), to, ...(when.length > 0 && { when }) }
    return [{ rule, because: all.map(grant => grant.because) }]
  })
}

/** The same callers, each with the token; without callers anybody who has it. */
function withToken(
  sources: readonly { readonly source: Peers }[],
  token: Demand | undefined,
): readonly { readonly source: Peers }[] {
  if (!token) return sources
  const { requestPrincipals } = token
  return sources.length === 0
    ? [{ source: { requestPrincipals } }]
    : sources.map(({ source }) => ({ source: { ...source, requestPrincipals } }))
}

function isOpen(grants: readonly Permit[]): boolean {
  return grants.some(({ source }) => source.kind === 'anyone')
}

function keyOf(source: Source): string {
  switch (source.kind) {
    case 'identity':
      return source.principal
    case 'addresses':
      return source.cidrs.join(' ')
    case 'anyone':
      return ''
  }
}

function peers(grants: readonly Permit[]): { readonly source: Peers }[] {
  const sources = grants.map(({ source }) => source)
  const principals = sorted(
    sources.flatMap(source => (source.kind === 'identity' ? [source.principal, ...source.alsoCalled] : [])),
  )
  const ipBlocks = sorted(sources.flatMap(source => (source.kind === 'addresses' ? source.cidrs : [])))
  return [
    ...runs(principals, limits.halfRule, quoted).map(part => ({ source: { principals: part } })),
    ...runs(ipBlocks, limits.halfRule, quoted).map(part => ({ source: { ipBlocks: part } })),
  ]
}

/** What the grants of one caller add up to: TCP ports together, HTTP paths with the same methods together, port by port; hosts with the same requests together. */
function operations(grants: readonly Permit[]): Operation[] {
  const tcp = grants.filter(grant => !grant.http).flatMap(({ port }) => port ?? [])
  const requests = grants.filter(({ http }) => http)
  const byPort = sortedGroups(
    requests.filter(({ hosts }) => !hosts),
    ({ port }) => String(port).padStart(5, '0'),
  )
  return [
    ...(tcp.length === 0 ? [] : [{ ports: ascending(tcp) }]),
    ...[...byPort.values()].flatMap(same => {
      const ports = ascending(same.flatMap(({ port }) => port ?? []))
      return requestsOf(same).map(request => ({ ports, ...request }))
    }),
    ...hosted(requests.filter(({ hosts }) => hosts)),
  ]
}

function hosted(grants: readonly Permit[]): Operation[] {
  const byPlace = sortedGroups(grants, ({ hosts = [], port }) => JSON.stringify([hosts, port]))
  const asked = [...byPlace.values()].map(same => {
    const ports = ascending(same.flatMap(({ port }) => port ?? []))
    return { hosts: same[0]?.hosts ?? [], ports, requests: requestsOf(same) }
  })
  const alike = sortedGroups(asked, ({ ports, requests }) => JSON.stringify([ports, requests]))
  return [...alike.values()].flatMap(same => {
    const hosts = sorted(same.flatMap(each => each.hosts))
    const ports = same[0]?.ports ?? []
    return (same[0]?.requests ?? []).map(request => ({ hosts, ...(ports.length > 0 && { ports }), ...request }))
  })
}

function requestsOf(
  grants: readonly Permit[],
): { readonly methods: readonly string[]; readonly paths: readonly string[] }[] {
  const byPath = sortedGroups(grants, ({ http }) => http?.path ?? '')
  const paths = [...byPath].map(([path, same]) => ({
    path,
    methods: sorted(same.map(({ http }) => http?.method ?? '')),
  }))
  const byMethods = sortedGroups(paths, ({ methods }) => methods.join(' '))
  return [...byMethods.values()].map(same => ({
    methods: same[0]?.methods ?? [],
    paths: same.map(({ path }) => path),
  }))
}

function ascending(ports: readonly number[]): string[] {
  return [...new Set(ports)].sort((a, b) => a - b).map(String)
}

/** A rule too large for one object, as several: every part of its callers with every part of its operations. */
function split(told: Told): Told[] {
  const { rule, because, text } = told
  if (text.length < limits.halfRule && (rule.from?.length ?? 0) <= limits.items) return [told]
  const to = runs(rule.to.flatMap(cut), limits.halfRule, length)
  const from = rule.from && runs(rule.from, limits.halfRule, length)
  const parts = from ? from.flatMap(some => to.map(part => ({ from: some, to: part }))) : to.map(part => ({ to: part }))
  const when = rule.when && { when: rule.when }
  return parts.map(part => toldOf({ rule: unshared({ ...part, ...when }), because }))
}

function cut({ operation }: { readonly operation: Operation }): { readonly operation: Operation }[] {
  const { hosts, paths, ...rest } = operation
  if (!paths) return [{ operation }]
  const share = hosts ? limits.halfRule / 2 : limits.halfRule
  const parts = runs(paths, share, quoted)
  const places = hosts ? runs(hosts, share, quoted).map(some => ({ hosts: some })) : [{}]
  return places.flatMap(place => parts.map(part => ({ operation: { ...rest, ...place, paths: part } })))
}

function quoted(text: string): number {
  return text.length + 3
}

function length(part: object): number {
  return JSON.stringify(part).length + 1
}

/** A copy: YAML would print what two rules share once, and an alias for the second. */
function unshared({ from, to, when }: Rule): Rule {
  const operations = to.map(({ operation: { ports, hosts, methods, paths } }) => ({
    operation: {
      ...(hosts && { hosts: [...hosts] }),
      ...(ports && { ports: [...ports] }),
      ...(methods && { methods: [...methods] }),
      ...(paths && { paths: [...paths] }),
    },
  }))
  const conditions = when && { when: when.map(({ key, values }) => ({ key, values: [...values] })) }
  if (!from) return { to: operations, ...conditions }
  const sources = from.map(({ source: { principals, ipBlocks, requestPrincipals } }) => ({
    source: {
      ...(principals && { principals: [...principals] }),
      ...(ipBlocks && { ipBlocks: [...ipBlocks] }),
      ...(requestPrincipals && { requestPrincipals: [...requestPrincipals] }),
    },
  }))
  return { from: sources, to: operations, ...conditions }
}
