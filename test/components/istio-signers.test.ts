import assert from 'node:assert/strict'
import { readConfig } from '../../components/config'
import { Istio } from '../../components/istio'
import { Refused } from '../../components/refused'
import type { IstioMeshSettings, MeshSettings, TrustSettings } from '../../components/settings'
import { settingsProblems } from '../../components/settings-problems'
import { ZeroTrustMesh } from '../../components/zero-trust-mesh'
import { defineGraph, http } from '../../core/graph/define'
import { rootA, rootB } from './certificates'
import { settings } from './fixtures'
import { settings as onLinkerd } from './linkerd-fixtures'
import type { Recording, Registered } from './recorder'
import { allBefore, record } from './recorder'

const region = 'eu-central-1'
const version = 'v0.17.0'
const issuer = { name: 'mesh', kind: 'VaultIssuer', group: 'vault.example.com' }
const given: TrustSettings = { istioCsr: { version, issuer }, bundle: rootA }
const { gateways: _, ...bare } = settings

const registered = (trust: TrustSettings, more: Partial<IstioMeshSettings> = {}) =>
  record(() => new Istio('mesh', { ...bare, ...more, trust }), { preview: true })
const istiod = (recording: Recording) => recording.all.find(({ inputs }) => inputs.chart === 'istiod')?.inputs.values
const named = (recording: Recording, kind: string, name: string): Registered | undefined =>
  recording.all.find(({ inputs }) => inputs.kind === kind && inputs.metadata?.name === name)
const problems = (trust: TrustSettings, more: Partial<MeshSettings> = {}) =>
  settingsProblems({ ...bare, ...more, trust }).map(({ code, at }) => `${code} ${at}`)

