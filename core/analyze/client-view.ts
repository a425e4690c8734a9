import { groupBy } from '../model/group'
import type { Identity } from '../model/identity'
import { printIdentity } from '../model/identity'
import { Language } from '../model/language'
import { Region } from '../model/region'
import { addressesTo } from './istio/addresses'
import { isSubset, pathsTo } from './istio/client'
import type { Delivery, Presented } from './istio/client-tls'
import { presented } from './istio/client-tls'
import type { Plane } from './istio/data-plane'
import { planesOf } from './istio/data-plane'
import { isGateway } from './istio/injection'
import type { Ternary } from './istio/kleene'
import { agreed, every } from './istio/kleene'
import { sidecarsFor } from './istio/scope'
import { nameOf } from './istio/verdict'
import { waypointsOf } from './istio/waypoints'
import type { Layer, Workload } from './layer'
import type { Match } from './regions/bounds'
import type { Scope } from './regions/scopes'

/**
 * What callers' own proxies make of their calls. They protect nobody, so `may` never shrinks by them; but a caller whose
 * configuration hides a Service, or forbids mTLS to it, is not certain to get through, however welcome it is.
 */
export interface ClientView {
  /** `match` with what known callers of one port cannot be certain of taken out of `must`. */
  narrow(match: Match, callee: Scope, port: number): Match
  egress(caller: Identity, host: string, port: number): Egress
}

/** Whether a caller's own configuration lets it call a host outside. */
export interface Egress {
  readonly open: Ternary
  readonly because: readonly string[]
}

/** How a call arrives: with the caller's identity, without one, or not at all. */
type Arrival = 'identity' | 'plaintext' | 'nothing'

interface CallerGroup {
  readonly identity: string
  readonly workload: Workload
  /** The layer with no Sidecar in it but those that may rule this caller. */
  readonly layer: Layer
}

/** A Service's port through which the callee is called. */
type Address = Delivery

export function clientView(layer: Layer, scopes: readonly Scope[]): ClientView {
  const callers = groupBy(
    scopes.flatMap(scope => callersOf(layer, scope)),
    ({ identity }) => identity,
  )
  return {
    narrow: (match, callee, port) => {
      const addresses = deliveriesTo(callee, port)
      const known = namesIn(match.must, callers)
      const lost = known.flatMap(name => lossOf(name, callers.get(name) ?? [], { match, addresses, callee }))
      return { must: match.must.minus(Region.union(lost)), may: match.may }
    },
    egress: (caller, host, port) => egressOf(callers.get(printIdentity(caller)) ?? [], host, port),
  }
}

function callersOf(layer: Layer, { workload, layer: near }: Scope): readonly CallerGroup[] {
  const { trustDomain } = layer.mesh
  if (trustDomain === undefined) return []
  // Sidecar objects rule sidecars, not gateways.
  const ruling = isGateway(workload) ? [] : sidecarsFor(near, workload).flatMap(sidecar => sidecar ?? [])
  return [{ identity: printIdentity({ ...workload, trustDomain }), workload, layer: { ...layer, sidecars: ruling } }]
}

/** The known callers that `must` speaks of: those it lists, and all of them where it admits whole classes. */
function namesIn(must: Region, callers: ReadonlyMap<string, readonly CallerGroup[]>): readonly string[] {
  if (must.variable !== 'caller') return must.isEmpty ? [] : [...callers.keys()]
  const open = must.edges.filter(({ to }) => !to.isEmpty).map(({ values }) => values)
  if (open.every(values => values.words))
    return open.flatMap(values => [...(values.words ?? [])]).filter(name => callers.has(name))
  return [...callers.keys()].filter(name => open.some(values => values.contains(name)))
}

function deliveriesTo({ workload: callee, layer }: Scope, port: number): readonly Address[] {
  return addressesTo(layer, callee, port).map(({ service, port: entry }) => ({ service, port: entry.port, callee }))
}

interface Call {
  readonly callee: Scope
  readonly match: Match
  readonly addresses: readonly Address[]
}

/** What one caller is not certain of: the requests it would lose by the way it arrives in the worst case. */
function lossOf(name: string, groups: readonly CallerGroup[], { match, addresses, callee }: Call): readonly Region[] {
  const arrivals = new Set(groups.flatMap(group => arrivalsOf(group, addresses, callee)))
  if (!arrivals.has('nothing') && !arrivals.has('plaintext')) return []
  const caller = Region.where('caller', Language.literals([name]))
  const losses: Region[] = []
  if (arrivals.has('nothing')) losses.push(caller)
  if (arrivals.has('plaintext')) losses.push(caller.minus(match.must.given('caller', '')))
  return losses
}

