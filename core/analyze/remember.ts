import type { Layer, Workload } from './layer'

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

/**
 * What may concern the workloads of a namespace: what lies there, in the mesh's root namespace, or where could not be read; everything, where the root namespace is not
 * known. In the order in which it was read.
 */
export function nearby<T extends { readonly namespace?: string }>(
  of: (layer: Layer) => readonly T[],
): (layer: Layer, namespace: string) => readonly T[] {
  const kept = new WeakMap<Layer, Map<string, readonly T[]>>()
  const find = (layer: Layer, wanted: string): readonly T[] => {
    const root = layer.mesh.rootNamespace
    if (root === undefined) return of(layer)
    return of(layer).filter(({ namespace }) => namespace === undefined || namespace === wanted || namespace === root)
  }
  return (layer, namespace) => {
    const ofLayer = entry(kept, layer, () => new Map<string, readonly T[]>())
    return entry(ofLayer, namespace, () => find(layer, namespace))
  }
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
