import type { Problem } from '../model/problem'
import { blocking } from '../model/problem'
import type { Certificate } from './certificate'
import { nameOf } from './certificate'
import { clientAuth, criticalProblems, serverAuth } from './check-authority'
import { dateProblems, outlivedProblems } from './check-dates'
import { keyProblems } from './check-keys'
import { pathProblems, unchained } from './check-path'
import type { Expected, Mesh } from './expected'
import { identityOf } from './identity'
import type { Path } from './path'
import { isSame, pathsToAnchors } from './path'
import type { Trust } from './read'

/** What is found of a workload's certificate. */
export interface LeafFindings {
  /** From it to the anchor that vouches for it; none where nobody does. */
  readonly path?: Path
  readonly problems: readonly Problem[]
}

/**
 * Whether peers take a workload by its certificate at a given date: by what it shows after it, or, where it shows nothing, by what the control plane issues with. Nothing has to last longer
 * than until then, since its proxy asks for the next one by itself.
 */
export function checkLeaf(leaf: Certificate, trust: Trust, { horizon: _, ...given }: Expected): LeafFindings {
  const { identity, problems: ofIdentity } = identityOf(leaf, given)
  const trustDomain = given.trustDomain ?? identity?.trustDomain
  const expected: Expected = { ...given, horizon: 0, ...(trustDomain !== undefined && { trustDomain }) }
  const own = [
    ...keyProblems(leaf, 'leaf', expected.mesh),
    ...dateProblems(leaf, 'leaf', expected),
    ...ofIdentity,
    ...useProblems(leaf, expected.mesh),
    ...criticalProblems(leaf),
  ]
  const seen = { ...trust, intermediates: shownBy(trust) }
  const paths = pathsToAnchors(leaf, seen).map(path => ({ path, problems: aboveProblems(path, expected) }))
  const [best] = paths.sort((a, b) => a.problems.length - b.problems.length)
  if (!best) return { problems: [...own, unchained('leaf-not-chained', leaf, seen)] }
  return { path: best.path, problems: [...own, ...best.problems] }
}

/** What a peer has beside its anchors; by the places of the issuer and what is above it where these are the same, so that nothing is said twice. */
function shownBy({ presented, issuer, intermediates }: Trust): readonly Certificate[] {
  const known = issuer ? [issuer, ...intermediates] : []
  if (presented.length === 0) return known
  return presented.map(one => known.find(other => isSame(other, one)) ?? one)
}

function aboveProblems(path: Path, expected: Expected): readonly Problem[] {
  const [issuer, ...rest] = path.slice(1)
  return [...(issuer ? pathProblems([issuer, ...rest], expected) : []), ...outlivedProblems(path)]
}

/**
 * Whether it may be used for what a workload does. A peer wants its use as a server, or as a client, said where any is (webpki `src/verify_cert.rs`, boringssl `crypto/x509/v3_purp.cc`
 * check_purpose); Envoy that its key may sign (boringssl `ssl/ssl_cert.cc` ssl_cert_check_key_usage); and ztunnel and Linkerd's proxies, by webpki, that it is no authority.
 */
function useProblems(leaf: Certificate, mesh: Mesh): readonly Problem[] {
  const { at, ca, keyUsage, extendedKeyUsage: extended } = leaf
  const problem = (code: string, message: string, hint: string) =>
    blocking({ code, at, message: `${nameOf(leaf)} ${message}`, hint })
  const missing = [serverAuth, clientAuth].filter(use => extended && !extended.includes(use))
  const uses = missing.map(use => (use === serverAuth ? '`serverAuth`' : '`clientAuth`')).join(' and ')
  return [
    ...(ca
      ? [problem('leaf-is-ca', 'is an authority, and proxies take none for a workload', 'issue it without `CA:TRUE`')]
      : []),
    ...(mesh === 'istio' && keyUsage && !keyUsage.includes('digitalSignature')
      ? [problem('key-usage', 'has a key that may not sign a handshake', 'issue it with `digitalSignature`')]
      : []),
    ...(missing.length > 0
      ? [
          problem(
            'extended-key-usage',
            `may not be used for ${uses}`,
            'a workload is a server and a client: issue it with both',
          ),
        ]
      : []),
  ]
}
