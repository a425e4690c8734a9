import type { Problem } from '../../../model/problem'
import { waypointLabels } from '../labels'
import type { Bound } from './waypoints'
import { printWaypoint } from './waypoints'

/**
 * What the owners of Services have to write on them, where each has a waypoint of its own: who goes by a Service without the
 * labels passes the waypoint by, and is refused at the Pods, which admit none but the waypoint (istio
 * `pilot/pkg/serviceregistry/ambient/waypoints.go` fetchWaypointForService).
 */
export function serviceLabels(all: readonly Bound[]): readonly Problem[] {
  return all
    .filter(({ by }) => by === 'service')
    .map(bound => {
      const { namespace, name } = bound.workload
      const labels = Object.entries(waypointLabels(bound)).map(([key, value]) => `\`${key}: '${value}'\``)
      const message = `calls by this Service are refused until it leads them to the waypoint \`${printWaypoint(bound.waypoint)}\``
      const hint = `label it, where it is deployed, with ${labels.join(' and ')}`
      return { code: 'label-service', severity: 'delegated', at: `Service ${namespace}/${name}`, message, hint }
    })
}
