import { keysAt } from './schema-keys'
import type { z } from 'zod'
import { didYouMean } from '../model/problem'
import type { Problem } from '../model/problem'
import { defect, place } from './place'
import type { Step } from './place'
import { isPlain } from './plain'

type Issue = z.core.$ZodIssue

/** Where something has the wrong shape, and what there is to say. */
export interface Misfit {
  readonly path: readonly Step[]
  readonly problem: Problem
}

/** A value read by a schema, or every place where it does not fit. */
export type Fitted<T> =
  { readonly kind: 'fits'; readonly value: T } | { readonly kind: 'misfits'; readonly misfits: readonly Misfit[] }

/** Reads `value` by `schema`. zod finds what does not fit; the words for it are ours. */
export function fit<T>(schema: z.ZodType<T>, value: unknown): Fitted<T> {
  const { data, error } = schema.safeParse(value, { reportInput: true })
  if (!error) return { kind: 'fits', value: data }
  return { kind: 'misfits', misfits: error.issues.flatMap(issue => translate(issue, schema)) }
}

function translate(issue: Issue, schema: z.ZodType, above: readonly Step[] = []): readonly Misfit[] {
  const path = [...above, ...issue.path.map(step => (typeof step === 'number' ? step : String(step)))]
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map(key => unknownKey([...path, key], keysAt(schema, path)))
    case 'invalid_value':
      return [wrongValue(path, issue.values.map(String), issue.input)]
    case 'invalid_union':
      return translateUnion(issue, schema, path)
    case 'too_small':
    case 'too_big':
      return [path.includes('traffic') ? amount(path, issue) : noPort(path, issue.input)]
    case 'invalid_type':
      return [issue.input === undefined ? missing(path) : wrongType(path, issue.expected, issue.input)]
    default:
      return [misfit(path, { code: 'wrong-type', message: `${say(issue.input)} does not belong here` })]
  }
}

function noPort(path: readonly Step[], input: unknown): Misfit {
  const hint = 'ports go from 1 to 65535'
  return misfit(path, { code: 'port-out-of-range', message: `${say(input)} is no port`, hint })
}

/** Shares, and how often something is tried. */
function amount(path: readonly Step[], issue: Extract<Issue, { readonly code: 'too_small' | 'too_big' }>): Misfit {
  const [much, hint] =
    issue.code === 'too_small' ? ['little', `at least ${issue.minimum}`] : ['much', `at most ${issue.maximum}`]
  return misfit(path, { code: 'out-of-range', message: `${say(issue.input)} is too ${much}`, hint })
}

/** The three unions there are: a list of routes, or a word; in such a list a route by itself, or with what it needs; and a word, or routes by port. */
function translateUnion(
  { input, errors }: z.core.$ZodIssueInvalidUnion,
  schema: z.ZodType,
  path: readonly Step[],
): readonly Misfit[] {
  const [first = [], second = []] = errors
  const inner = (issues: readonly Issue[]) => issues.flatMap(issue => translate(issue, schema, path))
  if (path[0] === 'accepts' && path.length === 3) return isPlain(input) ? inner(second) : [noConsent(path, input)]
  if (typeof path.at(-1) === 'number') return isPlain(input) ? inner(second) : [wrongType(path, 'route', input)]
  return Array.isArray(input) ? inner(first) : [notRoutes(path, input)]
}

function misfit(path: readonly Step[], problem: Omit<Problem, 'at' | 'severity'>): Misfit {
  return { path, problem: defect({ ...problem, at: place(...path) }) }
}

function unknownKey(path: readonly Step[], known: readonly string[]): Misfit {
  const key = String(path.at(-1))
  const { hint = `known keys: ${known.map(name => `\`${name}\``).join(', ')}` } = didYouMean(key, known)
  return misfit(path, { code: 'unknown-key', message: `unknown key \`${key}\``, hint })
}

function wrongValue(path: readonly Step[], allowed: readonly string[], input: unknown): Misfit {
  const near = typeof input === 'string' ? didYouMean(input, allowed) : {}
  const { hint = `one of ${allowed.map(value => `\`${value}\``).join(', ')}` } = near
  if (input === undefined) return { ...missing(path), problem: { ...missing(path).problem, hint } }
  return misfit(path, {
    code: 'wrong-value',
    message: `${say(input)} is not a value that \`${String(path.at(-1))}\` may have`,
    hint,
  })
}

function notRoutes(path: readonly Step[], input: unknown): Misfit {
  if (typeof input !== 'string') return wrongType(path, 'array', input)
  const hint = `write [\`${input}\`] for a single route, or one of the words \`tcp\` and \`tls\``
  return misfit(path, { code: 'wrong-type', message: `expected a list of routes, got ${say(input)}`, hint })
}

function noConsent(path: readonly Step[], input: unknown): Misfit {
  const hint = 'write the ports with their routes, or the word `any` for whatever the caller declares'
  return misfit(path, { code: 'wrong-type', message: `expected routes by port, got ${say(input)}`, hint })
}

function missing(path: readonly Step[]): Misfit {
  if (path.length === 0) return misfit(path, { code: 'wrong-type', message: 'expected an object, got nothing' })
  return misfit(path, { code: 'missing-key', message: `\`${String(path.at(-1))}\` is missing` })
}

const nouns: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  route: 'a route',
}

function wrongType(path: readonly Step[], expected: string, input: unknown): Misfit {
  const unquoted = expected === 'number' && typeof input === 'string' && /^\d+$/.test(input)
  return misfit(path, {
    code: 'wrong-type',
    message: `expected ${nouns[expected] ?? expected}, got ${say(input)}`,
    ...(unquoted && { hint: `write \`${input}\` without quotes` }),
  })
}

/** A value of any type, shortly; nothing of it is called, as it may be a proxy. */
function say(value: unknown): string {
  if (typeof value === 'string') return `the text \`${value.length > 60 ? `${value.slice(0, 60)}…` : value}\``
  if (typeof value === 'number' || typeof value === 'boolean') return `\`${value}\``
  if (value === null) return '`null`'
  if (Array.isArray(value)) return 'a list'
  return isPlain(value) ? 'an object' : `a value that is no plain data (${typeof value})`
}
