import { groupBy } from '../../model/group'
import type { Bound, Waypoint } from '../istio/waypoint/waypoints'
import { printWaypoint } from '../istio/waypoint/waypoints'
import type { Context } from './context'
import type { Leg } from './legs'
import type { PodsPeer } from './peers'
import { anybody, podsIn } from './peers'
import { hbone, tcp } from './ports'

/** A waypoint, and the services behind it. */
export interface Standing {
  readonly waypoint: Waypoint
  readonly pods: PodsPeer
  readonly bound: readonly Bound[]
  /** Every service behind it is closed; otherwise whoever is in the mesh may still come through it. */
  readonly settled: boolean
}

/** The Pods that istiod makes for a waypoint (istio `manifests/charts/istio-control/istio-discovery/files/waypoint.yaml`). */
export function waypointPods({ namespace, name }: Waypoint): PodsPeer {
  return podsIn(namespace, { 'gateway.networking.k8s.io/gateway-name': name })
}

/** The waypoints of the mesh, sorted. */
export function standing(context: Context): readonly Standing[] {
  const all = context.sides.flatMap(({ istio }) => [...(istio?.bound.values() ?? [])])
  const byWaypoint = [...groupBy(all, ({ waypoint }) => printWaypoint(waypoint))].sort(([a], [b]) => (a < b ? -1 : 1))
  return byWaypoint.flatMap(([, bound]) => {
    const [first] = bound
    if (!first) return []
    const settled = bound.every(({ workload }) => context.isClosed(workload.namespace))
    return [{ waypoint: first.waypoint, pods: waypointPods(first.waypoint), bound, settled }]
  })
}

/** Where a waypoint stands before services that are not closed yet, everybody may come through it to them, as without policies. */
export function unsettledLegs({ pods, bound, settled }: Standing, context: Context): Leg[] {
  if (settled) return []
  const open = bound.filter(({ workload }) => !context.isClosed(workload.namespace))
  return open.flatMap(({ workload }) => {
    const callee = context.workloads.get(workload.name)?.pods
    const because = [`${workload.namespace}/${workload.name} (everybody may call until it is enforced)`]
    return [
      { from: anybody, to: pods, ports: tcp(hbone), because },
      ...(callee ? [{ from: pods, to: callee, ports: tcp(hbone), because }] : []),
    ]
  })
}
