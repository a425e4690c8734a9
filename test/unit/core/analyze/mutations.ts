/** A copy of a value with one part of it replaced. */
export interface Mutation {
  /** Where, as messages write it: `spec.rules[0].from`. */
  readonly path: string
  readonly value: unknown
  readonly mutant: unknown
}

const replacements: readonly unknown[] = [7, true, 'text', [], ['text'], {}, { text: 1 }, [null], [[]]]
/** Every number in a manifest that is read is a port. */
const noPorts: readonly unknown[] = [-1, 65536, 80.5, NaN]

const sort = (value: unknown): string => (Array.isArray(value) ? 'list' : typeof value)

/** Every part of a value replaced by values of every other type, one at a time. */
export function mutations(value: unknown, path = ''): readonly Mutation[] {
  const others = replacements.filter(other => sort(other) !== sort(value))
  const here = (typeof value === 'number' ? [...others, ...noPorts] : others).map(other => ({
    path,
    value: other,
    mutant: other,
  }))
  return [...here, ...partsOf(value, path).flatMap(part => within(value, part))]
}

interface Part {
  readonly key: string | number
  readonly path: string
  readonly value: unknown
}

function partsOf(value: unknown, path: string): readonly Part[] {
  if (Array.isArray(value)) return value.map((item: unknown, key) => ({ key, path: `${path}[${key}]`, value: item }))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).map(([key, item]) => ({ key, path: path === '' ? key : `${path}.${key}`, value: item }))
}

function within(whole: unknown, { key, path, value }: Part): readonly Mutation[] {
  return mutations(value, path).map(mutation => ({ ...mutation, mutant: replaced(whole, key, mutation.mutant) }))
}

function replaced(whole: unknown, key: string | number, part: unknown): unknown {
  if (Array.isArray(whole)) return whole.map((item: unknown, index) => (index === key ? part : item))
  return { ...(whole as object), [key]: part }
}
