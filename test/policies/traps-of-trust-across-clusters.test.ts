import type { KubernetesObject } from '../../core/model/manifest'
import { linkerdRelease } from '../../policypacks/zero-trust/example-linkerd-install'
import { configMap, labelled, object, release } from '../../policypacks/zero-trust/example-objects'
import { istiodRelease, secret, waiting } from '../../policypacks/zero-trust/example-trust'
import { table } from '../support/rule-table'

const remote = labelled(secret('istio-remote-secret-west', { west: '…' }), { 'istio/multiCluster': 'true' })
const named = istiodRelease({ meshConfig: { trustDomain: 'mesh.example' } })
const link = object(['multicluster.linkerd.io/v1alpha3', 'Link'], ['linkerd-multicluster', 'west'], { spec: {} })
const passthrough = (mode: string): KubernetesObject =>
  object(['networking.istio.io/v1', 'Gateway'], ['istio-system', 'cross'], { spec: { servers: [{ tls: { mode } }] } })

table('no-default-trust-domain-across-clusters', [
  [
    'knows a credential for another cluster',
    { objects: [istiodRelease({}), remote] },
    ['Secret istio-system/istio-remote-secret-west'],
  ],
  [
    'knows networks that are named',
    { objects: [istiodRelease({ global: { meshNetworks: { a: {} } } })] },
    ['Release istiod values.global.meshNetworks'],
  ],
  [
    'does not take what is blank for said',
    { objects: [istiodRelease({ global: { network: '', meshID: '', meshNetworks: {} } })] },
    [],
  ],
  [
    'knows a gateway that passes calls on unopened',
    { objects: [istiodRelease({}), passthrough('AUTO_PASSTHROUGH')] },
    ['Gateway istio-system/cross spec.servers[0].tls.mode'],
  ],
  ['does not take another gateway for one', { objects: [istiodRelease({}), passthrough('PASSTHROUGH')] }, []],
  [
    'finds one of two control planes that has no name',
    { objects: [named, istiodRelease({}), remote] },
    ['Secret istio-system/istio-remote-secret-west'],
  ],
  [
    'does not hold Linkerd against the name of Istio',
    { objects: [istiodRelease({}), linkerdRelease({ identityTrustDomain: 'a.example' }), link] },
    [],
  ],
  [
    'takes an empty name of Linkerd for that of the cluster',
    { objects: [linkerdRelease({ identityTrustDomain: '' }), link] },
    ['Link linkerd-multicluster/west'],
  ],
  [
    'takes the domain of the cluster for a name',
    { objects: [linkerdRelease({ clusterDomain: 'east.example' }), link] },
    [],
  ],
])

const bundle = (source: object): KubernetesObject =>
  object(['trust.cert-manager.io/v1alpha1', 'Bundle'], [undefined, 'linkerd-identity-trust-roots'], {
    spec: { sources: [source] },
  })

table('multi-cluster-shared-root', [
  [
    'does not take the anchors of one mesh for those of the other',
    {
      objects: [
        istiodRelease({ ...waiting, global: { network: 'a' } }),
        linkerdRelease({ identityTrustAnchorsPEM: '…' }),
      ],
    },
    ['Release istiod values.global.network'],
  ],
  ['takes a bundle that says its anchor', { objects: [link, bundle({ inLine: '…' })] }, []],
  [
    'finds one whose anchor is in a Secret',
    { objects: [link, bundle({ secret: { name: 'anchor', key: 'tls.crt' } })] },
    ['Link linkerd-multicluster/west'],
  ],
  [
    'does not take a blank anchor for one',
    { objects: [link, configMap('linkerd-identity-trust-roots', { 'ca-bundle.crt': '\n' }, 'linkerd')] },
    ['Link linkerd-multicluster/west'],
  ],
  [
    'takes the anchor beside the key that istiod signs with',
    {
      objects: [
        istiodRelease({ global: { meshID: 'shops' } }),
        secret('cacerts', { 'ca-cert.pem': '…', 'root-cert.pem': '…' }),
      ],
    },
    [],
  ],
  ['asks a cluster without Istio nothing about it', { objects: [release('viz', { chart: 'linkerd-viz' })] }, []],
])
