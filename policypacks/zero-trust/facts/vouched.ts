import { nameOf } from '../../../core/trust/certificate'
import { authorityProblems, lengthProblems } from '../../../core/trust/check-authority'
import { pathsToAnchors, type Path } from '../../../core/trust/path'
import type { Pem } from '../../../core/trust/pem'
import { readTrustAtOnce } from '../../../core/trust/read'
import type { Context } from '../rule'
import type { IssuerText } from './issuers'
import { pemOf } from './known-anchors'

/** Whether anchors vouch for what a mesh signs with, by verified signatures. */
export type Vouched =
  | { readonly kind: 'vouched' }
  /** Something in one of them is no certificate. */
  | { readonly kind: 'unreadable' }
  /** No signature leads to any of the anchors. `name`: of the certificate, for messages. */
  | { readonly kind: 'unvouched'; readonly name: string }
  /** On every way there is a certificate that may not sign others, or not so many below each other; by the codes of Problems. */
  | { readonly kind: 'unfit'; readonly name: string; readonly codes: readonly string[] }

/**
 * Whether some anchors vouch for what a mesh signs with, as its control plane and every proxy verify it: by signatures, of authorities only (Go crypto/x509/verify.go isValid;
 * istio security/pkg/pki/util/keycertbundle.go Verify, linkerd2 pkg/tls/cred.go Verify). Dates are judged elsewhere.
 */
export function vouchedFor(
  issuer: IssuerText,
  anchors: readonly Pem[],
  context: Pick<Context, 'cryptography'>,
): Vouched {
  const chain = issuer.chain && pemOf(issuer.chain)
  const { trust } = readTrustAtOnce(
    { anchors, issuer: pemOf(issuer.field), ...(chain && { chain }) },
    context.cryptography,
  )
  if (trust?.issuer === undefined) return { kind: 'unreadable' }
  const name = nameOf(trust.issuer)
  const faults = pathsToAnchors(trust.issuer, trust).map(faultsOf)
  const [best] = faults.sort((a, b) => a.length - b.length)
  if (best === undefined) return { kind: 'unvouched', name }
  return best.length === 0 ? { kind: 'vouched' } : { kind: 'unfit', name, codes: best }
}

function faultsOf(path: Path): readonly string[] {
  const problems = [...path.flatMap(authorityProblems), ...lengthProblems(path)]
  return [...new Set(problems.map(({ code }) => code))]
}
