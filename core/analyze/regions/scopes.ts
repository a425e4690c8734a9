import { groupBy } from '../../model/group'
import { isGateway } from '../istio/injection'
import type { Ternary } from '../istio/kleene'
import type { Labels, Layer, Named, Selector, Workload } from '../layer'

/** A workload and the part of the layer that can concern it, so that nobody searches the whole cluster for each. */
export interface Scope {
  readonly workload: Workload
  readonly layer: Layer
}

/**
 * The layer cut for each workload. An object is kept unless it certainly does not concern the workload: it lies in another
 * namespace that is not the root, or one of the labels it selects by is missing.
 */
export function scopes(layer: Layer): readonly Scope[] {
  const root = layer.mesh.rootNamespace
  const index = <T extends Named>(objects: readonly T[], selectorOf: (object: T) => Selector): Shelf<T> =>
    new Shelf(objects, root, selectorOf)
  const ofSelector = ({ selector }: { readonly selector: Selector }): Selector => selector
  const shelves = {
    services: index(layer.services, ({ selector, unreadable }) =>
      unreadable ? { kind: 'unknown' } : labelled(selector),
    ),
    serviceEntries: index(layer.serviceEntries, ({ workloadSelector }) => labelled(workloadSelector ?? {})),
    sidecars: index(layer.sidecars, ofSelector),
    // What names targets is for gateways and waypoints; it never holds for a workload's own proxy.
    authorizationPolicies: index(layer.authorizationPolicies.filter(isUntargeted), ofSelector),
    targeted: index(
      layer.authorizationPolicies.filter(policy => !isUntargeted(policy)),
      ofSelector,
    ),
    peerAuthentications: index(layer.peerAuthentications, ofSelector),
    requestAuthentications: index(layer.requestAuthentications.filter(isUntargeted), ofSelector),
  }
  return layer.workloads.map(workload => ({
    workload,
    layer: {
      ...layer,
      services: shelves.services.concerning(workload),
      serviceEntries: shelves.serviceEntries.concerning(workload),
      sidecars: shelves.sidecars.concerning(workload),
      authorizationPolicies: [
        ...shelves.authorizationPolicies.concerning(workload),
        ...(isGateway(workload) ? shelves.targeted.concerning(workload) : []),
      ],
      peerAuthentications: shelves.peerAuthentications.concerning(workload),
      requestAuthentications: shelves.requestAuthentications.concerning(workload),
    },
  }))
}

function isUntargeted({ targeted }: { readonly targeted: Ternary }): boolean {
  return targeted !== 'yes'
}

function labelled(labels: Labels): Selector {
  return { kind: 'labels', labels }
}

/** Objects by place and by the first label they select by. */
class Shelf<T extends Named> {
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
  concerning({ namespace, labels }: Workload): readonly T[] {
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