describe('istio-csr in the place of istiod', () => {
  it('signs for the mesh that istiod serves: both are told the same trust domain, namespace, revisions and cluster', async () => {
    const next = { version: '1.31.0', revision: '1-31-0' }
    const multiCluster = { cluster: 'east' }
    const istio = { ...settings.istio, systemNamespace: 'mesh-system', revision: '1-30-3', next, multiCluster }
    const recording = await registered(given, { istio })
    const { inputs } = recording.named('mesh-istio-csr')
    assert.deepEqual(
      [inputs.chart, inputs.version, inputs.namespace, inputs.repositoryOpts],
      ['cert-manager-istio-csr', version, 'cert-manager', { repo: 'https://charts.jetstack.io' }],
    )
    const { app } = inputs.values
    assert.deepEqual(app.certmanager, { namespace: 'mesh-system', issuer: { enabled: true, ...issuer } })
    assert.equal(app.tls.trustDomain, istiod(recording).meshConfig.trustDomain)
    assert.deepEqual(app.istio, { namespace: 'mesh-system', revisions: ['1-30-3', '1-31-0'] })
    assert.equal(app.server.clusterID, istiod(recording).global.multiCluster.clusterName)
    // The name by which it is called is one that it has a certificate for.
    const { caAddress } = istiod(recording).global
    assert.deepEqual(app.tls.certificateDNSNames, [caAddress.replace(/:443$/, '')])
  })

  it('calls the control plane without a revision as its chart does', async () => {
    const recording = await registered(given)
    assert.deepEqual(recording.named('mesh-istio-csr').inputs.values.app.istio.revisions, ['default'])
  })

  it('leaves istiod no authority, and nothing to start with before its certificate and the anchors are there', async () => {
    const recording = await registered(given)
    const values = istiod(recording)
    assert.equal(values.env.ENABLE_CA_SERVER, 'false')
    const mounted = values.volumeMounts.map(({ name }: { name: string }) => name)
    const [secret, anchors] = values.volumes
    assert.deepEqual([secret.secret, anchors.configMap], [{ secretName: 'istiod-tls' }, { name: 'istio-ca-root-cert' }])
    assert.deepEqual(mounted, [secret.name, anchors.name])
    assert.ok(allBefore(recording, 'mesh-istiod').has('mesh-istio-csr'))
    assert.equal(named(recording, 'Certificate', 'cacerts'), undefined)
  })

  it('hands out the anchors that are given, and waits for them', async () => {
    const recording = await registered(given)
    const anchors = recording.named('mesh-istio-csr-anchors')
    assert.equal(anchors.inputs.metadata.namespace, 'cert-manager')
    assert.deepEqual(Object.values(anchors.inputs.data), [rootA])
    const { values } = recording.named('mesh-istio-csr').inputs
    const [file] = Object.keys(anchors.inputs.data)
    assert.equal(values.app.tls.rootCAFile, `${values.volumeMounts[0].mountPath}/${file}`)
    assert.deepEqual(values.volumes[0].configMap, { name: anchors.inputs.metadata.name })
    const before = allBefore(recording, 'mesh-istio-csr')
    assert.ok(before.has('mesh-istio-csr-anchors') && before.has('mesh-namespace'))
  })

  it('asks the authority of AWS directly, one for short-lived certificates included', async () => {
    const pca = { region, subordinate: true, shortLived: true }
    const recording = await registered({ pca, istioCsr: { version } })
    const modes = recording
      .ofType('aws:acmpca/certificateAuthority:CertificateAuthority')
      .map(({ inputs }) => [inputs.type, inputs.usageMode])
    assert.deepEqual(modes, [
      ['ROOT', 'GENERAL_PURPOSE'],
      ['SUBORDINATE', 'SHORT_LIVED_CERTIFICATE'],
    ])
    const { issuer: by } = recording.named('mesh-istio-csr').inputs.values.app.certmanager
    assert.deepEqual([by.name, by.kind, by.group], ['zero-trust-mesh', 'AWSPCAClusterIssuer', 'awspca.cert-manager.io'])
    assert.ok(allBefore(recording, 'mesh-istio-csr').has('mesh-pca-issuing-installed'))
  })

  it('has the anchors that cert-manager makes from trust-manager, those of a rotation too', async () => {
    const recording = await registered({ certManager: { beside: ['old-anchor'] }, istioCsr: { version } })
    const bundle = named(recording, 'Bundle', 'zero-trust-mesh-anchors')
    assert.ok(bundle)
    assert.deepEqual(
      bundle.inputs.spec.sources.map(({ secret }: { secret: { name: string } }) => secret.name),
      ['zero-trust-mesh-anchor', 'old-anchor'],
    )
    const { values } = recording.named('mesh-istio-csr').inputs
    assert.ok(values.app.tls.rootCAFile.endsWith(`/${bundle.inputs.spec.target.configMap.key}`))
    assert.ok(allBefore(recording, 'mesh-istio-csr').has(bundle.name))
  })

  it('signs for the Pods of ztunnel’s own node where there is a ztunnel, and ztunnel asks it', async () => {
    const { caTrustedNodeAccounts } = (await registered(given)).named('mesh-istio-csr').inputs.values.app.server
    assert.equal(caTrustedNodeAccounts, undefined)
    const istio = { ...settings.istio, dataPlane: 'ambient', nodeNamespace: 'nodes' } as const
    const ambient = await registered(given, { istio })
    assert.equal(ambient.named('mesh-istio-csr').inputs.values.app.server.caTrustedNodeAccounts, 'nodes/ztunnel')
    assert.equal(ambient.named('mesh-ztunnel').inputs.namespace, 'nodes')
    assert.equal(ambient.named('mesh-ztunnel').inputs.values.caAddress, istiod(ambient).global.caAddress)
  })

  it('is let be reached by proxies where the network below them is closed', async () => {
    const graph = defineGraph({
      services: {
        web: { namespace: 'shop', ports: { http: http(8080) } },
        cart: { namespace: 'data', ports: { http: http(8080) } },
      },
    }).calls({ web: { cart: { http: ['GET /x'] } } })
    const ways = async (trust: TrustSettings) => {
      const networkPolicy = { enabled: true }
      const { all } = await record(() => new ZeroTrustMesh('mesh', { ...bare, graph, trust, networkPolicy }))
      const policies = all.filter(({ inputs }) => inputs.kind === 'NetworkPolicy')
      assert.ok(policies.length > 2)
      return policies.filter(({ inputs }) =>
        JSON.stringify(inputs.spec.egress ?? []).includes('cert-manager-istio-csr'),
      )
    }
    const found = await ways(given)
    assert.deepEqual(found.map(({ inputs }) => inputs.metadata.name).sort(), ['calls-of-cart', 'calls-of-web'])
    for (const { inputs } of found) {
      assert.deepEqual(
        inputs.spec.egress.filter((rule: object) => JSON.stringify(rule).includes('cert-manager-istio-csr')),
        [
          {
            to: [
              {
                namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'cert-manager' } },
                podSelector: { matchLabels: { app: 'cert-manager-istio-csr' } },
              },
            ],
            ports: [{ protocol: 'TCP', port: 6443 }],
          },
        ],
      )
    }
    assert.deepEqual(await ways({ selfSigned: true }), [])
  })

  it('is told who signs, and what that leads to, exactly once', () => {
    const istioCsr = { version }
    assert.deepEqual(problems(given), [])
    assert.deepEqual(problems({ pca: { region }, istioCsr }), [])
    assert.deepEqual(problems({ istioCsr, bundle: rootA }), ['no-issuer trust.istioCsr'])
    assert.deepEqual(problems({ istioCsr: { version, issuer } }), ['no-trust trust.bundle'])
    assert.deepEqual(problems({ pca: { region }, istioCsr: { version, issuer } }), [
      'contradictory-trust trust.istioCsr.issuer',
    ])
    assert.deepEqual(problems({ ...given, secret: 'cacerts' }), ['contradictory-trust trust.secret'])
    assert.deepEqual(problems({ ...given, revocation: true }), ['contradictory-trust trust.revocation'])
    assert.deepEqual(problems({ ...given, istioCsr: { version, issuer, namespace: 'istio-system' } }), [
      'same-namespace trust.istioCsr.namespace',
    ])
    assert.deepEqual(problems(given, { istio: { ...settings.istio, install: false } }), [
      'trust-not-installed trust.istioCsr',
    ])
  })

  it('alone uses an authority for short-lived certificates, which is never a root', () => {
    const pca = { region, subordinate: true, shortLived: true }
    const istioCsr = { version }
    assert.deepEqual(problems({ pca, istioCsr }), [])
    assert.deepEqual(problems({ pca }), ['contradictory-trust trust.pca.shortLived'])
    assert.deepEqual(problems({ pca: { region, shortLived: true }, istioCsr }), [
      'contradictory-trust trust.pca.shortLived',
    ])
    const { issuer: _, ...linkerd } = onLinkerd.linkerd
    assert.deepEqual(problems({ pca, istioCsr }, { linkerd }), ['contradictory-trust trust.pca.shortLived'])
  })
})

