import { printIdentity } from '../../model/identity'
import { Language } from '../../model/language'
import { Region } from '../../model/region'
import type { ServiceAddress } from '../istio/addresses'
import { addressesTo, hasAddress } from '../istio/addresses'
import type { Bound } from '../istio/waypoints'
import { usesIngressWaypoint, waypointIdentity, waypointsOf } from '../istio/waypoints'
import type { Gateway, Layer, Service, Workload } from '../layer'
import type { Match } from './bounds'
import { any, both, choose, oneOf } from './bounds'
import { trustedCallers } from './callers'
import type { Clients } from './clients'
import { from } from './clients'
import type { NetworkWay } from './network/view'
import type { Behind } from './onward'
import { letIn } from './onward'
import { admitted, smuggled } from './port'
import type { KeptByWaypoint } from '../routes/mesh-routes'
import type { Addressee, WaypointFacts } from './waypoint'

/** One address by which a port is called that may have a waypoint, and the requests that get in by it. */
export interface Way {
  /** The Service and its port that the call names; absent where it names the Pod. */
  readonly address?: ServiceAddress
  /** What ambient callers get. */
  readonly through: Match
  /** What gateways get, which pass by the waypoint unless they are told not to. */
  readonly fromGateways: Match
  /** What the routes of its waypoints are certain not to lead away; where it names the Pod, there are none. */
  readonly kept: Region
  /** What others get, who come to the Pods past any waypoint. */
  readonly direct: Match
  /** What gets in beside that, sent otherwise than a proxy would. */
  readonly smuggled: Region
  /** The waypoints that may pass calls on. */
  readonly waypoints: readonly Gateway[]
}

/** A port, and what stands before it. */
export interface Approach extends Behind {
  readonly workload: Workload
  readonly port: number
  /** What comes straight to it. */
  readonly direct: Match
  /** What the network makes of it; absent where nothing limits it. */
  readonly network?: NetworkWay
  /** What a waypoint knows of a port it is asked for. */
  readonly waypointFacts: WaypointFacts
  /** What a waypoint's routes are certain to leave as it is. */
  readonly keptByWaypoint: KeptByWaypoint
}

/** The ways in; none where no call passes a waypoint, since all are then the direct one. */
export function waysIn(approach: Approach): readonly Way[] {
  const { layer, workload, port } = approach
  const { namespace, labels } = workload
  const services = addressesTo(layer, workload, port)
    .filter(({ service }) => hasAddress(service))
    .map(address => ({ address, bounds: boundsOf(approach, address.service) }))
  const toPods = waypointsOf(layer, { namespace, labels, as: 'workload' })
  if (!leadsOn(toPods) && !services.some(({ bounds }) => leadsOn(bounds))) return []
  return [...services.map(({ address, bounds }) => serviceWay(address, bounds, approach)), podWay(toPods, approach)]
}

function leadsOn(bounds: readonly Bound[]): boolean {
  return bounds.some(({ kind }) => kind !== 'none')
}

function serviceWay(address: ServiceAddress, bounds: readonly Bound[], approach: Approach): Way {
  const passed = passing(bounds, { kind: 'service', address }, approach)
  const fromGateways = choose(usesIngressWaypoint(approach.layer, address.service), passed.through, approach.direct)
  return { ...passed, address, fromGateways, kept: keptAt(address, bounds, approach) }
}

function keptAt({ service, port }: ServiceAddress, bounds: readonly Bound[], approach: Approach): Region {
  const to = { service, port: port.port, callee: approach.workload }
  return Region.intersection(
    bounds.map(bound => (bound.kind === 'waypoint' ? approach.keptByWaypoint(bound.gateway, to) : Region.all)),
  )
}

/** Gateways call Services only, and sidecars and those without identity pass no waypoint. */
function podWay(bounds: readonly Bound[], approach: Approach): Way {
  const passed = passing(bounds, { kind: 'workload', port: approach.port }, approach)
  return { ...passed, fromGateways: approach.direct, kept: Region.all }
}

