import type { Problem } from '../model/problem'
import { blocking } from '../model/problem'
import type { Certificate } from './certificate'
import { nameOf } from './certificate'
import { pemBlocks } from './pem'

/** What is known of the private key that lies beside a certificate: its public part, and nothing else. */
export interface KeyPart {
  /** The object, and the key's name there. */
  readonly at: string
  /** SubjectPublicKeyInfo in hexadecimal. @default it cannot be read */
  readonly publicKey?: string
}

/** Takes a private key, PEM, for its public part; nothing where it cannot be read. */
export type PublicKeyOf = (pem: string) => string | undefined

/** What the first block of a key has to be called (istio `security/pkg/pki/util/crypto.go` ParsePemEncodedKey, linkerd2 `pkg/tls/codec.go` DecodePEMKey). */
const labels: readonly (string | undefined)[] = ['PRIVATE KEY', 'EC PRIVATE KEY', 'RSA PRIVATE KEY']

/** The public part of a key, as far as meshes would read it. */
export function keyPart(text: string | undefined, at: string, publicKeyOf: PublicKeyOf): KeyPart {
  const [first] = pemBlocks(text ?? '').blocks
  const publicKey = first && labels.includes(first.label) ? publicKeyOf(first.text) : undefined
  return { at, ...(publicKey !== undefined && { publicKey }) }
}

/**
 * Whether the key beside a certificate belongs to it: no control plane starts with another one (istio `security/pkg/pki/util/keycertbundle.go` Verify, linkerd2
 * `pkg/tls/cred.go` ValidateAndCreateCreds).
 */
export function keyPairProblems(certificate: Certificate, { at, publicKey }: KeyPart): readonly Problem[] {
  if (publicKey === certificate.publicKey) return []
  if (publicKey === undefined) {
    const message = 'the private key cannot be read'
    const hint =
      'give it in PEM, not encrypted and with nothing before it: `PRIVATE KEY`, `EC PRIVATE KEY` or `RSA PRIVATE KEY`'
    return [blocking({ code: 'malformed-key', at, message, hint })]
  }
  const message = `the private key does not belong to ${nameOf(certificate)}`
  const hint = 'put certificate and key in together, as they were made; the control plane starts with no others'
  return [blocking({ code: 'key-mismatch', at, message, hint })]
}
