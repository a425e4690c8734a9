import { X509Certificate } from 'node:crypto'
import type { Problem } from '../core/model/problem'
import { blocking } from '../core/model/problem'
import { pemBlocks } from '../core/trust/pem'

/** The anchors of a bundle, each in canonical PEM, or what is wrong with it. */
export interface Anchors {
  readonly anchors: readonly string[]
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
  const { blocks, begun, holdsKey } = pemBlocks(bundle)
  if (holdsKey) return { anchors: [], problems: [privateKeyProblem(at)] }
  const problems = [
    ...blocks.flatMap(({ text, label }, index) => certificateProblems(text, label, `${at}[${index}]`)),
    ...countProblems(blocks.length, begun, at),
  ]
  if (problems.length > 0) return { anchors: [], problems }
  return { anchors: [...new Set(blocks.map(({ text }) => canonicalPem(text)))], problems }
}

function privateKeyProblem(at: string): Problem {
  return blocking({
    code: 'private-key',
    at,
    message: 'the bundle holds a private key, which would end up in the stack’s state',
    hint: 'give the certificates alone, and replace the key: whoever could read it here may have it',
  })
}

function countProblems(found: number, begun: number, at: string): Problem[] {
  if (begun > found) return [blocking({ code: 'malformed-pem', at, message: 'a PEM block is begun and not ended' })]
  if (found > 0) return []
  return [
    blocking({
      code: 'no-anchor',
      at,
      message: 'there is no certificate in the bundle',
      hint: 'PEM: `-----BEGIN CERTIFICATE-----`',
    }),
  ]
}

function certificateProblems(text: string, label: string, at: string): Problem[] {
  if (label !== 'CERTIFICATE')
    return [blocking({ code: 'no-certificate', at, message: `a \`${label}\` is no certificate` })]
  const certificate = parse(text)
  if (!certificate) return [blocking({ code: 'malformed-certificate', at, message: 'the certificate cannot be read' })]
  if (certificate.ca) return []
  const subject = certificate.subject.replaceAll('\n', ', ')
  return [
    blocking({
      code: 'not-a-ca',
      at,
      message: `\`${subject}\` is no certificate authority`,
      hint: 'an anchor signs others',
    }),
  ]
}

function canonicalPem(text: string): string {
  return new X509Certificate(text).toString()
}

function parse(text: string): X509Certificate | undefined {
  try {
    return new X509Certificate(text)
  } catch {
    return undefined // openssl's reasons are no help, and could quote the text
  }
}
