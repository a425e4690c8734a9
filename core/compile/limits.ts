/** What one object may hold. */
export const limits = {
  /** `rules` of an AuthorizationPolicy, and `from` of a rule (istio's CRD, `maxItems`). */
  items: 512,
  /**
   * Bytes of one object. etcd takes 1.5 MiB a request, and beside the object itself travel its `managedFields` and, where
   * somebody applies it with kubectl, a copy in an annotation that may have 256 KiB.
   */
  bytes: 200_000,
  /** Bytes of a rule's callers, and of its operations; two halves and their frame are well below an object. */
  halfRule: 60_000,
  /** Characters of a path in a route (Gateway API's CRDs, HTTPPathMatch `value`, `maxLength`). */
  routePath: 1024,
} as const

/**
 * Cuts `items` into runs that hold at most `limits.items` and about `bytes`; an item that alone is larger stands alone.
 * `sizeOf` tells the bytes of an item and what separates it from the next.
 */
export function runs<T>(items: readonly T[], bytes: number, sizeOf: (item: T) => number): T[][] {
  const all: T[][] = []
  let size = Infinity
  for (const item of items) {
    const more = sizeOf(item)
    const last = all.at(-1)
    if (last !== undefined && size + more <= bytes && last.length < limits.items) {
      last.push(item)
      size += more
    } else {
      all.push([item])
      size = more
    }
  }
  return all
}
