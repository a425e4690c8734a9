import type { Recorded } from './recorded'
import { isJsonObject, type Json, type JsonObject, secretSignature, signatureKey, unknownValue } from './wire'

/** Fields of an object's metadata that the API server fills in. */
const serverMetadata = ['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'selfLink']
/** Fields of a Service's `spec` that the API server chooses where they are left out. */
const serverService = ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'healthCheckNodePort']

/**
 * What a resource's outputs are before it exists: its inputs, and the unknown for what only a server knows.
 *
 * Top-level outputs that are missing are unknown to the SDK by itself; nested ones (`metadata.uid`) would be
 * `undefined`, which a program could take for a fact.
 */
export function outputsOf({ type, custom, inputs }: Recorded): JsonObject {
  if (!custom || !type.startsWith('kubernetes:') || type.startsWith('kubernetes:helm.sh/')) return inputs
  const metadata = fill(inputs.metadata ?? {}, unnamed(inputs.metadata) ? [...serverMetadata, 'name'] : serverMetadata)
  if (type !== 'kubernetes:core/v1:Service') return { ...inputs, metadata }
  return { ...inputs, metadata, spec: fill(inputs.spec ?? {}, serverService) }
}

/** Whether Pulumi would invent a name. */
export function unnamed(metadata: Json | undefined): boolean {
  return !isJsonObject(metadata) || !('name' in content(metadata))
}

function content(value: JsonObject): JsonObject {
  const inner = value[signatureKey] === secretSignature ? value.value : value
  return isJsonObject(inner) ? inner : {}
}

/** The object with the unknown in those `fields` that it lacks; a secret one stays secret. */
function fill(value: Json, fields: readonly string[]): Json {
  if (!isJsonObject(value)) return value
  if (value[signatureKey] === secretSignature) return { ...value, value: fill(value.value ?? {}, fields) }
  const absent = fields.filter(field => !(field in value)).map(field => [field, unknownValue] as const)
  return { ...value, ...Object.fromEntries(absent) }
}
