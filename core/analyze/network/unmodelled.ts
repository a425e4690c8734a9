import type { RawObject } from '../istio/read-object'
import type { NetworkDraft } from './read-network-policy'
import { anywhere } from './read-network-policy'

const namespaced = 'openings and closings of the network for Pods of its namespace, which only its network plugin knows'
const clusterWide = 'openings and closings of the network for any Pod, which only its network plugin knows'

/** Kinds, with their groups, that only some network plugins follow, and how far each goes. */
const scopes: ReadonlyMap<string, 'namespace' | 'cluster'> = new Map([
  ['CiliumNetworkPolicy.cilium.io', 'namespace'],
  ['CiliumClusterwideNetworkPolicy.cilium.io', 'cluster'],
  ['NetworkPolicy.crd.projectcalico.org', 'namespace'],
  ['GlobalNetworkPolicy.crd.projectcalico.org', 'cluster'],
  ['NetworkPolicy.projectcalico.org', 'namespace'],
  ['GlobalNetworkPolicy.projectcalico.org', 'cluster'],
  ['NetworkPolicy.crd.antrea.io', 'namespace'],
  ['ClusterNetworkPolicy.crd.antrea.io', 'cluster'],
  ['AdminNetworkPolicy.policy.networking.k8s.io', 'cluster'],
  ['BaselineAdminNetworkPolicy.policy.networking.k8s.io', 'cluster'],
  ['ClusterNetworkPolicy.policy.networking.k8s.io', 'cluster'],
])

/** The same, and what objects of each kind may change, in words. */
export const networkEffects: ReadonlyMap<string, string> = new Map(
  [...scopes].map(([kind, scope]) => [kind, scope === 'namespace' ? namespaced : clusterWide]),
)

/** Notes where an object of such a kind makes the network's answer unknown. */
export function noteUnmodelled({ kind, group, namespace }: RawObject, { unmodelled }: NetworkDraft): void {
  const scope = scopes.get(`${kind}.${group}`)
  if (scope !== undefined) unmodelled.add(scope === 'namespace' ? (namespace ?? anywhere) : anywhere)
}