describe('a signer of Kubernetes', () => {
  const signer = 'clusterissuers.cert-manager.io/mesh'

  it('signs what istiod asks for, istiod’s own certificate included, and is named by every proxy', async () => {
    const values = istiod(await registered({ signer, bundle: rootA }))
    assert.equal(values.env.EXTERNAL_CA, 'ISTIOD_RA_KUBERNETES_API')
    assert.deepEqual(values.global.certSigners, [signer])
    assert.equal(values.global.pilotCertProvider, `k8s.io/${signer}`)
    assert.deepEqual(values.meshConfig.caCertificates, [{ pem: rootA, certSigners: [signer] }])
    const { ISTIO_META_CERT_SIGNER: name } = values.meshConfig.defaultConfig.proxyMetadata
    assert.equal(`${values.env.CERT_SIGNER_DOMAIN}/${name}`, signer)
    assert.equal(values.volumes, undefined)
  })

  it('is the only one, with what it leads to, and for proxies that can name it', () => {
    assert.deepEqual(problems({ signer, bundle: rootA }), [])
    assert.deepEqual(problems({ signer, secret: 'cacerts', bundle: rootA }), ['contradictory-trust trust.secret'])
    assert.deepEqual(problems({ signer, ...given }), ['contradictory-trust trust.istioCsr'])
    assert.deepEqual(problems({ signer }), ['no-trust trust.bundle'])
    const istio = { ...settings.istio, dataPlane: 'ambient' } as const
    assert.deepEqual(problems({ signer, bundle: rootA }, { istio }), ['not-of-ambient trust.signer'])
  })
})

