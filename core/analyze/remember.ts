import { groupBy } from '../model/group'
import type { Labels, Layer, Workload } from './layer'

/** What is kept of one workload at most: requests may name any port and any Service. */
const mostKept = 200

/**
 * The same function, which looks up what it has answered before. What policies, Services and Sidecars mean for a workload is asked with every request to
 * it, and is the same for all of them. INVARIANT: what is read into a layer is never changed.
 */
export function remembering<T, Detail = undefined, Of extends object = Workload>(
  answer: (layer: Layer, workload: Of, detail: Detail) => T,
  keyOf: (detail: Detail) => string | number | undefined = () => undefined,
): (layer: Layer, workload: Of, detail: Detail) => T {
  type Answers = Map<string | number | undefined, { readonly answer: T }>
  const kept = new WeakMap<Layer, WeakMap<Of, Answers>>()
  return (layer, workload, detail) => {
    const ofLayer = entry(kept, layer, () => new WeakMap<Of, Answers>())
    const ofWorkload = entry(ofLayer, workload, (): Answers => new Map())
    const key = keyOf(detail)
    const known = ofWorkload.get(key)
    if (known) return known.answer
    if (ofWorkload.size >= mostKept) ofWorkload.clear()
    const found = answer(layer, workload, detail)
    ofWorkload.set(key, { answer: found })
    return found
  }
}

/** What of a layer goes by a key, and is looked up by it, instead of by a look at everything each time. */
export function indexing<T>(
  of: (layer: Layer) => readonly T[],
  keysOf: (one: T) => readonly string[],
): (layer: Layer, key: string) => readonly T[] {
  const kept = new WeakMap<Layer, ReadonlyMap<string, readonly T[]>>()
  const index = (layer: Layer): ReadonlyMap<string, readonly T[]> => {
    const byKey = new Map<string, T[]>()
    for (const one of of(layer)) for (const key of new Set(keysOf(one))) entry(byKey, key, () => []).push(one)
    return byKey
  }
  return (layer, key) => entry(kept, layer, () => index(layer)).get(key) ?? []
}

/** As much of a workload as tells what is near it. */
type Place = Pick<Workload, 'namespace' | 'labels'>

/**
 * What may concern a workload: what lies in its namespace, in the mesh's root namespace, or where could not be read; everything, where the root namespace is not known. Of
 * these it leaves out what selects by a label that the workload lacks, though not all of that. In the order in which it was read.
 *
 * @param wanted - the labels that an object selects by; nothing where it may select by others, or by none
 */
export function nearby<T extends { readonly namespace?: string }>(
  of: (layer: Layer) => readonly T[],
  wanted: (one: T) => Labels | undefined,
): (layer: Layer, workload: Place) => readonly T[] {
  const kept = new WeakMap<Layer, Map<string, (labels: Labels) => readonly T[]>>()
  const find = (layer: Layer, place: string): readonly T[] => {
    const root = layer.mesh.rootNamespace
    if (root === undefined) return of(layer)
    return of(layer).filter(({ namespace }) => namespace === undefined || namespace === place || namespace === root)
  }
  return (layer, { namespace, labels }) => {
    const ofLayer = entry(kept, layer, () => new Map<string, (labels: Labels) => readonly T[]>())
    return entry(ofLayer, namespace, () => byLabels(find(layer, namespace), wanted))(labels)
  }
}

/** So few are looked at each time. */
const few = 16

/** Those that may select by labels. Where there are none to go by all may: ztunnel takes a Pod without labels for one that every selector takes. */
function byLabels<T>(objects: readonly T[], wanted: (one: T) => Labels | undefined): (labels: Labels) => readonly T[] {
  if (objects.length <= few) return () => objects
  const numbered = objects.map((one, index) => ({ one, index }))
  const byFirst = groupBy(numbered, ({ one }) => labelsIn(wanted(one) ?? {})[0] ?? anyLabel)
  return labels => {
    const own = labelsIn(labels)
    if (own.length === 0) return objects
    const found = [anyLabel, ...own].flatMap(label => byFirst.get(label) ?? [])
    return found.sort((a, b) => a.index - b.index).map(({ one }) => one)
  }
}

/** No label reads so. */
const anyLabel = ''

function labelsIn(labels: Labels): readonly string[] {
  return Object.entries(labels).map(([key, value]) => `${key}=${value}`)
}

interface Store<K, V> {
  get(key: K): V | undefined
  set(key: K, value: V): unknown
}

function entry<K, V>(store: Store<K, V>, key: K, make: () => V): V {
  const known = store.get(key)
  if (known !== undefined) return known
  const made = make()
  store.set(key, made)
  return made
}
