import assert from 'node:assert/strict'
import type { GatewaySettings, MeshSettings } from '../../components/settings'
import { settingsProblems } from '../../components/settings-problems'
import { targetOf } from '../../components/target'
import { ZeroTrustMesh } from '../../components/zero-trust-mesh'
import { defineGraph, http } from '../../core/graph/define'
import { settings } from './fixtures'
import { allBefore, record } from './recorder'

const graph = defineGraph({
  services: { app: { namespace: 'shop', ports: { http: http(8080) } } },
  ingress: {
    web: { gateway: 'edge/door-istio', hosts: ['a.example.com'], routes: { app: { http: ['GET /'] } } },
  },
}).calls({})

function mesh(gateway: GatewaySettings, more: Partial<MeshSettings> = {}) {
  const gateways = { 'door-istio': { namespace: 'edge', ...gateway } }
  return record(() => {
    new ZeroTrustMesh('mesh', { graph, ...settings, gateways, ...more })
  })
}

describe('gateways of a stack', () => {
  it('are told to the compiler by their identity, where there is something to tell', () => {
    const gateways = {
      plain: { service: 'NodePort' },
      ours: { namespace: 'edge', routing: 'gateway-api', service: 'ClusterIP' },
      theirs: { routing: 'elsewhere', service: 'ClusterIP' },
    } as const
    const target = targetOf({ ...settings, gateways })
    assert.ok(target.kind === 'istio-sidecar')
    assert.deepEqual(target.gateways, {
      'edge/ours': { routing: 'gateway-api', service: 'ClusterIP' },
      'theirs/theirs': { routing: 'elsewhere' },
    })
    assert.ok(!('gateways' in targetOf({ ...settings, gateways: { plain: {} } })))
  })

  it('of the Gateway API are made by istiod: no chart, but their namespace, where nothing else runs outside the mesh', async () => {
    const recording = await mesh({ routing: 'gateway-api', service: 'ClusterIP' })
    const releases = recording.ofType('kubernetes:helm.sh/v3:Release').map(({ inputs }) => inputs.chart)
    assert.deepEqual(releases.sort(), ['base', 'cni', 'istiod'])
    const { labels } = recording.named('mesh-istio-edge-namespace').inputs.metadata
    assert.equal(labels['istio-injection'], 'enabled')
    const { apiVersion, metadata } = recording.named('mesh-policies-edge/door').inputs
    assert.equal(apiVersion, 'gateway.networking.k8s.io/v1')
    assert.deepEqual(metadata.annotations, { 'networking.istio.io/service-type': 'ClusterIP' })
  })

  it('open after their policy stands, and nobody waits for an address that may never come', async () => {
    const api = await mesh({ routing: 'gateway-api' })
    const classic = await mesh({})
    const cases = [
      { recording: api, names: ['mesh-policies-edge/door', 'mesh-policies-edge/web'] },
      { recording: classic, names: ['mesh-policies-edge/web'] },
    ]
    for (const { recording, names } of cases)
      for (const name of names) {
        assert.ok(allBefore(recording, name).has('mesh-policies-edge/entries-of-door-istio'), name)
        assert.ok(!JSON.stringify(recording.named(name).inputs).includes('waitFor'), name)
      }
    assert.ok(allBefore(api, 'mesh-policies-edge/web').has('mesh-policies-shop/from-door.edge'))
  })

  it('routed elsewhere are installed, limited, and told nothing', async () => {
    const recording = await mesh({ routing: 'elsewhere' })
    assert.ok(recording.named('mesh-istio-gateway-door-istio'))
    assert.ok(recording.named('mesh-policies-edge/entries-of-door-istio'))
    const routing = recording.all.filter(({ type }) => /:(Gateway|VirtualService|HTTPRoute)$/.test(type))
    assert.deepEqual(routing, [])
  })

  it('that are there already may be said to be routed in some way, and have no Service of ours', () => {
    const codes = (gateway: GatewaySettings): string[] =>
      settingsProblems({
        ...settings,
        istio: { ...settings.istio, install: false },
        gateways: { edge: gateway },
      }).map(({ code }) => code)
    assert.deepEqual(codes({ routing: 'elsewhere' }), [])
    assert.deepEqual(codes({ routing: 'istio', namespace: 'istio-system' }), [])
    assert.deepEqual(codes({ routing: 'gateway-api', service: 'ClusterIP' }), [])
    assert.deepEqual(codes({}), ['gateway-not-installed'])
    assert.deepEqual(codes({ routing: 'elsewhere', service: 'ClusterIP' }), ['gateway-not-installed'])
  })

  it('that are there already are installed by nobody, whoever routes', async () => {
    const recording = await mesh({ routing: 'istio' }, { istio: { ...settings.istio, install: false } })
    assert.deepEqual(recording.ofType('kubernetes:helm.sh/v3:Release'), [])
    assert.ok(recording.named('mesh-policies-edge/entries-of-door-istio'))
  })
})
