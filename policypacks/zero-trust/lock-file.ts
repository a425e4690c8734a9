import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { noLock, parseLock, type IntentSource } from './lock'

/** Above this many folders nobody keeps a lock; the root of the file system ends the search anyway. */
const farthest = 32

/**
 * A reader of reviewed intents. A relative path is looked for in the pack's folder and in those above, so that a pack that
 * is installed as a package finds the lock at the root of the project that uses it.
 *
 * Rules ask for it with every resource, and the lock of a large mesh is megabytes, over which a digest is taken: what was read of a file
 * stands for as long as the file is the same one, unchanged.
 */
export function lockReader(folder: string): (path: string | undefined) => IntentSource {
  const read = new Map<string, { readonly state: string; readonly source: IntentSource }>()
  return path => {
    if (path === undefined || path === '') return noLock
    const file = isAbsolute(path) ? path : above(folder, path, farthest)
    const state = file === undefined ? undefined : stateOf(file)
    if (file === undefined || state === undefined) return unreadable(path)
    const known = read.get(path)
    const current = `${file} ${state}`
    if (known?.state === current) return known.source
    const text = contentOf(file)
    const source = text === undefined ? unreadable(path) : parseLock(text, path, sha256)
    read.set(path, { state: current, source })
    return source
  }
}

function unreadable(path: string): IntentSource {
  return { kind: 'missing', why: `there is no file \`${path}\` that can be read` }
}

function sha256(intent: string): string {
  return `sha256:${createHash('sha256').update(intent).digest('hex')}`
}

/** Which file it is, and when it last changed in any way, to the nanosecond: that time nobody can set. */
function stateOf(file: string): string | undefined {
  try {
    const { dev, ino, size, ctimeNs } = statSync(file, { bigint: true })
    return [dev, ino, size, ctimeNs].join(' ')
  } catch {
    return undefined
  }
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function above(folder: string, path: string, steps: number): string | undefined {
  const file = join(folder, path)
  if (existsSync(file)) return file
  const parent = dirname(folder)
  return parent === folder || steps === 0 ? undefined : above(parent, path, steps - 1)
}
