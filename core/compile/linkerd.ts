import type { Graph } from '../graph/graph'
import { groupBy } from '../model/group'
import type { Manifest } from '../model/manifest'
import { objectName } from '../model/manifest'
import { annotationsOf, assumptions } from './linkerd/assumptions'
import { contextOf, type Context, type Workload } from './linkerd/context'
import { doubts } from './linkerd/doubts'
import { egress } from './linkerd/egress/egress'
import { leftOut } from './linkerd/left-out'
import { exportProblems } from './linkerd/multicluster/exports'
import { portObjects } from './linkerd/port'
import { proxyAdmin } from './linkerd/proxy-admin'
import { settle } from './linkerd/settings'
import { trafficOf } from './linkerd/traffic/traffic'
import type { Outcome } from './objects'
import { sorted } from './order'
import type { Compiled, LinkerdTarget } from './target'

/**
 * A graph as Linkerd objects.
 *
 * Per port of a callee: a Server, which closes it. Per set of callers with the same routes: an HTTPRoute or GRPCRoute and the AuthorizationPolicies that
 * admit them to it; to ports of bytes they are admitted as a whole. Per service with traffic: a route of its Service, which callers' proxies follow. Per namespace: who its
 * callers are, annotations by which all other ports are closed, and an EgressNetwork with routes for the hosts outside that are called from there.
 *
 * What cannot be said admits nobody and is a Problem, also where `validate` would have refused the graph.
 */
export function compileLinkerd(graph: Graph, target: LinkerdTarget): Compiled {
  const { settings, problems } = settle(target)
  const context = contextOf(graph, settings)
  const doubted = doubts(context)
  const placed = context.workloads.filter(({ namespace }) => !doubted.namespaces.has(namespace))
  const sound = placed.filter(({ name }) => !doubted.services.has(name))
  const callees = sound.flatMap(each => [...calleeObjects(each, context), trafficOf(each, context)])
  const namespaces = sorted(placed.map(({ namespace }) => namespace))
  const annotations = annotationsOf(context)
  const leaving = egress(namespaces, context)
  return {
    manifests: shared([
      ...callees.flatMap(({ manifests }) => manifests),
      ...namespaces.flatMap(namespace => proxyAdmin(namespace, context)),
      ...leaving.manifests,
    ]),
    assumptions: assumptions(context, annotations),
    namespaces: Object.fromEntries(Object.keys(annotations).map(namespace => [namespace, {}])),
    annotations,
    problems: [
      ...problems,
      ...doubted.problems,
      ...callees.flatMap(callee => callee.problems),
      ...leaving.problems,
      ...exportProblems(context),
      ...leftOut(context),
    ],
  }
}

/** Two names for one port are one to the proxy, which would look at one Server alone: then none is opened. */
function calleeObjects(callee: Workload, context: Context): Outcome[] {
  return [...groupBy(callee.ports, ({ port }) => port).values()].flatMap(([port, other]) =>
    port && !other ? [portObjects(callee, port, context)] : [],
  )
}

/** Those who are the same callers of several are written down once, for the reasons of all. */
function shared(manifests: readonly Manifest[]): Manifest[] {
  const authentications = ['MeshTLSAuthentication', 'NetworkAuthentication']
  const isShared = ({ object }: Manifest) => authentications.includes(object.kind)
  const groups = groupBy(manifests.filter(isShared), ({ object }) => objectName(object) + JSON.stringify(object.spec))
  const once = [...groups.values()].flatMap(([first, ...others]) =>
    first ? [{ ...first, because: sorted([first, ...others].flatMap(({ because }) => because)) }] : [],
  )
  return [...manifests.filter(manifest => !isShared(manifest)), ...once]
}
