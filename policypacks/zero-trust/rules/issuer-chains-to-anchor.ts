import { goodAnchor } from '../example-anchors'
import { signedIssuer, signingRoot } from '../example-issuers'
import { linkerdRelease } from '../example-linkerd-install'
import { configMap } from '../example-objects'
import { secret } from '../example-trust'
import { isPending } from '../facts/anchors'
import { anchorSetsOf, issuersOf, type AnchorSet, type IssuerText } from '../facts/issuers'
import { pemOf } from '../facts/known-anchors'
import { vouchedFor, type Vouched } from '../facts/vouched'
import { finding, guard, type Gathered } from '../field'
import { rule, type Context, type Finding } from '../rule'

const published = (pem: string) => configMap('zero-trust-mesh-anchors', { 'ca.pem': pem })
const signing = (root: string) =>
  secret('cacerts', {
    'ca-cert.pem': btoa(signedIssuer),
    'cert-chain.pem': btoa(signedIssuer),
    'root-cert.pem': btoa(root),
  })
const ofLinkerd = (anchors: string) =>
  linkerdRelease({ identityTrustAnchorsPEM: anchors, identity: { issuer: { tls: { crtPEM: signedIssuer } } } })

/**
 * What a mesh signs with chains to an anchor, by signatures that are verified, wherever the stack says whom the mesh trusts. Control planes verify it, too, when they start (istio
 * security/pkg/pki/util/keycertbundle.go Verify, linkerd2 pkg/identity/service.go loadCredentials): then it is late, and what they verify it by is not all that is published.
 */
export const issuerChainsToAnchor = rule({
  id: 'issuer-chains-to-anchor',
  severity: 'critical',
  scope: 'stack',
  controls: [
    'nist-800-53/IA-5(2)',
    'nist-800-53/SC-12',
    'nist-800-53/SC-17',
    'nist-800-53/SC-23(5)',
    'pci-dss/4.2.1.1',
    'iso-27001/A.8.24',
  ],
  why: 'a control plane that signs with what no anchor vouches for does not start, or gives out certificates that every proxy refuses',
  fix: 'give the certificate that the anchor signed, and after it those between them; `ztm trust check` says how far up signatures lead',
  limits:
    'it sees the certificate with which a mesh signs in the Secrets `cacerts` and `linkerd-identity-issuer` and in the values of Linkerd’s control plane: one in a Secret that is only named, or that cert-manager makes, is not seen; that the key belongs to it, and how long it lasts, is not judged here',
  config: ['anchors'],
  examples: {
    pass: [
      { title: 'what istiod signs with, by the root beside it', objects: [signing(signingRoot)] },
      {
        title: 'the same, and the anchors that are published for others',
        objects: [signing(signingRoot), published(goodAnchor + signingRoot)],
      },
      { title: 'what Linkerd signs with, among the values of its chart', objects: [ofLinkerd(signingRoot)] },
      {
        title: 'a Secret, and the setting that says whom proxies trust',
        objects: [secret('linkerd-identity-issuer', { 'tls.crt': btoa(signedIssuer) }, 'linkerd')],
        config: { anchors: { linkerd: signingRoot } },
      },
    ],
    fail: [
      { title: 'a root of the same name, which signed with another key', objects: [signing(goodAnchor)] },
      {
        title: 'an anchor that is published, and vouches for another issuer',
        objects: [signing(signingRoot), published(goodAnchor)],
      },
      { title: 'Linkerd, with the anchor of something else', objects: [ofLinkerd(goodAnchor)] },
      {
        title: 'nobody says whom proxies trust',
        objects: [secret('linkerd-identity-issuer', { 'tls.crt': btoa(signedIssuer) }, 'linkerd')],
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const issuers = issuersOf(context)
  if (issuers.facts.length === 0) return issuers.findings
  const sets = anchorSetsOf(context)
  return [
    ...issuers.findings,
    ...sets.findings,
    ...issuers.facts.flatMap(issuer => guard(issuer.field, () => judge(issuer, sets, context))),
  ]
}

function judge(issuer: IssuerText, all: Gathered<AnchorSet>, context: Context): readonly Finding[] {
  const { mesh, field } = issuer
  const sets = all.facts.filter(set => set.mesh === mesh)
  if (isPending(field) || sets.some(({ fields }) => fields.some(isPending))) return [notYet(issuer)]
  if (sets.length > 0) {
    return sets.flatMap(({ fields, partial, label }) =>
      told(issuer, vouchedFor(issuer, fields.map(pemOf), context), { in: `\`${label}\``, partial }),
    )
  }
  // Where they are said, and cannot be read, that is found already.
  if (all.findings.length > 0) return []
  const text: string | undefined = context.config.anchors[mesh]
  const setting = `the setting \`anchors.${mesh}\``
  if (text === undefined)
    return [finding(field, `cannot be proven: nothing in the stack says whom the mesh trusts, nor does ${setting}`)]
  return told(issuer, vouchedFor(issuer, [{ text, at: setting }], context), { in: setting, partial: false })
}

function notYet({ field }: IssuerText): Finding {
  const message =
    'it, or an anchor of its mesh, is made by this update; that the one vouches for the other cannot be judged before'
  return { ...finding(field, message), pending: 'next: run `pulumi up`, then `pulumi preview` again, which judges it' }
}

function told(
  { field }: IssuerText,
  vouched: Vouched,
  { in: place, partial }: { readonly in: string; readonly partial: boolean },
): readonly Finding[] {
  switch (vouched.kind) {
    case 'vouched':
      return []
    case 'unreadable':
      return [finding(field, `cannot be proven: in it, or in ${place}, is something that is no certificate`)]
    case 'unvouched':
      return [
        finding(
          field,
          partial
            ? `cannot be proven: no anchor that is seen in ${place} vouches for ${vouched.name}, and others are only named there`
            : `no anchor in ${place} vouches for ${vouched.name}`,
        ),
      ]
    case 'unfit':
      return [
        finding(
          field,
          `${vouched.name} leads to an anchor in ${place} through what may not sign it: \`${vouched.codes.join('`, `')}\``,
        ),
      ]
  }
}
