import { every, not, some, ternary, type Ternary } from '../istio/kleene'
import type { Layer } from '../layer'
import type { GrpcRoute, HttpRoute, Route, Server } from './layer-linkerd'

/** Routes of one Server: those that are certainly its own, and those that may be. */
export interface Attached<R> {
  readonly sure: readonly R[]
  readonly perhaps: readonly R[]
}

/**
 * The HTTPRoutes that a Server in a namespace follows. Any GRPCRoute that names the Server, even one that itself is ignored or lies in another
 * namespace, keeps all of them from being accepted; what their status says now does not matter, since the controller writes it anew.
 * Sources: `policy-controller/k8s/status/src/index.rs` parent_condition_server, parent_has_conflicting_routes,
 * `policy-controller/k8s/index/src/inbound/index.rs` http_routes.
 */
export function httpRoutesOf({ linkerd }: Layer, server: Server, namespace: string): Attached<HttpRoute> {
  const conflict = some(linkerd.grpcRoutes.map(route => names(route, server, namespace)))
  return attached(linkerd.httpRoutes, route => every([follows(route, server, namespace), not(conflict)]))
}

/** The GRPCRoutes that a Server follows; nothing keeps these from being accepted. */
export function grpcRoutesOf({ linkerd }: Layer, server: Server, namespace: string): Attached<GrpcRoute> {
  return attached(linkerd.grpcRoutes, route => follows(route, server, namespace))
}

function attached<R>(routes: readonly R[], answer: (route: R) => Ternary): Attached<R> {
  const answers = routes.map(route => ({ route, answer: answer(route) }))
  const those = (wanted: Ternary) => answers.filter(found => found.answer === wanted).map(({ route }) => route)
  return { sure: those('yes'), perhaps: those('unknown') }
}

/** Whether a route names a Server among its parents, wherever it lies itself. */
function names<M>({ parents, namespace, unreadable }: Route<M>, server: Server, beside: string): Ternary {
  if (parents === 'unknown') return 'unknown'
  const named = some(
    parents
      .filter(({ name }) => name === server.name)
      .map(parent => {
        const lies = parent.namespace ?? namespace
        return lies === undefined ? 'unknown' : ternary(lies === beside)
      }),
  )
  return unreadable && named === 'yes' ? 'unknown' : named
}

/** Whether a route lies beside a Server, names it, and is not ignored (`policy-controller/k8s/index/src/inbound/routes.rs`). */
function follows<M>(route: Route<M>, server: Server, namespace: string): Ternary {
  const beside = route.namespace === undefined ? 'unknown' : ternary(route.namespace === namespace)
  return every([beside, not(route.ignored), names(route, server, namespace)])
}
