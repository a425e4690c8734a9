import type { Layer, Workload } from '../analyze/layer'
import { limitsOf } from '../analyze/network/isolation'
import type { Direction, NetworkPeer } from '../analyze/network/layer-network'
import { admits } from '../analyze/network/match-rule'
import type { Pod } from '../analyze/network/pods'
import { censusOf, isLimited } from '../analyze/network/pods'
import type { Group } from './groups'
import type { Hint } from './hints'
import type { PodFacts } from './pods'
import { portsFound } from './ports'

/**
 * Calls that NetworkPolicies were written for: those of Pods that a policy of the callee names by their labels as peers, and of Pods whose own policy names the callee. Whoever is let
 * in by namespace or address alone is named by nobody.
 */
export function networkHints(
  layer: Layer,
  groups: readonly Group[],
  facts: ReadonlyMap<Workload, PodFacts>,
): readonly Hint[] {
  if (!isLimited(layer)) return []
  const ends = groups.map(group => ({ group, pods: podsOf(layer, group) }))
  return ends.flatMap(to =>
    portsFound(to.group, facts).flatMap(({ port }) =>
      ends
        .filter(from => from !== to)
        .flatMap((from): readonly Hint[] => {
          const [source] = [
            namedBy(layer, 'ingress', { from, to, port }),
            namedBy(layer, 'egress', { from, to, port }),
          ].flat()
          return source === undefined ? [] : [{ from: from.group, to: to.group, port, source, byNetwork: true }]
        }),
    ),
  )
}

interface End {
  readonly group: Group
  readonly pods: readonly Pod[]
}

interface Asked {
  readonly from: End
  readonly to: End
  readonly port: number
}

function podsOf(layer: Layer, { workloads }: Group): readonly Pod[] {
  const { byWorkload } = censusOf(layer)
  return workloads.flatMap(workload => byWorkload.get(workload) ?? [])
}

/** The policies of one end that name all Pods of the other, on that port. */
function namedBy(layer: Layer, direction: Direction, { from, to, port }: Asked): readonly string[] {
  const [near, far] = direction === 'ingress' ? [to, from] : [from, to]
  const [pod] = near.pods
  if (!pod || far.pods.length === 0) return []
  return limitsOf(layer, pod, direction).flatMap(({ policy, applies }) => {
    if (applies !== 'yes' || policy.unreadable) return []
    const names = policy[direction].some(({ peers = [], ports }) => {
      const named = peers.filter(isNamed)
      const rule = { peers: named, ...(ports && { ports }) }
      return far.pods.every(other => {
        const entered = direction === 'ingress' ? pod : other
        const ends = { far: { kind: 'pod', pod: other }, to: { kind: 'pod', pod: entered }, port } as const
        return named.length > 0 && admits(rule, policy, ends) === 'yes'
      })
    })
    return names ? [`NetworkPolicy ${policy.name}`] : []
  })
}

function isNamed(peer: NetworkPeer): boolean {
  if (peer.kind !== 'pods' || !peer.pods) return false
  const { labels, expressions } = peer.pods
  return Object.keys(labels).length > 0 || expressions.some(({ operator }) => operator === 'In')
}
