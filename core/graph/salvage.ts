import type { z } from 'zod'
import type { Step } from './place'
import { isPlain } from './plain'
import { fit } from './shape-problems'

/** What is left of a value without its ill-shaped parts. */
export interface Salvage<T> {
  readonly value: T
  /** Whether what stood at a path was left out, it or something around it: nothing can be said of it. */
  readonly lost: (...path: readonly Step[]) => boolean
  /** Whether anything was left out at a path or below it. */
  readonly damaged: (...path: readonly Step[]) => boolean
}

/**
 * Leaves out what has the wrong shape, so that the rest can be checked for its meaning: one misspelt key must not hide
 * forty other defects. Nothing where the whole value is ill-shaped.
 */
export function salvage<T>(schema: z.ZodType<T>, value: unknown): Salvage<T> | undefined {
  const copy = mutableCopy(value)
  const gone = new Set<string>()
  const around = new Set<string>()
  for (;;) {
    const fitted = fit(schema, copy)
    if (fitted.kind === 'fits') {
      const lost = (...path: readonly Step[]) => prefixes(path).some(above => gone.has(above))
      return { value: fitted.value, lost, damaged: (...path) => around.has(key(path)) || lost(...path) }
    }
    for (const { path } of fitted.misfits) {
      const removed = remove(copy, path)
      if (!removed) return undefined
      gone.add(key(removed))
      for (const above of prefixes(removed)) around.add(above)
    }
  }
}

function prefixes(path: readonly Step[]): readonly string[] {
  return path.map((_, index) => key(path.slice(0, index + 1)))
}

function key(path: readonly Step[]): string {
  return JSON.stringify(path)
}

/** Plain data only, and to a depth no graph has: what lies deeper is of the wrong shape anyway. */
function mutableCopy(value: unknown, depth = 0): unknown {
  if (depth > 12) return undefined
  if (Array.isArray(value)) return value.map(item => mutableCopy(item, depth + 1))
  if (!isPlain(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mutableCopy(item, depth + 1)]))
}

/**
 * Takes away what is at a path, or, where nothing is, what lacks it. Returns the path of what is gone, and nothing when
 * that is the whole. A list's item becomes empty text instead, so that those after it keep their places.
 */
function remove(root: unknown, path: readonly Step[]): readonly Step[] | undefined {
  const last = path.at(-1)
  if (last === undefined) return undefined
  const around = path.slice(0, -1)
  const parent = around.reduce<unknown>(child, root)
  if (Array.isArray(parent)) return emptied(parent, path) ?? remove(root, around)
  if (parent === undefined) return path // gone already, with another misfit
  if (!isPlain(parent)) return remove(root, around)
  return Object.hasOwn(parent, last) && Reflect.deleteProperty(parent, last) ? path : remove(root, around)
}

function child(parent: unknown, step: Step): unknown {
  if (Array.isArray(parent)) return parent[Number(step)]
  return isPlain(parent) && Object.hasOwn(parent, step) ? parent[step] : undefined
}

/** Nothing where the item is empty already: then it is a list of something else than texts. */
function emptied(list: unknown[], path: readonly Step[]): readonly Step[] | undefined {
  const index = Number(path.at(-1))
  if (list[index] === '') return undefined
  list[index] = ''
  return path
}
