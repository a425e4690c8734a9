import type { Problem } from '../core/model/problem'
import { blocking } from '../core/model/problem'
import type { Certificate } from '../core/trust/certificate'
import { authorityProblems } from '../core/trust/check-authority'
import { isSame } from '../core/trust/path'
import { pemBlocks, readPem, toPem } from '../core/trust/pem'
import { readCertificates } from '../core/trust/read'
import { sha256 } from './digest'

/** The anchors of a bundle, or what is wrong with it. */
export interface Anchors {
  /** Each in canonical PEM, and once. */
  readonly anchors: readonly string[]
  /** What they say of themselves, in the same order. */
  readonly certificates: readonly Certificate[]
  readonly problems: readonly Problem[]
}

/**
 * Reads a PEM bundle of trust anchors: certificates of authorities, and nothing that must be kept secret.
 *
 * No message shows any of the text, since what was pasted by mistake may be a key. Only the certificates themselves are
 * returned: what stands around them, such as the attributes `openssl pkcs12` prints, goes no further.
 *
 * @param at where the bundle was given, for messages
 */
export function readAnchors(bundle: string, at: string): Anchors {
  const refused = (problems: readonly Problem[]): Anchors => ({ anchors: [], certificates: [], problems })
  const { begun, holdsKey } = pemBlocks(bundle)
  if (holdsKey) return refused([privateKeyProblem(at)])
  if (begun === 0) return refused([noAnchor(at)])
  const pem = { text: bundle, at }
  const { certificates: all, problems: unreadable } = readCertificates(pem, { sha256 })
  const problems = [...unreadable, ...all.flatMap(authorityProblems)]
  if (problems.length > 0) return refused(problems)
  const certificates = all.filter((one, i) => all.findIndex(other => isSame(other, one)) === i)
  const anchors = readPem(pem).encoded.map(({ der }) => toPem('CERTIFICATE', der))
  return { anchors: [...new Set(anchors)], certificates, problems: [] }
}

function privateKeyProblem(at: string): Problem {
  return blocking({
    code: 'private-key',
    at,
    message: 'the bundle holds a private key, which would end up in the stack’s state',
    hint: 'give the certificates alone, and replace the key: whoever could read it here may have it',
  })
}

function noAnchor(at: string): Problem {
  const message = 'there is no certificate in the bundle'
  return blocking({ code: 'no-anchor', at, message, hint: 'PEM: `-----BEGIN CERTIFICATE-----`' })
}
