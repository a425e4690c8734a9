import { linkerdRelease } from '../example-linkerd-install'
import { configMap, release } from '../example-objects'
import { istiodRelease, waiting } from '../example-trust'
import { selfMinting, type ControlPlane } from '../facts/istio-authority'
import { anchorsIn, anchorSources } from '../facts/known-anchors'
import { spansOf } from '../facts/multi-cluster'
import { finding, gather, type Field } from '../field'
import { rule, type Context, type Finding } from '../rule'

const pem = '-----BEGIN CERTIFICATE-----\nMIIB…\n-----END CERTIFICATE-----\n'
const east = { multiCluster: { clusterName: 'east' }, network: 'vpc-1' }
const anchors = configMap('zero-trust-mesh-anchors', { 'ca.pem': pem })
const multicluster = release('linkerd-multicluster', { chart: 'linkerd-multicluster', version: '2026.6.3' })

/**
 * Clusters that are one mesh trust the same anchor, and the stack of each says which: a control plane that makes a root of its own is alone with it, and where nobody
 * says what the anchor is, no reviewer can see that it is that of the others. Credentials for another cluster carry no trust (istio pkg/kube/multicluster/secretcontroller.go),
 * and Linkerd's clusters know each other by their anchors alone.
 */
export const multiClusterSharedRoot = rule({
  id: 'multi-cluster-shared-root',
  severity: 'high',
  scope: 'stack',
  controls: [
    'nist-800-53/IA-5(2)',
    'nist-800-53/IA-9',
    'nist-800-53/SC-17',
    'nist-800-53/SC-23(5)',
    'nist-800-204/SM-DR12',
    'iso-27001/A.8.24',
  ],
  why: 'each call from one cluster to the other is refused, or somebody makes do by letting plaintext in',
  fix: 'sign in each cluster by an intermediate of one root, and say that root: `trust.bundle`, the ConfigMap `zero-trust-mesh-anchors`, or `identityTrustAnchorsPEM`; name anchors that were compared in `reviewed`, as `istio-system/cacerts` or `linkerd/linkerd-identity-trust-roots`',
  limits: 'what other clusters trust is not seen',
  config: ['reviewed'],
  examples: {
    pass: [
      {
        title: 'one of several clusters, whose anchor is said',
        objects: [istiodRelease({ ...waiting, global: east }), anchors],
      },
      {
        title: 'somebody has compared the anchors',
        objects: [istiodRelease({ ...waiting, global: east })],
        config: { reviewed: ['istio-system/cacerts'] },
      },
      { title: 'one cluster, and no other', objects: [istiodRelease({})] },
      {
        title: 'Linkerd, with other clusters',
        objects: [linkerdRelease({ identityTrustAnchorsPEM: pem }), multicluster],
      },
    ],
    fail: [
      { title: 'an istiod that may make a root of its own', objects: [istiodRelease({ global: east }), anchors] },
      { title: 'nobody says which anchor it is', objects: [istiodRelease({ ...waiting, global: east })] },
      {
        title: 'Linkerd, whose anchors nobody says',
        objects: [linkerdRelease({ identity: { externalCA: true } }), multicluster],
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const spans = spansOf(context)
  if (spans.istio.length + spans.linkerd.length === 0) return spans.findings
  const known = gather(anchorSources(context), anchorsIn)
  const meshes = new Set(known.facts.flat().map(({ mesh }) => mesh))
  const minting = spans.istio.length === 0 ? { facts: [], findings: [] } : selfMinting(context)
  return [
    ...spans.findings,
    ...known.findings,
    ...minting.findings,
    ...minting.facts.flatMap(alone),
    ...(meshes.has('istio') || isReviewed(context, 'cacerts') ? [] : unsaid(spans.istio)),
    ...(meshes.has('linkerd') || isReviewed(context, 'linkerd-identity-trust-roots') ? [] : unsaid(spans.linkerd)),
  ]
}

function isReviewed({ config: { reviewed } }: Context, name: string): boolean {
  return reviewed.some(one => one.endsWith(`/${name}`))
}

function alone({ field }: ControlPlane): readonly Finding[] {
  return [finding(field, 'is of one of several clusters, and may make a root of its own, which no other one trusts')]
}

/** Once for a mesh. */
function unsaid(spans: readonly Field[]): readonly Finding[] {
  return spans
    .slice(0, 1)
    .map(span =>
      finding(
        span,
        'cannot be proven: the cluster is one of several, and nothing in the stack says which anchor they share',
      ),
    )
}