describe('another mesh’s identities', () => {
  const other = 'other.example.com'
  const url = 'https://other.example.com/bundle'

  it('are believed by the anchors that are given for their trust domain, one certificate each', async () => {
    const federation = { [other]: { bundle: rootA + rootB }, 'third.example.com': { spiffeBundleUrl: url } }
    const values = istiod(await registered({ secret: 'cacerts', federation }))
    assert.deepEqual(values.meshConfig.caCertificates, [
      { pem: rootA, trustDomains: [other] },
      { pem: rootB, trustDomains: [other] },
      { spiffeBundleUrl: url, trustDomains: ['third.example.com'] },
    ])
    assert.equal(values.env.ISTIO_MULTIROOT_MESH, 'true')
    assert.equal(values.meshConfig.defaultConfig.proxyMetadata.PROXY_CONFIG_XDS_AGENT, 'true')
    const alone = istiod(await registered({ secret: 'cacerts' }))
    assert.deepEqual(
      [alone.meshConfig.caCertificates, alone.meshConfig.defaultConfig.proxyMetadata],
      [undefined, undefined],
    )
  })

  it('are of another trust domain, and for sidecars', () => {
    const secret = 'cacerts'
    assert.deepEqual(problems({ secret, federation: { [other]: { bundle: rootA } } }), [])
    assert.deepEqual(problems({ secret, federation: { 'test.example.com': { bundle: rootA } } }), [
      'same-trust-domain trust.federation.test.example.com',
    ])
    const istio = { ...settings.istio, dataPlane: 'ambient' } as const
    assert.deepEqual(problems({ secret, federation: { [other]: { bundle: rootA } } }, { istio }), [
      'not-of-ambient trust.federation',
    ])
    const [found] = problems({ secret, federation: { [other]: { bundle: 'no PEM' } } })
    assert.match(found ?? '', / trust\.federation\.other\.example\.com\.bundle/)
  })
})

describe('who signs, in a stack’s configuration', () => {
  const read = async (trust: object): Promise<unknown> => {
    const said: unknown[] = []
    const mesh = JSON.stringify({ version: '1.30.3', trustDomain: 'test.example.com' })
    const readIt = () => {
      try {
        said.push(readConfig().mesh.trust)
      } catch (error) {
        assert.ok(error instanceof Refused)
        said.push(error.problems.map(({ at }) => at))
      }
    }
    await record(readIt, { config: { mesh, trust: JSON.stringify(trust) } })
    return said[0]
  }

  it('is read as it is typed', async () => {
    const trust = { ...given, federation: { 'other.example.com': { spiffeBundleUrl: 'https://x.example.com' } } }
    assert.deepEqual(await read(trust), trust)
  })

  it('is refused where it is misspelt, or says two things', async () => {
    assert.deepEqual(await read({ istioCsr: { version: '0.17' } }), ['trust.istioCsr.version'])
    assert.deepEqual(await read({ istioCsr: { version, hours: 200 } }), ['trust.istioCsr.hours'])
    assert.deepEqual(await read({ signer: 'mesh' }), ['trust.signer'])
    const federation = { 'other.example.com': { bundle: rootA, spiffeBundleUrl: 'https://x.example.com' } }
    assert.deepEqual(await read({ federation }), ['trust.federation.other.example.com'])
    assert.deepEqual(await read({ federation: { 'other.example.com': { spiffeBundleUrl: 'http://x' } } }), [
      'trust.federation.other.example.com.spiffeBundleUrl',
    ])
  })
})
