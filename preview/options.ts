import { Command, CommanderError, Option } from 'commander'
import { resolve } from 'node:path'
import { problem, Refusal } from './refusal'

export const formats = ['text', 'json', 'markdown'] as const
export type Format = (typeof formats)[number]

/** What was asked for on the command line. Paths are absolute. */
export interface Options {
  readonly stack: string
  /** The project's folder. */
  readonly directory: string
  /** Where the rendered YAML and the reports go. */
  readonly out: string
  /** Files and folders with objects that are in the cluster already. */
  readonly base: readonly string[]
  readonly format: Format
  /** What may stay without judgement: `transform`, or `invoke=aws:index:getRegion` for one of them. */
  readonly acknowledged: readonly string[]
  readonly pack: string
  /** Where the command was given; paths are shown relative to it. */
  readonly from: string
}

const description = [
  'Shows what `pulumi up` would register for a stack, who could then really call whom, and what the policy pack says of it. Needs Node and nothing else: no Pulumi, no cluster, no cloud account, no network.',
  'It is not the Pulumi engine: it does not know what is deployed already, and runs no provider.',
].join('\n\n')

const examples = `
Examples:
  $ npm run preview
  $ npm run preview -- --stack prod
  $ npm run preview -- --stack prod --format markdown > comment.md
  $ npm run preview -- --base cluster-dump/ --out /tmp/rendered
  $ npm run --silent preview -- --format json | jq .proof

  A dump for --base, of all that decides who may call whom:
  $ kubectl get -A -o yaml ns,sa,po,svc,cm,authorizationpolicies,peerauthentications,sidecars,serviceentries > dump.yaml

Exit codes: 0 clean; 1 a mandatory finding, a reach that is not what the stages expect, or something that could not be
judged and is not acknowledged; 2 bad input.`

interface Parsed {
  readonly stack: string
  readonly cwd: string
  readonly out?: string
  readonly base: string[]
  readonly format: Format
  readonly acknowledge: string[]
  readonly policyPack?: string
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value]

function command(write: { readonly out: (text: string) => void; readonly err: (text: string) => void }): Command {
  return new Command('preview')
    .description(description)
    .option('--stack <name>', 'the stack: its settings are in Pulumi.<name>.yaml', 'dev')
    .option('--out <dir>', 'where the rendered YAML and the reports go (default: out/<stack> in the project)')
    .option(
      '--base <path>',
      'a file or folder of objects that are in the cluster already; may be repeated',
      collect,
      [],
    )
    .addOption(new Option('--format <format>', 'what standard output gets').choices(formats).default('text'))
    .option('--acknowledge <what>', 'accept that this is not judged, as printed; may be repeated', collect, [])
    .option('--policy-pack <dir>', 'the policy pack (default: policypacks/zero-trust in the project)')
    .option('--cwd <dir>', 'the folder of the Pulumi project', '.')
    .addHelpText('after', examples)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: write.out,
      writeErr: write.err,
      outputError: (text, print) => {
        print(text.replace(/'([^']*)'/g, '`$1`'))
      },
    })
    .showHelpAfterError('for examples: npm run preview -- --help')
}

/**
 * Reads the command line; `--help` and errors are written by `write`.
 *
 * @returns the exit code where there is nothing left to do
 * @throws Refusal where a value makes no sense
 */
export function parseOptions(
  argv: readonly string[],
  write: { readonly out: (text: string) => void; readonly err: (text: string) => void },
): Options | 0 | 2 {
  const program = command(write)
  try {
    program.parse(argv, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    throw error
  }
  return options(program.opts<Parsed>())
}

function options(parsed: Parsed): Options {
  const { stack, cwd, format, base, acknowledge } = parsed
  if (!/^[A-Za-z0-9][\w.-]*$/.test(stack)) {
    const hint = 'the name alone, without organization and project'
    throw new Refusal([
      problem({ code: 'bad-stack', at: '--stack', message: `\`${stack}\` is no name of a stack`, hint }),
    ])
  }
  const directory = resolve(cwd)
  return {
    stack,
    directory,
    format,
    out: parsed.out === undefined ? resolve(directory, 'out', stack) : resolve(parsed.out),
    base: base.map(path => (path === '-' ? path : resolve(path))),
    acknowledged: acknowledge,
    from: process.cwd(),
    pack: parsed.policyPack === undefined ? resolve(directory, 'policypacks/zero-trust') : resolve(parsed.policyPack),
  }
}
