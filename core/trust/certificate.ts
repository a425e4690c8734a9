/** Milliseconds since 1970, as a date that is given. */
export type Instant = number
/** Milliseconds. */
export type Duration = number

export const hour: Duration = 3_600_000
export const day: Duration = 24 * hour

/** Hashes of signatures. */
export type Hash = 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512'

/** What a certificate's public key is. `other`: an algorithm that no mesh here knows, by its name or its OID. */
export type Key =
  | { readonly kind: 'rsa'; readonly bits: number }
  | { readonly kind: 'ecdsa'; readonly curve: 'P-256' | 'P-384' | 'P-521' }
  | { readonly kind: 'ed25519' }
  | { readonly kind: 'other'; readonly name: string }

/** How a certificate was signed. `other`: what nobody here can verify. */
export type Signature =
  | { readonly kind: 'rsa' | 'rsa-pss' | 'ecdsa'; readonly hash: Hash }
  | { readonly kind: 'ed25519' }
  | { readonly kind: 'other'; readonly name: string }

/** What names below an authority may be. Each name says of which kind it is: `dns:example.com`, `uri:example.com`. */
export interface NameConstraints {
  readonly permitted: readonly string[]
  readonly excluded: readonly string[]
}

/** An X.509 certificate, as far as a mesh looks at it: public, plain data. */
export interface Certificate {
  /** Where it was given: a file, or an object and its key, with its position there. */
  readonly at: string
  /** As people read it: `CN=root, O=Example`. */
  readonly subject: string
  readonly issuer: string
  /** The encoded names in hexadecimal: two names are the same where these are (Go `crypto/x509/verify.go` compares bytes too). */
  readonly names: { readonly subject: string; readonly issuer: string }
  /** In hexadecimal. */
  readonly serial: string
  /** SHA-256 of the whole certificate, in hexadecimal. */
  readonly fingerprint: string
  readonly key: Key
  /** The encoded public key in hexadecimal: two certificates may be for one key. */
  readonly publicKey: string
  readonly signature: Signature
  readonly notBefore: Instant
  readonly notAfter: Instant
  /** Whether it says that it is an authority. */
  readonly ca: boolean
  /** How many authorities may stand between it and a leaf. @default any number */
  readonly pathLength?: number
  /** `keyCertSign` and the like. @default any */
  readonly keyUsage?: readonly string[]
  /** Object identifiers. @default any */
  readonly extendedKeyUsage?: readonly string[]
  readonly nameConstraints?: NameConstraints
  /** Names beside the subject, in their order, each with its kind: `uri:spiffe://…`. @default there are none */
  readonly alternativeNames?: readonly string[]
  /** Object identifiers of critical extensions that verifiers may not know, and must refuse if so (RFC 5280 4.2). */
  readonly unknownCritical: readonly string[]
}

/** A certificate as messages name it. */
export function nameOf({ subject, serial, fingerprint }: Certificate): string {
  return `\`${subject}\` (serial \`${serial}\`, SHA-256 \`${fingerprint}\`)`
}

/** A moment as messages show it, in UTC: `2026-12-31T00:00:00Z`. */
export function showInstant(instant: Instant): string {
  return new Date(instant).toISOString().replace('.000Z', 'Z')
}

/** A span in words: in days where there are some, else in hours, else in minutes. */
export function showDuration(duration: Duration): string {
  const units = [
    [day, 'd'],
    [hour, 'h'],
    [60_000, 'min'],
  ] as const
  const [size, unit] = units.find(([size]) => Math.abs(duration) >= 2 * size) ?? ([1000, 's'] as const)
  return `${Math.round(duration / size)} ${unit}`
}

/** A key as messages show it: `ECDSA P-256`, `RSA 2048`, `Ed25519`. */
export function showKey(key: Key): string {
  switch (key.kind) {
    case 'rsa':
      return `RSA ${key.bits}`
    case 'ecdsa':
      return `ECDSA ${key.curve}`
    case 'ed25519':
      return 'Ed25519'
    case 'other':
      return key.name
  }
}

/** A signature as messages show it: `ECDSA with SHA-256`. */
export function showSignature(signature: Signature): string {
  if (signature.kind === 'other') return signature.name
  return signature.kind === 'ed25519' ? 'Ed25519' : `${signature.kind.toUpperCase()} with ${signature.hash}`
}
