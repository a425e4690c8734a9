import { RunError } from '@pulumi/pulumi'
import type { Problem } from '../core/model/problem'
import { printProblem } from '../core/model/problem'

/**
 * What a component throws, once, with everything that is wrong. A RunError, as Pulumi prints such an error's message
 * and no stack trace; `problems` is for tools that want the parts.
 */
export class Refused extends RunError {
  constructor(
    what: string,
    readonly problems: readonly Problem[],
  ) {
    super([`${what}:`, ...problems.map(problem => indented(printProblem(problem)))].join('\n'))
    this.name = 'Refused'
    // Pulumi's runner inspects, in colour, even the stack that it does not print; mapped to its sources, that of the SDK has files
    // in `node_modules/@pulumi` itself, over which Node 20.20 spends a minute and all memory.
    this.stack = (this.stack ?? this.message).replace(/^ +at .*node_modules.*\n?/gmu, '')
  }
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ')
}

/** @throws Refused where there are problems */
export function refuse(what: string, problems: readonly Problem[]): void {
  if (problems.length > 0) throw new Refused(what, problems)
}
