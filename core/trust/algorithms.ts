import type { Key, Signature } from './certificate'

/** The curves by their object identifiers, as they are encoded (RFC 5480 2.1.1.1). */
const curves: Readonly<Record<string, 'P-256' | 'P-384' | 'P-521'>> = {
  '06082a8648ce3d030107': 'P-256',
  '06052b81040022': 'P-384',
  '06052b81040023': 'P-521',
}

/** Names of key algorithms that no mesh here takes, for messages. */
const otherKeys: Readonly<Record<string, string>> = {
  '1.2.840.10040.4.1': 'DSA',
  '1.2.840.10045.2.1': 'ECDSA on an unknown curve',
  '1.3.101.112': 'Ed25519',
  '1.3.101.113': 'Ed448',
}

/** Object identifiers of signatures (RFC 4055 5, RFC 5758 3.2). */
const signatures: Readonly<Record<string, Signature>> = {
  '1.2.840.113549.1.1.5': { kind: 'rsa', hash: 'SHA-1' },
  '1.2.840.113549.1.1.11': { kind: 'rsa', hash: 'SHA-256' },
  '1.2.840.113549.1.1.12': { kind: 'rsa', hash: 'SHA-384' },
  '1.2.840.113549.1.1.13': { kind: 'rsa', hash: 'SHA-512' },
  '1.2.840.10045.4.1': { kind: 'ecdsa', hash: 'SHA-1' },
  '1.2.840.10045.4.3.2': { kind: 'ecdsa', hash: 'SHA-256' },
  '1.2.840.10045.4.3.3': { kind: 'ecdsa', hash: 'SHA-384' },
  '1.2.840.10045.4.3.4': { kind: 'ecdsa', hash: 'SHA-512' },
}

const otherSignatures: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.4': 'RSA with MD5',
  '1.2.840.113549.1.1.10': 'RSA-PSS',
  '1.3.101.112': 'Ed25519',
}

const rsa = '1.2.840.113549.1.1.1'
const ecdsa = '1.2.840.10045.2.1'

/** A public key by its algorithm; `bits` of an RSA key are asked for, since they are counted elsewhere. */
export function keyOf(
  { algorithm, parameters }: { readonly algorithm: string; readonly parameters: string },
  bits: () => number | undefined,
): Key {
  const curve = algorithm === ecdsa ? curves[parameters] : undefined
  if (curve !== undefined) return { kind: 'ecdsa', curve }
  const length = algorithm === rsa ? bits() : undefined
  if (length !== undefined) return { kind: 'rsa', bits: length }
  return { kind: 'other', name: otherKeys[algorithm] ?? `\`${algorithm}\`` }
}

/** How a certificate was signed, by the object identifier it names. */
export function signatureOf(algorithm: string): Signature {
  return signatures[algorithm] ?? { kind: 'other', name: otherSignatures[algorithm] ?? `\`${algorithm}\`` }
}
