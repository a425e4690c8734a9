import assert from 'node:assert/strict'
import { Istio } from '../../components/istio'
import type { IstioArgs } from '../../components/istio'
import { Refused } from '../../components/refused'
import type { IstioSettings } from '../../components/settings'
import { leaf, rootA } from './certificates'
import { settings } from './fixtures'
import { allBefore, once, record } from './recorder'

const release = 'kubernetes:helm.sh/v3:Release'

const install = once((args: Partial<IstioArgs> = {}) => record(() => new Istio('mesh', { ...settings, ...args })))

function withIstio(istio: Partial<IstioSettings>) {
  return install({ istio: { ...settings.istio, ...istio } })
}

async function valuesOf(name: string, args: Partial<IstioArgs> = {}) {
  return (await install(args)).named(name).inputs.values
}

describe('Istio', () => {
  it('installs base, istiod, cni and each gateway, in this order, after its namespace and the anchor', async () => {
    const recording = await install({ trust: { bundle: rootA } })
    const chain = [
      'mesh-namespace',
      'mesh-trust-anchors',
      'mesh-base',
      'mesh-istiod',
      'mesh-cni',
      'mesh-istio-ingress-namespace',
      'mesh-gateway-istio-ingress',
    ]
    for (const [index, name] of chain.entries()) {
      const before = allBefore(recording, name)
      for (const earlier of chain.slice(0, index)) assert.ok(before.has(earlier), `${name} waits for ${earlier}`)
    }
    const charts = recording.ofType(release).map(({ inputs }) => `${inputs.chart} ${inputs.namespace}/${inputs.name}`)
    assert.deepEqual(charts.sort(), [
      'base istio-system/istio-base',
      'cni istio-system/istio-cni',
      'gateway istio-ingress/istio-ingress',
      'istiod istio-system/istiod',
    ])
  })

  it('pins every chart to the version of Istio', async () => {
    for (const { inputs } of (await install()).ofType(release)) assert.equal(inputs.version, '1.30.3')
  })

  it('makes istiod wait for the Secret `cacerts` rather than mint a root of its own', async () => {
    const { volumes, volumeMounts } = await valuesOf('mesh-istiod', { trust: { secret: 'cacerts' } })
    assert.deepEqual(volumes, [{ name: 'cacerts-required', secret: { secretName: 'cacerts' } }])
    assert.deepEqual(
      volumeMounts.map((mount: { name: string }) => mount.name),
      ['cacerts-required'],
    )
    assert.deepEqual((await valuesOf('mesh-istiod', { trust: { bundle: rootA } })).volumes, volumes)
  })

  it('waits for no Secret where istiod is to make its own root', async () => {
    assert.equal((await valuesOf('mesh-istiod', { trust: { selfSigned: true } })).volumes, undefined)
  })

  it('reads, writes and names no Secret but as a volume, so that no key reaches the state', async () => {
    for (const trust of [{ secret: 'cacerts' }, { bundle: rootA }, { selfSigned: true }]) {
      const recording = await install({ trust })
      assert.deepEqual(recording.ofType('kubernetes:core/v1:Secret'), [])
      assert.doesNotMatch(JSON.stringify(recording.all), /PRIVATE KEY/)
    }
  })

  it('always says the trust domain and the root namespace', async () => {
    const { meshConfig } = await valuesOf('mesh-istiod')
    assert.equal(meshConfig.trustDomain, 'test.example.com')
    assert.equal(meshConfig.rootNamespace, 'istio-system')
  })

  it('is strict where the charts are not', async () => {
    const istiod = await valuesOf('mesh-istiod')
    assert.equal(istiod.meshConfig.outboundTrafficPolicy.mode, 'REGISTRY_ONLY')
    assert.equal(istiod.meshConfig.enableAutoMtls, true)
    assert.equal(istiod.meshConfig.pathNormalization.normalization, 'DECODE_AND_MERGE_SLASHES')
    assert.equal(istiod.meshConfig.defaultConfig.holdApplicationUntilProxyStarts, true)
    assert.equal(istiod.env.ENABLE_DEBUG_ON_HTTP, 'false')
    assert.equal(istiod.env.ENABLE_NATIVE_SIDECARS, 'true')
    assert.deepEqual(istiod.extraContainerArgs, ['--grpcAddr='])
    assert.equal(istiod.cni.enabled, true)
    const seccomp = [istiod.seccompProfile, istiod.gateways.seccompProfile, istiod.global.proxy.seccompProfile]
    for (const profile of seccomp) assert.deepEqual(profile, { type: 'RuntimeDefault' })
    assert.equal(istiod.base.validationFailurePolicy, 'Fail')
    assert.equal((await valuesOf('mesh-base')).base.validationFailurePolicy, 'Fail')
  })

  it('leads the validating webhook and the gateways to the revision, or to the tag that points at it', async () => {
    const plain = await withIstio({})
    assert.equal(plain.named('mesh-base').inputs.values.defaultRevision, 'default')
    assert.equal(plain.named('mesh-gateway-istio-ingress').inputs.values.revision, undefined)
    const revised = await withIstio({ revision: '1-30-3' })
    assert.equal(revised.named('mesh-base').inputs.values.defaultRevision, '1-30-3')
    assert.equal(revised.named('mesh-istiod-1-30-3').inputs.values.revision, '1-30-3')
    assert.equal(revised.named('mesh-istiod-1-30-3').inputs.name, 'istiod-1-30-3')
    assert.equal(revised.named('mesh-gateway-istio-ingress').inputs.values.revision, '1-30-3')
    const tagged = await withIstio({ revision: '1-30-3', tag: 'stable' })
    assert.equal(tagged.named('mesh-tag').inputs.metadata.labels['istio.io/rev'], '1-30-3')
    assert.equal(tagged.named('mesh-gateway-istio-ingress').inputs.values.revision, 'stable')
  })

  it('names the ServiceAccount of a gateway, under which the graph lets it call', async () => {
    const gateways = { edge: { namespace: 'front', service: 'NodePort' } } as const
    const { inputs } = (await install({ gateways })).named('mesh-gateway-edge')
    assert.deepEqual([inputs.namespace, inputs.name], ['front', 'edge'])
    assert.deepEqual(inputs.values, { serviceAccount: { create: true, name: 'edge' }, service: { type: 'NodePort' } })
  })

  it('takes images and platform from where it is told, and images without a shell', async () => {
    const settings = { hub: 'registry.example.com/istio', platform: 'gke', pullSecrets: ['registry'] }
    const recording = await withIstio({ ...settings, dataPlane: 'ambient', nativeNftables: true })
    for (const name of ['mesh-istiod', 'mesh-cni', 'mesh-ztunnel']) {
      const { hub, platform, variant, imagePullSecrets, nativeNftables } = recording.named(name).inputs.values.global
      assert.deepEqual([hub, platform, variant], ['registry.example.com/istio', 'gke', 'distroless'], name)
      assert.deepEqual([imagePullSecrets, nativeNftables], [['registry'], true], name)
    }
    const gateway = recording.named('mesh-gateway-istio-ingress').inputs.values
    assert.deepEqual(gateway.imagePullSecrets, [{ name: 'registry' }])
  })

  it('installs the charts’ NetworkPolicies where that is asked for, and not otherwise', async () => {
    const charts = ['mesh-istiod', 'mesh-cni', 'mesh-ztunnel', 'mesh-gateway-istio-ingress']
    const asked = await withIstio({ networkPolicies: true, dataPlane: 'ambient' })
    const silent = await withIstio({ dataPlane: 'ambient' })
    for (const name of charts) {
      assert.deepEqual(asked.named(name).inputs.values.global.networkPolicy, { enabled: true }, name)
      assert.equal(silent.named(name).inputs.values.global?.networkPolicy, undefined, name)
    }
  })

  it('lets nobody read every Secret for another cluster, unless there is one', async () => {
    for (const [multiCluster, there] of [
      [undefined, false],
      [{ cluster: 'east' }, true],
    ] as const) {
      const recording = await withIstio(multiCluster ? { multiCluster } : {})
      for (const name of ['mesh-base', 'mesh-istiod'])
        assert.equal(recording.named(name).inputs.values.global.enableReaderRBAC, there, name)
    }
  })

  it('tells every chart which cluster and network it is', async () => {
    const multiCluster = { cluster: 'east', network: 'vpc-1', meshId: 'shops' }
    const recording = await withIstio({ multiCluster, dataPlane: 'ambient' })
    const { global } = recording.named('mesh-istiod').inputs.values
    assert.deepEqual([global.multiCluster, global.network, global.meshID], [{ clusterName: 'east' }, 'vpc-1', 'shops'])
    const ztunnel = recording.named('mesh-ztunnel').inputs.values
    assert.deepEqual([ztunnel.multiCluster, ztunnel.network], [{ clusterName: 'east' }, 'vpc-1'])
    assert.equal(recording.named('mesh-namespace').inputs.metadata.labels['topology.istio.io/network'], 'vpc-1')
  })

  it('says the network of a system namespace that is there already', async () => {
    const namespaces = { existing: ['istio-system'] }
    const multiCluster = { cluster: 'east', network: 'vpc-1' }
    const { type, inputs } = (await install({ namespaces, istio: { ...settings.istio, multiCluster } })).named(
      'mesh-namespace',
    )
    assert.equal(type, 'kubernetes:core/v1:NamespacePatch')
    assert.equal(inputs.metadata.labels['topology.istio.io/network'], 'vpc-1')
  })

  it('finds the CNI plugin where the platform does not say, over what a platform says', async () => {
    const cni = { binDir: '/opt/bin', confDir: '/etc/net.d', netnsDir: '/run/netns' }
    const { values } = (await withIstio({ cni })).named('mesh-cni').inputs
    assert.deepEqual(values.cni, { cniBinDir: '/opt/bin', cniConfDir: '/etc/net.d', cniNetnsDir: '/run/netns' })
    assert.equal((await valuesOf('mesh-cni')).cni, undefined)
  })

  it('makes the root namespace where it lies apart, unless it is there already', async () => {
    const istio = { ...settings.istio, rootNamespace: 'mesh-root' }
    const { type, inputs } = (await install({ istio })).named('mesh-mesh-root-namespace')
    assert.equal(type, 'kubernetes:core/v1:Namespace')
    assert.deepEqual(inputs.metadata.labels, { 'app.kubernetes.io/managed-by': 'zero-trust-mesh' })
    const there = await install({ istio, namespaces: { existing: ['mesh-root'] } })
    assert.ok(!there.all.some(({ name }) => name.includes('mesh-root')))
  })

  it('installs nothing into a mesh that is there already, and publishes its anchors all the same', async () => {
    const istio = { ...settings.istio, install: false, systemNamespace: 'mesh-system' }
    const recording = await install({ istio, gateways: {}, trust: { bundle: rootA } })
    const objects = recording.all.filter(({ type }) => type.startsWith('kubernetes:'))
    assert.deepEqual(
      objects.map(({ name }) => name),
      ['mesh-trust-anchors'],
    )
    assert.equal(objects[0]?.inputs.metadata.namespace, 'mesh-system')
  })

  it('refuses settings that contradict each other, all at once', async () => {
    const istio = { ...settings.istio, install: false, tag: 'stable', telemetry: 'denials' } as const
    const trust = { selfSigned: true, bundle: leaf, revocation: true }
    await assert.rejects(install({ istio, trust }), (error: unknown) => {
      assert.ok(error instanceof Refused)
      assert.deepEqual(error.problems.map(({ code }) => code).sort(), [
        'contradictory-trust',
        'contradictory-trust',
        'gateway-not-installed',
        'not-a-ca',
        'tag-without-revision',
        'telemetry-not-installed',
      ])
      return true
    })
  })

  it('refuses a gateway among the control plane', async () => {
    await assert.rejects(install({ gateways: { edge: { namespace: 'istio-system' } } }), /another namespace/)
  })

  it('refuses a Secret that istiod would not see', async () => {
    await assert.rejects(install({ trust: { secret: 'my-ca' } }), /name the Secret `cacerts`/)
  })
})
