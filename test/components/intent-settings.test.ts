import assert from 'node:assert/strict'
import { intentNamespace, intentSettings } from '../../components/intent-settings'
import { targetOf } from '../../components/target'
import { settings as istio } from './fixtures'
import { linkerd } from './linkerd-fixtures'

const networks = { clusterNetworks: ['10.96.0.0/12', '10.244.0.0/16'], nodeNetworks: ['10.0.0.0/16'] }
const both = {
  ...istio,
  linkerd: { ...linkerd, ...networks, trustDomain: 'linkerd.test' },
  meshes: { data: 'linkerd' },
} as const

describe('what a stack of two meshes is compiled for', () => {
  it('is each of them as it would be alone, and which namespaces are on which', () => {
    assert.deepEqual(targetOf(both), {
      kind: 'hybrid',
      istio: targetOf(istio),
      linkerd: targetOf({ linkerd: both.linkerd }),
      namespaces: { data: 'linkerd' },
      podNetworks: networks.clusterNetworks,
    })
  })

  it('hands on of Linkerd what a compiler has to know of it, and nothing that is not said', () => {
    const more = {
      gatewayApiChannel: 'experimental',
      exports: { 'shop/cart': 'pods' },
      clusterDomain: 'cluster.test',
    } as const
    assert.deepEqual(targetOf({ linkerd: { ...linkerd, ...more }, stages: { data: 'strict' } }), {
      kind: 'linkerd',
      version: 'edge-26.6.3',
      trustDomain: 'test.example.com',
      gatewayApi: 'experimental',
      exports: { 'shop/cart': 'pods' },
      clusterDomain: 'cluster.test',
      stages: { data: 'strict' },
    })
    assert.deepEqual(targetOf({ linkerd }), {
      kind: 'linkerd',
      version: 'edge-26.6.3',
      trustDomain: 'test.example.com',
    })
  })

  it('tells the namespaces on Linkerd in order, leaves out those on Istio, and where calls come from over the border only where that is known', () => {
    const { linkerdNamespaces, ...rest } = intentSettings(
      targetOf({ ...istio, linkerd, meshes: { web: 'linkerd', shop: 'istio', data: 'linkerd' } }),
      {},
    )
    assert.equal(linkerdNamespaces, 'data,web')
    assert.ok(!('podNetworks' in rest))
  })

  it('is told beside Istio’s control plane, with Linkerd’s version and trust domain under names of their own', () => {
    const target = targetOf(both)
    assert.equal(intentNamespace(target), 'istio-system')
    assert.deepEqual(
      intentSettings(target, {
        pathNormalization: 'BASE',
        clusterNetworks: ['10.96.0.0/12'],
        probeNetworks: ['10.0.0.0/16'],
      }),
      {
        kind: 'hybrid',
        version: '1.30.3',
        trustDomain: 'test.example.com',
        rootNamespace: 'istio-system',
        pathNormalization: 'BASE',
        linkerdVersion: 'edge-26.6.3',
        linkerdTrustDomain: 'linkerd.test',
        linkerdNamespaces: 'data',
        podNetworks: '10.96.0.0/12,10.244.0.0/16',
        controlPlaneNamespace: 'linkerd',
        clusterNetworks: '10.96.0.0/12',
        probeNetworks: '10.0.0.0/16',
      },
    )
  })
})
