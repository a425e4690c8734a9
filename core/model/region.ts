import { spend } from './budget'
import { Language } from './language'
import { byTarget, crossed, few, joined, refined, wordsOf } from './region-edges'
import { compare, type Point, type Variable } from './variable'

export { bounded, TooComplex } from './budget'
export { absent, type Point, type Variable } from './variable'

/** INVARIANT: one entry per distinct node, here or in `plain`. */
const interned = new Map<string, Region>()
/** Nodes that ask for one attribute and no more, which most are: by that, and by the values that will do. */
const plain = new Map<Variable, Map<Language, Region>>()
/** The two terminals have the first numbers. */
let distinct = 2

export interface Edge {
  readonly values: Language
  readonly to: Region
}

/**
 * An exact set of requests over any number of string-valued attributes: a decision diagram whose edges carry languages.
 * Reduced and interned, so two regions with the same requests are the same object (`===`). Each node partitions its
 * attribute by all the predicates that went into it; the edge that no predicate named is the residual class.
 */
export class Region {
  static readonly none = new Region(0, undefined, [])
  static readonly all = new Region(1, undefined, [])

  /** What was computed with others; most nodes never meet one. */
  private intersections: Map<Region, Region> | undefined
  private unions: Map<Region, Region> | undefined
  private flipped: Region | undefined
  /** Where each single word leads, for the edges that are lists of words. */
  private points: ReadonlyMap<string, Region> | undefined

  private constructor(
    private readonly id: number,
    /** The attribute this node asks for; the two terminals ask for none. */
    readonly variable: Variable | undefined,
    /** Disjoint, each to another node that is not empty; values on no edge are not in the region. */
    readonly edges: readonly Edge[],
  ) {}

  /** All requests whose `variable` is in `values`. */
  static where(variable: Variable, values: Language): Region {
    if (values.isEmpty) return Region.none
    return values === Language.all ? Region.all : Region.plainly(variable, values)
  }

  /** The union of many: pairwise in a balanced tree, so that n small regions cost about n log n. */
  static union(regions: readonly Region[]): Region {
    const [first = Region.none, second] = regions
    if (second === undefined) return first
    const { variable } = first
    if (variable !== undefined && regions.every(region => region.isPlainly(variable))) {
      return Region.where(variable, Language.union(regions.flatMap(({ edges }) => edges.map(({ values }) => values))))
    }
    if (regions.length === 2) return first.union(second)
    const middle = regions.length >> 1
    return Region.union(regions.slice(0, middle)).union(Region.union(regions.slice(middle)))
  }

  static intersection(regions: readonly Region[]): Region {
    return regions.reduce((product, next) => product.intersect(next), Region.all)
  }

  get isEmpty(): boolean {
    return this === Region.none
  }

  contains(point: Point): boolean {
    if (this.variable === undefined) return this === Region.all
    return this.at(point(this.variable)).contains(point)
  }

  complement(): Region {
    if (this === Region.none) return Region.all
    if (this === Region.all) return Region.none
    if (this.flipped) return this.flipped
    const flipped = Region.split(this.variable ?? '', [
      ...this.edges.map(({ values, to }) => ({ values, to: to.complement() })),
      { values: this.unlisted(), to: Region.all },
    ])
    this.flipped = flipped
    flipped.flipped = this
    return flipped
  }

  intersect(other: Region): Region {
    if (this === other || other === Region.all) return this
    if (this === Region.all) return other
    if (this === Region.none || other === Region.none) return Region.none
    if (this.id > other.id) return other.intersect(this)
    const known = this.intersections?.get(other)
    if (known) return known
    spend()
    const result = this.product(other)
    this.intersections ??= new Map()
    this.intersections.set(other, result)
    return result
  }

  union(other: Region): Region {
    if (this === other || other === Region.none || this === Region.all) return this
    if (this === Region.none || other === Region.all) return other
    if (this.id > other.id) return other.union(this)
    const known = this.unions?.get(other)
    if (known) return known
    spend()
    const result = this.sum(other)
    this.unions ??= new Map()
    this.unions.set(other, result)
    return result
  }

