import { keysAt } from '../core/graph/schema-keys'
import type { z } from 'zod'
import type { Problem } from '../core/model/problem'
import { blocking } from '../core/model/problem'
import { didYouMean } from '../core/model/problem'

type Issue = z.core.$ZodIssue
type Path = readonly PropertyKey[]

/** Every place where a value has not the shape of `schema`, in our words. Values that could be secret are not shown. */
export function schemaProblems(schema: z.ZodType, value: unknown): readonly Problem[] {
  const { error } = schema.safeParse(value, { reportInput: true })
  return (error?.issues ?? []).flatMap(issue => translate(issue, schema))
}

function translate(issue: Issue, schema: z.ZodType): readonly Problem[] {
  const { path } = issue
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map(key => unknownKey([...path, key], keysAt(schema, path)))
    case 'invalid_value':
      return [wrongValue(path, issue.values.map(String), issue.input)]
    case 'invalid_type':
      return [issue.input === undefined ? missing(path) : wrongType(path, issue.expected, issue.input)]
    case 'invalid_key':
      return issue.issues.map(inner => blocking({ code: 'wrong-value', at: printPath(path), message: inner.message }))
    case 'invalid_union':
      return alternatives(issue, schema)
    default:
      return [blocking({ code: 'wrong-value', at: printPath(path), message: issue.message })]
  }
}

/** Of several forms the one that was meant: where it is an object, what is wrong within; else the words that there are. */
function alternatives(issue: UnionIssue, schema: z.ZodType): readonly Problem[] {
  const { path, input, errors } = issue
  const within = errors.find(issues => issues.every(isWithin))
  if (within) return within.flatMap(inner => translate({ ...inner, path: [...path, ...inner.path] }, schema))
  const words = errors.flat().flatMap(inner => (inner.code === 'invalid_value' ? inner.values.map(String) : []))
  const near = typeof input === 'string' ? didYouMean(input, words) : {}
  const { hint = `one of ${listed(words)}, or an object with ${listed(keysAt(schema, path))}` } = near
  return [wrongWord(path, input, hint)]
}

type UnionIssue = Extract<Issue, { readonly code: 'invalid_union' }>

function isWithin({ path, code }: Issue): boolean {
  return path.length > 0 || code === 'unrecognized_keys'
}

function unknownKey(path: Path, known: readonly string[]): Problem {
  const key = String(path.at(-1))
  const { hint = `known keys: ${listed(known)}` } = didYouMean(key, known)
  return blocking({ code: 'unknown-key', at: printPath(path), message: `unknown key \`${key}\``, hint })
}

function wrongValue(path: Path, allowed: readonly string[], input: unknown): Problem {
  const near = typeof input === 'string' ? didYouMean(input, allowed) : {}
  const { hint = `one of ${listed(allowed)}` } = near
  return input === undefined ? { ...missing(path), hint } : wrongWord(path, input, hint)
}

function wrongWord(path: Path, input: unknown, hint: string): Problem {
  const message = `${say(input)} is not a value that it may have`
  return blocking({ code: 'wrong-value', at: printPath(path), message, hint })
}

function missing(path: Path): Problem {
  return blocking({ code: 'missing-key', at: printPath(path), message: `\`${String(path.at(-1))}\` is missing` })
}

function wrongType(path: Path, expected: string, input: unknown): Problem {
  const unquoted = expected === 'string' && typeof input === 'number'
  const hint = unquoted ? { hint: 'put it in quotes' } : {}
  return blocking({
    code: 'wrong-type',
    at: printPath(path),
    message: `expected ${nouns[expected] ?? expected}, got ${kindOf(input)}`,
    ...hint,
  })
}

const nouns: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

function kindOf(input: unknown): string {
  if (input === null) return 'nothing'
  if (Array.isArray(input)) return 'a list'
  if (typeof input === 'object') return 'an object'
  return typeof input === 'string' ? 'text' : say(input)
}

function say(input: unknown): string {
  return typeof input === 'object' && input !== null ? kindOf(input) : `\`${String(input)}\``
}

function listed(names: readonly string[]): string {
  return names.map(name => `\`${name}\``).join(', ')
}

function printPath(path: Path): string {
  return path.map(String).join('.')
}
