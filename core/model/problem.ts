import distance from 'damerau-levenshtein'

/**
 * How a problem binds. `error` blocks; `narrowed` (a declared flow will not work on this target) blocks until it is
 * acknowledged; `delegated` (another layer enforces this part) never blocks.
 */
export type Severity = 'error' | 'narrowed' | 'delegated'

/** Something wrong with what was given, as a value: collected, never thrown inside core. */
export interface Problem {
  /** A kebab-case noun, stable: `unknown-service`, `inexpressible`. */
  readonly code: string
  readonly severity: Severity
  /** Lower case, no full stop, names and values in backticks. */
  readonly message: string
  /** Where: a path into the graph (`calls.frontend.carts`), an object (`AuthorizationPolicy shop/cart`), or a file and line. */
  readonly at: string
  /** What to do, in the same style. */
  readonly hint?: string
}

/** A problem that blocks. */
export function blocking(problem: Omit<Problem, 'severity'>): Problem {
  return { severity: 'error', ...problem }
}

/** Whether any of `problems` blocks, given the codes of `narrowed` problems that have been acknowledged. */
export function blocks(problems: readonly Problem[], acknowledged: readonly string[] = []): boolean {
  return problems.some(p => p.severity === 'error' || (p.severity === 'narrowed' && !acknowledged.includes(p.code)))
}

/** Nothing has a longer name (kubernetes: 253 characters); to compare such takes time that grows with its square. */
const longestName = 300

/** The name in `known` nearest to `name`, where it is near enough to be meant; transpositions count as one edit. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  if (name.length > longestName) return undefined
  const limit = Math.max(1, Math.floor(name.length / 3))
  let best: { readonly name: string; readonly steps: number } | undefined
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) > limit) continue
    const { steps } = distance(name.toLowerCase(), candidate.toLowerCase())
    if (steps <= limit && (!best || steps < best.steps)) best = { name: candidate, steps }
  }
  return best?.name
}

/** A hint that names the nearest known name, or nothing: spread it into a Problem. */
export function didYouMean(name: string, known: Iterable<string>): { readonly hint?: string } {
  const near = nearest(name, known)
  return near === undefined ? {} : { hint: `did you mean \`${near}\`?` }
}

/** One problem as people read it: place, message, and the hint on a line of its own. */
export function printProblem(problem: Problem): string {
  const hint = problem.hint === undefined ? '' : `\n  hint: ${problem.hint}`
  return `${problem.at}: ${problem.message}${hint}`
}
