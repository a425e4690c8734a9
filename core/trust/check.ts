import type { Problem } from '../model/problem'
import { blocking } from '../model/problem'
import type { Certificate } from './certificate'
import { nameOf } from './certificate'
import { authorityProblems, lengthProblems, subjectProblems } from './check-authority'
import { dateProblems, lifetimeProblems } from './check-dates'
import { keyProblems } from './check-keys'
import { constraintProblems } from './check-names'
import type { Expected, Role } from './expected'
import type { Path } from './path'
import { isSame, pathsToAnchors } from './path'
import type { Trust } from './read'

/** What is found of a mesh's trust. */
export interface TrustFindings {
  /** From the issuer to the anchor that vouches for it; none where there is no issuer, or none vouches for it. */
  readonly path?: Path
  readonly problems: readonly Problem[]
}

/**
 * Whether what a mesh trusts and what it issues with hold together at a given date: every certificate by itself, and the way from the issuer
 * to an anchor. Of several ways the best counts, as verifiers try all of them.
 */
export function checkTrust(trust: Trust, expected: Expected): TrustFindings {
  const { anchors, issuer } = trust
  const own = anchors.flatMap(anchor => certificateProblems(anchor, 'anchor', expected))
  const bundle = [...duplicateProblems(anchors), ...own]
  if (!issuer) return { problems: bundle }
  const paths = pathsToAnchors(issuer, trust).map(path => ({ path, problems: pathProblems(path, expected) }))
  const [best] = paths.sort((a, b) => a.problems.length - b.problems.length)
  if (!best) {
    const problems = [...certificateProblems(issuer, 'issuer', expected), unchained(issuer, trust)]
    return { problems: [...bundle, ...problems] }
  }
  return { path: best.path, problems: [...bundle, ...best.problems, ...shownProblems(best.path, trust)] }
}

function certificateProblems(certificate: Certificate, role: Role, expected: Expected): readonly Problem[] {
  return [
    ...keyProblems(certificate, role, expected.mesh),
    ...authorityProblems(certificate),
    ...dateProblems(certificate, role, expected),
  ]
}

/** What is wrong below the anchor, and between it and what is below. */
function pathProblems(path: Path, expected: Expected): readonly Problem[] {
  const below = path.slice(0, -1)
  return [
    ...below.flatMap((one, index) => certificateProblems(one, index === 0 ? 'issuer' : 'intermediate', expected)),
    ...(path.length === 1 ? keyProblems(path[0], 'issuer', expected.mesh).filter(isAboutKey) : []),
    ...path.flatMap(one => constraintProblems(one, expected)),
    ...lengthProblems(path),
    ...(expected.mesh === 'linkerd' ? subjectProblems(path) : []),
    ...lifetimeProblems(path, expected),
  ]
}

/** Of an anchor that issues by itself the rest is said already. */
function isAboutKey({ code }: Problem): boolean {
  return code === 'key-algorithm'
}

/** Harmless to verifiers, but who rotates by hand thinks that there are two. */
function duplicateProblems(anchors: readonly Certificate[]): readonly Problem[] {
  return anchors.flatMap((anchor, index) => {
    const before = anchors.slice(0, index)
    const same = before.find(one => isSame(one, anchor))
    if (same) return [duplicate(anchor, `is in the bundle already, at \`${same.at}\``, 'drop one of them')]
    const key = before.find(one => one.publicKey === anchor.publicKey)
    if (!key) return []
    return [
      duplicate(anchor, `has the key of \`${key.subject}\`, at \`${key.at}\``, 'a new anchor needs a key of its own'),
    ]
  })
}

function duplicate(anchor: Certificate, what: string, hint: string): Problem {
  return blocking({ code: 'duplicate-anchor', at: anchor.at, message: `${nameOf(anchor)} ${what}`, hint })
}

/** Why nobody in the bundle vouches for the issuer, as far as it can be told. */
function unchained(issuer: Certificate, trust: Trust): Problem {
  const { at } = issuer
  const last = furthest(issuer, trust)
  const named = trust.anchors.find(({ names }) => names.subject === last.names.issuer)
  const message = `no anchor of the bundle vouches for ${nameOf(issuer)}`
  const signer = isSame(last, issuer) ? 'it is' : `\`${last.subject}\` above it is`
  if (named) {
    const hint = `${signer} signed by another key than that of \`${named.subject}\` in the bundle; is that anchor an older or a newer one of the same name?`
    return blocking({ code: 'issuer-not-chained', at, message, hint })
  }
  const known = trust.anchors.map(({ subject }) => `\`${subject}\``).join(', ')
  const hint = `${signer} signed by \`${last.issuer}\`, and the bundle holds ${known}; add the anchor to the bundle, or the certificates between them after the issuer's`
  return blocking({ code: 'issuer-not-chained', at, message, hint })
}

/** As far up from the issuer as signatures lead. */
function furthest(issuer: Certificate, trust: Trust): Certificate {
  const seen = new Set([issuer.fingerprint])
  let last = issuer
  for (;;) {
    const next = trust.intermediates.find(one => !seen.has(one.fingerprint) && trust.signed(last, one))
    if (!next) return last
    seen.add(next.fingerprint)
    last = next
  }
}

/**
 * Whether Istio's proxies show their peers what is between their own certificate and the anchor: they show what is in `cert-chain.pem`, and
 * nothing puts the signing certificate there (istio `security/pkg/pki/ca/ca.go` signWithCertChain).
 */
function shownProblems(path: Path, { chain }: Trust): readonly Problem[] {
  if (!chain) return []
  const missing = path.slice(0, -1).filter(one => !chain.some(shown => isSame(shown, one)))
  return missing.map(one =>
    blocking({
      code: 'incomplete-chain',
      at: one.at,
      message: `${nameOf(one)} is not in the chain that proxies show, so that no peer can verify them`,
      hint: 'put the signing certificate first into `cert-chain.pem`, then those above it',
    }),
  )
}
