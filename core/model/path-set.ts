import type { Expression } from './language'
import { Language } from './language'
import { once } from './once'

/** A set of request paths, without query and fragment. */
export type PathSet = Language

const unreserved = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~'
const subDelims = "!$&'()*+,;="

/**
 * The paths that every data plane reads alike: no `//`, no dot segments, no backslashes, no encoded unreserved characters
 * or slashes (RFC 3986). Intent speaks of these alone; other paths a data plane admits are reported separately.
 */
export const canonicalPaths = once(buildCanonical)

function buildCanonical(): PathSet {
  const hex = { chars: '0123456789ABCDEFabcdef' }
  const encoded = Language.of({ sequence: ['%', hex, hex] }).minus(Language.literals(encodings()))
  const character: Expression = {
    choice: [{ chars: `${unreserved}${subDelims}:@` }, { choice: [...(encoded.words ?? [])] }],
  }
  const segments = Language.of({
    choice: [{ sequence: [{ plus: { sequence: ['/', { plus: character }] } }, { choice: ['', '/'] }] }, '/'],
  })
  const dotSegment = Language.of({
    sequence: [{ any: true }, '/', { choice: ['.', '..'] }, { choice: ['', { sequence: ['/', { any: true }] }] }],
  })
  return segments.minus(dotSegment)
}

/** The percent-encodings of characters that need none, and of the two slashes. */
function encodings(): readonly string[] {
  return [...unreserved, '/', '\\'].flatMap(character => {
    const hex = character.charCodeAt(0).toString(16).padStart(2, '0')
    const [a = '', b = ''] = hex
    return [a, a.toUpperCase()].flatMap(x => [b, b.toUpperCase()].map(y => `%${x}${y}`))
  })
}
