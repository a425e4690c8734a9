/** Three-valued logic: what cannot be known stays `unknown` until it no longer matters. */
export type Ternary = 'yes' | 'no' | 'unknown'

/** A known answer. */
export function ternary(known: Known): Ternary {
  return known ? 'yes' : 'no'
}

type Known = boolean

export function not(value: Ternary): Ternary {
  if (value === 'unknown') return 'unknown'
  return value === 'yes' ? 'no' : 'yes'
}

/** `no` as soon as one is `no`, else `unknown` as soon as one is; `yes` for none. */
export function every(values: Iterable<Ternary>): Ternary {
  return everyOf(values, value => value)
}

/** The same of what `judge` says of each, who is asked no further than it takes: lists may be long. */
export function everyOf<T>(items: Iterable<T>, judge: (item: T) => Ternary): Ternary {
  let result: Ternary = 'yes'
  for (const item of items) {
    const value = judge(item)
    if (value === 'no') return 'no'
    if (value === 'unknown') result = 'unknown'
  }
  return result
}

/** `yes` as soon as one is `yes`, else `unknown` as soon as one is; `no` for none. */
export function some(values: Iterable<Ternary>): Ternary {
  return someOf(values, value => value)
}

/** The same of what `judge` says of each, who is asked no further than it takes. */
export function someOf<T>(items: Iterable<T>, judge: (item: T) => Ternary): Ternary {
  return not(everyOf(items, item => not(judge(item))))
}

/** What all agree on; `unknown` where they differ, and for none. */
export function agreed(values: readonly Ternary[]): Ternary {
  const [first = 'unknown'] = values
  return values.every(value => value === first) ? first : 'unknown'
}
