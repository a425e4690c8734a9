import { listing } from '../graph/place'
import type { Problem } from '../model/problem'
import { blocking } from '../model/problem'
import { sorted, sortedGroups } from './order'
import type { Versioned } from './versions'
import { podsOfVersions } from './versions'

/** Pods, by the service they stand for. */
interface Labelled {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

/** A namespace or service that gets no object, and why. */
export interface Refusal {
  readonly name: string
  readonly problem: Problem
}

/** The services of one namespace whose labels select the Pods of another too: what is written for them would hold there. */
export function overlaps(workloads: readonly Versioned[]): readonly Refusal[] {
  const othersOf = othersSelected<Labelled>([...workloads, ...workloads.flatMap(podsOfVersions)])
  return workloads.flatMap(workload => {
    const message = overlap(workload, othersOf(workload))
    if (message === undefined) return []
    const at = `services.${workload.name}.labels`
    const hint = 'give each service a label value of its own'
    return [{ name: workload.name, problem: blocking({ code: 'overlapping-labels', at, message, hint }) }]
  })
}

function overlap({ name, labels }: Labelled, others: readonly Labelled[]): string | undefined {
  if (Object.keys(labels).length === 0) return `\`${name}\` has no labels, which selects every Pod of its namespace`
  if (others.length === 0) return undefined
  return `the labels of \`${name}\` also select the Pods of ${listing(sorted(others.map(other => other.name)))}`
}

/**
 * For a workload, the Pods of others that its labels select too: what holds for it would hold for them. `pods` are all that a selector meets; only those
 * that share the rarest of its labels are looked at.
 */
function othersSelected<T extends Labelled>(pods: readonly T[]): (workload: T) => readonly T[] {
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
