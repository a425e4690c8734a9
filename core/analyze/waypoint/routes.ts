import type { Identity } from '../../model/identity'
import { addressesTo, hasAddress, type ServiceAddress } from '../istio/addresses'
import type { Ternary } from '../istio/kleene'
import { serviceChain, type Chain } from '../istio/protocol'
import type { Arrival } from '../istio/sidecar-hop'
import { nameOf } from '../istio/verdict'
import { usesIngressWaypoint, waypointsOf, type Bound } from '../istio/waypoints'
import type { Gateway, Service } from '../layer'
import { habitOf } from './habits'

/** How a request may come to a workload that ztunnel guards. */
export type Route =
  | { readonly kind: 'straight' }
  /** Through a waypoint, whose identity the ztunnel then sees instead of the caller's. */
  | { readonly kind: 'waypoint'; readonly stop: Stop }
  | { readonly kind: 'unknown'; readonly because: string }

/** A call as the waypoint sees it. */
export interface Stop {
  readonly gateway: Gateway
  /** The tunnel to a waypoint is mTLS, so that there always is one. */
  readonly caller: Identity
  /** Absent where the call is addressed to a Pod. */
  readonly service?: Service
  /** The Service's port, or the Pod's own. */
  readonly port: number
  readonly chain: Chain
}

const straight: Route = { kind: 'straight' }

/** A request of a caller that shows an identity. */
interface Calling extends Arrival {
  readonly caller: Identity
}

/**
 * The routes a request may take; one, where everything that decides it is known. Who shows no identity has no ztunnel to take the call anywhere. A
 * Service without an address of its own is called by the addresses of its Pods.
 * Source: ztunnel `src/proxy/outbound.rs` build_request.
 */
export function routesOf(arrival: Arrival): readonly Route[] {
  const { viaService } = arrival.request.to
  const addresses = viaService === undefined ? [] : addressed(arrival, viaService)
  if (typeof addresses === 'string') return [{ kind: 'unknown', because: addresses }]
  const { from } = arrival.request
  if (from.kind === 'plaintext') return [straight]
  const calling: Calling = { ...arrival, caller: from.identity }
  if (addresses.length === 0) return routesToPod(calling)
  return addresses.flatMap(address =>
    hasAddress(address.service) ? routesToService(calling, address) : routesToPod(calling),
  )
}

/** The ports of the named Service that lead to the workload's; or why there are none. */
function addressed({ layer, workload, request }: Arrival, name: string): readonly ServiceAddress[] | string {
  const { port, servicePort } = request.to
  const service = layer.services.find(one => one.name === name && one.namespace === workload.namespace)
  if (!service) return `no Service ${workload.namespace}/${name} is among the objects`
  if (service.unreadable) return `${nameOf(service)} could not be read`
  const found = addressesTo(layer, workload, port).filter(
    address => address.service === service && address.port.port === (servicePort ?? address.port.port),
  )
  const place = servicePort === undefined ? nameOf(service) : `port ${servicePort} of ${nameOf(service)}`
  return found.length > 0 ? found : `${place} does not lead to port ${port} of ${nameOf(workload)}`
}

function routesToService(calling: Calling, { service, port }: ServiceAddress): readonly Route[] {
  const { layer, workload, caller } = calling
  const bounds = waypointsOf(layer, { namespace: workload.namespace, labels: service.labels, as: 'service' })
  const call = { caller, service, port: port.port, chain: serviceChain(port) }
  return chosen(
    usesWaypoints(calling, service),
    bounds.map(bound => routeBy(bound, call)),
  )
}

/** Only ztunnel goes by a Pod's waypoint. Which protocol a Pod speaks nobody declares, so that it is sniffed (istio `listener_waypoint.go`, direct-http). */
function routesToPod(calling: Calling): readonly Route[] {
  const { layer, workload, request, caller } = calling
  const bounds = waypointsOf(layer, { namespace: workload.namespace, labels: workload.labels, as: 'workload' })
  const call: Call = { caller, port: request.to.port, chain: 'sniffed' }
  return chosen(
    usesWaypoints(calling),
    bounds.map(bound => routeBy(bound, call)),
  )
}

function chosen(takesWaypoint: Ternary, taken: readonly Route[]): readonly Route[] {
  if (takesWaypoint === 'no') return [straight]
  return takesWaypoint === 'yes' ? taken : [...taken, straight]
}

/** Whether the caller's calls, to a Service or to a Pod, are taken to its waypoint. The recordings have them all taken there. */
function usesWaypoints({ layer, caller }: Calling, service?: Service): Ternary {
  if (layer.assume === 'recorded') return 'yes'
  switch (habitOf(layer, caller)) {
    case 'ambient':
      return 'yes'
    case 'straight':
      return 'no'
    case 'gateway':
      return service ? usesIngressWaypoint(layer, service) : 'no'
    case 'either':
      return 'unknown'
  }
}

type Call = Omit<Stop, 'gateway'>

function routeBy(bound: Bound, call: Call): Route {
  switch (bound.kind) {
    case 'none':
      return straight
    case 'unknown':
      return { kind: 'unknown', because: bound.because }
    case 'waypoint': {
      const { gateway } = bound
      if (gateway.unreadable) return { kind: 'unknown', because: `${nameOf(gateway)} could not be read` }
      return { kind: 'waypoint', stop: { gateway, ...call } }
    }
  }
}
