import { createHash, createPublicKey, verify } from 'node:crypto'
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
    if (signature.kind === 'other' || signature.kind !== by.key.kind) return false
    try {
      const key = createPublicKey({ key: Buffer.from(by.encoded), format: 'der', type: 'spki' })
      return verify(signature.hash.replace('-', ''), new Uint8Array(signed), key, new Uint8Array(value))
    } catch {
      return false
    }
  },
}
