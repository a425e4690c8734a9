import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { isDirectory, readText, exists } from './io'
import { problem, Refusal } from './refusal'
import { isObject } from './wire'

/** Longest a pack may take to start, in milliseconds. */
const patience = 60_000

/** A policy pack that was started in a process of its own. */
export interface PackProcess {
  readonly directory: string
  /** The port it listens on, once it does. Until this is called the process keeps nobody waiting. */
  port(): Promise<number>
  /** Ends it. May be called more than once. */
  kill(): void
}

/** What a pack is told about the run through its environment, as Pulumi tells it. */
export interface PackEnvironment {
  readonly project: string
  readonly stack: string
  /** The stack's configuration. */
  readonly config?: Readonly<Record<string, string>>
}

/**
 * Starts the policy pack in `directory` as Pulumi does, with the SDK's own runner. The process dies with this one.
 *
 * @throws Refusal where there is no pack, it is not built, or the SDK is missing
 */
export function launch(directory: string, environment: PackEnvironment): PackProcess {
  const runner = checkPack(directory)
  // The address of an engine; packs have nothing to tell it.
  const child = spawn(process.execPath, [runner, '127.0.0.1:1', '.'], {
    cwd: directory,
    env: { ...process.env, ...variables(environment) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
  const listening = listen(child, directory)
  // Whoever waits for it sees the failure; until then it is nobody's.
  listening.catch(() => undefined)
  keepWaiting(child, 'unref')
  return {
    directory,
    kill,
    port: () => {
      keepWaiting(child, 'ref')
      return listening
    },
  }
}

function checkPack(directory: string): string {
  const manifest = readText(join(directory, 'package.json'))
  if (!isDirectory(directory) || manifest === undefined) {
    throw new Refusal([
      problem({
        code: 'no-pack',
        at: directory,
        message: 'there is no policy pack here',
        hint: 'it needs a `package.json`',
      }),
    ])
  }
  const { main } = parseManifest(directory, manifest)
  if (typeof main === 'string' && !exists(join(directory, main))) {
    const message = `the policy pack is not built: there is no \`${main}\``
    throw new Refusal([problem({ code: 'pack-not-built', at: directory, message, hint: 'run `npm run build`' })])
  }
  try {
    return createRequire(join(directory, 'package.json')).resolve('@pulumi/pulumi/cmd/run-policy-pack')
  } catch {
    const hint = 'run `npm install`'
    throw new Refusal([
      problem({ code: 'no-sdk', at: directory, message: 'the policy pack finds no `@pulumi/pulumi`', hint }),
    ])
  }
}

function parseManifest(directory: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
  } catch {
    // Said below.
  }
  throw new Refusal([
    problem({ code: 'malformed-json', at: join(directory, 'package.json'), message: 'not a JSON object' }),
  ])
}

function variables({ project, stack, config }: PackEnvironment): Readonly<Record<string, string>> {
  return {
    PULUMI_NODEJS_ORGANIZATION: 'organization',
    PULUMI_NODEJS_PROJECT: project,
    PULUMI_NODEJS_STACK: stack,
    PULUMI_NODEJS_DRY_RUN: 'true',
    ...(config ? { PULUMI_CONFIG: JSON.stringify(config) } : {}),
  }
}

/** Waits for the port, which the runner prints as the first line. */
function listen(child: ChildProcess, directory: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = ''
    let errors = ''
    const fail = (why: string): void => {
      clearTimeout(timer)
      child.kill('SIGKILL')
      reject(
        new Refusal([
          problem({
            code: 'pack-failed',
            at: directory,
            message: `the policy pack did not start: ${why}`,
            hint: hintOf(errors),
          }),
        ]),
      )
    }
    const timer = setTimeout(() => fail(`no answer within ${patience / 1000} s`), patience).unref()
    child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()))
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      const [line, rest] = output.split('\n', 2)
      if (rest === undefined) return
      clearTimeout(timer)
      if (/^\d+$/.test(line ?? '')) resolve(Number(line))
      else fail(`it printed \`${line ?? ''}\` where Pulumi expects its port`)
    })
    child.once('error', error => fail(error.message))
    child.once('close', code => fail(complaint(errors) ?? `it ended with exit code ${String(code)}`))
  })
}

/** The line of a crash that says what happened. */
function complaint(errors: string): string | undefined {
  return /^\s*(\w*Error\b.*)$/m.exec(errors)?.[1] ?? errors.split('\n').find(line => line.trim() !== '')
}

/** Pulumi's runner loads the nearest TypeScript even for a compiled pack, and dies of version 7. */
function hintOf(errors: string): string | undefined {
  return errors.includes('fileExists') ? 'Pulumi cannot load TypeScript 7; install `typescript@5`' : undefined
}

/** Whether the process keeps the event loop of this one from ending. */
function keepWaiting(child: ChildProcess, how: 'ref' | 'unref'): void {
  child[how]()
  for (const stream of [child.stdout, child.stderr]) holdable(stream)?.[how]()
}

/** A pipe to a child is a socket, which the declarations do not say. */
function holdable(stream: Readable | null): { ref(): void; unref(): void } | undefined {
  return stream !== null && 'ref' in stream && 'unref' in stream
    ? (stream as Readable & { ref(): void; unref(): void })
    : undefined
}
