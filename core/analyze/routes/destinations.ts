import { groupBy } from '../../model/group'
import { containsLabels } from '../istio/attachment'
import { hostOf, isExported } from '../istio/client'
import type { Delivery } from '../istio/client-tls'
import { presentedTo, rulesOf } from '../istio/client-tls'
import { targetPort } from '../istio/protocol'
import type { Proxied } from '../istio/scope'
import type { Destination, Labels, Layer, RouteAction, Service, Workload } from '../layer'

/** The proxy that follows routes: a caller's sidecar, or a waypoint, which calls on by HBONE whatever is said of TLS. */
export interface Follower {
  readonly kind: 'sidecar' | 'waypoint'
  readonly layer: Layer
  readonly caller: Proxied
}

/** Whether what an action does with a call leaves it what it is: sent, as it came, to whatever stands for the callee. */
export function keeps(action: RouteAction, to: Delivery, follower: Follower): boolean {
  if (action.kind !== 'forward' || action.rewrites || action.aborts || action.to.length === 0) return false
  return action.to.every(destination => leadsTo(destination, to, follower))
}

/**
 * Whether a destination stands for the callee: Pods of its identity, on the same container port, and at least one. A part of a Service, or another Service before
 * the same Pods, is as good as the Service that was called; a part that no DestinationRule describes has no endpoint at all.
 *
 * Without a port the one of the Service is meant, or else the one that was called. Source: istio
 * `pilot/pkg/networking/core/route/route.go` GetDestinationCluster, `listener_waypoint.go` getWaypointDestinationCluster.
 */
function leadsTo(destination: Destination, to: Delivery, follower: Follower): boolean {
  const { layer } = follower
  const service = servicesOf(layer).get(destination.host)
  if (destination.allowed !== 'yes' || !service || service.unreadable) return false
  const { ports } = service
  const number = destination.port ?? (ports.length === 1 ? ports[0]?.port : to.port)
  const entry = ports.find(({ port }) => port === number)
  if (!entry || !isShown(service, follower)) return false
  const same = service === to.service && entry.port === to.port
  if (same && destination.subset === undefined) return true
  const parts = destination.subset === undefined ? [{}] : partsOf(destination.subset, { ...to, service }, follower)
  const stands = (pod: Workload): boolean =>
    pod.serviceAccount === to.callee.serviceAccount && targetPort(entry, pod) === targetOf(to)
  const met = parts?.every(labels => {
    const pods = podsOf(layer, service).filter(pod => containsLabels(pod.labels, labels))
    return pods.length > 0 && service.namespace === to.callee.namespace && pods.every(stands)
  })
  return met === true && (same || speaksAlike({ ...to, service, port: entry.port }, to, follower))
}

function targetOf({ service, port, callee }: Delivery): number | undefined {
  const entry = service.ports.find(known => known.port === port)
  return entry && targetPort(entry, callee)
}

function isShown({ exportTo, namespace = '' }: Service, { layer, caller }: Follower): boolean {
  return isExported(exportTo ?? layer.mesh.exportTo.service, namespace, caller.namespace)
}

/** The labels of a part, as each DestinationRule has it that may count; nothing where one has it not, or would have other TLS spoken to it. */
function partsOf(
  subset: string,
  { service, port }: Delivery,
  { layer, caller }: Follower,
): readonly Labels[] | undefined {
  const rules = rulesOf(layer, caller, { service, port })
  const parts = rules?.map(rule => rule?.subsets.find(({ name }) => name === subset))
  if (!parts?.every(part => part !== undefined)) return undefined
  return parts.some(({ tls }) => tls.length > 0) ? undefined : parts.map(({ labels }) => labels)
}

/** Whether the callee would meet what it would have met at the Service that was called. */
function speaksAlike(elsewhere: Delivery, to: Delivery, { kind, layer, caller }: Follower): boolean {
  if (kind === 'waypoint') return true
  const usual = presentedTo(layer, caller, to)
  return presentedTo(layer, caller, elsewhere).every(spoken => usual.includes(spoken))
}

const byHost = new WeakMap<readonly Service[], ReadonlyMap<string, Service>>()

function servicesOf({ services, mesh }: Layer): ReadonlyMap<string, Service> {
  const known = byHost.get(services)
  if (known) return known
  const found = new Map(services.map(service => [hostOf(service, mesh).toLowerCase(), service]))
  byHost.set(services, found)
  return found
}

const byNamespace = new WeakMap<readonly Workload[], ReadonlyMap<string, readonly Workload[]>>()

function podsOf({ workloads }: Layer, { namespace = '', selector }: Service): readonly Workload[] {
  const known = byNamespace.get(workloads) ?? groupBy(workloads, workload => workload.namespace)
  byNamespace.set(workloads, known)
  if (Object.keys(selector).length === 0) return []
  return (known.get(namespace) ?? []).filter(({ labels }) => containsLabels(labels, selector))
}
