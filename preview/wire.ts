/**
 * Values as the SDK sends them to the engine: JSON in which secrets, unknowns and references to resources are marked.
 *
 * The marks are Pulumi's wire protocol (pulumi/pulumi `sdk/go/common/resource/properties.go`); they are written down
 * here so that reading a recording does not have to load the SDK.
 */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

/** Stands for a string that only the server will know. */
export const unknownValue = '04da6b54-80e4-46f7-96ec-b56ff0331ba9'
/** The key whose presence makes an object a mark. */
export const signatureKey = '4dabf18193072939515e22adb298388d'
export const secretSignature = '1b47061264138c4ac30d75fd1eb44270'
export const resourceSignature = '5cf8f73096256a8f31e491e813e4eb8e'

/** Whether a value is an object, and neither a list nor null. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether JSON is an object. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return isObject(value)
}

/** The value with each secret replaced by what `replace` makes of its content. */
function mapSecrets(value: Json, replace: (content: Json) => Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => mapSecrets(item, replace))
  if (!isJsonObject(value)) return value
  if (value[signatureKey] === secretSignature) return replace(value.value ?? null)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapSecrets(item, replace)]))
}

/** The plain value, secrets opened. Never to be printed or written. */
export function reveal(value: Json): Json {
  return mapSecrets(value, content => reveal(content))
}

/** The value fit for people: `[secret]` in the place of secrets. */
export function redact(value: Json): Json {
  return mapSecrets(value, () => '[secret]')
}

/** The value with `[unknown]` in the place of what only the server will know. */
export function nameUnknowns(value: Json): Json {
  if (value === unknownValue) return '[unknown]'
  if (Array.isArray(value)) return value.map(nameUnknowns)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, nameUnknowns(item)]))
}

/** The value as the engine hands it to a policy pack: references become an id or a URN, internal keys are left out. */
export function forPolicies(value: Json): Json {
  if (Array.isArray(value)) return value.map(forPolicies)
  if (!isJsonObject(value)) return value
  if (value[signatureKey] === resourceSignature) return reference(value)
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.startsWith('__'))
      .map(([key, item]) => [key, forPolicies(item)]),
  )
}

function reference({ id, urn }: JsonObject): Json {
  if (id === undefined) return urn ?? unknownValue
  return id === '' ? unknownValue : id
}
