import type { Graph } from '../core/graph/graph'
import type { Fragment } from '../core/graph/fragments/fragment'
import { intentOf } from '../core/graph/intent'
import { badInput } from './bad-input'
import { readFileIfThere, standardInput, writeFile } from './io'
import { isLock, lockChanges, renderLock } from './lock'
import type { ExitCode, Session } from './session'

/** A graph and what to do about its lock file. */
export interface LockTask {
  /** The graph's file. */
  readonly path: string
  readonly graph: Graph
  /** What was accepted of each fragment that the graph was merged from. */
  readonly fragments: Readonly<Record<string, Fragment>>
  readonly options: { readonly lock?: string | true; readonly check?: true }
  readonly session: Session
}

/** Writes the lock file, or, with `--check`, says how it is out of date. Throws BadInput. */
export async function keepLock({ path, graph, fragments, options, session }: LockTask): Promise<ExitCode> {
  const file = lockFile(path, options.lock)
  const intent = intentOf(graph)
  const text = readFileIfThere(file)
  const locked = text === undefined ? undefined : parseLock(file, text)
  if (!options.check) {
    const current = renderLock(intent, fragments)
    if (text !== current) writeFile(file, current)
    session.err(text === current ? `${file} is current\n` : `wrote ${file} (${intent.flows.length} flows)\n`)
    return 0
  }
  const more = Object.keys(fragments).length > 0 ? ' and the same `--fragments`' : ''
  const changes = text === undefined ? ['there is no such file'] : lockChanges(locked, intent, fragments)
  if (changes.length === 0) {
    session.err(`${file} is current\n`)
    return 0
  }
  await session.out(
    `${file} is out of date; write it anew with \`ztm compile ${path} --lock\`${more}\n${changes.map(change => `  ${change}\n`).join('')}`,
  )
  return 1
}

/** The lock file of a graph's file: the one that is named, or `intent.lock.json` beside it. */
export function lockFile(path: string, lock: string | true | undefined): string {
  if (typeof lock !== 'string')
    return path === standardInput ? 'intent.lock.json' : path.replace(/[^/\\]*$/, 'intent.lock.json')
  if (lock.endsWith('.json')) return lock
  throw badInput('--lock', `a lock file ends in \`.json\`, got \`${lock}\``, 'name the graph before the options')
}

/** Whatever else lies there is not ours to overwrite. */
function parseLock(file: string, text: string): unknown {
  const hint = 'name another file, or delete this one'
  try {
    const value: unknown = JSON.parse(text)
    if (isLock(value)) return value
  } catch {
    throw badInput(file, 'it is not a lock file: not valid JSON', hint)
  }
  throw badInput(file, 'it is not a lock file: it has no `digest` and `intent`', hint)
}
