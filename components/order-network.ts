import { groupBy } from '../core/model/group'
import type { KubernetesObject } from '../core/model/manifest'
import type { Ordered } from './order'
import { isRecord } from './record'

/** Whether an object is one that a network plugin holds. */
export function isNetworks({ apiVersion, kind }: KubernetesObject): boolean {
  return kind === 'NetworkPolicy' && apiVersion.startsWith('networking.k8s.io/')
}

/**
 * NetworkPolicies in an order in which they can be written without an outage, and removed in reverse: what closes a whole namespace comes last there, once all that it would cut
 * has a policy of its own. Each of these opens all that its Pods need, callers and callees alike, so that they need not wait for one another.
 */
export function networkInOrder(objects: readonly KubernetesObject[]): readonly Ordered[] {
  const wide = objects.filter(isWide)
  const own = groupBy(
    objects.filter(object => !isWide(object)),
    ({ metadata }) => metadata.namespace,
  )
  return [
    ...[...own.values()].flat().map(object => ({ object, after: [] })),
    ...wide.map(object => ({ object, after: own.get(object.metadata.namespace) ?? [] })),
  ]
}

/** Whether a policy holds for every Pod of its namespace. */
function isWide({ spec }: KubernetesObject): boolean {
  const selector = isRecord(spec) ? spec.podSelector : undefined
  return isRecord(selector) && Object.keys(selector).length === 0
}
