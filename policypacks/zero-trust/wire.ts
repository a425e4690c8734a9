import { below, isRecord, UNKNOWN } from './judged'

/**
 * How Pulumi writes a value that is not known yet, one per type (`@pulumi/policy/proxy`). The string kind is what
 * almost everything uses.
 */
const unknownSentinels: ReadonlySet<unknown> = new Set([
  '04da6b54-80e4-46f7-96ec-b56ff0331ba9', // string
  '1c4a061d-8072-4f0a-a4cb-0ff528b18fe7', // boolean
  '3eeb2bf0-c639-47a8-9e75-3b44932eb421', // number
  '6a19a0b0-7e62-4c92-b797-7f8e31da9cc2', // array
  'dd056dcd-154b-4c76-9bd3-c8f88648b5ff', // object
  '030794c1-ac77-496b-92df-f27374a8bd58', // asset
  'e48ece36-62e2-4504-bad9-02848725956a', // archive
])

/** The key that marks a special object on Pulumi's wire, and the marks that matter here (`@pulumi/pulumi/runtime/rpc`). */
const signature = '4dabf18193072939515e22adb298388d'
const secretMark = '1b47061264138c4ac30d75fd1eb44270'
const outputMark = 'd0e6a833031e9bbcd3f4e8bde6ca49a4'

/** Properties as plain data: unknown values replaced by `UNKNOWN`, secrets unwrapped and their paths noted. */
export interface Unwrapped {
  readonly content: unknown
  readonly secrets: ReadonlySet<string>
}

/**
 * Reads properties as Pulumi passed them: raw from the wire, or wrapped in the policy SDK's proxy, whose unknown
 * properties throw when they are read. Whatever cannot be read is unknown.
 */
export function unwrap(properties: unknown): Unwrapped {
  const secrets = new Set<string>()
  const visit = (value: unknown, path: string): unknown => {
    if (unknownSentinels.has(value)) return UNKNOWN
    if (Array.isArray(value))
      return Array.from({ length: value.length }, (_, i) => visit(read(value, i), `${path}[${i}]`))
    if (!isRecord(value)) return value
    const mark = read(value, signature)
    if (mark === secretMark) secrets.add(path)
    if (mark === secretMark || mark === outputMark)
      return Object.hasOwn(value, 'value') ? visit(read(value, 'value'), path) : UNKNOWN
    return Object.fromEntries(Object.keys(value).map(key => [key, visit(read(value, key), below(path, key))]))
  }
  return { content: visit(properties, ''), secrets }
}

function read(from: object, key: string | number): unknown {
  try {
    return Reflect.get(from, key)
  } catch {
    return UNKNOWN
  }
}
