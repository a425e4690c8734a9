import { Command, CommanderError } from 'commander'
import { renderProblems } from '../core/report/problems'
import { BadInput } from './bad-input'
import { addCheck } from './commands/check'
import { addCompile } from './commands/compile'
import { addContain } from './commands/contain'
import { addDecide } from './commands/decide'
import { addDiff } from './commands/diff'
import { addEqual } from './commands/equal'
import { addReach } from './commands/reach'
import type { Action, Verb } from './command'
import type { ExitCode, Session } from './session'

const verbs: readonly Verb[] = [addCheck, addCompile, addReach, addEqual, addDiff, addContain, addDecide]

/** A bug of ours is none of the three answers. The number is that of `sysexits.h` for internal errors. */
const internalError = 70

/**
 * Runs the command line `argv` (without the program's name) and returns the exit code. Whatever is wrong with the
 * input is printed with its place; an error that is ours says so.
 */
export async function run(argv: readonly string[], session: Session): Promise<number> {
  let chosen: Action | undefined
  const program = build(session, action => {
    chosen = action
  })
  try {
    await program.parseAsync(argv, { from: 'user' })
    return chosen ? await chosen() : usage(program, session)
  } catch (error) {
    return failed(error, session)
  } finally {
    session.progress.clear()
  }
}

function build(session: Session, choose: (action: Action) => void): Command {
  const program = new Command('ztm')
    .description('Compiles a service graph into mesh policies, and says who can really call whom.')
    .exitOverride()
    .configureOutput({
      writeOut: text => void session.out(text),
      writeErr: text => {
        session.err(text)
      },
      outputError: (text, write) => {
        write(text.replace(/'([^']*)'/g, '`$1`'))
      },
    })
    .showHelpAfterError('run `ztm --help`, or `ztm <verb> --help` for an example')
    .helpCommand(false)
    .addHelpText('after', '\nExit codes: 0 clean, 1 findings, 2 bad input.')
  for (const add of verbs) add(program, session, choose)
  return program
}

function usage(program: Command, session: Session): ExitCode {
  session.err(program.helpInformation())
  return 2
}

function failed(error: unknown, session: Session): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof BadInput) {
    session.err(renderProblems(error.problems, session.errStyle))
    return 2
  }
  const text =
    error instanceof Error ? ((process.env.ZTM_DEBUG ? error.stack : undefined) ?? error.message) : String(error)
  session.err(
    `ztm: internal error: ${text}\nthis is a bug of ztm; please report it, with the command line and, if you can, its input\n`,
  )
  return internalError
}
