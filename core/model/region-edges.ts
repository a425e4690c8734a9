import { Language } from './language'
import type { Edge, Region } from './region'

/** So many edges are looked through; of more it is kept where each word leads. */
export const few = 4

/** An edge for each place that any of the words leads to. */
export function byTarget(words: ReadonlySet<string>, targetOf: (word: string) => Region): readonly Edge[] {
  const groups = new Map<Region, Set<string>>()
  for (const word of words) {
    const to = targetOf(word)
    if (to.isEmpty) continue
    const group = groups.get(to)
    if (group) group.add(word)
    else groups.set(to, new Set([word]))
  }
  return [...groups].map(([to, group]) => ({ values: Language.literals(group), to }))
}

/** All the words that edges list. */
export function wordsOf(...nodes: readonly (readonly Edge[])[]): ReadonlySet<string> {
  const all = new Set<string>()
  for (const edges of nodes) for (const { values } of edges) for (const word of values.words ?? []) all.add(word)
  return all
}

/** What two edges have in common, and where it leads in both. */
export function crossed(a: Edge, b: Edge): readonly Edge[] {
  const values = a.values.intersect(b.values)
  return values.isEmpty ? [] : [{ values, to: a.to.intersect(b.to) }]
}

/** Edges to one node joined, edges to nothing left out. */
export function joined(edges: readonly Edge[]): Edge[] {
  const [only] = edges
  if (only && edges.length === 1) return only.values.isEmpty || only.to.isEmpty ? [] : [only]
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
export function refined(edges: readonly Edge[], more: Edge): readonly Edge[] {
  const split = edges.flatMap(({ values, to }) => [
    { values: values.intersect(more.values), to: to.union(more.to) },
    { values: values.minus(more.values), to },
  ])
  const rest = more.values.minus(Language.union(edges.map(({ values }) => values)))
  return [...split, { values: rest, to: more.to }].filter(({ values }) => !values.isEmpty)
}
