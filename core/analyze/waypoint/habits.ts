import type { Identity } from '../../model/identity'
import { bypass, planesOf } from '../istio/data-plane'
import { readBool } from '../istio/go-bool'
import { isGateway } from '../istio/injection'
import { isWaypoint } from '../istio/waypoints'
import { indexing } from '../remember'
import type { Gateway, Layer, Workload } from '../layer'

/**
 * How a caller's calls come to an ambient workload: its ztunnel takes them to waypoints (`ambient`); a gateway's Envoy does where it is told to; those of
 * sidecars, of waypoints themselves, and of whoever has no proxy come `straight`; of a caller nobody knows, `either` way.
 */
export type Habit = 'ambient' | 'gateway' | 'straight' | 'either'

/**
 * The habit of whoever runs under an identity; `either` where its workloads differ, or where none is known.
 * Sources: ztunnel `src/proxy/outbound.rs` build_request, istio `pilot/pkg/xds/endpoints/endpoint_builder.go` findServiceWaypoint.
 */
export function habitOf(layer: Layer, identity: Identity): Habit {
  if (identity.trustDomain !== layer.mesh.trustDomain) return 'either'
  const account = accountOf(identity)
  return agreedHabit(layer, { workloads: workloadsUnder(layer, account), gateways: gatewaysUnder(layer, account) })
}

const accountOf = ({ namespace, serviceAccount }: Pick<Workload | Gateway, 'namespace' | 'serviceAccount'>): string =>
  `${namespace}/${serviceAccount}`
const workloadsUnder = indexing(
  ({ workloads }) => workloads,
  workload => [accountOf(workload)],
)
const gatewaysUnder = indexing(
  ({ gateways }) => gateways,
  gateway => [accountOf(gateway)],
)

/** What runs under one account. */
export interface Household {
  readonly workloads: readonly Workload[]
  readonly gateways: readonly Gateway[]
}

/** The habit of all that runs under one account. */
export function agreedHabit(layer: Layer, { workloads, gateways }: Household): Habit {
  const [habit = 'either', ...others] = new Set([
    ...workloads.flatMap(workload => habitsOf(layer, workload)),
    ...gateways.flatMap(gatewayHabit),
  ])
  return others.length > 0 ? 'either' : habit
}

/** Whether nothing but waypoints runs under an account. */
export function isWaypoints({ workloads, gateways }: Household): boolean {
  return gateways.some(isWaypoint) && gateways.every(isWaypoint) && workloads.every(isWaypointPod)
}

function isWaypointPod({ labels, unreadable }: Workload): boolean {
  return !unreadable && labels['gateway.networking.k8s.io/gateway-class-name'] === 'istio-waypoint'
}

/** What goes round ztunnel on its way in may be taken by it on its way out all the same (istio `cni/pkg/iptables/iptables.go`, `IngressMode`). */
function habitsOf(layer: Layer, workload: Workload): readonly Habit[] {
  if (workload.unreadable || readBool(workload.annotations[bypass] ?? 'false')) return ['either']
  if (isWaypointPod(workload)) return ['straight']
  if (isGateway(workload)) return ['gateway']
  return planesOf(layer, workload).map(({ plane }) => (plane === 'ztunnel' ? 'ambient' : 'straight'))
}

/** A Gateway's Pods are its controller's to make: before deployment, it is all there is. */
function gatewayHabit(gateway: Gateway): readonly Habit[] {
  if (gateway.unreadable) return ['either']
  if (isWaypoint(gateway)) return ['straight']
  return gateway.className === 'istio' ? ['gateway'] : []
}
