import type { Labels, Layer } from '../layer'
import type { Asked } from './asked'
import { askedBy } from './asked'
import { censusOf, isLimited, type Pod } from './pods'
import { unseenPods } from './unseen'

/** One value of the attribute `pod`. */
export interface ToldPod {
  /** Its namespace, or the labels by which that is told. */
  readonly place: string
  /** Absent where they are not known for certain. */
  readonly labels?: Labels
}

/** Pods as the NetworkPolicies of a layer tell them apart; nothing where none was read. */
export interface ToldPods {
  /** By the attribute `pod`. */
  readonly all: ReadonlyMap<string, ToldPod>
  /** Those that nobody has read. */
  readonly unread: readonly string[]
  /** What policies ask of those who call. */
  readonly asked: readonly Asked[]
}

/** The Pods that were read, and those that stand for the others. */
export function toldPods(layer: Layer): ToldPods {
  if (!isLimited(layer)) return { all: new Map(), unread: [], asked: [] }
  const unseen = unseenPods(layer)
  return {
    all: new Map([...censusOf(layer).pods, ...unseen].map(pod => [pod.key, toldPod(pod)])),
    unread: unseen.map(({ key }) => key),
    asked: askedBy(layer.network.policies),
  }
}

function toldPod(pod: Pod): ToldPod {
  const { key, labels, workload, namespace = '' } = pod
  const place = workload ? namespace : key.slice(0, key.indexOf('/{'))
  return { place, ...(!pod.unsure('') && { labels }) }
}
