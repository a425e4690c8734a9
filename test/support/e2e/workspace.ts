import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** How a program is started. */
export interface Start {
  /** Of its log, too. */
  readonly name: string
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** A program that runs. */
export interface Running {
  /** What it wrote so far. */
  log(): string
  /** Resolves when it has ended; `undefined` where a signal ended it. */
  readonly ended: Promise<number | undefined>
  /** Ends it with all its children, and waits until it is gone. */
  stop(): Promise<void>
}

/**
 * A temporary folder, outside of which nothing is written, and the processes that work in it. Both are gone when the tests
 * are, however those end: `keeper.cjs` sees to it.
 */
export class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), 'ztm-e2e-'))
  private readonly running = new Set<Running>()
  private readonly keeper = this.startKeeper()

  /** Starts a program as the leader of a group of its own, so that its children end with it, and Ctrl-C does not reach it first. */
  start({ name, program, args, env = {}, cwd = this.folder }: Start): Running {
    const file = join(this.folder, `${name}.log`)
    const log = openSync(file, 'w')
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      detached: true,
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    this.tell(`+${child.pid}`)
    const ended = endOf(child).finally(() => {
      this.running.delete(running)
      this.tell(`-${child.pid}`)
    })
    ended.catch(() => undefined) // whoever waits for it is told
    const running: Running = { log: () => readFileSync(file, 'utf8'), ended, stop: () => stop(child, ended) }
    this.running.add(running)
    return running
  }

  /** Ends everything and removes the folder. */
  async close(): Promise<void> {
    await Promise.all([...this.running].map(running => running.stop()))
    const gone = endOf(this.keeper)
    this.keeper.stdin?.end()
    await gone
  }

  private tell(line: string): void {
    if (this.keeper.stdin?.writable) this.keeper.stdin.write(`${line}\n`)
  }

  private startKeeper(): ChildProcess {
    const keeper = spawn(process.execPath, [join(__dirname, 'keeper.cjs'), this.folder], {
      detached: true,
      stdio: ['pipe', 'ignore', 'inherit'],
    })
    keeper.unref()
    return keeper
  }
}

function endOf(child: ChildProcess): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', code => resolve(code ?? undefined))
  })
}

async function stop({ pid }: ChildProcess, ended: Promise<unknown>): Promise<void> {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It was gone.
  }
  await ended.catch(() => undefined)
}

/** A port of 127.0.0.1 that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('there is no free port')),
      )
    })
  })
}

/** Asks until the answer is not `undefined`, ten times a second at most. */
export async function until<T>(what: string, seconds: number, ask: () => Promise<T | undefined>): Promise<T> {
  const end = performance.now() + seconds * 1000
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s`)
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}