  minus(other: Region): Region {
    return this.intersect(other.complement())
  }

  within(other: Region): boolean {
    return this.intersect(other) === this
  }

  /** A concrete request of the region: the attributes that matter and a value of each; nothing when it is empty. */
  witness(): ReadonlyMap<Variable, string> | undefined {
    if (this === Region.none) return undefined
    const values = new Map<Variable, string>()
    for (let step = this.choice(); step; step = step.to.choice()) values.set(step.variable, step.value)
    return values
  }

  /** Whether anything hangs on `variable`: only then does a node ask for it. */
  asks(variable: Variable): boolean {
    if (this.variable === undefined || compare(this.variable, variable) > 0) return false
    return this.variable === variable || this.edges.some(({ to }) => to.asks(variable))
  }

  /** The requests left once `variable` has been forgotten: those that some value of it would complete. */
  without(variable: Variable): Region {
    if (this.variable === undefined || compare(this.variable, variable) > 0) return this
    if (this.variable === variable) return Region.union(this.edges.map(edge => edge.to))
    return Region.split(
      this.variable,
      this.edges.map(({ values, to }) => ({ values, to: to.without(variable) })),
    )
  }

  /** The requests whose `variable` may be anything, because it is read as `value` whatever it is. */
  given(variable: Variable, value: string): Region {
    if (this.variable === undefined || compare(this.variable, variable) > 0) return this
    if (this.variable === variable) return this.at(value)
    return Region.split(
      this.variable,
      this.edges.map(({ values, to }) => ({ values, to: to.given(variable, value) })),
    )
  }

  /** Disjoint sets of values of one attribute, and what is left of the region for each; those for which nothing is left are left out. */
  by(variable: Variable): readonly Edge[] {
    if (this === Region.none) return []
    if (this.variable === variable) return this.edges
    if (this.variable === undefined || compare(this.variable, variable) > 0) return [{ values: Language.all, to: this }]
    const parts = this.edges.flatMap(edge => {
      const here = Region.where(this.variable ?? '', edge.values)
      return edge.to.by(variable).map(({ values, to }) => ({ values, to: to.intersect(here) }))
    })
    return joined(parts.reduce<readonly Edge[]>(refined, []))
  }

  /** The values of one attribute for which anything is left of the region. */
  valuesOf(variable: Variable): Language {
    if (this === Region.none) return Language.none
    if (this.variable === undefined || compare(this.variable, variable) > 0) return Language.all
    const each = this.edges.map(({ values, to }) => (this.variable === variable ? values : to.valuesOf(variable)))
    return Language.union(each)
  }

  /** The rest of the diagram for one value of this node's attribute. */
  at(value: string): Region {
    const { edges } = this
    if (edges.length <= few) return edges.find(({ values }) => values.contains(value))?.to ?? Region.none
    const listed = this.listed().get(value)
    return listed ?? edges.find(({ values }) => !values.words && values.contains(value))?.to ?? Region.none
  }

  /** A way to take from this node that ends in the region, preferably through a listed word, and of several by the first: the same for the same set. */
  private choice(): { readonly variable: Variable; readonly value: string; readonly to: Region } | undefined {
    const listed = this.edges.filter(({ values }) => values.words)
    const ways = (listed.length > 0 ? listed : this.edges).map(({ values, to }) => ({
      value: values.witness() ?? '',
      to,
    }))
    const [first] = ways.sort((a, b) => (a.value < b.value ? -1 : 1))
    return this.variable === undefined || !first ? undefined : { variable: this.variable, ...first }
  }

  /** Whether the region is all requests with some values of `variable` and nothing more. */
  private isPlainly(variable: Variable): boolean {
    return this.variable === variable && this.edges.length === 1 && this.edges[0]?.to === Region.all
  }

  /** The edge, where there is one alone and it is a list of words. */
  private onlyList(): Edge | undefined {
    const [edge] = this.edges
    return this.edges.length === 1 && edge?.values.words ? edge : undefined
  }

  private listed(): ReadonlyMap<string, Region> {
    this.points ??= new Map(
      this.edges.flatMap(({ values, to }) => [...(values.words ?? [])].map(word => [word, to] as const)),
    )
    return this.points
  }

