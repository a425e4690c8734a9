import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseAllDocuments } from 'yaml'

/*
 * What an API server checks of a custom resource, short of CEL: structural schemas. A field that a schema does not have
 * is a fault here, although a server would drop it silently, since then an object would say something else than we meant.
 */

interface Schema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema
  readonly items?: Schema
  readonly required?: readonly string[]
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly not?: Schema
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
  readonly [limit: string]: unknown
}

interface Definition {
  readonly kind: string
  readonly spec: {
    readonly group: string
    readonly names: { readonly kind: string }
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: Schema } }[]
  }
}

/** The folder of facts beside the repository, or nothing where there is none. */
export const shared = [process.env.ZTM_SHARED, resolve(__dirname, '../../../shared')].find(
  folder => folder !== undefined && existsSync(folder),
)

/** The schemas of a file of CRDs, by `apiVersion/Kind`. */
export function schemasIn(file: string): ReadonlyMap<string, Schema> {
  const documents = parseAllDocuments(readFileSync(file, 'utf8'))
  const definitions = documents.map(document => document.toJS() as Definition | null)
  return new Map(
    definitions
      .filter(definition => definition?.kind === 'CustomResourceDefinition')
      .flatMap(definition => (definition ? versions(definition) : [])),
  )
}

function versions({ spec: { group, names, versions } }: Definition): (readonly [string, Schema])[] {
  return versions.map(({ name, schema }) => [`${group}/${name}/${names.kind}`, schema.openAPIV3Schema] as const)
}

/** Where a value departs from a schema, one line each. */
export function faults(schema: Schema, value: unknown, at = ''): string[] {
  return [...typeFaults(schema, value, at), ...limitFaults(schema, value, at), ...branchFaults(schema, value, at)]
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isRecord,
  array: Array.isArray,
  string: value => typeof value === 'string',
  boolean: value => typeof value === 'boolean',
  integer: Number.isInteger,
  number: value => typeof value === 'number',
}

function typeFaults(schema: Schema, value: unknown, at: string): string[] {
  if (schema.type !== undefined && !types[schema.type]?.(value)) return [`${at} is no ${schema.type}`]
  if (Array.isArray(value)) return value.flatMap((item, i) => faults(schema.items ?? {}, item, `${at}[${i}]`))
  if (!isRecord(value)) return []
  const missing = (schema.required ?? []).filter(key => !(key in value)).map(key => `${at}.${key} is missing`)
  const inside = Object.entries(value).flatMap(([key, inner]) => {
    const known = schema.properties?.[key] ?? schema.additionalProperties
    if (known) return faults(known, inner, `${at}.${key}`)
    return schema.properties && !schema['x-kubernetes-preserve-unknown-fields'] ? [`${at}.${key} is unknown`] : []
  })
  return [...missing, ...inside]
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length
  return isRecord(value) ? Object.keys(value).length : 0
}

function limitFaults(schema: Schema, value: unknown, at: string): string[] {
  const size = sizeOf(value)
  const most = schema.maxItems ?? schema.maxLength ?? schema.maxProperties
  const least = schema.minItems ?? schema.minLength
  const misfit = schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(String(value))
  return [
    ...(typeof most === 'number' && size > most ? [`${at} has ${size} parts, more than ${most}`] : []),
    ...(typeof least === 'number' && size < least ? [`${at} has ${size} parts, fewer than ${least}`] : []),
    ...(schema.enum && !schema.enum.includes(value) ? [`${at} is none of ${schema.enum.join(', ')}`] : []),
    ...(misfit ? [`${at} does not match`] : []),
  ]
}

function branchFaults({ oneOf, anyOf, not }: Schema, value: unknown, at: string): string[] {
  const fits = (branches: readonly Schema[]) => branches.filter(branch => faults(branch, value).length === 0).length
  return [
    ...(oneOf && fits(oneOf) !== 1 ? [`${at} fits ${fits(oneOf)} branches`] : []),
    ...(anyOf && fits(anyOf) === 0 ? [`${at} fits no branch`] : []),
    ...(not && fits([not]) > 0 ? [`${at} fits what it must not`] : []),
  ]
}
