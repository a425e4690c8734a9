import type { AlgorithmIdentifier } from '@peculiar/asn1-x509'
import type { Hash, Key, Signature } from './certificate'
import { hex } from './hex'

/** The curves by their object identifiers, as they are encoded (RFC 5480 2.1.1.1). */
const curves: Readonly<Record<string, 'P-256' | 'P-384' | 'P-521'>> = {
  '06082a8648ce3d030107': 'P-256',
  '06052b81040022': 'P-384',
  '06052b81040023': 'P-521',
}

/** Names of key algorithms that no mesh here takes, for messages. */
const otherKeys: Readonly<Record<string, string>> = {
  '1.2.840.10040.4.1': 'DSA',
  '1.2.840.113549.1.1.10': 'RSA for RSA-PSS alone',
  '1.2.840.10045.2.1': 'ECDSA on an unknown curve',
  '1.3.101.112': 'Ed25519 with parameters',
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
  '1.2.840.113549.1.1.10': 'RSA-PSS with other parameters than a hash, used twice, and a salt of its length',
  '1.3.101.112': 'Ed25519 with parameters',
}

/**
 * The parameters of RSA-PSS that all verifiers here take, as they are encoded (RFC 4055 3.1): Go knows some more ways to write the same (`crypto/x509/x509.go`
 * getSignatureAlgorithmFromAI), webpki compares bytes.
 */
const pss: Readonly<Record<string, Hash>> = Object.fromEntries(
  (
    [
      ['SHA-256', '01', '20'],
      ['SHA-384', '02', '30'],
      ['SHA-512', '03', '40'],
    ] as const
  ).map(([hash, id, salt]) => {
    const algorithm = `300d06096086480165030402${id}0500`
    return [`3034a00f${algorithm}a11c301a06092a864886f70d010108${algorithm}a2030201${salt}`, hash]
  }),
)

const rsa = '1.2.840.113549.1.1.1'
const ecdsa = '1.2.840.10045.2.1'
const rsaPss = '1.2.840.113549.1.1.10'
const ed25519 = '1.3.101.112'

/** An algorithm as it is named: its object identifier, and its parameters as they are encoded, in hexadecimal; empty where there are none. */
export interface Named {
  readonly algorithm: string
  readonly parameters: string
}

/** An algorithm as X.509 names it. */
export function namedBy({ algorithm, parameters }: AlgorithmIdentifier): Named {
  return { algorithm, parameters: parameters ? hex(parameters) : '' }
}

/** A public key by its algorithm; `bits` of an RSA key are asked for, since they are counted elsewhere. */
export function keyOf({ algorithm, parameters }: Named, bits: () => number | undefined): Key {
  const curve = algorithm === ecdsa ? curves[parameters] : undefined
  if (curve !== undefined) return { kind: 'ecdsa', curve }
  if (algorithm === ed25519 && parameters === '') return { kind: 'ed25519' }
  const length = algorithm === rsa ? bits() : undefined
  if (length !== undefined) return { kind: 'rsa', bits: length }
  return { kind: 'other', name: otherKeys[algorithm] ?? `\`${algorithm}\`` }
}

/** How something was signed, by the algorithm that it names. */
export function signatureOf({ algorithm, parameters }: Named): Signature {
  const hash = algorithm === rsaPss ? pss[parameters] : undefined
  if (hash !== undefined) return { kind: 'rsa-pss', hash }
  if (algorithm === ed25519 && parameters === '') return { kind: 'ed25519' }
  return signatures[algorithm] ?? { kind: 'other', name: otherSignatures[algorithm] ?? `\`${algorithm}\`` }
}
