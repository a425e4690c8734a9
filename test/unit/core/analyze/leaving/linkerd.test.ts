import assert from 'node:assert/strict'
import { inNamespace, object, pod, type Json } from '../objects'
import { group, linkerdConfig, linkerdNamespace } from '../linkerd/objects'
import type { Called, Leaves } from './outward'
import { because, leaves } from './outward'

const settings = {
  proxyInit: { ignoreInboundPorts: '', ignoreOutboundPorts: '4567' },
  proxy: { opaquePorts: '3306' },
  egress: { globalEgressNetworkNamespace: 'out' },
}
const base: readonly Json[] = [linkerdConfig(settings), linkerdNamespace('shop'), pod('shop/cart')]

function network(spec: Json = {}, metadata: Json = {}, id = 'shop/net'): Json {
  return inNamespace('EgressNetwork', id, { trafficPolicy: 'Deny', ...spec }, metadata)
}

const itself = { backendRefs: [{ group, kind: 'EgressNetwork', name: 'net' }] }
const elsewhere = { backendRefs: [{ name: 'other', port: 80 }] }

function route(kind: 'HTTPRoute' | 'GRPCRoute' | 'TLSRoute' | 'TCPRoute', spec: Json = {}, port = 80): Json {
  const parentRefs = [{ group, kind: 'EgressNetwork', name: 'net', port }]
  return inNamespace(kind, `shop/${kind.toLowerCase()}`, { parentRefs, rules: [itself], ...spec })
}

const bytes = { protocol: 'tcp' } as const
const allows = network({ trafficPolicy: 'Allow' })

describe('a call that a Linkerd proxy takes out', () => {
  type Row = readonly [title: string, objects: readonly Json[], called: Called, leaves: Leaves]
  // linkerd2 `policy-controller/grpc/src/outbound.rs` and what is below it
  const table: readonly Row[] = [
    ['gets out where no network is for it', [], {}, 'surely'],
    ['does not where one denies', [network()], {}, 'no'],
    ['does where one allows', [allows], {}, 'surely'],
    ['does not where one for all denies', [network({}, {}, 'out/net')], {}, 'no'],
    ['is no matter of the networks of others', [network({}, {}, 'b/net')], {}, 'surely'],
    ['gets out on a port that the proxy leaves alone', [network()], { port: 4567, ...bytes }, 'surely'],
    [
      'gets out on a port that the Pod leaves out',
      [
        network(),
        pod('shop/cart', {
          labels: { app: 'cart' },
          annotations: { 'config.linkerd.io/skip-outbound-ports': '80-90' },
        }),
      ],
      { port: 85 },
      'surely',
    ],
    [
      'does not on the next one',
      [
        network(),
        pod('shop/cart', {
          labels: { app: 'cart' },
          annotations: { 'config.linkerd.io/skip-outbound-ports': '80-90' },
        }),
      ],
      { port: 91 },
      'no',
    ],
    ['gets out by a route of requests', [network(), route('HTTPRoute')], {}, 'surely'],
    ['does not so in bytes', [network(), route('HTTPRoute')], bytes, 'no'],
    ['does so on that port alone', [network(), route('HTTPRoute')], { port: 81 }, 'no'],
    [
      'gets out to the host that a route names',
      [network(), route('HTTPRoute', { hostnames: ['api.example.com'] })],
      {},
      'surely',
    ],
    ['does not to another', [network(), route('HTTPRoute', { hostnames: ['b.example.com'] })], {}, 'no'],
    ['does not where the route leads elsewhere', [network(), route('HTTPRoute', { rules: [elsewhere] })], {}, 'no'],
    [
      'does not in requests that are no gRPC',
      [network(), route('GRPCRoute', { hostnames: ['b.example.com'] })],
      {},
      'no',
    ],
    [
      'gets out past a route that allows the rest',
      [allows, route('HTTPRoute', { hostnames: ['b.example.com'] })],
      {},
      'surely',
    ],
    ['does in bytes, too', [allows, route('HTTPRoute')], bytes, 'surely'],
    ['does not where such a route leads elsewhere', [allows, route('HTTPRoute', { rules: [elsewhere] })], {}, 'no'],
    ['gets out in bytes by a route of these', [network(), route('TCPRoute')], bytes, 'surely'],
    ['gets out in requests by one', [network(), route('TCPRoute')], {}, 'surely'],
    ['does not where it leads elsewhere', [network(), route('TCPRoute', { rules: [elsewhere] })], bytes, 'no'],
    // Whether bytes are TLS is not told from that they are none of HTTP.
    ['may get out in TLS by a route of names', [network(), route('TLSRoute')], bytes, 'perhaps'],
    ['may by one of this name', [network(), route('TLSRoute', { hostnames: ['api.example.com'] })], bytes, 'perhaps'],
    ['may by one of many', [network(), route('TLSRoute', { hostnames: ['*.example.com'] })], bytes, 'perhaps'],
    ['does not by one of another name', [network(), route('TLSRoute', { hostnames: ['b.example.com'] })], bytes, 'no'],
    ['does not in requests by one of names', [network(), route('TLSRoute')], {}, 'no'],
    [
      'does not where one of names leads elsewhere',
      [network(), route('TLSRoute', { rules: [elsewhere] })],
      bytes,
      'no',
    ],
    [
      'may get out past one of another name where the rest is allowed',
      [allows, route('TLSRoute', { hostnames: ['b.example.com'] })],
      bytes,
      'perhaps',
    ],
    ['may get out where a network could not be read', [network({ trafficPolicy: 7 })], {}, 'perhaps'],
    [
      'may get out where one lies nobody knows where',
      [object('EgressNetwork', { name: 'net' }, { spec: { trafficPolicy: 'Deny' } })],
      {},
      'perhaps',
    ],
    ['may get out where one is for some addresses', [network({ networks: [{ cidr: '192.0.2.0/24' }] })], {}, 'perhaps'],
    [
      'does not where another is for all',
      [network({ networks: [{ cidr: '192.0.2.0/24' }] }), network({}, {}, 'shop/all')],
      {},
      'no',
    ],
    ['gets out where there is no proxy', [linkerdNamespace('shop', {}), network()], {}, 'surely'],
  ]
  for (const [title, objects, called, expected] of table)
    it(title, () => assert.equal(leaves([...base, ...objects], called), expected))
})

describe('what decides of a call by a Linkerd proxy', () => {
  it('is the network and its routes, each once', () => {
    const told = because([...base, network(), route('HTTPRoute')])
    assert.deepEqual(told, ['EgressNetwork shop/net', 'HTTPRoute shop/httproute'])
  })
  it('is nothing on a port that the proxy leaves alone', () => {
    assert.deepEqual(because([...base, network()], { port: 4567 }), [])
  })
})
