import type { Problem } from '../core/model/problem'

/**
 * What was given cannot be worked with. Thrown once by a command, with everything that is wrong; the dispatcher prints
 * the problems and exits with 2. Any other error is a bug of ours.
 */
export class BadInput extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(({ at, message }) => `${at}: ${message}`).join('; '))
  }
}

/** One thing that is wrong, for which there is no more to say than where, what, and what to do. */
export function badInput(at: string, message: string, hint?: string): BadInput {
  return new BadInput([{ code: 'bad-input', severity: 'error', at, message, ...(hint === undefined ? {} : { hint }) }])
}

/** What `action` returns; where it is bad input, its problems are added to `problems` instead. */
export function collecting<T>(problems: Problem[], action: () => T): T | undefined {
  try {
    return action()
  } catch (error) {
    if (!(error instanceof BadInput)) throw error
    problems.push(...error.problems)
    return undefined
  }
}
