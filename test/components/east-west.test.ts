import assert from 'node:assert/strict'
import { Refused } from '../../components/refused'
import type { IstioSettings, MeshSettings } from '../../components/settings'
import { ZeroTrustMesh } from '../../components/zero-trust-mesh'
import { settings, shop } from './fixtures'
import { allBefore, once, record } from './recorder'

const multiCluster = { cluster: 'east', network: 'vpc-1', meshId: 'shops' }
const gateways: MeshSettings['gateways'] = { ...settings.gateways, 'istio-eastwest': { kind: 'east-west' } }

const mesh = once((istio: Partial<IstioSettings>) =>
  record(
    () => new ZeroTrustMesh('mesh', { graph: shop, ...settings, gateways, istio: { ...settings.istio, ...istio } }),
  ),
)

const chart = 'mesh-istio-gateway-istio-eastwest'
const passing = 'mesh-istio-istio-eastwest-cross-network'
const tunnel = 'mesh-istio-istio-eastwest-hbone'

describe('a gateway between networks', () => {
  it('stands for its network, and opens the port for sidecars and that for health, and no way to istiod', async () => {
    const { values } = (await mesh({ multiCluster })).named(chart).inputs
    assert.equal(values.labels['topology.istio.io/network'], 'vpc-1')
    assert.equal(values.env.ISTIO_META_REQUESTED_NETWORK_VIEW, 'vpc-1')
    assert.deepEqual(
      values.service.ports.map(({ port }: { port: number }) => port),
      [15021, 15443],
    )
    assert.equal(values.networkGateway, undefined)
  })

  it('passes TLS on unopened, to Services of clusters and nothing else, once its CRDs are there', async () => {
    const recording = await mesh({ multiCluster })
    const { spec } = recording.named(passing).inputs
    assert.deepEqual(spec.selector, { app: 'istio-eastwest' })
    assert.deepEqual(spec.servers, [
      { port: { number: 15443, name: 'tls', protocol: 'TLS' }, tls: { mode: 'AUTO_PASSTHROUGH' }, hosts: ['*.local'] },
    ])
    assert.ok(allBefore(recording, passing).has('mesh-istio-base'))
    assert.ok(!recording.all.some(({ name }) => name === tunnel))
  })

  it('is made by istiod on ambient, which is told of other networks, and by no chart', async () => {
    const recording = await mesh({ multiCluster, dataPlane: 'ambient' })
    const { metadata, spec } = recording.named(tunnel).inputs
    assert.equal(metadata.labels['topology.istio.io/network'], 'vpc-1')
    assert.equal(spec.gatewayClassName, 'istio-east-west')
    assert.deepEqual(
      spec.listeners.map(({ port, protocol }: { port: number; protocol: string }) => [port, protocol]),
      [[15008, 'HBONE']],
    )
    assert.equal(recording.named('mesh-istio-istiod').inputs.values.env.AMBIENT_ENABLE_MULTI_NETWORK, 'true')
    assert.ok(!recording.all.some(({ name }) => name === chart || name === passing))
  })

  it('is refused where the cluster names no network', async () => {
    for (const istio of [{}, { multiCluster: { cluster: 'east' } }])
      await assert.rejects(mesh(istio), (error: unknown) => {
        assert.ok(error instanceof Refused)
        assert.deepEqual(
          error.problems.map(({ code }) => code),
          ['no-network'],
        )
        return true
      })
  })

  it('says once which identities several clusters share, and nothing of one that is alone', async () => {
    const told = async (istio: Partial<IstioSettings>) =>
      (
        await record(
          () => new ZeroTrustMesh('mesh', { graph: shop, ...settings, istio: { ...settings.istio, ...istio } }),
        )
      ).warnings
        .join('\n')
        .match(/every cluster of mesh `shops` under trust domain `test\.example\.com` is one identity/g)?.length ?? 0
    assert.equal(await told({ multiCluster }), 1)
    assert.equal(await told({}), 0)
  })
})
