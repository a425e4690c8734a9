/** PEM, OpenSSH and PGP headers of private keys (RFC 7468 section 10 and its like), encrypted ones too. */
const pem = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/

/** A JSON Web Key with its private part (RFC 7518). */
const jwk = /"kty"\s*:[^}]*"d"\s*:\s*"[\w-]{20,}"|"d"\s*:\s*"[\w-]{20,}"[^}]*"kty"\s*:/

/** Runs of base64 long enough for the smallest key, with or without line ends. */
const base64 = /[A-Za-z0-9+/_-]{40,}(?:\s+[A-Za-z0-9+/_-]+)*={0,2}/g

/** How often base64 is looked into: a Kubernetes Secret that is itself quoted in base64. */
const layers = 3

/** Whether a text has a private key in it, in the open or in base64. */
export function hasPrivateKey(text: string, depth = layers): boolean {
  if (pem.test(text) || jwk.test(text)) return true
  if (depth === 0) return false
  return [...text.matchAll(base64)].some(([run]) => {
    const bytes = decoded(run)
    return bytes !== undefined && (isPrivateKeyDer(bytes) || hasPrivateKey(bytes, depth - 1))
  })
}

/** Base64, also of the kind for URLs, as a string of bytes; nothing where it is none. */
function decoded(run: string): string | undefined {
  const text = run.replace(/\s+/g, '').replace(/-/g, '+').replace(/_/g, '/').replace(/=+$/, '')
  try {
    return atob(text.slice(0, text.length - (text.length % 4 === 1 ? 1 : 0)))
  } catch {
    return undefined
  }
}

const sequence = 0x30
const integer = 0x02
const octets = 0x04

/**
 * Whether bytes begin as a private key in DER does: a sequence of a version and then an algorithm (PKCS#8, RFC 5958), a
 * modulus (PKCS#1, RFC 8017) or a secret (SEC 1, RFC 5915). A certificate begins with a sequence in a sequence.
 */
function isPrivateKeyDer(bytes: string): boolean {
  const body = contentOf(bytes, 0, sequence)
  if (body === undefined || bytes.charCodeAt(body) !== integer || bytes.charCodeAt(body + 1) !== 1) return false
  const version = bytes.charCodeAt(body + 2)
  const next = bytes.charCodeAt(body + 3)
  if (version === 1 && next === octets) return true
  if (version === 0 && next === integer) return bytes.charCodeAt(body + 4) > 0x20
  return (
    version <= 1 &&
    next === sequence &&
    contentOf(bytes, body + 3, sequence) !== undefined &&
    hasAlgorithm(bytes, body + 3)
  )
}

/** A sequence that begins with an object identifier. */
function hasAlgorithm(bytes: string, at: number): boolean {
  const body = contentOf(bytes, at, sequence)
  return body !== undefined && bytes.charCodeAt(body) === 0x06
}

/** Where the content of the element at `at` begins, when it has that tag. */
function contentOf(bytes: string, at: number, tag: number): number | undefined {
  if (bytes.charCodeAt(at) !== tag) return undefined
  const length = bytes.charCodeAt(at + 1)
  return length < 0x80 ? at + 2 : at + 2 + (length & 0x7f)
}
