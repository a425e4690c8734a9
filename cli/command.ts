import type { Command } from 'commander'
import type { ExitCode, Session } from './session'

/** What a verb does once its arguments are parsed. */
export type Action = () => Promise<ExitCode>

/** Adds a verb to the program; when it is the one asked for, `choose` is told what to do. */
export type Verb = (program: Command, session: Session, choose: (action: Action) => void) => void

/** For options that may be given more than once. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value]
}
