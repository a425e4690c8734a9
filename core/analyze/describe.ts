import { printAddress } from '../model/address'
import { Language } from '../model/language'
import { canonicalPaths } from '../model/path-set'
import type { Variable } from '../model/region'
import type { Region } from '../model/region'
import { absent } from '../model/region'
import { kubelet } from './expect'
import { trustedCallers } from './regions/callers'

/** Who may ask what, in words: one entry a group of callers that may ask the same. */
export interface Access {
  /** `shop/frontend`, `anybody without identity`, `any mesh identity` … */
  readonly callers: readonly string[]
  /** `GET /a/**`, `any request`; each holds on its own. */
  readonly requests: readonly string[]
}

/** A region in words, for reading. Callers that may ask the same are one entry. */
export function describe(region: Region, domains: readonly string[] | undefined): readonly Access[] {
  if (region.isEmpty) return []
  const edges = region.variable === 'caller' ? region.edges : [{ values: Language.all, to: region }]
  return edges
    .filter(({ to }) => !to.isEmpty)
    .map(({ values, to }) => ({ callers: describeCallers(values, domains), requests: describeRequests(to) }))
}

/** A set of callers in words, those without identity first. */
export function describeCallers(callers: Language, domains: readonly string[] | undefined): readonly string[] {
  if (callers === Language.all) return ['anybody']
  const trusted = trustedCallers(domains)
  const names = callers.words
  if (names) return [...names].sort().map(name => describeCaller(name, domains))
  const known = [
    ...(callers.contains('') ? [describeCaller('', domains)] : []),
    ...(callers.contains(kubelet) ? [kubelet] : []),
  ]
  const identities = callers.intersect(trusted)
  if (identities === trusted) return [...known, 'any mesh identity']
  const missing = trusted.minus(identities).words
  if (missing)
    return [...known, `any mesh identity but ${[...missing].map(name => describeCaller(name, domains)).join(', ')}`]
  return [...known, `identities like ${identities.witness() ?? callers.witness() ?? ''}`]
}

/** One caller in words: `shop/frontend`, with its trust domain only where that is not the mesh's own. */
export function describeCaller(caller: string, domains: readonly string[] | undefined): string {
  if (caller === '') return 'anybody without identity'
  const [, domain = '', namespace = '', account = ''] = /^(.+)\/ns\/(.+)\/sa\/(.+)$/.exec(caller) ?? []
  if (domain === '') return caller
  return domain === domains?.[0] ? `${namespace}/${account}` : `${namespace}/${account} of ${domain}`
}

function describeRequests(region: Region): readonly string[] {
  return paths(region, new Map()).map(sentence)
}

type Constraints = ReadonlyMap<Variable, Language>

/** The ways through the diagram; each is one conjunction of constraints. */
function paths(region: Region, given: Constraints): readonly Constraints[] {
  if (region.variable === undefined) return region.isEmpty ? [] : [given]
  const variable = region.variable
  return region.edges.flatMap(({ values, to }) => paths(to, new Map([...given, [variable, values]])))
}

function sentence(constraints: Constraints): string {
  const protocol = constraints.get('protocol')?.words
  const method = constraints.get('method')
  const path = constraints.get('path')
  const others = [...constraints].filter(([variable]) => !['protocol', 'method', 'path'].includes(variable))
  const request =
    (method ?? path)
      ? `${method ? describeWords(method) : 'any method'} ${path ? describePath(path) : 'any path'}`
      : protocol?.has('http')
        ? 'any http request'
        : protocol?.has('tcp')
          ? 'raw tcp'
          : 'any request'
  return [request, ...others.map(([variable, values]) => `${variable} ${describeValues(variable, values)}`)].join(', ')
}

function describeValues(variable: Variable, values: Language): string {
  if (!variable.endsWith('address')) return describeWords(values)
  const witness = values.witness()
  return witness === undefined
    ? 'nowhere'
    : values.words
      ? [...values.words].map(printAddress).join(', ')
      : `like ${printAddress(witness)}`
}

function describeWords(words: Language): string {
  if (words.words)
    return [...words.words]
      .sort()
      .map(word => (word === absent ? 'absent' : word))
      .join('|')
  const missing = words.complement().words
  if (missing) return missing.size === 0 ? 'any' : `any but ${[...missing].sort().join('|')}`
  return `/${words.toString()}/`
}

/** A set of paths as routes write it, where a route says it exactly on canonical paths; else as a regular expression. */
export function describePath(path: Language): string {
  if (path.words) return describeWords(path)
  if (path === Language.all) return 'any path'
  const canonical = path.intersect(canonicalPaths())
  if (canonical.words) return describeWords(canonical)
  if (canonical === canonicalPaths()) return '/**'
  const prefix = canonical.witness() ?? ''
  const below = Language.of({ sequence: [prefix, { any: true }] }).intersect(canonicalPaths())
  if (prefix.endsWith('/') && canonical === below) return `${prefix}**`
  return describeTemplate(canonical, prefix) ?? describeWords(path)
}

/** `/product/*`: replaces each segment of a witness by a star as long as the set stays the same. */
function describeTemplate(paths: Language, witness: string): string | undefined {
  const segments = witness.split('/').slice(1)
  const starred = segments.map((segment, i) => {
    const varied = [
      '/',
      ...segments.slice(0, i).flatMap(s => [s, '/']),
      'other',
      ...segments.slice(i + 1).flatMap(s => ['/', s]),
    ]
    return paths.contains(varied.join('')) ? '*' : segment
  })
  const expression = starred.flatMap(segment => ['/', segment === '*' ? { plus: { except: '/' } } : segment])
  return Language.of({ sequence: expression }).intersect(canonicalPaths()) === paths
    ? `/${starred.join('/')}`
    : undefined
}

/** One concrete request of a witness, in the one-line form of a flow: `shop/frontend → shop/cart:7070 GET /x`. */
export function describeWitness(
  witness: ReadonlyMap<Variable, string>,
  callee: string,
  domains: readonly string[] | undefined,
): string {
  const value = (variable: Variable): string | undefined => witness.get(variable)
  const http = value('protocol') === 'http' || value('method') !== undefined || value('path') !== undefined
  const request = http ? `${value('method') ?? 'GET'} ${value('path') ?? '/'}` : (value('protocol') ?? 'tcp')
  const address = value('address')
  const from =
    describeCaller(value('caller') ?? '', domains) + (address === undefined ? '' : ` at ${printAddress(address)}`)
  const rest = [...witness].filter(
    ([variable]) => !['caller', 'address', 'protocol', 'method', 'path'].includes(variable),
  )
  const notes = rest.map(([variable, word]) => `${variable}=${word === absent ? 'absent' : word}`)
  return [`${from} → ${callee} ${request}`, ...notes].join(', ')
}
