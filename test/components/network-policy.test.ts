import assert from 'node:assert/strict'
import { configShape } from '../../components/config-shape'
import { judge } from '../../components/judged'
import { inOrder } from '../../components/order'
import { networkOf } from '../../components/target'
import { defineGraph, http } from '../../core/graph/define'
import { objectName } from '../../core/model/manifest'

const graph = defineGraph({
  services: {
    web: { namespace: 'shop', ports: { http: http(8080) } },
    cart: { namespace: 'data', ports: { http: http(7070) } },
  },
}).calls({ web: { cart: { http: ['GET /x'] } } })
const target = { kind: 'istio-sidecar', version: '1.30.3', trustDomain: 'td.example' } as const

describe('the network below a mesh', () => {
  it('is left open unless a stack chooses otherwise', () => {
    const kinds = (network: object | undefined) =>
      judge({ graph, target, ...(network && { network }) }).manifests.filter(
        ({ object }) => object.kind === 'NetworkPolicy',
      )
    assert.equal(kinds(undefined).length, 0)
    assert.equal(kinds({}).length, 4)
    assert.equal(networkOf({}), undefined)
    assert.equal(networkOf({ networkPolicy: { enabled: false, nodeNetworks: ['10.0.0.0/16'] } }), undefined)
    assert.deepEqual(networkOf({ networkPolicy: { enabled: true } }), {})
  })

  it('is known in part where Linkerd’s settings say so already', () => {
    const linkerd = {
      version: 'edge-26.6.3',
      trustDomain: 'td.example',
      issuer: { name: 'x' },
      nodeNetworks: ['10.0.0.0/16'],
      clusterNetworks: ['10.244.0.0/16'],
    }
    const networkPolicy = { enabled: true, clusterNetworks: ['192.0.2.0/24'] }
    assert.deepEqual(networkOf({ networkPolicy, linkerd }), {
      nodeNetworks: ['10.0.0.0/16'],
      clusterNetworks: ['192.0.2.0/24'],
    })
  })

  it('is closed last: what closes a namespace waits for every other policy there, and these for none', () => {
    const { manifests } = judge({ graph, target, network: {} })
    const ordered = inOrder(manifests.map(({ object }) => object))
    const after = Object.fromEntries(ordered.map(each => [objectName(each.object), each.after.map(objectName)]))
    assert.deepEqual(after['NetworkPolicy shop/default-deny'], ['NetworkPolicy shop/calls-of-web'])
    assert.deepEqual(after['NetworkPolicy data/default-deny'], ['NetworkPolicy data/calls-of-cart'])
    assert.deepEqual(after['NetworkPolicy shop/calls-of-web'], [])
    assert.equal(ordered.length, manifests.length)
    const written = new Set<unknown>()
    for (const { object, after: first } of ordered) {
      assert.ok(first.every(one => written.has(one)))
      written.add(object)
    }
  })

  it('is written before the waypoints that it lets calls pass, and removed after them', () => {
    const { manifests } = judge({ graph, target: { ...target, kind: 'istio-ambient' }, network: {} })
    const ordered = inOrder(manifests.map(({ object }) => object))
    const waypoints = ordered.filter(({ object }) => object.kind === 'Gateway')
    assert.deepEqual(
      waypoints.map(({ object }) => objectName(object)),
      ['Gateway data/waypoint'],
    )
    assert.deepEqual(
      waypoints.flatMap(({ after }) => after.filter(({ kind }) => kind === 'NetworkPolicy').map(objectName)).sort(),
      ['calls-of-cart', 'calls-of-waypoint.waypoint']
        .map(name => `NetworkPolicy data/${name}`)
        .concat('NetworkPolicy shop/calls-of-web'),
    )
  })

  it('is configured in words that are checked', () => {
    const shape = configShape.shape.networkPolicy
    const sound = {
      enabled: true,
      nodeNetworks: ['10.0.0.0/16'],
      apiServer: { cidrs: ['10.0.0.1/32'] },
      clusterNetworks: ['10.244.0.0/16'],
      dns: {
        namespace: 'openshift-dns',
        labels: { 'dns.operator.openshift.io/daemonset-dns': 'default' },
        ports: [5353],
      },
      externals: { stripe: ['192.0.2.0/24'] },
      callers: { 'monitoring/prometheus': { app: 'prometheus' } },
      gatewayPorts: { 'edge/web': [8443] },
    }
    assert.ok(shape.safeParse(sound).success)
    const wrong = [
      {},
      { enabled: 'yes' },
      { ...sound, nodeNetworks: [] },
      { ...sound, clusterNetworks: ['10.0.0.0'] },
      { ...sound, dns: { port: 53 } },
      { ...sound, gatewayPorts: { 'edge/web': [0] } },
      { ...sound, stages: {} },
    ]
    for (const value of wrong) assert.ok(!shape.safeParse(value).success, JSON.stringify(value))
  })
})
