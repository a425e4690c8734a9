import assert from 'node:assert/strict'
import type { LinkerdArgs } from '../../components/linkerd'
import { Linkerd } from '../../components/linkerd'
import type { LinkerdSettings } from '../../components/settings'
import { rootA, rootB } from './certificates'
import { linkerd, settings } from './linkerd-fixtures'
import { allBefore, once, record } from './recorder'

const release = 'kubernetes:helm.sh/v3:Release'
const certificate = 'kubernetes:cert-manager.io/v1:Certificate'

const install = once((args: Partial<LinkerdArgs> = {}) => record(() => new Linkerd('mesh', { ...settings, ...args })))

function withLinkerd(more: Partial<LinkerdSettings>) {
  return install({ linkerd: { ...linkerd, ...more } })
}

async function valuesOf(name: string, more: Partial<LinkerdSettings> = {}) {
  return (await withLinkerd(more)).named(name).inputs.values
}

const whole = {
  highAvailability: true,
  cni: {},
  viz: { prometheusUrl: 'http://prometheus.metrics:9090', apiServerNetworks: ['10.1.0.0/28'] },
  multicluster: { gateway: { sourceNetworks: ['10.9.0.0/16'] }, links: ['west'] },
  nodeNetworks: ['10.0.0.0/24'],
} as const

