import { sortedGroups } from './order'

/** Pods, by the service they stand for. */
export interface Labelled {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

/**
 * For a workload, the Pods of others that its labels select too: what holds for it would hold for them. `pods` are all that a selector meets; only those
 * that share the rarest of its labels are looked at.
 */
export function othersSelected<T extends Labelled>(pods: readonly T[]): (workload: T) => readonly T[] {
  const pairs = pods.flatMap(pod => pairsOf(pod).map(pair => ({ pod, pair })))
  const byPair = sortedGroups(pairs, ({ pair }) => pair)
  return workload => {
    const wanted = Object.entries(workload.labels)
    const carriers = pairsOf(workload).map(pair => (byPair.get(pair) ?? []).map(({ pod }) => pod))
    const [fewest = pods] = carriers.sort((a, b) => a.length - b.length)
    return fewest.filter(({ name, labels }) => {
      return (
        name !== workload.name && wanted.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value)
      )
    })
  }
}

function pairsOf({ labels }: Labelled): string[] {
  return Object.entries(labels).map(([key, value]) => `${key}=${value}`)
}
