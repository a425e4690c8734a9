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

const nameLabel = 'gateway.networking.k8s.io/gateway-name'

/** The names of the waypoints whose Pods a policy is for, or lets in or out: they let no call pass before it is there. */
export function waypointsNamed({ spec }: KubernetesObject): readonly string[] {
  return [...new Set(namesIn(spec))]
}

function namesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn)
  if (!isRecord(value)) return []
  const { matchLabels, key, values } = value
  const exact = isRecord(matchLabels) ? matchLabels[nameLabel] : undefined
  const listed: readonly unknown[] = key === nameLabel && Array.isArray(values) ? values : []
  const here = [exact, ...listed].filter(name => typeof name === 'string')
  return [...here, ...Object.values(value).flatMap(namesIn)]
}

/** Whether a policy holds for every Pod of its namespace. */
function isWide({ spec }: KubernetesObject): boolean {
  const selector = isRecord(spec) ? spec.podSelector : undefined
  return isRecord(selector) && Object.keys(selector).length === 0
}
