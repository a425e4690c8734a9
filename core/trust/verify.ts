import { hex } from './hex'
import type { Hash, Key, Signature } from './certificate'

/** What was signed, and by what it is said to be. */
export interface Signed {
  /** The part of a certificate that its signature covers, as it was given. */
  readonly signed: ArrayBuffer
  readonly signature: Signature
  readonly value: ArrayBuffer
}

/** A public key as a certificate holds it, SubjectPublicKeyInfo. */
export interface PublicKey {
  readonly key: Key
  readonly encoded: ArrayBuffer
}

/** A platform's cryptography that answers at once, for those who have no time to wait: rules. */
export interface Cryptography {
  /** SHA-256 in hexadecimal. */
  readonly sha256: (bytes: Uint8Array<ArrayBuffer>) => string
  /** As {@link isSignedBy} says. */
  readonly isSignedBy: (signed: Signed, by: PublicKey) => boolean
}

/** How many bytes a coordinate on a curve takes. */
const widths = { 'P-256': 32, 'P-384': 48, 'P-521': 66 } as const

/**
 * Whether `by` signed what is signed. What cannot be verified, such as a signature by an algorithm that no mesh takes, was not: nobody else
 * verifies it either.
 */
export async function isSignedBy({ signed, signature, value }: Signed, by: PublicKey): Promise<boolean> {
  const algorithm = algorithmOf(signature, by.key)
  const bytes = by.key.kind === 'ecdsa' ? joined(new Uint8Array(value), widths[by.key.curve]) : new Uint8Array(value)
  if (!algorithm || !bytes) return false
  try {
    const key = await crypto.subtle.importKey('spki', by.encoded, algorithm, false, ['verify'])
    return await crypto.subtle.verify(algorithm, key, bytes, signed)
  } catch {
    return false // a key that is none
  }
}

/** The length of an RSA key in bits, by its modulus (RFC 8017 A.1.1 RSAPublicKey); nothing where it is none. */
export function rsaBits(key: ArrayBuffer): number | undefined {
  const bytes = new Uint8Array(key)
  const modulus = bytes[0] === 0x30 ? contentAt(bytes, 0) : undefined
  const digits = modulus && bytes[modulus.from] === 0x02 ? contentAt(bytes, modulus.from) : undefined
  if (!modulus || !digits || modulus.to !== bytes.length || digits.to > modulus.to) return undefined
  const leading = bytes.subarray(digits.from, digits.to).findIndex(byte => byte !== 0)
  const first = bytes[digits.from + leading]
  if (leading < 0 || first === undefined) return undefined
  return 8 * (digits.to - digits.from - leading - 1) + first.toString(2).length
}

/** Where the content of the value at `at` begins and ends (X.690 8.1.3). */
function contentAt(bytes: Uint8Array, at: number): { readonly from: number; readonly to: number } | undefined {
  const length = bytes[at + 1]
  if (length === undefined) return undefined
  if (length < 0x80) return { from: at + 2, to: at + 2 + length }
  const size = length - 0x80
  const from = at + 2 + size
  return { from, to: from + bytes.subarray(at + 2, from).reduce((sum, byte) => sum * 256 + byte, 0) }
}

/** SHA-256 in hexadecimal. */
export async function fingerprintOf(der: Uint8Array<ArrayBuffer>): Promise<string> {
  return hex(await crypto.subtle.digest('SHA-256', der))
}

/** What Web Cryptography calls it; nothing where such a key makes no such signature. */
function algorithmOf(signature: Signature, key: Key) {
  if (signature.kind === 'ecdsa' && key.kind === 'ecdsa')
    return { name: 'ECDSA', namedCurve: key.curve, hash: signature.hash }
  if (signature.kind === 'ed25519' && key.kind === 'ed25519') return { name: 'Ed25519' }
  if (key.kind !== 'rsa') return undefined
  if (signature.kind === 'rsa') return { name: 'RSASSA-PKCS1-v1_5', hash: signature.hash }
  return signature.kind === 'rsa-pss'
    ? { name: 'RSA-PSS', hash: signature.hash, saltLength: saltLengths[signature.hash] }
    : undefined
}

/** As long as the hash (RFC 4055 3.1); other lengths are no such signature here. */
const saltLengths: Readonly<Record<Hash, number>> = { 'SHA-1': 20, 'SHA-256': 32, 'SHA-384': 48, 'SHA-512': 64 }

/** Certificates have a signature as a sequence of two integers (RFC 3279 2.2.3); Web Cryptography has them one after the other, of equal width. */
function joined(sequence: Uint8Array, width: number): Uint8Array<ArrayBuffer> | undefined {
  const start = sequence[1] === 0x81 ? 3 : 2
  const whole = sequence[0] === 0x30 && sequence[start - 1] === sequence.length - start
  const first = whole ? integerAt(sequence, start) : undefined
  const second = first && integerAt(sequence, first.end)
  if (!first || second?.end !== sequence.length) return undefined
  if (first.bytes.length > width || second.bytes.length > width) return undefined
  const both = new Uint8Array(2 * width)
  both.set(first.bytes, width - first.bytes.length)
  both.set(second.bytes, 2 * width - second.bytes.length)
  return both
}

function integerAt(bytes: Uint8Array, at: number): { readonly bytes: Uint8Array; readonly end: number } | undefined {
  const length = bytes[at + 1]
  if (bytes[at] !== 0x02 || length === undefined || length > 0x7f) return undefined
  const end = at + 2 + length
  const digits = bytes.subarray(at + 2, end)
  const leading = digits.findIndex(byte => byte !== 0)
  return { bytes: leading < 0 ? new Uint8Array() : digits.subarray(leading), end }
}
