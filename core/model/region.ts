import { TooComplex } from './automaton'
import { Language } from './language'

export { TooComplex }

/**
 * One attribute of a request: `caller` (a principal, `''` for nobody's), `address`, `pod` (where it comes from, see `analyze/network`), `protocol`, `method`, `path`,
 * `host`, `authority` (the host as it was sent, of which `host` is the lower case), `header:x-env`, `query:page=2` (whether the query has it) … Names not listed in {@link order} come after those that are, alphabetically.
 */
export type Variable = string

/** A request as a point: the value of each attribute. */
export type Point = (variable: Variable) => string

/** The header of a request that does not carry it. No header value can contain this character. */
export const absent = '\u0000'

/** Addresses first: they tell apart few classes, such as localhost, for each of which callers are then a list of names. */
const order = ['address', 'caller', 'pod', 'protocol', 'sni', 'method', 'path', 'host']

/** INVARIANT: one entry per distinct node. */
const interned = new Map<string, Region>()

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

  private readonly intersections = new Map<Region, Region>()
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
    return Region.make(variable, [{ values, to: Region.all }])
  }

  /** The union of many: pairwise in a balanced tree, so that n small regions cost about n log n. */
  static union(regions: readonly Region[]): Region {
    const [first, ...others] = regions
    if (!first || others.length === 0) return first ?? Region.none
    const sets = regions.flatMap(region => region.plainValues(first.variable) ?? [])
    if (first.variable !== undefined && sets.length === regions.length) {
      return Region.where(first.variable, Language.union(sets))
    }
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
    const rest = Language.union(this.edges.map(({ values }) => values)).complement()
    const flipped = Region.make(this.variable ?? '', [
      ...this.edges.map(({ values, to }) => ({ values, to: to.complement() })),
      { values: rest, to: Region.all },
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
    const known = this.intersections.get(other)
    if (known) return known
    spend()
    const result = this.product(other)
    this.intersections.set(other, result)
    return result
  }

  union(other: Region): Region {
    if (this === other || other === Region.none) return this
    if (this === Region.none) return other
    return this.complement().intersect(other.complement()).complement()
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

  /** The requests left once `variable` has been forgotten: those that some value of it would complete. */
  without(variable: Variable): Region {
    if (this.variable === undefined || compare(this.variable, variable) > 0) return this
    if (this.variable === variable) return Region.union(this.edges.map(edge => edge.to))
    return Region.union(
      this.edges.map(({ values, to }) => Region.where(this.variable ?? '', values).intersect(to.without(variable))),
    )
  }

  /** The requests whose `variable` may be anything, because it is read as `value` whatever it is. */
  given(variable: Variable, value: string): Region {
    if (this.variable === undefined || compare(this.variable, variable) > 0) return this
    if (this.variable === variable) return this.at(value)
    return Region.make(
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
    const listed = this.listed().get(value)
    return listed ?? this.edges.find(({ values }) => !values.words && values.contains(value))?.to ?? Region.none
  }

  /** A way to take from this node that ends in the region, preferably through a listed word. */
  private choice(): { readonly variable: Variable; readonly value: string; readonly to: Region } | undefined {
    const edge = this.edges.find(({ values }) => values.words) ?? this.edges[0]
    if (this.variable === undefined || !edge) return undefined
    return { variable: this.variable, value: edge.values.witness() ?? '', to: edge.to }
  }

  /** The values, where the region is all requests with such a value of `variable` and nothing more. */
  private plainValues(variable: Variable | undefined): Language | undefined {
    const [edge, ...others] = this.edges
    return this.variable === variable && edge?.to === Region.all && others.length === 0 ? edge.values : undefined
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
      return Region.make(
        this.variable ?? '',
        this.edges.map(({ values, to }) => ({ values, to: to.intersect(other) })),
      )
    if (first > 0) return other.product(this)
    const words = new Set([...this.listed().keys(), ...other.listed().keys()])
    const groups = new Map<Region, Set<string>>()
    for (const word of words) {
      const to = this.at(word).intersect(other.at(word))
      const group = groups.get(to)
      if (group) group.add(word)
      else groups.set(to, new Set([word]))
    }
    const edges: Edge[] = [...groups].map(([to, group]) => ({ values: Language.literals(group), to }))
    return Region.make(this.variable ?? '', [
      ...edges,
      ...this.residualProduct(other, Language.literals(words).complement()),
    ])
  }

  private residualProduct(other: Region, rest: Language): readonly Edge[] {
    const residual = (region: Region): readonly Edge[] => region.edges.filter(({ values }) => !values.words)
    const pairs = residual(this).flatMap(a => residual(other).map(b => ({ a, b, to: a.to.intersect(b.to) })))
    // The set of values is the costly part: it is not computed where nothing is left of the rest.
    return pairs
      .filter(({ to }) => !to.isEmpty)
      .map(({ a, b, to }) => ({ values: a.values.intersect(b.values).intersect(rest), to }))
  }

  /** Reduces and interns: edges to one node joined, edges to nothing and nodes that do not decide left out. */
  private static make(variable: Variable, edges: readonly Edge[]): Region {
    const distinct = joined(edges)
    const [first] = distinct
    if (!first) return Region.none
    if (first.values === Language.all) return first.to
    const sorted = distinct.sort((a, b) => a.values.id - b.values.id)
    const key = `${variable} ${sorted.map(({ values, to }) => `${values.id}:${to.id}`).join(' ')}`
    const known = interned.get(key)
    if (known) return known
    const region = new Region(interned.size + 2, variable, sorted)
    interned.set(key, region)
    return region
  }
}

/** Edges to one node joined, edges to nothing left out. */
function joined(edges: readonly Edge[]): Edge[] {
  const groups = new Map<Region, Language[]>()
  for (const { values, to } of edges) {
    if (values.isEmpty || to.isEmpty) continue
    const group = groups.get(to)
    if (group) group.push(values)
    else groups.set(to, [values])
  }
  return [...groups].map(([to, group]) => ({ values: Language.union(group), to }))
}

/** Disjoint edges, and one more that leads where they do and further. */
function refined(edges: readonly Edge[], more: Edge): readonly Edge[] {
  const split = edges.flatMap(({ values, to }) => [
    { values: values.intersect(more.values), to: to.union(more.to) },
    { values: values.minus(more.values), to },
  ])
  const rest = more.values.minus(Language.union(edges.map(({ values }) => values)))
  return [...split, { values: rest, to: more.to }].filter(({ values }) => !values.isEmpty)
}

function compare(a: Variable, b: Variable): number {
  return rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0)
}

function rank(variable: Variable): number {
  const index = order.indexOf(variable)
  return index < 0 ? order.length : index
}

let budget = Infinity

function spend(): void {
  if (budget-- <= 0) throw new TooComplex()
}

/**
 * Computes `region` with at most `steps` new products of nodes, or gives up with {@link TooComplex}.
 * Nested calls share the smaller budget.
 */
export function bounded<T>(steps: number, compute: () => T): T {
  const before = budget
  budget = Math.min(before, steps)
  try {
    return compute()
  } finally {
    budget = before
  }
}
