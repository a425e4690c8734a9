import type { Problem } from '../core/model/problem'

/** What the preview throws when it cannot go on: everything that is wrong with the input, at once. Ends with exit code 2. */
export class Refusal extends Error {
  constructor(
    readonly problems: readonly Problem[],
    /** What the program had printed. */
    readonly said = '',
  ) {
    super(problems.map(({ at, message }) => `${at}: ${message}`).join('\n'))
    this.name = 'Refusal'
  }
}

/** A problem that blocks. */
export function problem({
  hint,
  ...said
}: Omit<Problem, 'severity' | 'hint'> & { readonly hint?: string | undefined }): Problem {
  return { severity: 'error', ...said, ...(hint === undefined ? {} : { hint }) }
}
