import { isWaypoint } from '../istio/waypoints'
import type { Gateway, Layer } from '../layer'
import type { Request, RequestSource } from '../request'
import type { End } from './match-rule'
import { censusOf, ownName, type Pod, type Seen } from './pods'
import { unheardOf, unseenPods } from './unseen'

/**
 * Where a request may come from. One that names a workload comes from its Pods; else from all that run under the identity that it shows, or from any Pod
 * of the namespace that it names; else from where its address is; and without that from anywhere but the Pod that is called. Who is not among the objects may have any labels.
 */
export function sourcesOf(layer: Layer, { from, to }: Request): readonly End[] {
  const { ip } = from
  const isCalled = ({ namespace, workload }: Pod): boolean =>
    namespace === to.namespace && workload?.names.includes(to.workload) === true
  const at = ip === undefined ? {} : { ip }
  const pods = podsFrom(layer, from)?.filter(
    pod => from.kind === 'identity' || from.workload !== undefined || !isCalled(pod),
  )
  const ends = (pods ?? []).map((pod): End => ({ kind: 'pod', pod, ...at }))
  if (pods) return ends
  if (ip !== undefined) {
    const own = censusOf(layer).byIp.get(ip) ?? []
    return own.length > 0 ? own.map(pod => ({ kind: 'pod', pod, ip })) : [{ kind: 'outside', ip }]
  }
  const anybody = [...censusOf(layer).pods.filter(pod => !isCalled(pod)), ...unseenPods(layer)]
  return [...anybody.map((pod): End => ({ kind: 'pod', pod })), { kind: 'outside' }]
}

/** Nothing where the request does not tell in which namespace it arises. */
function podsFrom(layer: Layer, from: RequestSource): readonly Pod[] | undefined {
  const { byName, byNamespace, pods } = censusOf(layer)
  const namespace = from.kind === 'identity' ? from.identity.namespace : from.namespace
  if (namespace === undefined) {
    if (from.workload === undefined) return undefined
    const named = pods.filter(({ workload }) => workload?.names.includes(from.workload ?? '') === true)
    return named.length > 0 ? named : unseenPods(layer)
  }
  if (from.workload !== undefined) return byName.get(`${namespace}/${from.workload}`) ?? unseenIn(layer, namespace)
  const near = byNamespace.get(namespace) ?? []
  if (from.kind === 'plaintext') return [...near, ...unseenIn(layer, namespace)]
  const { serviceAccount } = from.identity
  const own = near.filter(pod => runsUnder(layer, pod, serviceAccount))
  return own.length > 0 ? own : unseenIn(layer, namespace)
}

/**
 * Pods of a namespace that nobody has read, and those with labels of whatever namespace has the labels that it has; of one that nobody has heard of, any that is told by its labels.
 */
function unseenIn(layer: Layer, namespace: string): readonly Pod[] {
  const unseen = unseenPods(layer)
  const own = unseen.filter(pod => pod.namespace === namespace)
  const anywhere = unseen.filter(pod => pod.namespace === undefined || pod.key === unheardOf)
  const around = censusOf(layer).namespaces.get(namespace)
  if (own.length === 0 || !around) return anywhere
  const alike = anywhere.filter(pod => Object.keys(pod.labels).length > 0 && mayBeThere(pod, around))
  return [...own, ...alike]
}

function mayBeThere({ around: { labels } }: Pod, namespace: Seen): boolean {
  return Object.entries(labels).every(
    ([key, value]) => key === ownName || namespace.labels[key] === value || namespace.unsure(key),
  )
}

function runsUnder(layer: Layer, pod: Pod, serviceAccount: string): boolean {
  if (pod.workload) return pod.workload.serviceAccount === serviceAccount
  return waypointsAs(layer, pod).some(gateway => gateway.serviceAccount === serviceAccount)
}

function waypointsAs(layer: Layer, pod: Pod): readonly Gateway[] {
  const { byWaypoint } = censusOf(layer)
  return layer.gateways.filter(gateway => isWaypoint(gateway) && byWaypoint.get(gateway)?.includes(pod) === true)
}
