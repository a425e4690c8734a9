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
      // The one union there is: how a rule of the policy pack is enforced.
      return [
        blocking({
          code: 'wrong-value',
          at: printPath(path),
          message: `${say(issue.input)} is no enforcement level`,
          ...levels,
        }),
      ]
    default:
      return [blocking({ code: 'wrong-value', at: printPath(path), message: issue.message })]
  }
}

const levels = {
  hint: '`advisory`, `mandatory`, `remediate`, `disabled`, or an object with `enforcementLevel` and the rule’s settings',
}

function unknownKey(path: Path, known: readonly string[]): Problem {
  const key = String(path.at(-1))
  const { hint = `known keys: ${listed(known)}` } = didYouMean(key, known)
  return blocking({ code: 'unknown-key', at: printPath(path), message: `unknown key \`${key}\``, hint })
}

function wrongValue(path: Path, allowed: readonly string[], input: unknown): Problem {
  const near = typeof input === 'string' ? didYouMean(input, allowed) : {}
  const { hint = `one of ${listed(allowed)}` } = near
  if (input === undefined) return { ...missing(path), hint }
  return blocking({
    code: 'wrong-value',
    at: printPath(path),
    message: `${say(input)} is not a value that it may have`,
    hint,
  })
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
