import { relative, sep } from 'node:path'
import type { Problem } from '../core/model/problem'
import { problem } from './refusal'
import type { Locate } from './typescript'
import { isObject } from './wire'

/** What a program threw, for people: the problems it carries, or its message and the line in the project it came from. */
export function problemsOf(error: unknown, directory: string, locate: Locate = (_, line) => line): readonly Problem[] {
  if (
    isObject(error) &&
    Array.isArray(error.problems) &&
    error.problems.length > 0 &&
    error.problems.every(isProblem)
  ) {
    return error.problems
  }
  const message = error instanceof Error ? error.message : String(error)
  return [
    problem({
      code: 'program-failed',
      at: place(error, directory, locate) ?? 'the program',
      message: tidy(message, directory),
    }),
  ]
}

/** By shape: the program has its own copy of everything. */
function isProblem(value: unknown): value is Problem {
  return isObject(value) && ['code', 'severity', 'message', 'at'].every(field => typeof value[field] === 'string')
}

/** In one line, with paths of the project shortened, and without the list of modules that Node adds. */
function tidy(message: string, directory: string): string {
  const [said = ''] = message.split('\nRequire stack:')
  return said
    .trim()
    .replaceAll(directory + sep, '')
    .replace(/\s*\n\s*/g, '; ')
}

/** `index.ts:12`: the innermost line of the stack that belongs to the project. */
function place(error: unknown, directory: string, locate: Locate): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  for (const [, file = '', line = '', column = ''] of stack.matchAll(
    /\(?((?:file:\/\/)?\/[^\s():]+|[A-Za-z]:\\[^\s():]+):(\d+):(\d+)\)?$/gm,
  )) {
    const path = file.replace(/^file:\/\//, '')
    if (path.startsWith(directory + sep) && !path.includes(`${sep}node_modules${sep}`)) {
      return `${relative(directory, path)}:${locate(path, Number(line), Number(column))}`
    }
  }
  return undefined
}
