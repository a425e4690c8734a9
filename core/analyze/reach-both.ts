import type { Layer } from './layer'
import { besideEachOther } from './network/unseen'
import { reach, type Reach } from './reach'

/**
 * Effective reachability of two layers that are to be compared ({@link equal}, {@link diff}): in the same words, where one of them has NetworkPolicies that ask for labels which no Pod has, and the
 * other has not.
 */
export function reachBoth(a: Layer, b: Layer): readonly [Reach, Reach] {
  const [first, second] = besideEachOther(a, b)
  return [reach(first), reach(second)]
}
