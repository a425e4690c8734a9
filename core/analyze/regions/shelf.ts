import { groupBy } from '../../model/group'
import type { Labels, Named, Selector, Workload } from '../layer'

/** Selects by labels. */
export function labelled(labels: Labels): Selector {
  return { kind: 'labels', labels }
}

/** Objects by place and by the first label they select by. */
export class Shelf<T extends Named> {
  private readonly places: ReadonlyMap<string, ReadonlyMap<string, readonly T[]>>

  constructor(
    objects: readonly T[],
    private readonly root: string | undefined,
    selectorOf: (object: T) => Selector,
  ) {
    const byPlace = groupBy(objects, object => this.placeOf(object))
    this.places = new Map(
      [...byPlace].map(([place, list]) => [place, groupBy(list, object => firstLabel(selectorOf(object)))]),
    )
  }

  /** A workload without labels gets all: to ztunnel every selector takes it. */
  concerning({ namespace, labels }: Pick<Workload, 'namespace' | 'labels'>): readonly T[] {
    const own = Object.entries(labels).map(([key, value]) => `${key}=${value}`)
    const wanted = new Set([everywhere, namespace, ...(this.root === undefined ? [] : [this.root])])
    const found = new Set<T>()
    for (const place of wanted) {
      const shelf = this.places.get(place)
      for (const label of own.length > 0 ? [anyLabel, ...own] : (shelf?.keys() ?? [])) {
        for (const object of shelf?.get(label) ?? []) found.add(object)
      }
    }
    return [...found]
  }

  /** With the root namespace unknown any namespace may be it. */
  private placeOf({ namespace }: T): string {
    return namespace === undefined || this.root === undefined ? everywhere : namespace
  }
}

// Neither is a name Kubernetes admits.
const everywhere = '*'
const anyLabel = '*'

function firstLabel(selector: Selector): string {
  const [first] = selector.kind === 'labels' ? Object.entries(selector.labels) : []
  return first ? `${first[0]}=${first[1]}` : anyLabel
}
