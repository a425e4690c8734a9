import { below } from '../../model/field-path'
import { didYouMean } from '../../model/problem'
import { isRecord } from '../istio/cursor'
import { unfit, type Fit } from './conditions'
import type { Limit, Schema, Type } from './schema'

/** How a value departs from its schema. */
export interface Departure {
  readonly code: 'unknown-field' | 'missing-field' | 'malformed-field'
  /** `spec.rules[0].form`; empty for the object itself. */
  readonly path: string
  /** What follows the path in a sentence. Names no value of the object: it could be secret. */
  readonly what: string
  readonly hint?: string
}

/** What a look at a value brings. */
export interface Outcome {
  readonly departures: readonly Departure[]
  /** Paths of values that nobody knows before deployment, which were not checked. */
  readonly unknown: readonly string[]
}

/** A look at one value, which gathers what it finds. */
export interface Look {
  readonly isUnknown: (value: unknown) => boolean
  readonly departures: Departure[]
  readonly unknown: string[]
}

/** Holds a value against a schema. */
export function departures(schema: Schema, value: unknown, isUnknown: Look['isUnknown'] = () => false): Outcome {
  const look: Look = { isUnknown, departures: [], unknown: [] }
  visit({ schema, value, path: '' }, look)
  return look
}

/** A value, where it stands, and what it is held against. */
export interface Place {
  readonly schema: Schema
  readonly value: unknown
  readonly path: string
}

/** INVARIANT: adds to `look` alone. */
export function visit(place: Place, look: Look): void {
  const { schema, value, path } = place
  if (look.isUnknown(value)) {
    look.unknown.push(path)
    return
  }
  if (value === null && schema.nullable) return
  if (schema.type !== undefined && !fits[schema.type](value)) {
    report(look, path, `is ${typeName(value)}; expected ${names[schema.type]}`)
    return
  }
  single(place, look)
  for (const condition of schema.conditions) {
    const what = unfit(condition, branch => fit(branch, value, look))
    if (what !== undefined) report(look, path, what)
  }
  if (Array.isArray(value)) list(place, value, look)
  else if (isRecord(value)) fields(place, value, look)
}

function fit(schema: Schema, value: unknown, { isUnknown }: Look): Fit {
  const { departures: found, unknown } = departures(schema, value, isUnknown)
  if (found.length > 0) return 'no'
  return unknown.length > 0 ? 'unknown' : 'yes'
}

const fits: Readonly<Record<Type, (value: unknown) => boolean>> = {
  object: isRecord,
  array: Array.isArray,
  string: value => typeof value === 'string' || value instanceof Date,
  boolean: value => typeof value === 'boolean',
  integer: isInteger,
  number: value => typeof value === 'number' || typeof value === 'bigint',
  'int-or-string': value => typeof value === 'string' || isInteger(value),
}

/** Numbers too long for JavaScript come as `bigint`. */
function isInteger(value: unknown): boolean {
  return Number.isInteger(value) || typeof value === 'bigint'
}

const names: Readonly<Record<Type, string>> = {
  object: 'an object',
  array: 'a list',
  string: 'a string',
  boolean: 'true or false',
  integer: 'an integer',
  number: 'a number',
  'int-or-string': 'an integer or a string',
}

function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  return `a ${typeof value}`
}

function report(look: Look, path: string, said: string | Pick<Departure, 'what' | 'hint'>): void {
  look.departures.push({ code: 'malformed-field', path, ...(typeof said === 'string' ? { what: said } : said) })
}

/** A value by itself: one of a few words, of a pattern, within limits. */
function single({ schema, value, path }: Place, look: Look): void {
  const { values, pattern, limits } = schema
  if (values && !values.includes(value)) {
    const words = values.map(String)
    const near = typeof value === 'string' ? didYouMean(value, words) : {}
    report(look, path, { what: `is none of ${words.map(word => `\`${word}\``).join(', ')}`, ...near })
  }
  const beyond = limits.filter(limit => exceeds(limit, value))
  for (const limit of beyond) report(look, path, limitWords[limit.bound](limit.number, units[limit.of]))
  const readable = typeof value === 'string' && value.length <= longestMatched && beyond.length === 0
  if (pattern && readable && !pattern.test(value)) report(look, path, `does not match \`${pattern.source}\``)
}

