import type { Context, Workload } from '../context'
import type { Outcome } from '../../objects'
import { planeOf } from '../plane'
import { sidecarTraffic } from './sidecar'
import { waypointTraffic } from './waypoint'
import type { Waypoints } from '../waypoint/waypoints'

/**
 * What becomes of the traffic that a service declares: how calls to it are spread, given up and repeated. It says nothing of who may call: every version
 * runs under the one identity and has the labels that the service's policies select by.
 *
 * Who follows it is always a proxy on the callee's own terms, a sidecar callee's callers or an ambient callee's waypoint: a sidecar that calls an
 * ambient service gets no requests in at all.
 */
export function trafficOf(callee: Workload, { bound }: Waypoints, context: Context): Outcome {
  switch (planeOf(callee.namespace, context.settings)) {
    case 'sidecar':
      return sidecarTraffic(callee, context)
    case 'ambient':
      return waypointTraffic(callee, bound.get(callee.name), context)
  }
}
