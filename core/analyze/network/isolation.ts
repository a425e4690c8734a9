import type { Ternary } from '../istio/kleene'
import { every, ternary } from '../istio/kleene'
import type { Layer, Selector } from '../layer'
import type { LabelSelector } from '../linkerd/layer-linkerd'
import { Shelf } from '../regions/shelf'
import type { Direction, NetworkPolicy } from './layer-network'
import { mayCome, type Pod, type Seen } from './pods'

/** A policy that limits a Pod, for certain or perhaps. */
export interface Limit {
  readonly policy: NetworkPolicy
  /** Never `no`. `unknown` also where the policy could not be read: what it asks is not known then either. */
  readonly applies: Ternary
}

interface Filed {
  readonly shelf: Shelf<NetworkPolicy>
  readonly limits: Map<Pod, readonly Limit[]>
}

const filed = new WeakMap<Layer['network'], Filed>()

/** The policies that isolate a Pod in a direction; it is open where there are none (kubernetes documentation, "Network Policies", "The two sorts of pod isolation"). */
export function limitsOf(layer: Layer, pod: Pod, direction: Direction): readonly Limit[] {
  const { shelf, limits } = fileOf(layer)
  const known = limits.get(pod) ?? findLimits(shelf, pod)
  limits.set(pod, known)
  return known.filter(({ policy }) => policy.unreadable || policy.isolates.includes(direction))
}

function fileOf(layer: Layer): Filed {
  const { network } = layer
  const known = filed.get(network)
  if (known) return known
  const fresh = { shelf: new Shelf(network.policies, '', shelfLabel), limits: new Map<Pod, readonly Limit[]>() }
  filed.set(network, fresh)
  return fresh
}

/** Pods get labels that were not read with them: none of these can tell where a policy is kept. */
function shelfLabel({ selector: { labels }, unreadable }: NetworkPolicy): Selector {
  const [sure] = Object.entries(labels).filter(([key]) => !mayCome(key))
  return unreadable || !sure ? { kind: 'unknown' } : { kind: 'labels', labels: { [sure[0]]: sure[1] } }
}

function findLimits(shelf: Shelf<NetworkPolicy>, pod: Pod): readonly Limit[] {
  const { namespace } = pod
  if (namespace === undefined) return []
  // A Pod whose labels could not be read may have any.
  return shelf
    .concerning({ namespace, labels: pod.unsure('') ? {} : pod.labels })
    .flatMap((policy): readonly Limit[] => {
      const applies = policy.unreadable ? 'unknown' : meets(policy.selector, pod)
      return applies === 'no' ? [] : [{ policy, applies }]
    })
}

/**
 * Whether labels meet a selector: all of its labels, and all of its expressions. A key that is not there meets `NotIn` (kubernetes
 * `apimachinery/pkg/labels/selector.go` Requirement.Matches).
 */
export function meets({ labels, expressions }: LabelSelector, seen: Seen): Ternary {
  const asked = (key: string, holds: (value: string | undefined) => boolean): Ternary => {
    const value = seen.labels[key]
    return value === undefined && seen.unsure(key) ? 'unknown' : ternary(holds(value))
  }
  return every([
    ...Object.entries(labels).map(([key, wanted]) => asked(key, value => value === wanted)),
    ...expressions.map(({ key, operator, values = [] }) => {
      switch (operator) {
        case 'In':
          return asked(key, value => value !== undefined && values.includes(value))
        case 'NotIn':
          return asked(key, value => value === undefined || !values.includes(value))
        case 'Exists':
          return asked(key, value => value !== undefined)
        case 'DoesNotExist':
          return asked(key, value => value === undefined)
      }
    }),
  ])
}
