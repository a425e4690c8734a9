import { isRecord } from '../istio/cursor'
import type { Schema } from './schema'
import { readSchema } from './schema'

/** What is known of a kind at a version. */
export type Definition =
  | { readonly kind: 'schema'; readonly schema: Schema }
  /** The kind is defined, and this version of it is not served. */
  | { readonly kind: 'unserved'; readonly versions: readonly string[] }
  | { readonly kind: 'absent' }

/** What kinds there are. */
export interface Definitions {
  /** @param group empty for the core group */
  readonly find: (group: string, kind: string, version: string) => Definition
}

const absent: Definition = { kind: 'absent' }

/**
 * The kinds that CustomResourceDefinitions among `objects` define; of two for one kind the first counts. Schemas are read when they are first asked for: a file of a
 * mesh's definitions has dozens, and few are needed. Never throws; what is no definition is passed over.
 */
export function readDefinitions(objects: Iterable<unknown>): Definitions {
  const served = new Map<string, readonly Version[]>()
  for (const object of objects) {
    const { group, kind, versions } = specOf(object)
    const name = `${kind} ${group}`
    if (versions.length > 0 && !served.has(name)) served.set(name, versions)
  }
  const read = new Map<unknown, Schema>()
  const schemaOf = (given: unknown): Schema => {
    const known = read.get(given) ?? readSchema(given)
    read.set(given, known)
    return known
  }
  const find: Definitions['find'] = (group, kind, version) => {
    const versions = served.get(`${kind} ${group}`)
    if (!versions) return absent
    const own = versions.find(({ name }) => name === version)
    if (!own) return { kind: 'unserved', versions: versions.map(({ name }) => name) }
    return own.schema === undefined ? absent : { kind: 'schema', schema: schemaOf(own.schema) }
  }
  return { find }
}

/** Whether an object defines a kind. */
export function isDefinition(object: unknown): boolean {
  return (
    isRecord(object) && object.apiVersion === 'apiextensions.k8s.io/v1' && object.kind === 'CustomResourceDefinition'
  )
}

interface Version {
  readonly name: string
  readonly schema: unknown
}

interface Spec {
  readonly group: string
  readonly kind: string
  readonly versions: readonly Version[]
}

/** Source: kubernetes `apiextensions-apiserver/pkg/apis/apiextensions/v1/types.go`. */
function specOf(object: unknown): Spec {
  const spec = isDefinition(object) && isRecord(object) && isRecord(object.spec) ? object.spec : {}
  const { group, names, versions } = spec
  const kind = isRecord(names) ? names.kind : undefined
  if (typeof group !== 'string' || typeof kind !== 'string' || !Array.isArray(versions)) return nothing
  const served = versions.filter(isRecord).filter(version => version.served !== false)
  return { group, kind, versions: served.flatMap(versionOf) }
}

const nothing: Spec = { group: '', kind: '', versions: [] }

function versionOf({ name, schema }: Readonly<Record<string, unknown>>): readonly Version[] {
  if (typeof name !== 'string') return []
  return [{ name, schema: isRecord(schema) ? schema.openAPIV3Schema : undefined }]
}
