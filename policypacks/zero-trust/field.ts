import { below, isRecord, UNKNOWN, type Judged } from './judged'
import type { Finding } from './rule'

/** Told of every field whose value a rule looks at; the tests make each of these unknown in turn. */
export type Watch = (of: Judged, path: string) => void

/** A place inside something judged. Rules never see a value but through the functions of this file. */
export interface Field {
  readonly of: Judged
  /** `spec.rules[0].from`; empty for the object itself. */
  readonly path: string
  readonly value: unknown
  readonly watch?: Watch
}

/**
 * A field that matters cannot be read: unknown until deployment, left out by a patch, or of a type no API server would
 * take. Thrown by the functions of this file, and turned into a finding by `guard`: what cannot be proven is refused.
 */
export class Unproven extends Error {
  constructor(
    readonly field: Field,
    /** Why it cannot be read: `is not known before deployment`. Never the value. */
    readonly why: string,
  ) {
    super(`${field.of.label} ${field.path} ${why}`)
  }
}

/** The whole of something judged. */
export function root(of: Judged, watch?: Watch): Field {
  return { of, path: '', value: of.content, ...(watch && { watch }) }
}

/** The value as it is; refuses an unknown one. */
function look(field: Field): unknown {
  field.watch?.(field.of, field.path)
  if (field.value === UNKNOWN) throw new Unproven(field, 'is not known before deployment')
  if (field.value === undefined && field.of.extent === 'patch')
    throw new Unproven(field, 'is left out, and the object this patches is not seen')
  return field.value ?? undefined
}

function malformed(field: Field, expected: string): Unproven {
  return new Unproven(field, `is not ${expected}`)
}

function child(field: Field, key: string, value: unknown): Field {
  return { ...field, path: below(field.path, key), value }
}

/** The field under these names. Absent where any of them is. */
export function at(field: Field, ...keys: readonly string[]): Field {
  return keys.reduce((parent, key) => {
    const value = look(parent)
    if (value !== undefined && !isRecord(value)) throw malformed(parent, 'an object')
    return child(parent, key, value && Object.hasOwn(value, key) ? value[key] : undefined)
  }, field)
}

/** Whether it is there at all; `null` is as good as absent. */
export function given(field: Field): boolean {
  return look(field) !== undefined
}

/** A string, or nothing where it is absent. */
export function text(field: Field): string | undefined {
  const value = look(field)
  if (value === undefined || typeof value === 'string') return value
  throw malformed(field, 'a string')
}

/** A string that has to be there. */
export function required(field: Field): string {
  const value = text(field)
  if (value === undefined || value === '') throw new Unproven(field, 'is not given')
  return value
}

/** One of a closed list of words, or nothing where it is absent. */
export function word<const Word extends string>(field: Field, words: readonly Word[]): Word | undefined {
  const value = text(field)
  const known = words.find(candidate => candidate === value)
  if (value !== undefined && known === undefined) throw malformed(field, `one of ${words.join(', ')}`)
  return known
}

/** A boolean, or nothing where it is absent. */
export function flag(field: Field): boolean | undefined {
  const value = look(field)
  if (value === undefined || typeof value === 'boolean') return value
  throw malformed(field, 'a boolean')
}

/** A number, or nothing where it is absent. */
export function number(field: Field): number | undefined {
  const value = look(field)
  if (value === undefined || typeof value === 'number') return value
  throw malformed(field, 'a number')
}

/** A port: its number, or the name of one. */
export function portOf(field: Field): number | string | undefined {
  const value = look(field)
  if (value === undefined || typeof value === 'number' || typeof value === 'string') return value
  throw malformed(field, 'a port')
}

/** The elements of a list; none where it is absent. */
export function items(field: Field): readonly Field[] {
  const value = look(field)
  if (value === undefined) return []
  if (!Array.isArray(value)) throw malformed(field, 'a list')
  return value.map((item: unknown, i) => ({ ...field, path: `${field.path}[${i}]`, value: item ?? {} }))
}

