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

/** The certificates as people read them, from a workload's and from the issuer up, and whether they hold; what is wrong is printed elsewhere. */
export function printTrust(view: TrustView): string {
  const { trust, path, leafPath, problems, expected } = view
  const { at, horizon = usualHorizon, mesh } = expected
  const chains = [leafPath ?? (trust.leaf ? [trust.leaf] : []), path ?? (trust.issuer ? [trust.issuer] : [])]
  const titled = chains.flatMap(chain => chain.map((one, index) => ({ one, title: titleOf(index, trust, one) })))
  const above = titled.filter(({ one }, index) => titled.findIndex(other => isSame(other.one, one)) === index)
  const others = trust.anchors.filter(anchor => !above.some(({ one }) => isSame(one, anchor)))
  const blocks = [...above, ...others.map(one => ({ one, title: 'anchor' }))]
  const when = `at ${showInstant(at)} and ${showDuration(horizon)} on, for ${mesh}`
  const verdict = problems.length === 0 ? `sound: ${soundOf(view)} ${when}` : `not sound ${when}`
  return [...blocks.map(({ one, title }) => block(title, one, at)), verdict, ''].join('\n')
}

/** What was looked at, and is sound. */
function soundOf({ trust, keyPair, revoked }: TrustView): string {
  const what = [...(trust.issuer ? ['the issuer'] : []), ...(trust.leaf ? ['the workload’s certificate'] : [])]
  if (what.length === 0) return 'the anchors hold; no issuer was given'
  const chain = `${what.join(' and ')} ${what.length === 1 ? 'chains' : 'chain'} to an anchor`
  const key = keyPair === 'belongs' ? ', the issuer’s key belongs to it' : ''
  return `${chain}${key}${revoked === 'looked-at' ? ', nothing is revoked' : ''}, and all hold`
}

function titleOf(index: number, { anchors, issuer, leaf }: Trust, certificate: Certificate): string {
  if (leaf && isSame(leaf, certificate)) return 'workload'
  const up = index > 0 ? '↑ ' : ''
  const anchor = anchors.some(one => isSame(one, certificate))
  if (issuer && isSame(issuer, certificate)) return `${up}${anchor ? 'issuer and anchor' : 'issuer'}`
  return `${up}${anchor ? 'anchor' : 'intermediate'}`
}

function block(title: string, certificate: Certificate, at: number): string {
  const { subject, key, notAfter, serial, fingerprint, alternativeNames = [] } = certificate
  // The subject of a workload is empty, or is not looked at.
  const name = title === 'workload' ? alternativeNames.join(', ') || subject : subject
  const left = notAfter > at ? `, ${showDuration(notAfter - at)} from then` : ', expired'
  return [
    `${title}  ${name}`,
    `    ${showKey(key)}, until ${showInstant(notAfter)}${left}`,
    `    serial ${serial}`,
    `    SHA-256 ${fingerprint}`,
    '',
  ].join('\n')
}

/** The same for programs. */
export function trustJson({ trust, path, leafPath, problems, expected, keyPair, revoked }: TrustView): object {
  return {
    sound: problems.length === 0,
    mesh: expected.mesh,
    at: showInstant(expected.at),
    until: showInstant(expected.at + (expected.horizon ?? usualHorizon)),
    anchors: trust.anchors.map(told),
    issuer: trust.issuer ? told(trust.issuer) : null,
    leaf: trust.leaf ? { ...told(trust.leaf), names: trust.leaf.alternativeNames ?? [] } : null,
    leafPath: leafPath?.map(({ fingerprint }) => fingerprint) ?? null,
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
