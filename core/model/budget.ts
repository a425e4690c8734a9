import { TooComplex } from './automaton'

export { TooComplex }

let budget = Infinity

/** Takes a step of the budget, or gives up with {@link TooComplex}. */
export function spend(): void {
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
