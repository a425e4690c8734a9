import type { Problem } from '../model/problem'

/** A step into a graph: a key, or an index of a list. */
export type Step = string | number

/** A place in a graph as messages name it: `services.cart.ports.grpc`, `calls.frontend.cart.grpc[2]`. */
export function place(...steps: readonly Step[]): string {
  return steps.map(printStep).join('').replace(/^\./, '')
}

function printStep(step: Step): string {
  if (typeof step === 'number') return `[${step}]`
  return /^[A-Za-z_$][\w$-]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`
}

/** A problem that blocks, as nearly every defect of a graph does. */
export function defect(problem: Omit<Problem, 'severity'>): Problem {
  return { ...problem, severity: 'error' }
}

/** The same problem, at a place within something that is named. */
export function within(name: string, problem: Problem): Problem {
  return { ...problem, at: [name, problem.at].filter(Boolean).join(' ') }
}

/** `a`, `b` and 3 more: names for a message, however many there are. */
export function listing(names: readonly string[]): string {
  const shown = names.slice(0, 3).map(name => `\`${name}\``)
  const more = names.length - shown.length
  if (more > 0) return `${shown.join(', ')} and ${more} more`
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}`
}
