import assert from 'node:assert/strict'
import { Linkerd } from '../../components/linkerd'
import type { LinkerdSettings } from '../../components/settings'
import { linkerd, settings } from './linkerd-fixtures'
import { allBefore, once, record } from './recorder'

const network = 'kubernetes:policy.linkerd.io/v1alpha1:NetworkAuthenticationPatch'
const identity = 'kubernetes:policy.linkerd.io/v1alpha1:MeshTLSAuthenticationPatch'

const install = once((more: Partial<LinkerdSettings>) =>
  record(() => new Linkerd('mesh', { ...settings, linkerd: { ...linkerd, ...more } })),
)

const gateway = { sourceNetworks: ['10.9.0.0/16'] }

describe('the dashboard of Linkerd', () => {
  it('says of its namespace what the Job of its chart would, which is not run', async () => {
    const recording = await install({ viz: { prometheusUrl: 'http://prometheus.metrics:9090' } })
    const { labels, annotations } = recording.named('mesh-viz-namespace').inputs.metadata
    assert.equal(labels['linkerd.io/extension'], 'viz')
    assert.deepEqual(annotations, { 'viz.linkerd.io/external-prometheus': 'http://prometheus.metrics:9090' })
    assert.equal(recording.named('mesh-viz').inputs.values.createNamespaceMetadataJob, false)
  })

  it('brings a Prometheus where there is none, and never shows one visitor the requests of another', async () => {
    const own = (await install({ viz: {} })).named('mesh-viz').inputs.values
    assert.deepEqual([own.prometheusUrl, own.prometheus], [undefined, undefined])
    assert.deepEqual(own.dashboard, { restrictPrivileges: true })
    const { values } = (await install({ viz: { prometheusUrl: 'http://there:9090' } })).named('mesh-viz').inputs
    assert.deepEqual([values.prometheusUrl, values.prometheus], ['http://there:9090', { enabled: false }])
  })

  it('lets in the API server and kubelets from where they are, over what its chart lets in', async () => {
    const recording = await install({ viz: { apiServerNetworks: ['10.1.0.0/28'] }, nodeNetworks: ['10.0.0.0/24'] })
    const patches = recording.ofType(network)
    assert.deepEqual(
      patches.map(({ inputs }) => [inputs.metadata.namespace, inputs.metadata.name, inputs.spec.networks]),
      [
        ['linkerd-viz', 'kube-api-server', [{ cidr: '10.1.0.0/28' }]],
        ['linkerd-viz', 'kubelet', [{ cidr: '10.0.0.0/24' }]],
      ],
    )
    for (const { name, inputs, retainOnDelete } of patches) {
      assert.ok(allBefore(recording, name).has('mesh-viz'), 'there is something to tighten only then')
      assert.equal(inputs.metadata.annotations['pulumi.com/patchForce'], 'true')
      assert.equal(retainOnDelete, true, 'without its networks the object would be none')
    }
  })

  it('tightens nothing where it does not know to what', async () => {
    assert.deepEqual((await install({ viz: {} })).ofType(network), [])
  })
})

describe('Linkerd in several clusters', () => {
  it('has no gateway unless there is to be one', async () => {
    const { values } = (await install({ multicluster: { links: ['west', 'north'] } })).named('mesh-multicluster').inputs
    assert.deepEqual(values.gateway, { enabled: false })
    assert.deepEqual(values.controllers, [{ link: { ref: { name: 'west' } } }, { link: { ref: { name: 'north' } } }])
  })

  it('lets through its gateway those whom it is told, from where it is told', async () => {
    const identities = ['*.serviceaccount.identity.linkerd.test.example.com']
    const recording = await install({ multicluster: { gateway: { ...gateway, identities, service: 'NodePort' } } })
    assert.deepEqual(recording.named('mesh-multicluster').inputs.values.gateway, {
      enabled: true,
      serviceType: 'NodePort',
    })
    const [source] = recording.ofType(network)
    assert.deepEqual(
      [source?.inputs.metadata.name, source?.inputs.spec],
      ['source-cluster', { networks: [{ cidr: '10.9.0.0/16' }] }],
    )
    const [any] = recording.ofType(identity)
    assert.deepEqual([any?.inputs.metadata.name, any?.inputs.spec], ['any-meshed', { identities }])
  })

  it('tells other clusters the gateway’s real identity, which has the trust domain in it', async () => {
    const recording = await install({ multicluster: { gateway }, controlPlaneNamespace: 'mesh-system' })
    const { identityTrustDomain, linkerdNamespace } = recording.named('mesh-multicluster').inputs.values
    assert.deepEqual([identityTrustDomain, linkerdNamespace], ['test.example.com', 'mesh-system'])
  })
})