  private product(other: Region): Region {
    const first = compare(this.variable ?? '', other.variable ?? '')
    if (first < 0)
      return Region.split(
        this.variable ?? '',
        this.edges.map(({ values, to }) => ({ values, to: to.intersect(other) })),
      )
    if (first > 0) return other.product(this)
    const [a, b] = [this.onlyList(), other.onlyList()]
    if (a && b) return Region.split(this.variable ?? '', crossed(a, b))
    const words = wordsOf(this.edges, other.edges)
    const edges = byTarget(words, word => this.at(word).intersect(other.at(word)))
    return Region.split(this.variable ?? '', [...edges, ...this.residualProduct(other, words)])
  }

  private residualProduct(other: Region, words: ReadonlySet<string>): readonly Edge[] {
    const pairs = this.residual().flatMap(a => other.residual().map(b => ({ a, b, to: a.to.intersect(b.to) })))
    const left = pairs.filter(({ to }) => !to.isEmpty)
    // The set of values is the costly part: it is not computed where nothing is left of the rest.
    if (left.length === 0) return []
    const rest = Language.literals(words).complement()
    return left.map(({ a, b, to }) => ({ values: a.values.intersect(b.values).intersect(rest), to }))
  }

  private sum(other: Region): Region {
    const first = compare(this.variable ?? '', other.variable ?? '')
    if (first > 0) return other.sum(this)
    if (first < 0) {
      const edges = this.edges.map(({ values, to }) => ({ values, to: to.union(other) }))
      return Region.split(this.variable ?? '', [...edges, { values: this.unlisted(), to: other }])
    }
    const words = wordsOf(this.edges, other.edges)
    const edges = byTarget(words, word => this.at(word).union(other.at(word)))
    return Region.split(this.variable ?? '', [...edges, ...this.residualSum(other, words)])
  }

  private residualSum(other: Region, words: ReadonlySet<string>): readonly Edge[] {
    const [own, others] = [this.residual(), other.residual()]
    if (own.length + others.length === 0) return []
    const both = own.flatMap(a => others.map(b => ({ values: a.values.intersect(b.values), to: a.to.union(b.to) })))
    const beside = (edges: readonly Edge[], taken: readonly Edge[]): readonly Edge[] => {
      const free = Language.union(taken.map(({ values }) => values)).complement()
      return edges.map(({ values, to }) => ({ values: values.intersect(free), to }))
    }
    const rest = Language.literals(words).complement()
    return [...both, ...beside(own, others), ...beside(others, own)].map(({ values, to }) => ({
      values: values.intersect(rest),
      to,
    }))
  }

  /** The edges that are no lists of words. */
  private residual(): readonly Edge[] {
    return this.edges.filter(({ values }) => !values.words)
  }

  /** The values on no edge, which are not in the region. */
  private unlisted(): Language {
    return Language.union(this.edges.map(({ values }) => values)).complement()
  }

  /** Where requests go on by `variable`: `edges` are disjoint and lead to what asks for later attributes alone. Reduces and interns. */
  static split(variable: Variable, edges: readonly Edge[]): Region {
    const sorted = joined(edges)
    const first = sorted[0]
    if (first === undefined || first.values === Language.all) return first?.to ?? Region.none
    if (sorted.length === 1 && first.to === Region.all) return Region.plainly(variable, first.values)
    if (sorted.length > 1) sorted.sort((a, b) => a.values.id - b.values.id)
    const key = `${variable} ${sorted.map(({ values, to }) => `${values.id}:${to.id}`).join(' ')}`
    const known = interned.get(key)
    if (known) return known
    const region = new Region(distinct++, variable, sorted)
    interned.set(key, region)
    return region
  }

  private static plainly(variable: Variable, values: Language): Region {
    const known = plain.get(variable) ?? new Map<Language, Region>()
    plain.set(variable, known)
    const region = known.get(values) ?? new Region(distinct++, variable, [{ values, to: Region.all }])
    known.set(values, region)
    return region
  }
}
