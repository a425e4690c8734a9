import { basename } from 'node:path'
import { type Document, isNode, LineCounter, parseDocument } from 'yaml'
import type { Problem } from '../core/model/problem'
import { problem, Refusal } from './refusal'
import { isObject } from './wire'

/** A YAML file that was read, and where in it things stand. */
export interface YamlFile {
  /** The file's own name, for messages. */
  readonly name: string
  readonly value: Readonly<Record<string, unknown>>
  /** `Pulumi.dev.yaml:7` for what stands at `path`, or for the nearest thing above it that is there. */
  readonly at: (path: readonly (string | number)[]) => string
}

/**
 * One YAML document that holds an object; an empty one is an empty object.
 *
 * @throws Refusal with every syntax error and its line
 */
export function parseYaml(file: string, text: string): YamlFile {
  const name = basename(file)
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const wrong = document.errors.map(({ message, pos }) =>
    problem({
      code: 'malformed-yaml',
      at: `${name}:${lines.linePos(pos[0]).line}`,
      message: `not YAML: ${firstLine(message)}`,
    }),
  )
  if (wrong.length > 0) throw new Refusal(wrong)
  const value = toObject(document, name)
  return { name, value, at: path => `${name}:${lineOf(document, lines, path)}` }
}

function firstLine(message: string): string {
  const [line = message] = message.split('\n', 1)
  return line.charAt(0).toLowerCase() + line.slice(1).replace(/[.:]+$/, '')
}

function toObject(document: Document, name: string): Readonly<Record<string, unknown>> {
  const value = plain(document, name)
  if (value === null || value === undefined) return {}
  if (isObject(value)) return value
  const what = Array.isArray(value) ? 'a list' : typeof value
  throw new Refusal([problem({ code: 'wrong-type', at: `${name}:1`, message: `must be an object, got ${what}` })])
}

function plain(document: Document, name: string): unknown {
  try {
    return document.toJS()
  } catch {
    // The parser's guard against aliases that multiply without end.
    throw new Refusal([problem({ code: 'malformed-yaml', at: `${name}:1`, message: 'its aliases unfold to too much' })])
  }
}

function lineOf(document: Document, lines: LineCounter, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return 1
}

/** Throws where there is something to complain of. */
export function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new Refusal(problems)
}
