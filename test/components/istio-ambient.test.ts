import assert from 'node:assert/strict'
import { Istio } from '../../components/istio'
import type { IstioArgs } from '../../components/istio'
import type { IstioSettings } from '../../components/settings'
import { settings } from './fixtures'
import { allBefore, once, record } from './recorder'

const install = once((args: Partial<IstioArgs> = {}) => record(() => new Istio('mesh', { ...settings, ...args })))

async function valuesOf(name: string, args: Partial<IstioArgs> = {}) {
  return (await install(args)).named(name).inputs.values
}

describe('Istio, by data plane', () => {
  async function chartsOf(args: Partial<IstioArgs>) {
    return (await install(args)).ofType('kubernetes:helm.sh/v3:Release').map(({ inputs }) => String(inputs.chart))
  }

  it('brings no part of ambient where every namespace has sidecars', async () => {
    for (const dataPlanes of [{}, { shop: 'sidecar' }] as const) {
      assert.ok(!(await chartsOf({ dataPlanes })).includes('ztunnel'))
      const { env, trustedZtunnelNamespace, meshConfig } = await valuesOf('mesh-istiod', { dataPlanes })
      assert.equal(env.PILOT_ENABLE_AMBIENT, undefined)
      assert.equal(trustedZtunnelNamespace, undefined)
      assert.equal(meshConfig.defaultConfig.proxyMetadata, undefined)
      assert.equal((await valuesOf('mesh-cni', { dataPlanes })).ambient, undefined)
    }
  })

  const ambient: readonly (readonly [string, Partial<IstioArgs>])[] = [
    ['all', { istio: { ...settings.istio, dataPlane: 'ambient' } }],
    ['one', { dataPlanes: { shop: 'ambient' } }],
    ['all but one', { istio: { ...settings.istio, dataPlane: 'ambient' }, dataPlanes: { shop: 'sidecar' } }],
  ]
  for (const [which, args] of ambient) {
    it(`brings ztunnel, and what speaks with it, where ${which} of the namespaces are ambient`, async () => {
      assert.ok((await chartsOf(args)).includes('ztunnel'))
      const { env, trustedZtunnelNamespace, meshConfig } = await valuesOf('mesh-istiod', args)
      assert.equal(env.PILOT_ENABLE_AMBIENT, 'true')
      assert.equal(trustedZtunnelNamespace, 'istio-system')
      assert.deepEqual(meshConfig.defaultConfig.proxyMetadata, { ISTIO_META_ENABLE_HBONE: 'true' })
      assert.deepEqual((await valuesOf('mesh-cni', args)).ambient, {
        enabled: true,
        dnsCapture: true,
        reconcileIptablesOnStartup: true,
      })
    })

    it(`is as strict for sidecars and gateways, where ${which} of the namespaces are ambient`, async () => {
      const [plain, mixed] = [await valuesOf('mesh-istiod'), await valuesOf('mesh-istiod', args)]
      assert.equal(mixed.meshConfig.outboundTrafficPolicy.mode, 'REGISTRY_ONLY')
      assert.deepEqual(mixed.extraContainerArgs, plain.extraContainerArgs)
      assert.deepEqual(mixed.base, plain.base)
      assert.deepEqual({ ...mixed.env, ...plain.env }, mixed.env)
      const defaults = mixed.meshConfig.defaultConfig
      assert.deepEqual({ ...defaults, ...plain.meshConfig.defaultConfig }, defaults)
    })
  }

  const on = (istio: Partial<IstioSettings>) =>
    ({ istio: { ...settings.istio, dataPlane: 'ambient', ...istio } }) as const

  it('starts ztunnel after the agent that redirects to it, and gateways after both', async () => {
    const recording = await install(on({}))
    const before = allBefore(recording, 'mesh-ztunnel')
    for (const name of ['mesh-istiod', 'mesh-cni']) assert.ok(before.has(name), name)
    assert.ok(allBefore(recording, 'mesh-gateway-istio-ingress').has('mesh-ztunnel'))
    const { inputs } = recording.named('mesh-ztunnel')
    assert.deepEqual([inputs.name, inputs.namespace, inputs.version], ['ztunnel', 'istio-system', '1.30.3'])
  })

  it('leads ztunnel to the revision, and not to the tag, which names no Service that it would find', async () => {
    assert.equal((await valuesOf('mesh-ztunnel', on({}))).revision, undefined)
    const tagged = await valuesOf('mesh-ztunnel', on({ revision: '1-30-3', tag: 'stable', systemNamespace: 'mesh' }))
    assert.deepEqual([tagged.revision, tagged.istioNamespace], ['1-30-3', 'mesh'])
  })

  it('installs the node agents where it is told, and istiod trusts the ztunnel that is there', async () => {
    const istio = on({ nodeNamespace: 'node-agents', platform: 'openshift' })
    const recording = await install(istio)
    for (const name of ['mesh-cni', 'mesh-ztunnel']) assert.equal(recording.named(name).inputs.namespace, 'node-agents')
    assert.equal(recording.named('mesh-istiod').inputs.values.trustedZtunnelNamespace, 'node-agents')
    assert.equal(recording.named('mesh-node-namespace').inputs.metadata.name, 'node-agents')
    assert.ok(allBefore(recording, 'mesh-ztunnel').has('mesh-node-namespace'))
    for (const there of [
      await install({ ...istio, namespaces: { existing: ['node-agents'] } }),
      await install(on({ nodeNamespace: 'kube-system' })),
    ])
      assert.ok(!there.all.some(({ name }) => name === 'mesh-node-namespace'))
  })

  it('tells ztunnel the cluster’s domain and the revocation list, where they are said', async () => {
    const plain = await valuesOf('mesh-ztunnel', on({}))
    assert.deepEqual([plain.env, plain.peerCaCrl], [undefined, undefined])
    const trust = { secret: 'cacerts', revocation: true }
    const told = await valuesOf('mesh-ztunnel', { ...on({ clusterDomain: 'cluster.test' }), trust })
    assert.deepEqual([told.env, told.peerCaCrl], [{ CLUSTER_DOMAIN: 'cluster.test' }, { enabled: true }])
  })
})
