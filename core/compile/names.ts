/** What a Kubernetes label holds and a Service may be called, so that a name fits everywhere it could end up. */
const limit = 63

/**
 * A name made from content: itself where it fits into 63 characters, else its beginning and a hash of the whole.
 *
 * Cut names without a hash have collided, and one team's object then silently replaced another's. `suffix` (`.2`) is kept
 * whole; it starts with a dot, which no service's name may hold, so that `cart`'s second part is never a service `cart-2`.
 */
export function fitName(name: string, suffix = ''): string {
  if (name.length + suffix.length <= limit) return name + suffix
  const tail = `-${hash(name)}${suffix}`
  return name.slice(0, limit - tail.length).replace(/[-.]+$/, '') + tail
}

/** FNV-1a over UTF-16 code units, 64 bits in base 36: stable on every machine. No defence against forgery; `compile` refuses equal names. */
function hash(text: string): string {
  let value = 0xcbf29ce484222325n
  for (let i = 0; i < text.length; i++) {
    value = BigInt.asUintN(64, (value ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n)
  }
  return value.toString(36).padStart(13, '0')
}
