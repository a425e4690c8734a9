import { nameOf, type Certificate } from '../../../core/trust/certificate'
import { readCertificates } from '../../../core/trust/read'
import { endingAnchor, goodAnchor } from '../example-anchors'
import { signedIssuer, signingRoot } from '../example-issuers'
import { configMap } from '../example-objects'
import { istiodRelease, secret } from '../example-trust'
import { isPending } from '../facts/anchors'
import { chartName } from '../facts/charts'
import { issuersOf, type IssuerText } from '../facts/issuers'
import { anchorsIn, anchorSources, readAnchors, type AnchorText, type ReadAnchors } from '../facts/known-anchors'
import { istioDomains } from '../facts/trust-domains'
import { vouchedFor } from '../facts/vouched'
import { finding, guard, judgeEach, type Field } from '../field'
import { rule, type Context, type Finding } from '../rule'

const bundle = (...pem: readonly string[]) =>
  configMap('linkerd-identity-trust-roots', { 'ca-bundle.crt': pem.join('') })
const config = { anchors: { linkerd: endingAnchor } }
const signing = (...root: readonly string[]) =>
  secret('cacerts', {
    'ca-cert.pem': btoa(signedIssuer),
    'cert-chain.pem': btoa(signedIssuer),
    'root-cert.pem': btoa(root.join('')),
  })

/**
 * Anchors are added beside those that all proxies have, or taken away from them, and are never exchanged: until the last proxy has the new bundle, who has the one and who has the
 * other refuse each other. Of Linkerd every Pod keeps the anchors of the moment at which it was made (linkerd2 controller/proxy-injector/webhook.go); istiod takes no bundle that is neither more nor less than
 * its own until it is started anew, and then every proxy that has not yet asked is refused (istio pilot/pkg/bootstrap/istio_ca.go handleEvent).
 *
 * And nothing is signed with what those anchors do not vouch for: whoever is given such a certificate is refused by all who have not got the next anchor. Nor is an identity of a
 * trust domain that not everybody takes for an own one (istio pilot/pkg/networking/plugin/authn/util.go TrustDomainsForValidation).
 */
export const rotationStepOrder = rule({
  id: 'rotation-step-order',
  severity: 'critical',
  scope: 'stack',
  controls: [
    'nist-800-53/SC-12',
    'nist-800-53/SC-17',
    'nist-800-53/CM-3',
    'nist-800-207/tenet-5',
    'soc-2/CC8.1',
    'iso-27001/A.8.24',
  ],
  why: 'anchors that are exchanged at once cut off every workload that has not started since, and no later step of a rotation mends that',
  fix: 'keep the anchors that are there in the bundle, beside the new ones; `ztm trust plan` prints the steps; when everybody was observed to have them, say so in the setting `anchors`, and take the old ones away when nobody shows what they vouch for',
  limits:
    'it holds a stack against the setting `anchors`, and finds nothing of a mesh that is not in it; what the control plane signs with is seen where `issuer-chains-to-anchor` sees it, and who shows which certificate is not',
  config: ['anchors', 'trustDomains'],
  examples: {
    pass: [
      {
        title: 'the next anchor beside the one that everybody has',
        objects: [bundle(endingAnchor, goodAnchor)],
        config,
      },
      { title: 'what everybody has', objects: [bundle(endingAnchor)], config },
      {
        title: 'the old one is taken away, and the other one is known to everybody',
        objects: [bundle(goodAnchor)],
        config: { anchors: { linkerd: endingAnchor + goodAnchor } },
      },
      { title: 'nobody says what everybody has', objects: [bundle(goodAnchor)] },
      {
        title: 'istiod signs with what the anchors that everybody has vouch for',
        objects: [signing(endingAnchor, signingRoot)],
        config: { anchors: { istio: endingAnchor + signingRoot } },
      },
      {
        title: 'identities of another trust domain, which everybody takes already',
        objects: [istiodRelease({ meshConfig: { trustDomain: 'new.example', trustDomainAliases: ['old.example'] } })],
        config: { trustDomains: ['old.example', 'new.example'] },
      },
    ],
    fail: [
      { title: 'one anchor in the place of the other', objects: [bundle(goodAnchor)], config },
      {
        title: 'the next anchor, and in the same step the issuer that it signed',
        objects: [signing(endingAnchor, signingRoot)],
        config: { anchors: { istio: endingAnchor } },
      },
      {
        title: 'identities of another trust domain, which nobody takes yet',
        objects: [istiodRelease({ meshConfig: { trustDomain: 'new.example', trustDomainAliases: ['old.example'] } })],
        config: { trustDomains: ['old.example'] },
      },
      {
        title: 'nothing can be read of what everybody has',
        objects: [bundle(goodAnchor)],
        config: { anchors: { linkerd: 'see the wiki' } },
      },
    ],
  },
  check: context => [
    ...judgeEach(anchorSources(context), source => ofSource(source, context)),
    ...ofIssuers(context),
    ...ofDomains(context),
  ],
})

