import type { Certificate, Instant } from '../certificate'
import { pathsToAnchors } from '../path'
import type { Trust } from '../read'

/** A certificate as far as a rotation looks at it. */
export type Dated = Pick<Certificate, 'subject' | 'fingerprint' | 'notBefore' | 'notAfter'>

/** What a control plane signs with, and which anchors vouch for it, by their fingerprints: of those of any state that is looked at. */
export interface Issuer extends Dated {
  readonly anchors: readonly string[]
}

/** Whom a mesh trusts and what it signs with, at one moment: a state of a rotation. */
export interface TrustState {
  /** In the order in which they are written. */
  readonly bundle: readonly Dated[]
  readonly issuer: Issuer
}

/** What was read, as a state; none where there is no issuer. */
export function trustState(trust: Trust): TrustState | undefined {
  const { anchors: bundle, issuer } = trust
  if (!issuer) return undefined
  const anchors = pathsToAnchors(issuer, trust).flatMap(path => path.at(-1)?.fingerprint ?? [])
  return { bundle, issuer: { ...issuer, anchors: [...new Set(anchors)] } }
}

/** Whether a bundle has all of another. */
export function includes(bundle: readonly Dated[], other: readonly Dated[]): boolean {
  return other.every(one => bundle.some(({ fingerprint }) => fingerprint === one.fingerprint))
}

/** The first, and after it what the second has beside. */
export function union(bundle: readonly Dated[], other: readonly Dated[]): readonly Dated[] {
  return [...bundle, ...other.filter(one => !includes(bundle, [one]))]
}

/** The anchors of a bundle that vouch for an issuer. */
export function vouching(bundle: readonly Dated[], { anchors }: Issuer): readonly Dated[] {
  return bundle.filter(({ fingerprint }) => anchors.includes(fingerprint))
}

/** Whether a certificate holds at a moment, whoever's clock is off by `skew` milliseconds. */
export function holds({ notBefore, notAfter }: Dated, at: Instant, skew = 0): boolean {
  return notBefore + skew <= at && at < notAfter - skew
}