/** A list of strings; none where it is absent. */
export function texts(field: Field): readonly string[] {
  return items(field).map(item => required(item))
}

/** The names and fields of an object; none where it is absent. */
export function entries(field: Field): readonly (readonly [string, Field])[] {
  const value = look(field)
  if (value === undefined) return []
  if (!isRecord(value)) throw malformed(field, 'an object')
  return Object.entries(value).map(([key, entry]) => [key, child(field, key, entry)] as const)
}

/** What is inside an object or a list, whatever it is; nothing in a single value. */
export function parts(field: Field): readonly Field[] {
  const value = look(field)
  if (Array.isArray(value)) return items(field)
  return isRecord(value) ? entries(field).map(([, entry]) => entry) : []
}

/** Any single value as text; nothing for an object or a list. */
export function scalar(field: Field): string | undefined {
  const value = look(field)
  return typeof value === 'string' ? value : undefined
}

/** Whether the value is not known yet: for the one rule to which that matters in some places only. */
export function isUnknown({ value }: Field): boolean {
  return value === UNKNOWN
}

/** Labels or annotations, all of them known; none where they are absent. */
export function labels(field: Field): Readonly<Record<string, string>> {
  return Object.fromEntries(entries(field).map(([key, value]) => [key, text(value) ?? '']))
}

/** Everything below as plain data, all of it known; `without` names what is left out, at whatever depth. */
export function plain(field: Field, without: ReadonlySet<string> = new Set()): unknown {
  const value = look(field)
  if (Array.isArray(value)) return items(field).map(item => plain(item, without))
  if (!isRecord(value)) return value
  const kept = entries(field).filter(([key]) => !without.has(key))
  return Object.fromEntries(kept.map(([key, entry]) => [key, plain(entry, without)]))
}

/** The value as it is, unknowns marked, for an analysis that minds them itself; told to `watch` as it is read. */
export function observed(field: Field): unknown {
  const { watch, of, value } = field
  if (watch === undefined || typeof value !== 'object' || value === null) return value
  const path = (key: string): string => (Array.isArray(value) ? `${field.path}[${key}]` : below(field.path, key))
  return new Proxy(value, {
    get(target, key) {
      const inside: unknown = Reflect.get(target, key)
      if (typeof key === 'symbol' || !Object.hasOwn(target, key) || key === 'length') return inside
      watch(of, path(key))
      return observed({ ...field, path: path(key), value: inside })
    },
  })
}

/** A finding about a field. `message` names no value: what is judged may be secret. */
export function finding(field: Field, message: string): Finding {
  return { at: field.of.at, resource: field.of.label, path: field.path, message }
}

/** The finding that an unproven field is. */
function unproven({ field, why }: Unproven): Finding {
  return finding(field, `cannot be proven at preview: \`${field.path || 'the object'}\` ${why}`)
}

/** What `judge` finds in `field`; and where it cannot be judged, a finding that says so: never silence. */
export function guard(field: Field, judge: (field: Field) => readonly Finding[]): readonly Finding[] {
  try {
    return judge(field)
  } catch (error) {
    if (error instanceof Unproven) return [unproven(error)]
    return [finding(field, `could not be judged: the rule failed (${error instanceof Error ? error.name : 'error'})`)]
  }
}

/** `guard` for each of `fields`, so that one unknown hides nothing about the others. */
export function judgeEach(fields: readonly Field[], judge: (field: Field) => readonly Finding[]): readonly Finding[] {
  return fields.flatMap(field => guard(field, judge))
}

/** Facts read from several objects, with a finding for each object they could not be read from. */
export interface Gathered<Fact> {
  readonly facts: readonly Fact[]
  readonly findings: readonly Finding[]
}

/** Reads a fact from each of `fields`: the first half of a rule that compares objects with each other. */
export function gather<Fact>(fields: readonly Field[], read: (field: Field) => Fact): Gathered<Fact> {
  const facts: Fact[] = []
  const findings = judgeEach(fields, field => {
    facts.push(read(field))
    return []
  })
  return { facts, findings }
}
