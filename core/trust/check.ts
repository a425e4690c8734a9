import type { Problem } from '../model/problem'
import { blocking } from '../model/problem'
import type { Certificate } from './certificate'
import { nameOf } from './certificate'
import { lifetimeProblems } from './check-dates'
import { checkLeaf } from './check-leaf'
import { certificateProblems, pathProblems, unchained } from './check-path'
import type { Expected } from './expected'
import type { Path } from './path'
import { isSame, pathsToAnchors } from './path'
import type { Trust } from './read'

/** What is found of a mesh's trust. */
export interface TrustFindings {
  /** From the issuer to the anchor that vouches for it; none where there is no issuer, or none vouches for it. */
  readonly path?: Path
  /** From a workload's certificate to the anchor that vouches for it; none where there is no such certificate, or nobody vouches for it. */
  readonly leafPath?: Path
  readonly problems: readonly Problem[]
}

/**
 * Whether what a mesh trusts and what it issues with hold together at a given date: every certificate by itself, and the way from the issuer
 * to an anchor, and from a workload to one, where there is one. Of several ways the best counts, as verifiers try all of them.
 */
export function checkTrust(trust: Trust, expected: Expected): TrustFindings {
  const { anchors, leaf } = trust
  const own = anchors.flatMap(anchor => certificateProblems(anchor, 'anchor', expected))
  const { path, problems } = issuerFindings(trust, expected)
  const workload = leaf && checkLeaf(leaf, trust, expected)
  return {
    ...(path && { path }),
    ...(workload?.path && { leafPath: workload.path }),
    problems: distinct([...duplicateProblems(anchors), ...own, ...problems, ...(workload?.problems ?? [])]),
  }
}

function issuerFindings(trust: Trust, expected: Expected): TrustFindings {
  const { issuer } = trust
  if (!issuer) return { problems: [] }
  const paths = pathsToAnchors(issuer, trust).map(path => ({
    path,
    problems: [...pathProblems(path, expected), ...lifetimeProblems(path, expected)],
  }))
  const [best] = paths.sort((a, b) => a.problems.length - b.problems.length)
  if (!best) {
    const own = certificateProblems(issuer, 'issuer', expected)
    return { problems: [...own, unchained('issuer-not-chained', issuer, trust)] }
  }
  return { path: best.path, problems: [...best.problems, ...shownProblems(best.path, trust)] }
}

/** What is wrong with an authority is said once, whoever is below it. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map(one => [JSON.stringify(one), one])).values()]
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
