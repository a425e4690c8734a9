import { Region } from '../model/region'
import { isExported, isSubset } from './istio/client'
import type { Ternary } from './istio/kleene'
import { agreed, ternary } from './istio/kleene'
import { sidecarsFor } from './istio/scope'
import { nameOf } from './istio/verdict'
import type { Destination, Layer, RouteRule, Routes, Sidecar, Workload } from './layer'
import { always } from './regions/bounds'
import { takenBy } from './regions/routes'

/** Requests to a host that the caller's proxy is certain to take the same way. */
export interface Leg {
  readonly requests: Region
  /** Any of these. */
  readonly to: readonly Pick<Destination, 'host' | 'port' | 'subset'>[]
  /** Whether they name another host or path from there on. @default no */
  readonly rewritten?: boolean
}

/** Where the caller's proxy sends calls to a host: requests that are on no leg are certain of nothing. */
export type Legs = { readonly because: readonly string[] } & (
  { readonly kind: 'legs'; readonly legs: readonly Leg[] } | { readonly kind: 'unknown' }
)

/**
 * The VirtualServices of the mesh that turn a call to a host elsewhere. A proxy merges none for its own calls: of several for one host, which wins is
 * left open. Those without `http` leave a port of HTTP alone, and `http` a port of any other protocol.
 * Sources: istio `pilot/pkg/model/sidecar.go` SelectVirtualServices, `pilot/pkg/networking/core/httproute.go`, `…/core/route/route.go`.
 */
export function legsTo(from: Pick<Turned, 'layer' | 'workload'>, to: Pick<Turned, 'host' | 'port'>): Legs {
  const { kind, because, rules } = turnOf({ ...from, ...to })
  if (kind === 'lost') return { kind: 'unknown', because }
  if (kind === 'straight') return { kind: 'legs', legs: [straightTo(to)], because }
  const legs = takenBy(rules, always, 'certain').flatMap(({ rule: { action }, requests }): readonly Leg[] => {
    if (action.kind !== 'forward' || action.rewrites || action.aborts || action.to.length === 0) return []
    return action.to.every(({ allowed }) => allowed === 'yes') ? [{ requests: requests.must, to: action.to }] : []
  })
  return { kind: 'legs', legs, because }
}

/** Where calls may be sent. */
export interface Turns {
  readonly legs: readonly Leg[]
  /** Whether what turns them may lead to whichever gateway besides: it could not be read, or is not followed. */
  readonly anywhere: boolean
  readonly because: readonly string[]
}

/** Where the caller's proxy may send calls to a host: a request may be on several legs, and one that is on none goes nowhere. */
export function turnsOf(from: Pick<Turned, 'layer' | 'workload'>, to: Pick<Turned, 'host' | 'port'>): Turns {
  const { kind, because, rules, anywhere } = turnOf({ ...from, ...to })
  if (kind === 'straight') return { legs: [straightTo(to)], because, anywhere }
  const taken = kind === 'lost' ? rules.map(rule => ({ rule, requests: always })) : takenBy(rules, always, 'certain')
  const legs = taken.flatMap(({ rule: { action }, requests }): readonly Leg[] => {
    if (action.kind !== 'forward') return []
    const ends = [...action.to, ...(action.mirrors ?? [])].filter(({ allowed }) => allowed !== 'no')
    return ends.length === 0 ? [] : [{ requests: requests.may, to: ends, rewritten: action.rewrites }]
  })
  return { legs: kind === 'lost' ? [straightTo(to), ...legs] : legs, because, anywhere }
}

function straightTo({ host, port }: Pick<Turned, 'host' | 'port'>): Leg {
  return { requests: Region.all, to: [{ host, port }] }
}

/** What turns a call: nothing, rules in their order, or what may be any of them. */
interface Turn {
  readonly kind: 'straight' | 'rules' | 'lost'
  readonly because: readonly string[]
  readonly rules: readonly RouteRule[]
  readonly anywhere: boolean
}

