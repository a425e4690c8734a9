import type { Named } from '../layer'

/**
 * Which of several objects may be the oldest, the one that wins. Ties are broken by `name`. One, where all have timestamps; where some have
 * none, any of those, and the oldest of the rest, may be it. Empty for no object.
 * Source: istio `pilot/pkg/model/config.go` configCompareByCreationTime.
 */
export function oldest<T extends Named>(objects: readonly T[], name: (object: T) => string = byName): readonly T[] {
  const dated = objects.filter(object => object.created !== undefined)
  const undated = objects.filter(object => object.created === undefined)
  return [...[...dated].sort(byAge(name)).slice(0, 1), ...undated]
}

/**
 * The orders in which objects may stand, oldest first: one where all have timestamps, or where there is at most one. Where some have none,
 * the orders that differ in which comes first, which is all that anybody asks of an order.
 */
export function orders<T extends Named>(
  objects: readonly T[],
  name: (object: T) => string = byName,
): readonly (readonly T[])[] {
  const sorted = [...objects].sort(byAge(name))
  const firsts = oldest(objects, name)
  return firsts.length <= 1 ? [sorted] : firsts.map(first => [first, ...sorted.filter(object => object !== first)])
}

function byName({ name, namespace = '' }: Named): string {
  return `${name}\n${namespace}`
}

function byAge<T extends Named>(name: (object: T) => string): (a: T, b: T) => number {
  return (a, b) => (a.created ?? 0) - (b.created ?? 0) || compare(name(a), name(b))
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