/** How one caller's calls may arrive, on every plane it may be on; a gateway is a proxy itself. */
function arrivalsOf(caller: CallerGroup, addresses: readonly Address[], callee: Scope): readonly Arrival[] {
  if (isGateway(caller.workload)) return bestArrivals(caller, addresses)
  return planesOf(caller.layer, caller.workload).flatMap(({ plane }): readonly Arrival[] => {
    switch (plane) {
      case 'none':
        return ['plaintext']
      case 'ztunnel':
        return tunnelled(callee)
      case 'sidecar':
        return bestArrivals(caller, addresses)
    }
  })
}

/** ztunnel speaks HBONE to whoever takes it: Pods of ztunnel always, sidecars where the mesh says so (ztunnel `src/proxy/outbound.rs` build_request). */
function tunnelled({ layer, workload }: Scope): readonly Arrival[] {
  const planes = planesOf(layer, workload).map(({ plane }) => plane)
  const taken = planes.map(plane => (plane === 'sidecar' ? layer.mesh.hbone : plane === 'ztunnel'))
  return [
    ...(taken.some(answer => answer !== false) ? (['identity'] as const) : []),
    ...(taken.some(answer => answer !== true) ? (['plaintext'] as const) : []),
  ]
}

/** The ways a sidecar's call may arrive through the best of the Services; calling a Pod's address is passed through unread. */
function bestArrivals(caller: CallerGroup, addresses: readonly Address[]): readonly Arrival[] {
  // Nothing says how a port without a Service is called: a client that minds mTLS itself may call the Pod.
  const options = addresses.map(address => arrivalsAt(caller, address))
  return options.find(arrivals => arrivals.every(arrival => arrival === 'identity')) ?? options[0] ?? ['identity']
}

function arrivalsAt({ layer, workload }: CallerGroup, address: Address): readonly Arrival[] {
  const { service, port } = address
  const perhapsBlocked = pathsTo(layer, workload, { kind: 'service', service, port }).some(
    ({ kind }) => kind === 'blocked',
  )
  const arrivals = presented(layer, workload, address).map(spoken => arrivalBy[spoken])
  return perhapsBlocked || arrivals.length === 0 ? [...arrivals, 'nothing'] : arrivals
}

/** A sidecar that speaks TLS of another kind is refused by one that expects the mesh's. */
const arrivalBy: Readonly<Record<Presented, Arrival>> = {
  mtls: 'identity',
  plaintext: 'plaintext',
  'other-tls': 'nothing',
}

function egressOf(callers: readonly CallerGroup[], host: string, port: number): Egress {
  if (callers.length === 0) return { open: 'unknown', because: ['no workload was read that stands for the caller'] }
  const answers = callers.map(({ layer, workload }) => {
    const planes = planesOf(layer, workload).map(({ plane }) => plane)
    if (!planes.includes('sidecar')) return throughZtunnel(layer, planes, host)
    const paths = pathsTo(layer, workload, { kind: 'host', host, port })
    const open: Ternary = agreed(paths.map(({ kind }) => (kind === 'blocked' ? 'no' : 'yes')))
    return { open, because: paths.flatMap(path => path.because) }
  })
  return {
    open: every(answers.map(({ open }) => open)),
    because: [...new Set(answers.flatMap(({ because }) => because))],
  }
}

/** ztunnel lets calls to hosts that nobody knows go out, and sends those of a ServiceEntry through its waypoint if it has one. */
function throughZtunnel(layer: Layer, planes: readonly Plane[], host: string): Egress {
  if (!planes.includes('ztunnel')) return { open: 'yes', because: [] }
  const bound = layer.serviceEntries
    .filter(({ hosts }) => hosts.some(known => isSubset(host, known)))
    .filter(({ namespace = '', labels }) =>
      waypointsOf(layer, { namespace, labels, as: 'service' }).some(({ kind }) => kind !== 'none'),
    )
  return bound.length === 0
    ? { open: 'yes', because: [] }
    : { open: 'unknown', because: bound.map(entry => `a waypoint may stand before ${nameOf(entry)}`) }
}