/** A pattern that tries all ways through a text takes time that grows faster than the text; no name is longer. */
const longestMatched = 4096

function exceeds({ of, bound, number }: Limit, value: unknown): boolean {
  const size = sizes[of](value)
  if (size === undefined) return false
  return { least: size < number, most: size > number, above: size <= number, below: size >= number }[bound]
}

const sizes: Readonly<Record<Limit['of'], (value: unknown) => number | undefined>> = {
  number: value => (typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined),
  // A server counts code points (kube-openapi pkg/validation/validate/values.go MaxLength).
  string: value => (typeof value === 'string' ? [...value].length : undefined),
  array: value => (Array.isArray(value) ? value.length : undefined),
  object: value => (isRecord(value) ? Object.keys(value).length : undefined),
}

const units: Readonly<Record<Limit['of'], string>> = {
  number: '',
  string: ' characters',
  array: ' items',
  object: ' fields',
}

const limitWords: Readonly<Record<Limit['bound'], (number: number, unit: string) => string>> = {
  least: (number, unit) => (unit === '' ? `is below ${number}` : `has fewer than ${number}${unit}`),
  most: (number, unit) => (unit === '' ? `is above ${number}` : `has more than ${number}${unit}`),
  above: number => `is not above ${number}`,
  below: number => `is not below ${number}`,
}

function list({ schema, path }: Place, items: readonly unknown[], look: Look): void {
  const { items: each, distinctBy } = schema
  if (each) items.forEach((value, i) => visit({ schema: each, value, path: `${path}[${i}]` }, look))
  if (distinctBy && !items.some(item => holdsUnknown(item, look))) repeated(path, keysOf(items, distinctBy), look)
}

function repeated(path: string, keys: readonly string[], look: Look): void {
  const second = keys.findIndex((key, i) => keys.indexOf(key) < i)
  if (second >= 0) report(look, `${path}[${second}]`, `is there twice, as \`[${keys.indexOf(keys[second] ?? '')}]\` is`)
}

/** What tells items apart: the fields named, or all of the item. */
function keysOf(items: readonly unknown[], fields: readonly string[]): readonly string[] {
  if (fields.length === 0) return items.map(item => JSON.stringify(item))
  return items.map(item => JSON.stringify(fields.map(field => (isRecord(item) ? item[field] : undefined))))
}

function holdsUnknown(value: unknown, look: Look): boolean {
  if (look.isUnknown(value)) return true
  return typeof value === 'object' && value !== null && Object.values(value).some(inner => holdsUnknown(inner, look))
}

/**
 * `null` is as good as absent (kubernetes `apiextensions-apiserver/pkg/apiserver/schema/defaulting/algorithm.go` PruneNonNullableNullsWithoutDefaults); keys that start
 * with `__` are of a Pulumi program, and never sent.
 */
function fields({ schema, path }: Place, object: Readonly<Record<string, unknown>>, look: Look): void {
  for (const key of schema.required) {
    if (!isGiven(object[key], schema.properties.get(key))) missing(look, below(path, key))
  }
  for (const [key, value] of Object.entries(object)) {
    if (key.startsWith('__')) continue
    const known = schema.properties.get(key) ?? schema.others
    if (known === 'dropped') misspelt({ schema, path: below(path, key), value: key }, look)
    else if (known !== 'kept' && isGiven(value, known)) visit({ schema: known, value, path: below(path, key) }, look)
  }
}

function missing(look: Look, path: string): void {
  look.departures.push({ code: 'missing-field', path, what: 'is missing' })
}

function isGiven(value: unknown, schema: Schema | undefined): boolean {
  return value !== undefined && (value !== null || schema?.nullable === true)
}

function misspelt({ schema, path, value: key }: Place, look: Look): void {
  const hint = didYouMean(String(key), schema.properties.keys())
  look.departures.push({
    code: 'unknown-field',
    path,
    what: 'is no field of its schema, so that it would be dropped',
    ...hint,
  })
}
