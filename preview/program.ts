import { createRequire } from 'node:module'
import { relative, sep } from 'node:path'
import * as runtime from '@pulumi/pulumi/runtime'
import { hasErrors } from '@pulumi/pulumi/log'
import type { Problem } from '../core/model/problem'
import type { StackConfig } from './config'
import { exists } from './io'
import { PreviewMonitor } from './monitor'
import { captureOutput } from './output-capture'
import { problemsOf } from './program-errors'
import type { Project } from './project'
import type { Recording } from './recorded'
import { problem, Refusal } from './refusal'
import { type Locate, registerTypeScript } from './typescript'

/** Longest a program may take, in milliseconds; 10,000 resources need about a minute. */
const patience = 300_000

/** What became of a program. */
export interface Evaluated {
  readonly recording: Recording
  /** What it printed. */
  readonly output: string
  /** Whatever it threw, and what the engine would have refused. */
  readonly problems: readonly Problem[]
}

/**
 * Runs the project's program for one stack, from its sources, and records what it registers.
 *
 * The SDK's state belongs to the process, so this may be done once a process. The program has ended when nothing is left
 * that could go on, as under Pulumi: whoever calls must hold no open handle meanwhile, or unref it.
 *
 * @throws Refusal where the program cannot even be started
 */
export async function evaluate(project: Project, stack: string, config: StackConfig): Promise<Evaluated> {
  const load = createRequire(project.main)
  checkSdk(load)
  const locate = await registerTypeScript(project)
  const monitor = new PreviewMonitor(project.name, stack)
  await attach(monitor, { project, stack, config })
  const capture = captureOutput()
  process.chdir(project.directory)
  const errors = await run(async () => {
    // As Pulumi runs a program: a module may export a function, and what either gives may be a promise.
    const exported: unknown = load(project.main)
    return await (typeof exported === 'function' ? (exported as () => unknown)() : exported)
  })
  await runtime.disconnect()
  const output = capture.end()
  return {
    recording: monitor.recording,
    output,
    problems: [...describe(errors, { project, load, locate }), ...monitor.problems],
  }
}

interface Ran {
  readonly project: Project
  readonly load: NodeJS.Require
  readonly locate: Locate
}

function describe(errors: readonly unknown[], { project, load, locate }: Ran): Problem[] {
  const { directory, name } = project
  const logged = hasErrors() && errors.length === 0
  return [
    ...errors.flatMap(error => problemsOf(error, directory, locate)),
    ...(logged
      ? [
          problem({
            code: 'program-failed',
            at: name,
            message: 'the program logged an error',
            hint: 'it is printed with what the program said',
          }),
        ]
      : []),
    ...compiledModules(directory, load),
  ]
}

/** Registrations go to the SDK the program itself finds; if that is another one, nothing would be recorded. */
function checkSdk(load: NodeJS.Require): void {
  const theirs = resolve(load, '@pulumi/pulumi/package.json')
  const ours = require.resolve('@pulumi/pulumi/package.json')
  if (theirs === ours) return
  const message =
    theirs === undefined ? 'the program finds no `@pulumi/pulumi`' : `the program uses its own Pulumi SDK, ${theirs}`
  throw new Refusal([
    problem({ code: 'other-sdk', at: 'package.json', message, hint: 'install both in one place, with one version' }),
  ])
}

function resolve(load: NodeJS.Require, name: string): string | undefined {
  try {
    return load.resolve(name)
  } catch {
    return undefined
  }
}

/** Puts the monitor in the engine's place, as the SDK's own runner does. */
async function attach(
  monitor: PreviewMonitor,
  run: { project: Project; stack: string; config: StackConfig },
): Promise<void> {
  runtime.setMockOptions(monitor, run.project.name, run.stack, true, 'organization')
  // Asks the monitor what it can do. The SDK's declarations leave it out, because only runners call it.
  await (runtime as unknown as { awaitFeatureSupport(): Promise<void> }).awaitFeatureSupport()
  runtime.setAllConfig({ ...run.config.values }, [...run.config.secretKeys])
}

/** Runs the program until nothing is left to wait for; returns all that was thrown, in order, each once. */
async function run(program: () => Promise<unknown>): Promise<readonly unknown[]> {
  const errors = new Set<unknown>()
  const collect = (error: unknown): void => void errors.add(error)
  process.on('uncaughtException', collect).on('unhandledRejection', collect)
  let ended = false
  void runtime
    .runInPulumiStack(program)
    .catch(collect)
    .finally(() => (ended = true))
  const why = await idle()
  process.off('uncaughtException', collect).off('unhandledRejection', collect)
  if (why === 'late') return [...errors, new Error(`the program did not end within ${patience / 1000} s`)]
  return ended ? [...errors] : [...errors, new Error('the program waits for something that never comes')]
}

function idle(): Promise<'idle' | 'late'> {
  return new Promise(settle => {
    const timer = setTimeout(() => settle('late'), patience).unref()
    process.once('beforeExit', () => {
      clearTimeout(timer)
      settle('idle')
    })
  })
}

/** A `.js` file beside its source is found first, and may be older: what was then evaluated is not what is written. */
function compiledModules(directory: string, load: NodeJS.Require): Problem[] {
  return Object.keys(load.cache)
    .filter(file => file.startsWith(directory + sep) && !file.includes(`${sep}node_modules${sep}`))
    .filter(file => file.endsWith('.js') && exists(file.replace(/\.js$/, '.ts')))
    .map(file => {
      const name = relative(directory, file)
      const message = `it was loaded in the place of \`${name.replace(/\.js$/, '.ts')}\` and may be older`
      return problem({ code: 'compiled-program', at: name, message, hint: 'delete it' })
    })
}
