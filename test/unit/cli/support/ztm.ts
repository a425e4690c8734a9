import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { run } from '../../../../cli/run'
import { openSession } from '../../../../cli/session'

export const root = resolve(__dirname, '../../../..')

export interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs the command line in this process. */
export async function ztm(args: readonly string[], stdin = ''): Promise<Outcome> {
  const written = { out: '', err: '' }
  const stream = (name: 'out' | 'err') => ({
    write: (text: string) => ((written[name] += text), true),
    once: () => undefined,
  })
  const code = await run(
    args,
    openSession({
      stdin: chunks(stdin),
      // A stream's other methods are not used.
      stdout: stream('out') as never,
      stderr: stream('err') as never,
      env: {},
    }),
  )
  return { code, ...written }
}

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text))
}

let bundle: string | undefined

/** The program as it is shipped: bundled, once a run. */
export function bundled(): string {
  bundle ??= build()
  return bundle
}

/** In the checkout, since what it leaves out of the bundle is found from there; in a folder of this process, since others build theirs at the same time. */
function build(): string {
  const folder = join(root, `out/test/${process.pid}`)
  execFileSync(process.execPath, [join(root, 'scripts/bundle-ztm.mjs'), folder])
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true })
  })
  return join(folder, 'ztm.js')
}

export interface ChildOptions {
  readonly stdin?: string
  readonly cwd?: string
  readonly node?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** Runs the bundled command line as a process of its own. */
export function child(
  args: readonly string[],
  { stdin = '', cwd = root, node = [], env = {} }: ChildOptions = {},
): Promise<Outcome> {
  return new Promise(settle => {
    const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 1 << 30 }
    const started = execFile(process.execPath, [...node, bundled(), ...args], options, (error, out, err) => {
      settle({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err })
    })
    started.stdin?.on('error', () => undefined)
    started.stdin?.end(stdin)
  })
}

/** Runs a line of a shell, in which `npx --no ztm` is the bundled program. */
export function shell(line: string): Promise<Outcome> {
  const command = line.replaceAll('npx --no ztm', `"${process.execPath}" "${bundled()}"`)
  return new Promise(settle => {
    execFile('sh', ['-c', command], { cwd: root, maxBuffer: 1 << 30 }, (error, out, err) => {
      settle({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err })
    })
  })
}

/** A folder of its own for the tests of a file, and a way to fill it. */
export function scratch(): {
  readonly path: (name: string) => string
  readonly write: (name: string, text: string | Buffer) => string
} {
  const folder = mkdtempSync(join(tmpdir(), 'ztm-'))
  after(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  const path = (name: string): string => join(folder, name)
  return {
    path,
    write: (name, text) => {
      writeFileSync(path(name), text)
      return path(name)
    },
  }
}

/** Runs the command line in another directory. */
export async function within(directory: string, args: readonly string[]): Promise<Outcome> {
  const before = process.cwd()
  process.chdir(directory)
  try {
    return await ztm(args)
  } finally {
    process.chdir(before)
  }
}

/** The git program in a folder, as somebody of its own. */
export function gitIn(cwd: string): (...args: readonly string[]) => void {
  const own = ['-c', 'user.name=x', '-c', 'user.email=x@example.com', '-c', 'commit.gpgsign=false']
  return (...args) => {
    execFileSync('git', [...own, ...args], { cwd, stdio: 'ignore' })
  }
}

/** Bad input: exit code 2, a message with its place, and no stack trace. */
export function assertRefused({ code, err }: Outcome, ...messages: readonly (string | RegExp)[]): void {
  assert.equal(code, 2, err)
  assertNoTrace(err)
  for (const message of messages) {
    assert.ok(
      typeof message === 'string' ? err.includes(message) : message.test(err),
      `${String(message)} is not in:\n${err}`,
    )
  }
}

export function assertNoTrace(text: string): void {
  assert.doesNotMatch(text, /^\s+at .*:\d+:\d+\)?$/m)
  assert.doesNotMatch(text, /internal error/)
}
