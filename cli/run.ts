import { Command, CommanderError } from 'commander'
import { renderProblems } from '../core/report/problems'
import { BadInput } from './bad-input'
import type { Action, Verb } from './command'
import { hushed } from './session'
import type { ExitCode, Session } from './session'
import { verbs } from './verbs'

/** A bug of ours is none of the three answers. The number is that of `sysexits.h` for internal errors. */
const internalError = 70

/**
 * Runs the command line `argv` (without the program's name) and returns the exit code. Whatever is wrong with the
 * input is printed with its place; an error that is ours says so.
 */
export async function run(argv: readonly string[], session: Session): Promise<number> {
  let chosen: Action | undefined
  let quiet = false
  const listening = hushed(session, () => quiet)
  const program = build(session)
  await addVerbs(program, argv[0], verb => {
    verb(program, listening, action => {
      chosen = action
    })
  })
  addQuiet(program, wanted => {
    quiet = wanted.quiet === true
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

/** The verb that is asked for, whole; of the others the name and what they answer, which is all that a list shows. */
async function addVerbs(program: Command, asked: string | undefined, add: (verb: Verb) => void): Promise<void> {
  for (const { name, asks, load } of verbs) {
    if (name === asked) add(await load())
    else program.command(name).description(asks)
  }
}

function build(session: Session): Command {
  return new Command('ztm')
    .description('Compiles a service graph into mesh policies, and says who can really call whom.')
    .exitOverride()
    .configureOutput({
      writeOut: text => void session.out(text),
      writeErr: text => {
        session.err(text)
      },
      getOutHelpWidth: () => session.width,
      getErrHelpWidth: () => session.width,
      outputError: (text, write) => {
        write(text.replace(/'([^']*)'/g, '`$1`'))
      },
    })
    .showHelpAfterError('run `ztm --help`, or `ztm <verb> --help` for an example')
    .helpCommand(false)
    .addHelpText('after', '\nExit codes: 0 clean, 1 findings, 2 bad input.')
}

/** The option that all verbs take: `quiet` is told what was chosen before the verb runs. */
function addQuiet(program: Command, quiet: (wanted: { readonly quiet?: true }) => void): void {
  for (const command of program.commands.flatMap(verb => (verb.commands.length > 0 ? verb.commands : [verb])))
    command.option('-q, --quiet', 'no notes and no progress, only results and problems')
  program.hook('preAction', (_, command) => {
    quiet(command.opts<{ readonly quiet?: true }>())
  })
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
