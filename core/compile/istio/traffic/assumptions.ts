import type { Context, Workload } from '../context'
import { planeOf } from '../plane'
import { podsOf, versionsOf } from '../../versions'
import { gatewayRouting } from './sidecar'
import { carriesRequests } from '../../unread'
import { requestsThrough } from './waypoint'
import type { Bound } from '../waypoint/waypoints'

/**
 * The Services that lead to one version each, beside the one that leads to all: where a Route has to name versions, which are Services to it.
 *
 * They are as closed as the Pods behind them. A call to one is judged by the Pods' own policies; where a waypoint stands before it, it meets no
 * policy but the one that admits nobody, since what admits callers names the service.
 */
export function versionServices(workload: Workload, bound: Bound | undefined, context: Context): readonly Workload[] {
  if (versionsOf(workload).length === 0) return []
  return requestsThrough(bound).length > 0 || isNamedByRoutes(workload, context) ? podsOf(workload) : []
}

/** Whether a gateway that is told by the Gateway API where to send calls leads to a service on sidecars. */
function isNamedByRoutes({ name, namespace }: Workload, context: Context): boolean {
  const { into, settings } = context
  if (planeOf(namespace, settings) === 'ambient') return false
  return (into.get(name) ?? []).some(line => carriesRequests(line) && gatewayRouting(line, context) === 'gateway-api')
}
