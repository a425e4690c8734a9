import type { Graph } from '../graph/graph'
import type { Manifest } from '../model/manifest'
import { assumptions } from './istio/assumptions'
import { defaultDeny } from './istio/authorization'
import type { Context, Workload } from './istio/context'
import type { Outcome } from './objects'
import { contextOf } from './istio/context'
import { doubts } from './istio/doubts'
import { externals } from './istio/egress/external'
import { ingressGateways } from './istio/ingress/gateways'
import { ingress } from './istio/ingress/ingress'
import { gatewayNamespaces } from './istio/ingress/namespaces'
import { labelsByNamespace } from './istio/labels'
import { strictMtls } from './istio/peer-authentication'
import { planeOf } from './istio/plane'
import { serviceLabels } from './istio/waypoint/service-labels'
import { settle } from './istio/settings'
import { sidecars } from './istio/sidecar'
import { twins } from './istio/twins'
import { trafficOf } from './istio/traffic/traffic'
import { waypointObjects } from './istio/waypoint/objects'
import type { Waypoints } from './istio/waypoint/waypoints'
import { waypointsOf } from './istio/waypoint/waypoints'
import { ambientCallee } from './istio-ambient'
import { sidecarCallee } from './istio-sidecar'
import { sorted, sortedGroups } from './order'
import type { Compiled, IstioTarget } from './target'

/**
 * A graph as Istio objects, each namespace for its own data plane.
 *
 * Per namespace: mTLS for all, and a policy that admits nobody. Per callee: policies with its callers. Per caller: a
 * ServiceEntry for each host outside and, on sidecars, a Sidecar with its callees. On ambient, a waypoint where routes need
 * one, and one policy in the root namespace by which waypoints admit nobody. Per gateway: a policy with what may enter, and where that is sent.
 *
 * What cannot be said admits nobody and is a Problem, also where `validate` would have refused the graph.
 */
export function compileIstio(graph: Graph, target: IstioTarget): Compiled {
  const { settings, problems } = settle(target)
  const context = contextOf(graph, settings)
  const doubted = doubts(graph, context.workloads, settings)
  const placed = context.workloads.filter(({ namespace }) => !doubted.namespaces.has(namespace))
  const waypoints = waypointsOf(placed, context)
  const bound = [...waypoints.bound.values()]
  const namespaces = labelsByNamespace(context, bound)
  const outside = externals(context, namespaces)
  const gateways = ingressGateways(context)
  const entering = ingress(gateways, context)
  const callees = placed
    .filter(({ name }) => !doubted.services.has(name))
    .flatMap(callee => [calleeOf(callee, waypoints, context), trafficOf(callee, waypoints, context)])
  return {
    manifests: [
      ...[...sortedGroups(placed, ({ namespace }) => namespace)].flatMap(([namespace, all]) => [
        ...wide(namespace, all, context),
        ...sidecars({
          namespace,
          selectable: all.filter(({ name }) => !doubted.services.has(name)),
          context,
          externals: outside,
        }),
      ]),
      ...callees.flatMap(({ manifests }) => manifests),
      ...waypointObjects(bound, context),
      ...entering.manifests,
      ...gatewayNamespaces([...entering.manifests, ...outside.manifests], gateways, context),
      ...outside.manifests.filter(({ object }) => !doubted.namespaces.has(object.metadata.namespace ?? '')),
    ],
    assumptions: [...assumptions(context, { namespaces, bound, gateways }), ...outside.assumptions],
    namespaces,
    problems: [
      ...problems,
      ...doubted.problems,
      ...waypoints.problems,
      ...serviceLabels(bound),
      ...callees.flatMap(callee => callee.problems),
      ...outside.problems,
      ...entering.problems,
      ...twins(context),
    ],
  }
}

function calleeOf(callee: Workload, { bound }: Waypoints, context: Context): Outcome {
  switch (planeOf(callee.namespace, context.settings)) {
    case 'sidecar':
      return sidecarCallee(callee, context)
    case 'ambient':
      return ambientCallee(callee, bound.get(callee.name), context)
  }
}

/** The objects that hold for a whole namespace, justified by all that may enter it, or else by who is to stay closed. */
function wide(namespace: string, workloads: readonly Workload[], context: Context): Manifest[] {
  const entering = workloads.flatMap(({ name }) => (context.into.get(name) ?? []).map(({ text }) => text))
  const closed = workloads.map(({ name }) => `${namespace}/${name} (nobody may call)`)
  const because = entering.length > 0 ? sorted(entering) : closed
  return [strictMtls(namespace, because), defaultDeny(namespace, because, context)]
}
