import type { Problem } from '../../model/problem'
import { isPlain } from '../plain'

type Flaw = Pick<Problem, 'code' | 'message' | 'hint'>

/** The members of a JSON Web Key that are secret: of RSA and curve keys, and the whole of a symmetric one (RFC 7518 sections 6.2.2, 6.3.2, 6.4.1). */
const secret = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** What is wrong with a JSON Web Key Set, if anything, in words that repeat nothing of it. */
export function keySetFlaw(text: string): Flaw | undefined {
  const set = parsed(text)
  const keys: unknown = isPlain(set) ? set.keys : undefined
  if (!Array.isArray(keys)) {
    const hint = 'write the JSON that the issuer publishes, `{"keys":[…]}`, as text'
    return { code: 'malformed-jwks', message: 'it is no JSON Web Key Set', hint }
  }
  if (keys.some(key => isPlain(key) && secret.some(member => Object.hasOwn(key, member)))) {
    const hint = 'take it out, and replace the key pair: whoever has seen this file can sign tokens'
    return { code: 'private-key', message: 'it holds a private or symmetric key', hint }
  }
  if (keys.length > 0 && keys.every(key => isPlain(key) && typeof key.kty === 'string')) return undefined
  const message =
    keys.length === 0 ? 'it holds no key, so that no token would be sound' : 'one of its keys has no `kty`'
  return { code: 'malformed-jwks', message }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
