import { createPrivateKey, createPublicKey } from 'node:crypto'

/**
 * The public part of a private key that is given in PEM, SubjectPublicKeyInfo in hexadecimal; nothing where it cannot be read, as one that is encrypted cannot.
 * Of the key itself nothing is kept, and no reason is given that could quote it.
 */
export function publicKeyOf(pem: string): string | undefined {
  try {
    return createPublicKey(createPrivateKey(pem)).export({ type: 'spki', format: 'der' }).toString('hex')
  } catch {
    return undefined
  }
}
