import { authorityProblems } from '../../../core/trust/check-authority'
import { keyProblems } from '../../../core/trust/check-keys'
import { goodAnchor, leafCertificate, weakAnchor } from '../example-anchors'
import { linkerdRelease } from '../example-linkerd-install'
import { configMap } from '../example-objects'
import { anchorSources, readAnchors, type ReadAnchors } from '../facts/known-anchors'
import { finding, judgeEach } from '../field'
import { rule, type Finding } from '../rule'

/**
 * Every certificate that a mesh is told to trust is an authority, with a key and a signature that the mesh takes. A mesh passes over what it cannot read (istio
 * security/pkg/pki/util/crypto.go ParseRootCerts, linkerd2 pkg/tls/codec.go decodeCertificatePEM), and refuses to start, or to verify, by what it does not take (linkerd2
 * pkg/issuercerts/issuercerts.go).
 *
 * Of the stack as a whole, since only then it is told where a value that is not known comes from.
 */
export const anchorAlgorithm = rule({
  id: 'anchor-algorithm',
  severity: 'high',
  scope: 'stack',
  controls: [
    'nist-800-53/IA-5(2)',
    'nist-800-53/SC-13',
    'nist-800-53/SC-17',
    'nist-800-53/SC-23(5)',
    'pci-dss/4.2.1.1',
    'iso-27001/A.8.24',
  ],
  why: 'an anchor that proxies do not take vouches for nobody, and a weak one for whoever takes the trouble',
  fix: 'make the anchor anew with ECDSA on P-256 and SHA-256, as an authority; look at a bundle by `ztm trust check` first, which says what is wrong with which certificate',
  limits:
    'anchors are read in the ConfigMaps `linkerd-identity-trust-roots`, `istio-ca-root-cert` and `zero-trust-mesh-anchors`, the Secret `cacerts`, the values of both control planes, and the Bundle of trust-manager; those in a Secret that is only named are not',
  config: [],
  examples: {
    pass: [
      { title: 'a root of Istio', objects: [configMap('zero-trust-mesh-anchors', { 'ca.pem': goodAnchor })] },
      { title: 'a root of Linkerd', objects: [linkerdRelease({ identityTrustAnchorsPEM: goodAnchor })] },
    ],
    fail: [
      { title: 'a key that is too short', objects: [configMap('zero-trust-mesh-anchors', { 'ca.pem': weakAnchor })] },
      {
        title: 'a certificate that is no authority, beside one that is',
        objects: [linkerdRelease({ identityTrustAnchorsPEM: goodAnchor + leafCertificate })],
      },
      {
        title: 'a certificate that was cut off',
        objects: [configMap('linkerd-identity-trust-roots', { 'ca-bundle.crt': goodAnchor.slice(0, 300) }, 'linkerd')],
      },
    ],
  },
  check: context => judgeEach(anchorSources(context), source => readAnchors(source, context).flatMap(judge)),
})

function judge({ field, mesh, certificates, broken }: ReadAnchors): readonly Finding[] {
  const faults = certificates.flatMap((certificate, i) => {
    const problems = [...keyProblems(certificate, 'anchor', mesh), ...authorityProblems(certificate)]
    return problems.map(({ message }) => `cannot be trusted in certificate ${i + 1} of it: ${message}`)
  })
  return [
    ...(broken ? [finding(field, 'has something in it that is no certificate, or one that cannot be read')] : []),
    ...faults.map(message => finding(field, message)),
  ]
}
