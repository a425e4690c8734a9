import { Region } from './region'

/** A port of a workload, or of a host outside, as a stable key: `shop/cart:7070`, `external api.stripe.com:443`. */
export type CalleeKey = string

/**
 * An exact set of flows: for each callee the region of requests (and who makes them) that belong to it.
 * Immutable; a callee that is not listed has none.
 */
export class FlowSet {
  static readonly none = new FlowSet(new Map())

  private constructor(private readonly regions: ReadonlyMap<CalleeKey, Region>) {}

  static of(entries: Iterable<readonly [CalleeKey, Region]>): FlowSet {
    const regions = new Map<CalleeKey, Region>()
    for (const [callee, region] of entries) {
      const sum = (regions.get(callee) ?? Region.none).union(region)
      if (!sum.isEmpty) regions.set(callee, sum)
    }
    return new FlowSet(regions)
  }

  get isEmpty(): boolean {
    return this.regions.size === 0
  }

  get callees(): readonly CalleeKey[] {
    return [...this.regions.keys()].sort()
  }

  at(callee: CalleeKey): Region {
    return this.regions.get(callee) ?? Region.none
  }

  union(other: FlowSet): FlowSet {
    return FlowSet.of([...this.regions, ...other.regions])
  }

  intersect(other: FlowSet): FlowSet {
    return this.map((region, callee) => region.intersect(other.at(callee)))
  }

  minus(other: FlowSet): FlowSet {
    return this.map((region, callee) => region.minus(other.at(callee)))
  }

  equals(other: FlowSet): boolean {
    return (
      this.regions.size === other.regions.size &&
      [...this.regions].every(([callee, region]) => region === other.at(callee))
    )
  }

  within(other: FlowSet): boolean {
    return this.minus(other).isEmpty
  }

  map(change: (region: Region, callee: CalleeKey) => Region): FlowSet {
    return FlowSet.of([...this.regions].map(([callee, region]) => [callee, change(region, callee)] as const))
  }

  /** A concrete flow of the set: its callee and the attributes that matter; nothing when the set is empty. */
  witness(): { readonly callee: CalleeKey; readonly request: ReadonlyMap<string, string> } | undefined {
    const [callee] = this.callees
    const request = callee === undefined ? undefined : this.at(callee).witness()
    return callee === undefined || request === undefined ? undefined : { callee, request }
  }
}

/** What is certain and what is possible. INVARIANT: `must` within `may`. */
export interface Bounds<Set> {
  readonly must: Set
  readonly may: Set
}
