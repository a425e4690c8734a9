import { sorted } from '../order'
import type { Context } from './context'
import { planeOf } from './plane'
import type { Bound } from './waypoint/waypoints'

export type Labels = Readonly<Record<string, string>>

/** The labels of each namespace of the graph, by its name. */
export type Namespaces = Readonly<Record<string, Labels>>

/** What namespaces may follow; a target is one. */
interface Followed {
  readonly tag?: string | undefined
  readonly revision?: string | undefined
  readonly next?: { readonly revision: string; readonly namespaces?: readonly string[] } | undefined
}

/** The revision or tag that a namespace's Pods and waypoints follow; none for the control plane without one. */
export function followed({ tag, revision, next }: Followed, namespace: string): string | undefined {
  return next?.namespaces?.includes(namespace) === true ? next.revision : (tag ?? revision)
}

/**
 * The labels by which a namespace of sidecars joins the mesh: a revision or tag, or `istio-injection`, and never both,
 * since `istio-injection` would win and an upgrade would silently pass the namespace by.
 */
export function namespaceLabels(settings: Followed, namespace = ''): Record<string, string> {
  const follows = followed(settings, namespace)
  return follows === undefined ? { 'istio-injection': 'enabled' } : { 'istio.io/rev': follows }
}

/**
 * The labels of each namespace of the graph. An ambient one is never labelled for injection too: a Pod with a sidecar is
 * none of ztunnel's (istio `cni/pkg/util/podutil.go` PodRedirectionEnabled).
 */
export function labelsByNamespace({ workloads, settings }: Context, all: readonly Bound[]): Namespaces {
  const wide = new Map(all.filter(({ by }) => by === 'namespace').map(bound => [bound.workload.namespace, bound]))
  const labelsOf = (namespace: string): Labels => {
    if (planeOf(namespace, settings) === 'sidecar') return namespaceLabels(settings, namespace)
    const bound = wide.get(namespace)
    return { 'istio.io/dataplane-mode': 'ambient', ...(bound && waypointLabels(bound)) }
  }
  const namespaces = sorted(workloads.map(({ namespace }) => namespace))
  return Object.fromEntries(namespaces.map(namespace => [namespace, labelsOf(namespace)]))
}

/**
 * The labels that put a Service, or all of a Namespace, behind a waypoint. Gateways would pass it by without one of their
 * own (istio `pilot/pkg/serviceregistry/ambient/services.go` ingressUseWaypointFromLabels).
 */
export function waypointLabels({ waypoint, workload }: Bound): Labels {
  return {
    'istio.io/use-waypoint': waypoint.name,
    ...(waypoint.namespace !== workload.namespace && { 'istio.io/use-waypoint-namespace': waypoint.namespace }),
    'istio.io/ingress-use-waypoint': 'true',
  }
}
