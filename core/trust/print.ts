import type { Problem } from '../model/problem'
import type { Certificate } from './certificate'
import { showDuration, showInstant, showKey } from './certificate'
import type { TrustFindings } from './check'
import type { Expected } from './expected'
import { usualHorizon } from './expected'
import { isSame } from './path'
import type { Trust } from './read'

/** What a check of trust found, to be printed. */
export interface TrustView extends TrustFindings {
  readonly trust: Trust
  readonly expected: Expected
  /** Whether the private key beside the issuer's certificate belongs to it; of most files there is none. */
  readonly keyPair: 'belongs' | 'refused' | 'not-given'
  /** Whether there was a list of what is revoked. */
  readonly revoked: 'looked-at' | 'not-given'
}

/** The certificates as people read them, from the issuer up, and whether they hold; what is wrong is printed elsewhere. */
export function printTrust({ trust, path, problems, expected, keyPair, revoked }: TrustView): string {
  const { at, horizon = usualHorizon, mesh } = expected
  const chain = path ?? (trust.issuer ? [trust.issuer] : [])
  const others = trust.anchors.filter(anchor => !chain.some(one => isSame(one, anchor)))
  const blocks = [
    ...chain.map((one, index) => block(titleOf(index, trust, one), one, at)),
    ...others.map(one => block('anchor', one, at)),
  ]
  const when = `at ${showInstant(at)} and ${showDuration(horizon)} on, for ${mesh}`
  const key = keyPair === 'belongs' ? ', its key belongs to it' : ''
  const what = trust.issuer
    ? `the issuer chains to an anchor${key}${revoked === 'looked-at' ? ', nothing is revoked' : ''}, and all hold`
    : 'the anchors hold; no issuer was given'
  return [...blocks, problems.length === 0 ? `sound: ${what} ${when}` : `not sound ${when}`, ''].join('\n')
}

function titleOf(index: number, { anchors }: Trust, certificate: Certificate): string {
  const anchor = anchors.some(one => isSame(one, certificate))
  if (index > 0) return anchor ? '↑ anchor' : '↑ intermediate'
  return anchor ? 'issuer and anchor' : 'issuer'
}

function block(title: string, certificate: Certificate, at: number): string {
  const { subject, key, notAfter, serial, fingerprint } = certificate
  const left = notAfter > at ? `, ${showDuration(notAfter - at)} from then` : ', expired'
  return [
    `${title}  ${subject}`,
    `    ${showKey(key)}, until ${showInstant(notAfter)}${left}`,
    `    serial ${serial}`,
    `    SHA-256 ${fingerprint}`,
    '',
  ].join('\n')
}

/** The same for programs. */
export function trustJson({ trust, path, problems, expected, keyPair, revoked }: TrustView): object {
  return {
    sound: problems.length === 0,
    mesh: expected.mesh,
    at: showInstant(expected.at),
    until: showInstant(expected.at + (expected.horizon ?? usualHorizon)),
    anchors: trust.anchors.map(told),
    issuer: trust.issuer ? told(trust.issuer) : null,
    key: keyPair,
    revoked,
    path: path?.map(({ fingerprint }) => fingerprint) ?? null,
    problems: problems.map(({ code, at, message, hint }: Problem) => ({ code, at, message, ...(hint && { hint }) })),
  }
}

function told({ at, subject, issuer, serial, fingerprint, key, notBefore, notAfter }: Certificate): object {
  const dates = { notBefore: showInstant(notBefore), notAfter: showInstant(notAfter) }
  return { at, subject, issuer, serial, fingerprint, key: showKey(key), ...dates }
}
