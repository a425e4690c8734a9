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
  let result: Ternary = 'yes'
  for (const value of values) {
    if (value === 'no') return 'no'
    if (value === 'unknown') result = 'unknown'
  }
  return result
}

/** `yes` as soon as one is `yes`, else `unknown` as soon as one is; `no` for none. */
export function some(values: Iterable<Ternary>): Ternary {
  let result: Ternary = 'no'
  for (const value of values) {
    if (value === 'yes') return 'yes'
    if (value === 'unknown') result = 'unknown'
  }
  return result
}

/** What all agree on; `unknown` where they differ, and for none. */
export function agreed(values: readonly Ternary[]): Ternary {
  const [first = 'unknown'] = values
  return values.every(value => value === first) ? first : 'unknown'
}
