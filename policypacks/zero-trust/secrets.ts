import { unwrap, type Unwrapped } from './wire'

/** What the policy SDK turns properties from the wire into those a rule is given with (`@pulumi/policy/deserialize`). */
const unpacker = 'deserializeProperties'

/** Properties as they came over the wire. */
interface Struct {
  toJavaScript(): unknown
}

/** The name under which the SDK's proxy gives what it wraps (`@pulumi/policy/proxy`). */
const target = '__getSpecialProxyTarget'

/**
 * Watches the SDK unpack properties, and returns a function that reads them as they came over the wire.
 *
 * The engine says what is secret, and the SDK forgets it before a rule is asked. A rule about keys in the open has to
 * know: a key that is encrypted in the state is none. Should an SDK unpack in another way, nothing counts as secret, so
 * that more is refused and not less.
 *
 * For every rule the SDK unpacks the same wire anew; what it gave once, and what was read of it, is kept for as long as
 * the wire is. Rules of this pack only ever see what was read, which nobody can change. What is unpacked to be mended
 * (`proxySecrets`) is changed on purpose, and is never shared.
 */
export function rememberSecrets(sdk: object): (properties: unknown) => Unwrapped {
  const wires = new WeakMap<object, Struct>()
  const known = new WeakMap<Struct, Unwrapped>()
  const unpacked = new WeakMap<Struct, object>()
  const original: unknown = Reflect.get(sdk, unpacker)
  if (typeof original !== 'function') return unwrap
  Reflect.set(sdk, unpacker, (wire: unknown, proxySecrets: unknown, ...rest: unknown[]) => {
    const shared = proxySecrets === false && isStruct(wire) ? unpacked.get(wire) : undefined
    if (shared !== undefined) return shared
    const properties: unknown = Reflect.apply(original, sdk, [wire, proxySecrets, ...rest])
    if (typeof properties === 'object' && properties !== null && isStruct(wire)) {
      wires.set(properties, wire)
      if (proxySecrets === false) unpacked.set(wire, properties)
    }
    return properties
  })
  return properties => {
    const wire = wires.get(unproxied(properties))
    if (wire === undefined) return unwrap(properties)
    const read = known.get(wire) ?? unwrap(wire.toJavaScript())
    known.set(wire, read)
    return read
  }
}

function isStruct(wire: unknown): wire is Struct {
  return typeof wire === 'object' && wire !== null && typeof Reflect.get(wire, 'toJavaScript') === 'function'
}

function unproxied(properties: unknown): object {
  if (typeof properties !== 'object' || properties === null) return {}
  const inside: unknown = Reflect.get(properties, target)
  return typeof inside === 'object' && inside !== null ? inside : properties
}