function passing(
  bounds: readonly Bound[],
  named: Addressee,
  approach: Approach,
): Omit<Way, 'address' | 'fromGateways' | 'kept'> {
  return {
    direct: approach.direct,
    through: oneOf(bounds.map(bound => past(bound, named, approach))),
    smuggled: Region.union(bounds.map(bound => smuggledPast(bound, named, approach))),
    waypoints: bounds.flatMap(bound => (bound.kind === 'waypoint' ? [bound.gateway] : [])),
  }
}

function boundsOf({ layer }: Approach, { namespace = '', labels }: Service): readonly Bound[] {
  return waypointsOf(layer, { namespace, labels, as: 'service' })
}

/** What passes a waypoint and then, as the waypoint's own call, what stands before the Pods. */
function past(bound: Bound, named: Addressee, approach: Approach): Match {
  switch (bound.kind) {
    case 'none':
      return approach.direct
    case 'unknown':
      return { must: Region.none, may: Region.where('caller', trustedCallers(undefined)) }
    case 'waypoint':
      return overNetwork(
        both(admitted(approach.waypointFacts(bound.gateway, named)), passedOn(bound.gateway, named, approach)),
        bound.gateway,
        approach,
      )
  }
}

function smuggledPast(bound: Bound, named: Addressee, approach: Approach): Region {
  if (bound.kind !== 'waypoint' || passedOn(bound.gateway, named, approach).may.isEmpty) return Region.none
  const hidden = smuggled(approach.waypointFacts(bound.gateway, named))
  return overNetwork({ must: Region.none, may: hidden }, bound.gateway, approach).may
}

function overNetwork(match: Match, gateway: Gateway, { network }: Approach): Match {
  return network ? both(match, network.through(gateway)) : match
}

function passedOn(gateway: Gateway, named: Addressee, approach: Approach): Match {
  const { requestAuthentications } = approach.waypointFacts(gateway, named)
  return letIn(approach, { gateway, to: named.kind, readsTokens: requestAuthentications.length > 0 })
}

function identityOf(gateway: Gateway, layer: Layer): string | undefined {
  const identity = waypointIdentity(layer, gateway)
  return identity && printIdentity(identity)
}

/** What a waypoint lets pass and its routes lead away is not certain to arrive; nobody is kept from sending it otherwise. */
function keeping({ must, may }: Match, kept: Region): Match {
  return { must: must.intersect(kept), may }
}

/**
 * All ways in as one: an adversary may take any of them; what is certain depends on how the caller comes. Who is not known to come one way
 * must be let in by each.
 *
 * A waypoint is no caller: what arrives under its identity is what it let pass, counted under those who sent it. Where something else runs under
 * its account, that something is one.
 */
export function united({ layer, direct }: Approach, ways: readonly Way[], clients: Clients): Match {
  if (ways.length === 0) return direct
  const toServices = ways.filter(({ address }) => address !== undefined)
  // Where a Service leads to the port, that is how it is called.
  const usual = toServices.length > 0 ? toServices : ways
  const ambient = any(usual.map(({ through, kept }) => keeping(through, kept)))
  const gateways = any(usual.map(({ fromGateways, kept }) => keeping(fromGateways, kept)))
  const either = direct.must.intersect(ambient.must).intersect(gateways.must)
  const held = ways.flatMap(({ waypoints }) => waypoints.flatMap(waypoint => ownIdentity(waypoint, layer, clients)))
  const byWaypoints = Region.where('caller', Language.literals(held))
  const must = Region.union([
    from(clients.ambient, ambient.must),
    from(clients.gateways, gateways.must),
    from(clients.straight, direct.must),
    from(clients.unknown, either),
  ])
  const may = Region.union([
    direct.may,
    ...ways.flatMap(({ through, fromGateways }) => [through.may, fromGateways.may]),
  ])
  return { must: must.minus(byWaypoints), may: may.minus(byWaypoints) }
}

function ownIdentity(waypoint: Gateway, layer: Layer, { waypoints }: Clients): readonly string[] {
  const identity = identityOf(waypoint, layer)
  return identity !== undefined && waypoints.contains(identity) ? [identity] : []
}
