import { groupBy } from '../model/group'
import { byText } from '../graph/resolve'

/** The distinct texts, sorted. */
export function sorted(texts: Iterable<string>): string[] {
  // Without a comparison of ours the engine compares as `byText` does, and much faster.
  return [...new Set(texts)].sort()
}

/** Orders `items` by a text of each. */
export function sortedBy<T>(items: Iterable<T>, text: (item: T) => string): T[] {
  const list = [...items]
  if (list.length < 2) return list
  return list
    .map(item => ({ item, key: text(item) }))
    .sort((a, b) => byText(a.key, b.key))
    .map(({ item }) => item)
}

/** The items by key, keys sorted, so that nothing depends on the order in which a graph was declared. */
export function sortedGroups<T>(items: Iterable<T>, key: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = groupBy(items, key)
  return groups.size < 2 ? groups : new Map([...groups].sort(([a], [b]) => byText(a, b)))
}
