import { canonicalJson } from '../model/canonical'
import type { Graph } from './graph'

type Values = Readonly<Record<string, unknown>>

/** A frozen copy of plain data, without keys whose value is `undefined`; what is not plain stays what it is. */
export function frozen<T>(value: T): T {
  return copy(value) as T // same shape by construction
}

function copy(value: unknown): unknown {
  if (Array.isArray(value)) return Object.freeze(value.map(copy))
  if (!isPlain(value)) return value
  const present = Object.entries(value).filter(([, v]) => v !== undefined)
  return Object.freeze(Object.fromEntries(present.map(([key, v]) => [key, copy(v)])))
}

/** Whether a value is an object literal's or a parsed document's, rather than an instance of something. */
export function isPlain(value: unknown): value is Values {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** What a record itself holds under a name, and never what it inherits: a service may be called `constructor`. */
export function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}

/** A record with the same names, and each value as `to` makes it. */
export function mapValues<T, U>(
  record: Readonly<Record<string, T>>,
  to: (value: T, name: string) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, to(value, name)]))
}

/** What a record holds under the names that are kept. */
export function pickNames<T>(record: Readonly<Record<string, T>>, keep: (name: string) => boolean): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => keep(name)))
}

/**
 * Two nests of records in one: what only one of them has is kept, lists are united. Values that contradict each other
 * are both kept, as a list, for `validate` to complain of: nothing that was written may vanish unseen.
 */
export function unite(a: Graph['calls'], b: unknown): Graph['calls'] {
  return merge(a, b) as Graph['calls'] // as well-formed as what was given
}

function merge(a: unknown, b: unknown): unknown {
  if (a === undefined || a === b) return b
  if (b === undefined) return a
  if (isPlain(a) && isPlain(b)) {
    const names = new Set([...Object.keys(a), ...Object.keys(b)])
    return Object.fromEntries([...names].map(name => [name, merge(own(a, name), own(b, name))]))
  }
  return union(listed(a), listed(b))
}

function union(a: readonly unknown[], b: readonly unknown[]): readonly unknown[] {
  const known = new Set(a.map(identified))
  return [...a, ...b.filter(value => !known.has(identified(value)))]
}

/** What tells a list's items apart: themselves, or what they say. */
function identified(value: unknown): unknown {
  return isPlain(value) ? canonicalJson(value) : value
}

function listed(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}