function turnOf({ layer, workload, host, port }: Turned): Turn {
  const found = layer.routes
    .map(route => ({ route, turns: turns(route, { layer, workload, host, port }) }))
    .filter(({ turns }) => turns !== 'no')
  const because = found.map(({ route }) => nameOf(route))
  const rules = found.flatMap(({ route }) => route.rules.flatMap(rule => atMesh(rule, port)))
  const speaks = protocolAt(layer, host, port)
  const isFollowed = ({ unreadable, bytes }: Routes): boolean => !unreadable && !(bytes && speaks !== 'http')
  const anywhere =
    !found.every(({ route }) => isFollowed(route)) || rules.some(({ action }) => action.kind === 'unknown')
  const [only, ...others] = found
  const settled = only?.turns === 'yes' && only.route.namespace !== undefined && others.length === 0
  if (only && (!settled || anywhere || speaks === 'unknown')) return { kind: 'lost', because, rules, anywhere }
  // One without a rule for the port, or for the caller, is as good as none (`route.go` buildSidecarVirtualHostsForVirtualService).
  if (speaks === 'bytes' || rules.length === 0) return { kind: 'straight', because, rules, anywhere }
  return { kind: rules.some(isForAll) ? 'rules' : 'lost', because, rules, anywhere }
}

/** Whether a rule is for every caller; what else its matches may ask for is not told from that. */
function isForAll({ matches }: RouteRule): boolean {
  return matches.length === 0 || matches.some(({ more }) => !more)
}

interface Turned {
  readonly layer: Layer
  readonly workload: Workload
  readonly host: string
  readonly port: number
}

function turns(route: Routes, { layer, workload, host }: Turned): Ternary {
  const { source, parents, hosts, exportTo, namespace, unreadable } = route
  if (source !== 'VirtualService' || !parents.some(({ kind }) => kind === 'mesh')) return 'no'
  if (!unreadable && !hosts.some(pattern => isSubset(host, pattern))) return 'no'
  const shown = exportTo.length > 0 ? exportTo : (layer.mesh.exportTo.virtualService ?? ['*'])
  if (namespace !== undefined && !isExported(shown, namespace, workload.namespace)) return 'no'
  return agreed(sidecarsFor(layer, workload).map(sidecar => ternary(mayImport(sidecar, route, workload))))
}

/** One that no entry names is not imported; which others are, hangs on all of its hosts. */
function mayImport(sidecar: Sidecar | undefined, { namespace, hosts }: Routes, workload: Workload): boolean {
  const entries = sidecar?.egress?.flatMap(listener => listener.hosts)
  if (entries === undefined || sidecar?.unreadable === true || namespace === undefined) return true
  return entries.some(entry => {
    const [written = '', pattern = ''] = entry.split('/')
    const place = written === '.' ? workload.namespace : written
    return (place === '*' || place === namespace) && hosts.some(one => isSubset(one, pattern) || isSubset(pattern, one))
  })
}

/** How the caller's proxy reads a port of a host, by what ServiceEntries declare. */
function protocolAt({ serviceEntries }: Layer, host: string, port: number): 'http' | 'bytes' | 'unknown' {
  const declared = serviceEntries
    .filter(({ hosts }) => hosts.some(pattern => isSubset(host, pattern.toLowerCase())))
    .flatMap(({ ports }) => ports.filter(({ number }) => number === port))
    .map(({ protocol = '' }) => protocol.toUpperCase())
  const kinds = new Set(declared.map(protocol => (http.includes(protocol) ? 'http' : named(protocol))))
  const [kind = 'unknown', other] = kinds
  return other === undefined ? kind : 'unknown'
}

const http = ['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB', 'HTTP_PROXY']

/** Without a protocol it is sniffed. */
function named(protocol: string): 'bytes' | 'unknown' {
  return ['TLS', 'HTTPS', 'TCP', 'MONGO', 'MYSQL', 'REDIS'].includes(protocol) ? 'bytes' : 'unknown'
}

/** A rule as the caller's proxy reads it: what is for gateways or other ports is none of its matches. */
function atMesh(rule: RouteRule, port: number): readonly RouteRule[] {
  if (rule.matches.length === 0) return [rule]
  const matches = rule.matches
    .filter(match => match.port === undefined || match.port === port)
    .filter(({ gateways }) => gateways.length === 0 || gateways.includes('mesh'))
    .map(({ port: _, ...match }) => ({ ...match, gateways: [] }))
  return matches.length === 0 ? [] : [{ ...rule, matches }]
}