describe('Linkerd', () => {
  it('installs CRDs and control plane after its namespace, the anchors and every certificate', async () => {
    const recording = await install()
    const before = allBefore(recording, 'mesh-control-plane')
    const first = [
      'mesh-namespace',
      'mesh-trust-roots',
      'mesh-identity-issuer',
      'mesh-linkerd-proxy-injector',
      'mesh-linkerd-sp-validator',
      'mesh-linkerd-policy-validator',
      'mesh-crds',
    ]
    for (const name of first) assert.ok(before.has(name), name)
    for (const { name } of recording.all.filter(({ type }) => type !== release && type.startsWith('kubernetes:'))) {
      if (name !== 'mesh-namespace') assert.ok(allBefore(recording, name).has('mesh-namespace'), name)
    }
    const charts = recording.ofType(release).map(({ inputs }) => `${inputs.chart} ${inputs.namespace}/${inputs.name}`)
    assert.deepEqual(charts.sort(), [
      'linkerd-control-plane linkerd/linkerd-control-plane',
      'linkerd-crds linkerd/linkerd-crds',
    ])
  })

  it('installs the CNI plugin before the control plane, and extensions after it, each in a namespace of its own', async () => {
    const recording = await withLinkerd(whole)
    assert.ok(allBefore(recording, 'mesh-control-plane').has('mesh-cni'))
    for (const [name, namespace] of [
      ['mesh-viz', 'linkerd-viz'],
      ['mesh-multicluster', 'linkerd-multicluster'],
    ] as const) {
      const before = allBefore(recording, name)
      assert.ok(before.has('mesh-control-plane') && before.has(`${name}-namespace`), name)
      assert.equal(recording.named(name).inputs.namespace, namespace)
    }
  })

  it('pins every chart to the version of the release, in the repository of its edges or where it is told', async () => {
    for (const { inputs } of (await withLinkerd(whole)).ofType(release)) {
      assert.equal(inputs.version, '2026.6.3')
      assert.deepEqual(inputs.repositoryOpts, { repo: 'https://helm.linkerd.io/edge' })
    }
    const closed = await withLinkerd({ charts: { archives: 'charts/linkerd' } })
    assert.equal(closed.named('mesh-control-plane').inputs.chart, './charts/linkerd/linkerd-control-plane-2026.6.3.tgz')
  })

  it('refuses everybody where no Server is, and leaves no port out', async () => {
    const { proxy, proxyInit } = await valuesOf('mesh-control-plane')
    assert.equal(proxy.defaultInboundPolicy, 'deny')
    assert.deepEqual(proxyInit, { ignoreInboundPorts: '', ignoreOutboundPorts: '' })
  })

  it('lets no Pod start without its proxy, and starts the proxy first', async () => {
    const values = await valuesOf('mesh-control-plane')
    assert.equal(values.webhookFailurePolicy, 'Fail')
    assert.equal(values.proxy.nativeSidecar, true)
    assert.equal((await valuesOf('mesh-control-plane', { nativeSidecars: false })).proxy.nativeSidecar, false)
  })

  it('always says the trust domain, and leaves anchors and issuer to what is beside the chart', async () => {
    const { identityTrustDomain, identity, clusterDomain } = await valuesOf('mesh-control-plane')
    assert.deepEqual([identityTrustDomain, clusterDomain], ['test.example.com', 'cluster.local'])
    assert.deepEqual(identity, { externalCA: true, issuer: { scheme: 'kubernetes.io/tls' } })
  })

  it('narrows what is the cluster, and who may ask what probes ask, and says nothing where it knows nothing', async () => {
    const narrowed = await valuesOf('mesh-control-plane', {
      clusterNetworks: ['10.96.0.0/12', '10.244.0.0/16'],
      nodeNetworks: ['10.0.0.0/24'],
    })
    assert.equal(narrowed.clusterNetworks, '10.96.0.0/12,10.244.0.0/16')
    assert.deepEqual(narrowed.policyController, { probeNetworks: ['10.0.0.0/24'] })
    const silent = await valuesOf('mesh-control-plane')
    assert.deepEqual([silent.clusterNetworks, silent.policyController], [undefined, undefined])
  })

  it('lets the clusters that call its gateway probe it, too', async () => {
    const { policyController } = await valuesOf('mesh-control-plane', whole)
    assert.deepEqual(policyController.probeNetworks, ['10.0.0.0/24', '10.9.0.0/16'])
  })

  it('brings no CRDs of Gateway API by its own chart, which has others', async () => {
    assert.deepEqual(await valuesOf('mesh-crds'), { installGatewayAPI: false })
  })

  it('renders nothing anew: certificates come from cert-manager, and no time is taken from the clock', async () => {
    const recording = await withLinkerd(whole)
    const values = recording.named('mesh-control-plane').inputs.values
    for (const [key, name] of [
      ['proxyInjector', 'linkerd-proxy-injector'],
      ['profileValidator', 'linkerd-sp-validator'],
      ['policyValidator', 'linkerd-policy-validator'],
    ] as const) {
      assert.deepEqual(values[key], { externalSecret: true, injectCaFrom: `linkerd/${name}` })
      const { metadata, spec } = recording.named(`mesh-${name}`).inputs
      assert.deepEqual([metadata.namespace, metadata.name, spec.secretName], ['linkerd', name, `${name}-k8s-tls`])
      assert.deepEqual(spec.dnsNames, [`${name}.linkerd.svc`])
    }
    assert.equal(values.disableHeartBeat, true)
    const viz = recording.named('mesh-viz').inputs.values
    assert.deepEqual(viz.tapInjector, { externalSecret: true, injectCaFrom: 'linkerd-viz/tap-injector' })
    assert.equal(viz.tap.injectCaFrom, 'linkerd-viz/tap')
    const again = await record(() => new Linkerd('mesh', { ...settings, linkerd: { ...linkerd, ...whole } }))
    assert.deepEqual(again.all, recording.all)
  })

  it('has the issuer renewed before an identity of its own could outlive it, with a new key of the one kind there may be', async () => {
    const { metadata, spec } = (await install()).named('mesh-identity-issuer').inputs
    assert.deepEqual([metadata.namespace, metadata.name], ['linkerd', 'linkerd-identity-issuer'])
    assert.deepEqual([spec.duration, spec.renewBefore], ['48h0m0s', '25h0m0s'])
    assert.deepEqual(spec.privateKey, { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' })
    assert.deepEqual([spec.isCA, spec.secretName], [true, 'linkerd-identity-issuer'])
    assert.deepEqual(spec.issuerRef, { name: 'linkerd-signer', kind: 'ClusterIssuer', group: 'cert-manager.io' })
    assert.equal(spec.commonName, 'identity.linkerd.test.example.com')
  })

  it('waits until a certificate is there before what mounts it', async () => {
    const certificates = (await withLinkerd(whole)).ofType(certificate)
    assert.equal(certificates.length, 8, 'an issuer, two authorities and five webhooks')
    for (const { name, inputs } of certificates) {
      assert.deepEqual(inputs.metadata.annotations, { 'pulumi.com/waitFor': 'condition=Ready' }, name)
      assert.equal(inputs.spec.privateKey.rotationPolicy, 'Always', name)
    }
  })

  it('publishes the anchors where the control plane looks for them', async () => {
    const { type, inputs } = (await install({ trust: { bundle: rootA + rootB } })).named('mesh-trust-roots')
    assert.equal(type, 'kubernetes:core/v1:ConfigMap')
    assert.deepEqual([inputs.metadata.namespace, inputs.metadata.name], ['linkerd', 'linkerd-identity-trust-roots'])
    assert.deepEqual(inputs.data, { 'ca-bundle.crt': rootA + rootB })
  })

  it('leaves the anchors to trust-manager where it has them, for the control plane’s namespace alone', async () => {
    const trustManager = { secrets: ['anchor', 'previous-anchor'] }
    const recording = await install({ trust: {}, linkerd: { ...linkerd, trustManager } })
    const { type, inputs } = recording.named('mesh-trust-roots')
    assert.equal(type, 'kubernetes:trust.cert-manager.io/v1alpha1:Bundle')
    assert.equal(inputs.metadata.name, 'linkerd-identity-trust-roots')
    assert.deepEqual(inputs.spec, {
      sources: [
        { secret: { name: 'anchor', key: 'tls.crt' } },
        { secret: { name: 'previous-anchor', key: 'tls.crt' } },
      ],
      target: {
        configMap: { key: 'ca-bundle.crt' },
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'linkerd' } },
      },
    })
  })

  it('reads, writes and names no key', async () => {
    const recording = await withLinkerd(whole)
    assert.deepEqual(recording.ofType('kubernetes:core/v1:Secret'), [])
    assert.doesNotMatch(JSON.stringify(recording.all), /PRIVATE KEY|keyPEM|crtPEM|tls\.key/)
  })

  it('keeps its own webhooks out of its namespace, and says what Pods may do there', async () => {
    const { metadata } = (await install()).named('mesh-namespace').inputs
    assert.deepEqual(metadata.annotations, { 'linkerd.io/inject': 'disabled' })
    assert.deepEqual(metadata.labels, {
      'app.kubernetes.io/managed-by': 'zero-trust-mesh',
      'linkerd.io/is-control-plane': 'true',
      'config.linkerd.io/admission-webhooks': 'disabled',
      'linkerd.io/control-plane-ns': 'linkerd',
      'pod-security.kubernetes.io/enforce': 'privileged',
    })
    const redirected = (await withLinkerd(whole)).named('mesh-namespace').inputs.metadata.labels
    assert.equal(redirected['pod-security.kubernetes.io/enforce'], 'restricted')
  })

  it('only labels namespaces of its own that are there already', async () => {
    const recording = await install({ namespaces: { existing: ['linkerd'] }, linkerd: { ...linkerd, viz: {} } })
    assert.equal(recording.named('mesh-namespace').type, 'kubernetes:core/v1:NamespacePatch')
    assert.equal(recording.named('mesh-viz-namespace').type, 'kubernetes:core/v1:Namespace')
  })

  it('runs three of each part on different nodes where it is to be highly available', async () => {
    const values = await valuesOf('mesh-control-plane', whole)
    assert.deepEqual(
      [values.controllerReplicas, values.enablePodAntiAffinity, values.enablePodDisruptionBudget],
      [3, true, true],
    )
    assert.equal(values.highAvailability, true)
    assert.deepEqual(values.proxy.resources, { cpu: { request: '100m' }, memory: { limit: '250Mi', request: '20Mi' } })
    assert.equal(values.destinationResources.memory.limit, '250Mi')
    assert.equal(values.proxy.defaultInboundPolicy, 'deny')
    assert.equal((await valuesOf('mesh-control-plane')).controllerReplicas, undefined)
  })

  it('takes redirection to the nodes where there is a plugin, and IPv6 along where it is told', async () => {
    const cni = { binDir: '/opt/bin', confDir: '/etc/net.d' }
    const recording = await withLinkerd({ cni, ipv6: true })
    assert.equal(recording.named('mesh-control-plane').inputs.values.cniEnabled, true)
    const { namespace, values } = recording.named('mesh-cni').inputs
    assert.equal(namespace, 'linkerd-cni')
    assert.deepEqual(values, { destCNIBinDir: '/opt/bin', destCNINetDir: '/etc/net.d', disableIPv6: false })
    assert.equal(recording.named('mesh-control-plane').inputs.values.disableIPv6, false)
    const plain = await valuesOf('mesh-control-plane')
    assert.deepEqual([plain.cniEnabled, plain.disableIPv6], [false, true])
  })

  it('takes images from where it is told', async () => {
    const recording = await withLinkerd({ ...whole, hub: 'registry.example.com/linkerd', pullSecrets: ['registry'] })
    const { controllerImage, proxy, debugContainer } = recording.named('mesh-control-plane').inputs.values
    assert.equal(controllerImage, 'registry.example.com/linkerd/controller')
    assert.equal(proxy.image.name, 'registry.example.com/linkerd/proxy')
    assert.equal(debugContainer.image.name, 'registry.example.com/linkerd/debug')
    assert.equal(recording.named('mesh-cni').inputs.values.image.name, 'registry.example.com/linkerd/cni-plugin')
    assert.equal(recording.named('mesh-viz').inputs.values.defaultRegistry, 'registry.example.com/linkerd')
    for (const name of ['mesh-control-plane', 'mesh-cni', 'mesh-viz', 'mesh-multicluster']) {
      assert.deepEqual(recording.named(name).inputs.values.imagePullSecrets, [{ name: 'registry' }], name)
    }
  })
})
