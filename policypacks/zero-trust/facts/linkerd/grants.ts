import { targetsKind } from '../../../../core/analyze/linkerd/target-kind'
import { policyGroup } from './objects'
import type { LinkerdPolicyFact, Ref } from './refs'
import type { RouteFact } from './routes'
import type { ServerFact } from './servers'

/** Whether a policy is for a Server: by its name, or for the whole namespace (linkerd2 `policy-controller/k8s/index/src/inbound/index.rs` client_authzs). */
export function isForServer({ namespace, target }: LinkerdPolicyFact, server: ServerFact): boolean {
  if (namespace !== server.namespace) return false
  return isNamespace(target) || (targetsKind(target, policyGroup, 'Server') && target.name === server.name)
}

/** Whether a policy is for a route, whose group it has to name; kinds and names count without case (linkerd2 `policy-controller/core/src/routes.rs`; recorded). */
export function isForRoute({ namespace, target }: LinkerdPolicyFact, route: RouteFact): boolean {
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()
  return (
    namespace === route.namespace &&
    same(target.group, route.group) &&
    same(target.kind, route.kind) &&
    same(target.name, route.name)
  )
}

export function isNamespace(target: Ref): boolean {
  return targetsKind(target, 'core', 'Namespace')
}
