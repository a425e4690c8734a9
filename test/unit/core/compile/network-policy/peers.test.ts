import assert from 'node:assert/strict'
import type { MeshTarget } from '../../../../../core/compile/target'
import type { Graph } from '../../../../../core/graph/graph'
import { manifestOf, names, service, target, told } from '../../../../support/compiled'
import { linkerdTarget } from '../../../../support/linkerd'
import { calls, network, specIn } from './rows'

const ambient: MeshTarget = { ...target, kind: 'istio-ambient' }
const cart = { cart: service('http', 7070) }
const routes = { cart: { http: ['GET /x'] } }
const entered: Partial<Graph> = {
  services: cart,
  ingress: { web: { gateway: 'shop/edge', hosts: ['shop.example.com'], routes } },
}

describe('NetworkPolicies, by whom they name', () => {
  it('close every namespace both ways, for the reasons of all that is open there', () => {
    const compiled = network({ services: { ...cart, redis: service('tcp', 6379, { namespace: 'data' }) } })
    assert.deepEqual(names(compiled), [
      'NetworkPolicy data/calls-of-redis',
      'NetworkPolicy data/default-deny',
      'NetworkPolicy shop/calls-of-cart',
      'NetworkPolicy shop/default-deny',
    ])
    const { object, because } = manifestOf(compiled, 'NetworkPolicy shop/default-deny')
    assert.deepEqual(object.spec, { podSelector: {}, policyTypes: ['Ingress', 'Egress'] })
    assert.deepEqual(because, ['shop/cart (nobody may call it, and it calls nobody)'])
    const own = specIn(manifestOf(compiled, 'NetworkPolicy shop/calls-of-cart').object)
    assert.deepEqual(own, { podSelector: { matchLabels: { app: 'cart' } }, policyTypes: ['Ingress', 'Egress'] })
  })

  it('name callers from outside by namespace, by address, or not at all', () => {
    const asked = (outside: Graph['outside'], more = {}) => calls(network({ services: cart, outside }, more))
    assert.deepEqual(asked({ old: { kind: 'namespace', namespace: 'legacy', routes } }), ['cart ← 7070 from legacy/*'])
    assert.deepEqual(asked({ lb: { kind: 'cidr', cidrs: ['10.0.0.0/8', '192.0.2.0/24'], routes } }), [
      'cart ← 7070 from 10.0.0.0/8 and 192.0.2.0/24',
    ])
    assert.deepEqual(asked({ api: { kind: 'kube-apiserver', routes } }), ['cart ← 7070 from anybody'])
    assert.deepEqual(asked({ api: { kind: 'kube-apiserver', routes } }, { apiServer: { cidrs: ['10.9.0.1/32'] } }), [
      'cart ← 7070 from 10.9.0.1/32',
    ])
    assert.deepEqual(asked({ all: { kind: 'nodes', routes } }, { nodeNetworks: ['10.1.0.0/16'] }), [
      'cart ← 7070 from 10.1.0.0/16',
    ])
  })

  it('let nobody in for a caller without an address that holds, and say so', () => {
    for (const cidrs of [[], ['10.0.0.0/99']]) {
      const compiled = network({ services: cart, outside: { lb: { kind: 'cidr', cidrs, routes } } })
      assert.deepEqual(calls(compiled), [])
      assert.ok(told(compiled).includes('narrowed inexpressible at shop/cart:7070'))
    }
  })

  it('name a gateway’s Pods where its mesh tells which they are, and its namespace elsewhere', () => {
    const from = (mesh: MeshTarget | undefined, more = {}) =>
      calls(
        network(
          { ...entered, ingress: { web: { gateway: 'edge/web', hosts: ['a.example.com'], routes } } },
          { ...more, ...(mesh && { mesh }) },
        ),
      )
    assert.deepEqual(from(target), ['cart ← 7070 from edge/app=web,istio=web'])
    assert.deepEqual(from({ ...target, gateways: { 'edge/web': { routing: 'gateway-api' } } }), [
      'cart ← 7070 from edge/gateway.networking.k8s.io/gateway-name=web',
    ])
    assert.deepEqual(from(linkerdTarget), ['cart ← 4143 from edge/*'])
    assert.deepEqual(from(linkerdTarget, { callers: { 'edge/web': { app: 'nginx' } } }), [
      'cart ← 4143 from edge/app=nginx',
    ])
  })

  it('let anybody into a gateway in a namespace of the graph, on the ports that it listens on', () => {
    assert.deepEqual(calls(network(entered, { mesh: target })), [
      'cart ← 7070 from shop/app=edge,istio=edge',
      'gateway.edge ← 80,15021 from anybody',
      'gateway.edge → 7070 to shop/app=cart',
    ])
  })

  it('cut a gateway in a namespace of the graph whose labels or ports nobody knows, and say so', () => {
    assert.ok(told(network(entered, { mesh: linkerdTarget })).includes('narrowed unknown-labels at Namespace shop'))
    const callers = { 'shop/edge': { app: 'edge' } }
    assert.ok(
      told(network(entered, { mesh: linkerdTarget, callers })).includes('narrowed unknown-ports at Namespace shop'),
    )
    const known = network(entered, { mesh: linkerdTarget, callers, gatewayPorts: { 'shop/edge': [8443] } })
    assert.ok(calls(known).includes('gateway.edge ← 8443 from anybody'))
    assert.ok(!told(known).some(text => text.startsWith('narrowed')))
  })

  it('let calls out to public addresses alone, on the port of the host, or to those that are given', () => {
    const parts: Partial<Graph> = {
      services: cart,
      external: { api: { hosts: ['api.example.com'], ports: { https: { protocol: 'tls', port: 8443 } } } },
      calls: { cart: { api: { https: 'tls' } } },
    }
    const v4 = '0.0.0.0/0 but 10.0.0.0/8,100.64.0.0/10,169.254.0.0/16,172.16.0.0/12,192.168.0.0/16'
    assert.deepEqual(calls(network(parts)), [`cart → 8443 to ${v4} and ::/0 but fc00::/7,fe80::/10`])
    const clusterNetworks = ['10.4.0.0/16', '203.0.113.0/24', '2001:db8::/32']
    assert.deepEqual(calls(network(parts, { clusterNetworks })), [
      `cart → 8443 to ${v4},203.0.113.0/24 and ::/0 but fc00::/7,fe80::/10,2001:db8::/32`,
    ])
    assert.deepEqual(calls(network(parts, { externals: { api: ['10.9.0.0/24'] } })), ['cart → 8443 to 10.9.0.0/24'])
  })

  it('lead calls that leave through a gateway to its Pods, and cut them where nothing does', () => {
    const parts: Partial<Graph> = {
      services: cart,
      external: {
        api: {
          hosts: ['api.example.com'],
          ports: { http: { protocol: 'http', port: 80 } },
          gateway: 'egress',
          tls: {},
        },
      },
      calls: { cart: { api: { http: ['GET /x'] } } },
    }
    assert.deepEqual(calls(network(parts, { mesh: target })), ['cart → 80 to egress/app=egress,istio=egress'])
    const alone = network(parts)
    assert.deepEqual(calls(alone), [])
    assert.ok(told(alone).includes('narrowed inexpressible at external api.example.com:80 through egress/egress'))
    const { external = {} } = parts
    const { gateway: _, ...straight } = external.api ?? { hosts: [], ports: {} }
    const through = calls(network({ ...parts, external: { api: straight } }, { mesh: target }))
    assert.deepEqual(
      through.map(row => row.slice(0, 'cart → 443 '.length)),
      ['cart → 443 '],
      'the sidecar speaks TLS, on its port',
    )
  })

  it('say many callers of one namespace once, and each policy whole', () => {
    const callers = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`c${i}`, service('http', 8080)]))
    const all = Object.fromEntries(Object.keys(callers).map(name => [name, routes]))
    const compiled = network({ services: { ...cart, ...callers }, calls: all })
    const { ingress = [] } = specIn(manifestOf(compiled, 'NetworkPolicy shop/calls-of-cart').object)
    assert.equal(ingress.length, 1)
    assert.equal(ingress[0]?.from?.length, 1)
    assert.equal(ingress[0]?.from?.[0]?.podSelector?.matchExpressions?.[0]?.values.length, 40)
  })

  it('let in all who share the account of a caller, since a mesh cannot tell them apart', () => {
    const shared = { serviceAccount: 'both' }
    const services = {
      ...cart,
      a: service('http', 8080, { ...shared, sharesServiceAccountWith: ['b'] }),
      b: service('http', 8081, { ...shared, sharesServiceAccountWith: ['a'] }),
    }
    assert.ok(calls(network({ services, calls: { a: routes } })).includes('cart ← 7070 from shop/app=a|b'))
  })

  it('hold at stage enforce alone, and leave a waypoint open before what is not enforced yet', () => {
    const services = { ...cart, web: service('http', 80, { namespace: 'edge' }) }
    const parts = { services, calls: { web: routes } }
    assert.deepEqual(names(network(parts, { stages: { shop: 'strict', edge: 'strict' } })), [])
    const mesh = {
      ...ambient,
      stages: { shop: 'strict' as const },
      waypoints: { shop: { namespace: 'edge', name: 'w' } },
    }
    assert.deepEqual(calls(network(parts, { mesh })), [
      'waypoint.w ← 15008 from anybody',
      'waypoint.w → 15008 to shop/app=cart',
      'web → 7070,15008 to shop/app=cart',
      'web → 15008 to edge/gateway.networking.k8s.io/gateway-name=w',
    ])
  })

  it('give no policy to services that share labels, whose default closes them', () => {
    const labels = { app: 'same' }
    const compiled = network({
      services: { a: service('http', 8080, { labels }), b: service('http', 8081, { labels }) },
    })
    assert.deepEqual(names(compiled), ['NetworkPolicy shop/default-deny'])
    assert.deepEqual(
      told(compiled).filter(text => text.startsWith('error')),
      ['error overlapping-labels at services.a.labels', 'error overlapping-labels at services.b.labels'],
    )
  })

  it('refuse settings for what is not there, and blocks and ports that are none', () => {
    const compiled = network(
      { services: cart },
      {
        nodeNetworks: ['10.0.0.0/33'],
        stages: { shp: 'strict' },
        callers: { 'shop/edge': {} },
        externals: { api: ['1.2.3.4/32'] },
        gatewayPorts: { 'a/b': [0] },
        dns: { namespace: 'Kube' },
      },
    )
    assert.deepEqual(
      told(compiled).sort(),
      [
        'error bad-cidr at target.nodeNetworks',
        'error bad-name at target.dns.namespace',
        'error bad-port at target',
        'error unknown-name at target.callers.shop/edge',
        'error unknown-name at target.externals.api',
        'error unknown-name at target.gatewayPorts.a/b',
        'error unknown-namespace at target.stages.shp',
      ].sort(),
    )
  })

  it('say once for each kind what they leave to a mesh', () => {
    const services = { ...cart, web: service('http', 80), more: service('http', 81) }
    const compiled = network({ services, calls: { web: routes, more: routes } }, { mesh: ambient })
    assert.deepEqual(told(compiled), [
      'delegated network-without-requests at calls',
      'delegated network-behind-waypoint at services',
      'delegated network-without-identities at services',
    ])
  })
})
