import { groupBy } from '../model/group'
import type { Identity } from '../model/identity'
import { printIdentity } from '../model/identity'
import { Language } from '../model/language'
import { Region } from '../model/region'
import { identitiesOf } from './identities'
import { addressesTo } from './istio/addresses'
import { containsLabels } from './istio/attachment'
import { pathsTo } from './istio/client'
import type { Delivery, Presented, TlsChoice } from './istio/client-tls'
import { presentedOn, spokenTo, tlsChoices } from './istio/client-tls'
import { planesOf } from './istio/data-plane'
import { isGateway } from './istio/injection'
import { sidecarsFor } from './istio/scope'
import type { Layer, Workload } from './layer'
import type { Match } from './regions/bounds'
import type { Scope } from './regions/scopes'
import { keptByLinkerd } from './linkerd/outbound/service-routes'
import { keptBySidecar } from './routes/mesh-routes'

/**
 * What callers' own proxies make of their calls. They protect nobody, so `may` never shrinks by them; but a caller whose
 * configuration hides a Service, or forbids mTLS to it, is not certain to get through, however welcome it is.
 */
export interface ClientView {
  /** `match` with what known callers of one port cannot be certain of taken out of `must`. */
  narrow(match: Match, callee: Scope, port: number): Match
  /** The workloads that run under an identity. */
  callers(caller: Identity): readonly CallerGroup[]
}

/** How a call arrives: with the caller's identity, without one, or not at all. */
type Arrival = 'identity' | 'plaintext' | 'nothing'

/** A workload that runs under an identity. */
export interface CallerGroup {
  readonly identity: string
  readonly workload: Workload
  /** The layer with no Sidecar in it but those that may rule this caller. */
  readonly layer: Layer
}

/** A Service's port through which the callee is called. */
interface Address extends Delivery {
  /** What a caller's proxy speaks there for each way it may have been told to. */
  readonly spoken: ReturnType<typeof spokenTo>
}

export function clientView(layer: Layer, scopes: readonly Scope[]): ClientView {
  const callers = groupBy(
    scopes.flatMap(scope => callersOf(layer, scope)),
    ({ identity }) => identity,
  )
  const routed = layer.linkerd.outboundRoutes.length > 0
  const others = new Map([...callers].filter(([, groups]) => routed || !groups.every(isByLinkerdAlone)))
  return {
    narrow: (match, callee, port) => {
      const addresses = deliveriesTo(callee, port)
      // Linkerd's proxies that no routes lead astray show their identity to each other: these are most, and lose nothing.
      const known = namesIn(match.must, isByLinkerdAlone(callee) ? others : callers)
      const lost = known.flatMap(name => lossOf(name, callers.get(name) ?? [], { match, addresses, callee }))
      return { must: match.must.minus(Region.union(lost)), may: match.may }
    },
    callers: caller => callers.get(printIdentity(caller)) ?? [],
  }
}

function isByLinkerdAlone({ layer, workload }: Pick<CallerGroup, 'layer' | 'workload'>): boolean {
  return !isGateway(workload) && planesOf(layer, workload).every(({ plane }) => plane === 'linkerd')
}

function callersOf(layer: Layer, { workload, layer: near }: Scope): readonly CallerGroup[] {
  return identitiesOf(layer, workload).map(identity => ({
    identity,
    workload,
    layer: ruledBy(layer, { workload, layer: near }),
  }))
}

/** A layer with no Sidecar in it but those that may rule a workload; these objects rule sidecars, not gateways. */
export function ruledBy(layer: Layer, { workload, layer: near }: Scope): Layer {
  const ruling = isGateway(workload) ? [] : sidecarsFor(near, workload).flatMap(sidecar => sidecar ?? [])
  return { ...layer, sidecars: ruling }
}

/** The known callers that `must` speaks of: those it lists, and all of them where it admits whole classes. */
function namesIn(must: Region, callers: ReadonlyMap<string, readonly CallerGroup[]>): readonly string[] {
  if (callers.size === 0) return []
  const open = must.valuesOf('caller')
  if (open.words) return [...open.words].filter(name => callers.has(name))
  return [...callers.keys()].filter(name => open.contains(name))
}

