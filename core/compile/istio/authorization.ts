import type { Manifest } from '../../model/manifest'
import { limits, runs } from '../limits'
import { fitName } from '../names'
import { sorted, sortedBy, sortedGroups } from '../order'
import type { Context, Workload } from './context'
import { manifest } from './context'
import type { Grant, Source } from './grant'
import { stageOf } from './stage'

interface Operation {
  readonly ports: readonly string[]
  readonly methods?: readonly string[]
  readonly paths?: readonly string[]
}

interface Peers {
  readonly principals?: readonly string[]
  readonly ipBlocks?: readonly string[]
}

/** Callers that may do the same, and what that is. No `from` means everybody. */
interface Rule {
  readonly from?: readonly { readonly source: Peers }[]
  readonly to: readonly { readonly operation: Operation }[]
}

/** A rule, and the texts of the flows it admits. */
interface Justified {
  readonly rule: Rule
  readonly because: readonly string[]
}

/** The same, and the rule's text, by which rules are ordered and measured. */
interface Told extends Justified {
  readonly text: string
}

function toldOf({ rule, because }: Justified): Told {
  return { rule, because, text: JSON.stringify([rule.from ?? '', rule.to]) }
}

/**
 * The AuthorizationPolicy that admits exactly `grants` to `callee`; several where one would break a limit, none where
 * nobody may call, which the namespace's default deny takes care of.
 *
 * Several are as good as one: Istio admits what any of them admits.
 */
export function authorizationPolicies(callee: Workload, grants: readonly Grant[], context: Context): Manifest[] {
  const rules = sortedBy(rulesOf(grants).map(toldOf).flatMap(split), ({ text }) => text)
  return runs(rules, limits.bytes, ({ text }) => text.length + 20).map((part, index) =>
    manifest({
      kind: 'AuthorizationPolicy',
      namespace: callee.namespace,
      name: fitName(`callers-of-${callee.name}`, index === 0 ? '' : `.${index + 1}`),
      ...shadow(callee.namespace, context),
      spec: { selector: { matchLabels: { ...callee.labels } }, action: 'ALLOW', rules: part.map(({ rule }) => rule) },
      because: sorted(part.flatMap(({ because }) => because)),
    }),
  )
}

/**
 * The policy that admits nobody, for every Pod of the namespace, also those that the graph does not know.
 *
 * It is justified by what the others let in; where they let in nothing, by the services that are to stay closed.
 */
export function defaultDeny(namespace: string, because: readonly string[], context: Context): Manifest {
  const name = 'default-deny'
  return manifest({ kind: 'AuthorizationPolicy', namespace, name, ...shadow(namespace, context), spec: {}, because })
}

/** At stage `strict` a policy is evaluated and reported, and decides nothing. */
function shadow(namespace: string, { settings }: Context): { readonly annotations?: Readonly<Record<string, string>> } {
  return stageOf(namespace, settings) === 'strict' ? { annotations: { 'istio.io/dry-run': 'true' } } : {}
}

/**
 * Callers that may do the same share a rule. What a caller does on HTTP ports and on TCP ports goes into two rules: on a
 * TCP port one HTTP field would drop the whole rule, its TCP operations included.
 */
function rulesOf(grants: readonly Grant[]): Justified[] {
  const byCaller = sortedGroups(grants, ({ source, http }) => `${http ? 'http' : 'tcp'} ${keyOf(source)}`)
  const callers = [...byCaller.values()].map(own => ({ grants: own, to: operations(own), open: isOpen(own) }))
  const byDeed = sortedGroups(callers, ({ to, open }) => JSON.stringify([open, to]))
  return [...byDeed.values()].flatMap(same => {
    const [first] = same
    if (!first) return []
    const all = same.flatMap(caller => caller.grants)
    const to = first.to.map(operation => ({ operation }))
    const rule = first.open ? { to } : { from: peers(all), to }
    return [{ rule, because: all.map(grant => grant.because) }]
  })
}

function isOpen(grants: readonly Grant[]): boolean {
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

function peers(grants: readonly Grant[]): { readonly source: Peers }[] {
  const sources = grants.map(({ source }) => source)
  const principals = sorted(sources.flatMap(source => (source.kind === 'identity' ? [source.principal] : [])))
  const ipBlocks = sorted(sources.flatMap(source => (source.kind === 'addresses' ? source.cidrs : [])))
  return [
    ...runs(principals, limits.halfRule, quoted).map(part => ({ source: { principals: part } })),
    ...runs(ipBlocks, limits.halfRule, quoted).map(part => ({ source: { ipBlocks: part } })),
  ]
}

/** What the grants of one caller add up to: TCP ports together, HTTP paths with the same methods together, port by port. */
function operations(grants: readonly Grant[]): Operation[] {
  const tcp = grants.filter(grant => !grant.http).map(grant => grant.port)
  const http = sortedGroups(
    grants.filter(grant => grant.http),
    grant => String(grant.port).padStart(5, '0'),
  )
  const requests = [...http.values()].flatMap(requestsOf)
  return tcp.length === 0 ? requests : [{ ports: ascending(tcp) }, ...requests]
}

function requestsOf(grants: readonly Grant[]): Operation[] {
  const byPath = sortedGroups(grants, ({ http }) => http?.path ?? '')
  const paths = [...byPath].map(([path, same]) => ({
    path,
    methods: sorted(same.map(({ http }) => http?.method ?? '')),
  }))
  const byMethods = sortedGroups(paths, ({ methods }) => methods.join(' '))
  return [...byMethods.values()].map(same => ({
    ports: ascending(grants.map(({ port }) => port)),
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
  return parts.map(part => toldOf({ rule: unshared(part), because }))
}

function cut({ operation }: { readonly operation: Operation }): { readonly operation: Operation }[] {
  const { ports, methods = [], paths } = operation
  if (!paths) return [{ operation }]
  const parts = runs(paths, limits.halfRule, quoted)
  return parts.map(part => ({ operation: { ports: [...ports], methods: [...methods], paths: part } }))
}

function quoted(text: string): number {
  return text.length + 3
}

function length(part: object): number {
  return JSON.stringify(part).length + 1
}

/** A copy: YAML would print what two rules share once, and an alias for the second. */
function unshared({ from, to }: Rule): Rule {
  const operations = to.map(({ operation: { ports, methods, paths } }) => ({
    operation: { ports: [...ports], ...(methods && { methods: [...methods] }), ...(paths && { paths: [...paths] }) },
  }))
  if (!from) return { to: operations }
  const sources = from.map(({ source: { principals, ipBlocks } }) => ({
    source: { ...(principals && { principals: [...principals] }), ...(ipBlocks && { ipBlocks: [...ipBlocks] }) },
  }))
  return { from: sources, to: operations }
}
