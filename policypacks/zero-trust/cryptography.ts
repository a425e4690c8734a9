import { constants, createHash, createPublicKey, verify, type VerifyKeyObjectInput } from 'node:crypto'
import type { Key, Signature } from '../../core/trust/certificate'
import type { Cryptography } from '../../core/trust/verify'

/**
 * The cryptography of Node, by which rules know one certificate from another and who signed it: they answer at once, and so does this. Only public keys are
 * ever given to it.
 *
 * What cannot be verified was not signed: an algorithm that no mesh takes, and a key that is none.
 */
export const cryptography: Cryptography = {
  sha256: bytes => createHash('sha256').update(bytes).digest('hex'),
  isSignedBy: ({ signed, signature, value }, by) => {
    const way = wayOf(signature, by.key)
    if (way === undefined) return false
    try {
      const key = createPublicKey({ key: Buffer.from(by.encoded), format: 'der', type: 'spki' })
      return verify(way.hash, new Uint8Array(signed), { key, ...way.options }, new Uint8Array(value))
    } catch {
      return false
    }
  },
}

interface Way {
  /** None where the algorithm has its own. */
  readonly hash: string | null
  readonly options?: Omit<VerifyKeyObjectInput, 'key'>
}

/** How a signature is verified; nothing where such a key makes no such signature. */
function wayOf(signature: Signature, key: Key): Way | undefined {
  switch (signature.kind) {
    case 'rsa':
    case 'ecdsa':
      return key.kind === signature.kind ? { hash: signature.hash } : undefined
    case 'rsa-pss': {
      const options = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      return key.kind === 'rsa' ? { hash: signature.hash, options } : undefined
    }
    case 'ed25519':
      return key.kind === 'ed25519' ? { hash: null } : undefined
    case 'other':
      return undefined
  }
}