function deliveriesTo({ workload: callee, layer }: Scope, port: number): readonly Address[] {
  return addressesTo(layer, callee, port).map(({ service, port: entry }) => {
    const delivery = { service, port: entry.port, callee }
    return { ...delivery, spoken: spokenTo(layer, delivery) }
  })
}

interface Call {
  readonly callee: Scope
  readonly match: Match
  readonly addresses: readonly Address[]
}

/** What one caller is not certain of: the requests it would lose by the way it arrives in the worst case. */
function lossOf(name: string, groups: readonly CallerGroup[], { match, addresses, callee }: Call): readonly Region[] {
  const arrivals = new Set(groups.flatMap(group => arrivalsOf(group, addresses, callee)))
  const astray = Region.union(groups.map(group => ledAway(group, addresses)))
  if (!arrivals.has('nothing') && !arrivals.has('plaintext') && astray.isEmpty) return []
  const caller = Region.where('caller', Language.literals([name]))
  const losses: Region[] = [caller.intersect(astray)]
  if (arrivals.has('nothing')) losses.push(caller)
  if (arrivals.has('plaintext')) losses.push(caller.minus(match.must.given('caller', '')))
  return losses
}

/** What the routes that a caller's own proxy follows may lead away from the callee, at whichever of its Services would bring the call there. */
function ledAway({ layer, workload }: CallerGroup, addresses: readonly Address[]): Region {
  const routed = layer.routes.length > 0 || layer.linkerd.outboundRoutes.length > 0
  if (!routed || addresses.length === 0) return Region.none
  const planes = planesOf(layer, workload).map(({ plane }) => plane)
  const kept = wholeServices(addresses).map(address =>
    Region.intersection([
      planes.includes('sidecar') ? keptBySidecar(layer, workload, address) : Region.all,
      planes.includes('linkerd') ? keptByLinkerd(layer, workload, address) : Region.all,
    ]),
  )
  return Region.union(kept).complement()
}

/** Without the Services that lead to some only of the Pods of another: routes name these, callers that other one. */
function wholeServices(addresses: readonly Address[]): readonly Address[] {
  const size = ({ service: { selector } }: Address): number => Object.keys(selector).length
  return addresses.filter(
    one =>
      !addresses.some(
        ({ service }) =>
          size({ ...one, service }) < size(one) && containsLabels(one.service.selector, service.selector),
      ),
  )
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
      case 'linkerd':
        return fromLinkerd(callee)
      case 'sidecar':
      case 'gateway':
        return bestArrivals(caller, addresses)
    }
  })
}

/** A Linkerd proxy shows its identity to Linkerd proxies, and speaks plaintext to everybody else. */
function fromLinkerd({ layer, workload }: Scope): readonly Arrival[] {
  const planes = planesOf(layer, workload).map(({ plane }) => plane)
  return [
    ...(planes.includes('linkerd') ? (['identity'] as const) : []),
    ...(planes.some(plane => plane !== 'linkerd') ? (['plaintext'] as const) : []),
  ]
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
  const { service, port, spoken } = address
  const paths = pathsTo(layer, workload, { kind: 'service', service, port })
  const choices = (): readonly TlsChoice[] => tlsChoices(layer, workload, address)
  const arrivals = presentedOn(paths, { choices, spoken }).map(each => arrivalBy[each])
  const perhapsBlocked = paths.some(({ kind }) => kind === 'blocked')
  return perhapsBlocked || arrivals.length === 0 ? [...arrivals, 'nothing'] : arrivals
}

/** A sidecar that speaks TLS of another kind is refused by one that expects the mesh's. */
const arrivalBy: Readonly<Record<Presented, Arrival>> = {
  mtls: 'identity',
  plaintext: 'plaintext',
  'other-tls': 'nothing',
}
