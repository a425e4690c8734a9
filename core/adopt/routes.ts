import { canonicalRequests } from '../analyze/compare'
import { pathExpression, pathFlaws } from '../graph/paths'
import { methods, splitGrpc } from '../graph/routes'
import type { Protocol, Routes } from '../graph/graph'
import { Language } from '../model/language'
import { canonicalPaths } from '../model/path-set'
import { Region } from '../model/region'

/** What of some requests routes can say. */
export interface Said {
  /** Never more than was there. Absent where no route says any of it. */
  readonly routes?: Routes
  /** `whole`: all of it; `partly`: something is cut off. */
  readonly how: 'whole' | 'partly'
}

/** Methods that a request for anything may have; nobody means CONNECT or TRACE. */
const usualMethods: readonly string[] = methods.filter(method => method !== 'CONNECT' && method !== 'TRACE')

/** Every request, as routes of HTTP say it. */
export const anyRequest: readonly string[] = usualMethods.map(method => `${method} /**`)

/**
 * The requests that may be asked whatever else they carry, and wherever they come from: what a route lets in, it lets in with any header, host, address and
 * token. A region that asks for one of these holds less here than it does there.
 */
export function unconditionally(region: Region): Region {
  const asked = new Set<string>()
  gather(region, { asked, seen: new Set() })
  const others = [...asked].filter(variable => !['protocol', 'method', 'path'].includes(variable))
  return others.reduce((rest, variable) => rest.without(variable), region.complement()).complement()
}

function gather(region: Region, found: { readonly asked: Set<string>; readonly seen: Set<Region> }): void {
  if (found.seen.has(region)) return
  found.seen.add(region)
  if (region.variable !== undefined) found.asked.add(region.variable)
  for (const { to } of region.edges) gather(to, found)
}

/** Whether every request of canonical paths is in there. */
export function isEverything(requests: Region): boolean {
  return canonicalRequests().within(requests)
}

/** Whether a request's method or path matters. */
export function isByRequest(region: Region): boolean {
  return region.asks('method') || region.asks('path')
}

/** What may be asked of a port of `protocol` as routes: the widest that hold nothing else. `requests`: those that {@link unconditionally} holds. */
export function routesFor(requests: Region, protocol: Protocol): Said {
  if (protocol === 'tcp' || protocol === 'tls')
    return isEverything(requests) ? { routes: protocol, how: 'whole' } : { how: requests.isEmpty ? 'whole' : 'partly' }
  const http = requests.given('protocol', 'http')
  return protocol === 'http' ? httpRoutes(http) : grpcRoutes(http)
}

function pathsOf(http: Region, method: string): Language {
  return http.given('method', method).valuesOf('path').intersect(canonicalPaths())
}

function httpRoutes(http: Region): Said {
  const each = methods.map(method => ({ method, paths: pathsOf(http, method) }))
  if (each.every(({ paths }) => paths === canonicalPaths())) return { routes: anyRequest, how: 'whole' }
  const found = each.map(({ method, paths }) => ({ method, ...patternsOf(paths) }))
  const routes = found.flatMap(({ method, patterns }) => patterns.map(pattern => `${method} ${pattern}`))
  const others = Language.literals(methods).complement()
  const odd = http.intersect(canonicalRequests()).intersect(Region.where('method', others))
  const whole = odd.isEmpty && found.every(({ exact }) => exact)
  return { ...(routes.length > 0 && { routes }), how: whole ? 'whole' : 'partly' }
}

/** A method of a gRPC service is a path of two segments: grpc `doc/PROTOCOL-HTTP2.md`. */
const segment = { plus: { except: '/' } } as const
let rpcPaths: Language | undefined

function grpcRoutes(http: Region): Said {
  rpcPaths ??= Language.of({ sequence: ['/', segment, '/', segment] }).intersect(canonicalPaths())
  const { words } = pathsOf(http, 'POST').intersect(rpcPaths)
  const routes = [...(words ?? [])].map(path => path.slice(1)).filter(route => splitGrpc(route))
  const whole = words?.size === routes.length
  return { ...(routes.length > 0 && { routes: routes.sort() }), how: whole ? 'whole' : 'partly' }
}

/** More patterns of one method are no list that a person would keep. */
const most = 40

interface Patterns {
  readonly patterns: readonly string[]
  readonly exact: boolean
}

const known = new Map<Language, Patterns>()

/** A set of canonical paths as patterns of a graph, none of which holds a path that is not in it. */
export function patternsOf(paths: Language): Patterns {
  const found = known.get(paths) ?? cover(paths)
  known.set(paths, found)
  return found
}

function cover(paths: Language): Patterns {
  const patterns: string[] = []
  let rest = paths
  while (!rest.isEmpty && patterns.length < most) {
    const word = rest.witness() ?? ''
    const pattern = [...candidates(word)].find(
      candidate => meaning(candidate).contains(word) && meaning(candidate).within(paths),
    )
    if (pattern === undefined) return { patterns: patterns.sort(), exact: false }
    patterns.push(pattern)
    rest = rest.minus(meaning(pattern))
    if (pattern !== word || isAlone(word, paths)) continue
    // One of a kind that no pattern takes in whole (`/ab…`): it, and what is below it.
    const below = `${word}/**`
    if (!word.endsWith('/') && meaning(below).within(paths)) patterns.push(below)
    return { patterns: patterns.sort(), exact: false }
  }
  return { patterns: patterns.sort(), exact: rest.isEmpty }
}

/** Whether no path like this one is in the set, as where it was named. */
function isAlone(word: string, paths: Language): boolean {
  if (paths.words) return true
  const alike = [`${word}x`, `/x${word.slice(1)}`, `/x${word}`]
  return !alike.some(path => paths.contains(path))
}

/** Patterns that a path could belong to, the widest first, itself last. */
function* candidates(word: string): Generator<string> {
  const segments = word.split('/').slice(1)
  for (const i of segments.keys()) {
    for (const starred of starrings(segments.slice(0, i))) yield `/${[...starred, '**'].join('/')}`
  }
  for (const starred of starrings(segments)) {
    if (starred.join('/') !== segments.join('/') && !starred.slice(0, -1).includes('')) yield `/${starred.join('/')}`
  }
  if (pathFlaws(word).length === 0) yield word
}

/** Segments with each set of them starred, the most stars first; of long paths single stars alone. */
function starrings(segments: readonly string[]): readonly (readonly string[])[] {
  const sets = segments.length > 4 ? [...segments.map((_, i) => 2 ** i), 0] : [...subsets(segments.length), 0]
  return sets.map(bits => segments.map((text, i) => (text !== '' && Math.floor(bits / 2 ** i) % 2 === 1 ? '*' : text)))
}

/** All sets of `count` things as bits, the largest first, without the empty one. */
function subsets(count: number): readonly number[] {
  const all = Array.from({ length: 2 ** count - 1 }, (_, i) => i + 1)
  return all.sort((a, b) => ones(b) - ones(a) || a - b)
}

function ones(bits: number): number {
  return bits.toString(2).replaceAll('0', '').length
}

const meanings = new Map<string, Language>()

function meaning(pattern: string): Language {
  const found = meanings.get(pattern) ?? Language.of(pathExpression(pattern)).intersect(canonicalPaths())
  meanings.set(pattern, found)
  return found
}