function ofSource(source: Field, context: Context): readonly Finding[] {
  // Of these each text is a part of what is trusted.
  if (source.of.kind === 'Bundle' || chartName(source) === 'istiod') return []
  const said = (mesh: AnchorText['mesh']): string | undefined => context.config.anchors[mesh]
  const made = anchorsIn(source).filter(({ mesh, field }) => said(mesh) !== undefined && isPending(field))
  return [
    ...made.map(({ field }) =>
      finding(field, 'is made by this update, in the place of the anchors that everybody has'),
    ),
    ...readAnchors(source, context).flatMap(read => {
      const text = said(read.mesh)
      return text === undefined ? [] : compared(read, text, context)
    }),
  ]
}

function compared({ field, mesh, certificates }: ReadAnchors, text: string, context: Context): readonly Finding[] {
  const known = readCertificates({ text, at: `anchors.${mesh}` }, context.cryptography)
  if (known.problems.length > 0 || known.certificates.length === 0)
    return [finding(field, `cannot be proven: the setting \`anchors.${mesh}\` is no list of certificates in PEM`)]
  const [wanted, there] = [certificates, known.certificates].map(list => new Set(list.map(anchorOf)))
  const gone = known.certificates.filter(one => wanted?.has(anchorOf(one)) === false)
  const added = certificates.filter(one => there?.has(anchorOf(one)) === false)
  if (gone.length === 0 || added.length === 0) return []
  const names = (list: readonly Certificate[]) => list.map(nameOf).join(' and ')
  return [
    finding(
      field,
      `has ${names(added)} in the place of ${names(gone)}, which is all that proxies have until they start anew`,
    ),
  ]
}

/** What verifiers know an anchor by (RFC 5280 6.1.1 d): its name and its key, however often it was issued. */
function anchorOf({ names, publicKey }: Certificate): string {
  return `${names.subject} ${publicKey}`
}

/** What cannot be read, of a mesh whose anchors are said, is found in the anchors as well. */
function ofIssuers(context: Context): readonly Finding[] {
  if (Object.keys(context.config.anchors).length === 0) return []
  const { facts, findings } = issuersOf(context)
  return [...findings, ...facts.flatMap(issuer => guard(issuer.field, () => switched(issuer, context)))]
}

function switched(issuer: IssuerText, context: Context): readonly Finding[] {
  const { mesh, field } = issuer
  const text: string | undefined = context.config.anchors[mesh]
  if (text === undefined) return []
  if (isPending(field))
    return [
      finding(
        field,
        'cannot be proven: it is made by this update, and which anchor vouches for it is not known before',
      ),
    ]
  const vouched = vouchedFor(issuer, [{ text, at: `anchors.${mesh}` }], context)
  switch (vouched.kind) {
    case 'vouched':
      return []
    case 'unreadable':
      return [
        finding(
          field,
          `cannot be proven: in it, or in the setting \`anchors.${mesh}\`, is something that is no certificate`,
        ),
      ]
    default:
      return [
        finding(
          field,
          `is ${vouched.name}, which no anchor vouches for that everybody has; wait until everybody has the next one`,
        ),
      ]
  }
}

/** What identities are of from this update on, of Istio: Linkerd has no way from one trust domain to another that cuts off nobody. */
function ofDomains(context: Context): readonly Finding[] {
  const { trustDomains } = context.config
  if (trustDomains.length === 0) return []
  const { planes, signers, findings } = istioDomains(context)
  const early = [...planes, ...signers].filter(({ value }) => !trustDomains.includes(value))
  const message =
    'is a trust domain that not everybody takes for its own; make it an alias first, and wait until everybody does'
  return [...findings, ...early.map(({ field }) => finding(field, message))]
}
