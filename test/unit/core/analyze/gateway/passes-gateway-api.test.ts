import assert from 'node:assert/strict'
import { authorization, inNamespace, mesh, namespace, pod, readAll, service, type Json } from '../objects'
import { created, door, edge, onHttp, type Knock } from './gateway-objects'
import { host, passes, routes, toCart } from './passes'

const world: readonly Json[] = [mesh(), namespace('edge'), namespace('shop', { team: 'shop' })]
const listener = (more: Json = {}): Json => ({ name: 'http', port: 80, protocol: 'HTTP', ...more })

function gateway(
  listeners: readonly Json[] = [listener()],
  spec: Json = {},
  more: Json = {},
  metadata: Json = {},
): Json {
  const object = inNamespace('Gateway', 'edge/door', { gatewayClassName: 'istio', listeners, ...spec }, metadata)
  return { ...object, ...more }
}

const rule = (name: string, ...matches: readonly Json[]): Json => ({
  ...(matches.length > 0 && { matches }),
  backendRefs: [{ name, port: 80 }],
})

function route(rules: readonly Json[], spec: Json = {}, id = 'edge/r', metadata: Json = {}): Json {
  const parentRefs = [{ name: 'door', namespace: 'edge' }]
  return inNamespace('HTTPRoute', id, { parentRefs, hostnames: [host], rules, ...spec }, metadata)
}

const cart = route([rule('cart')])
const there = 'allow cart.edge:80'

function check(
  table: readonly (readonly [title: string, objects: readonly Json[], asked: Knock, passes: string])[],
): void {
  for (const [title, objects, asked, expected] of table)
    it(`${title}: ${expected}`, () => {
      assert.equal(
        passes(readAll([...world, ...objects]).layer, { port: 80, workload: 'door-istio', ...asked }),
        expected,
      )
    })
}

describe('a request at a Gateway of the Gateway API', () => {
  const programmed = (status: string): Json => ({ status: { conditions: [{ type: 'Programmed', status }] } })
  const labels = { 'gateway.networking.k8s.io/gateway-name': 'door' }
  const own = pod('edge/own', { labels, annotations: { 'inject.istio.io/templates': 'gateway' } })
  const address = (value: string): Json => ({ addresses: [{ type: 'Hostname', value }] })
  const manual = pod('edge/front', {
    labels: { app: 'front' },
    annotations: { 'inject.istio.io/templates': 'gateway' },
  })
  const from = (spec: unknown): Json => listener({ allowedRoutes: { namespaces: spec } })
  const shopRoute = route([rule('cart')], {}, 'shop/r')
  // istio `pilot/pkg/config/kube/gateway/conversion.go`
  check([
    ['has a Route of its own', [gateway(), cart], {}, there],
    ['has none', [gateway()], {}, 'deny'],
    ['has none for the host', [gateway(), cart], { host: 'b.example.com' }, 'deny'],
    ['has none at another port', [gateway(), cart], { port: 81 }, 'unknown unknown'],
    ['is ready', [gateway(undefined, {}, programmed('True')), cart], {}, there],
    ['is not ready', [gateway(undefined, {}, programmed('False')), cart], {}, 'unknown unknown'],
    [
      'is of another class',
      [gateway(undefined, { gatewayClassName: 'other' }), cart, own],
      { workload: 'own' },
      'unknown unknown',
    ],
    [
      'is a waypoint',
      [gateway(undefined, { gatewayClassName: 'istio-waypoint' }), cart, own],
      { workload: 'own' },
      'unknown unknown',
    ],
    ['stands at Pods of its name', [gateway(), cart, own], { workload: 'own' }, there],
    ['stands at none of another name', [gateway(), cart, manual], { workload: 'front' }, 'unknown unknown'],
    [
      'stands at none of another namespace',
      [gateway(), cart, pod('shop/own', { labels, annotations: { 'inject.istio.io/templates': 'gateway' } }), own],
      { workload: 'own' },
      there,
    ],
    [
      'stands at the Pods behind its address',
      [gateway(undefined, address('front.edge.svc.cluster.local')), cart, manual, service('edge/front')],
      { workload: 'front', port: 8080 },
      there,
    ],
    [
      'stands not at the number of its listener there',
      [gateway(undefined, address('front.edge.svc.cluster.local')), cart, manual, service('edge/front')],
      { workload: 'front' },
      'unknown unknown',
    ],
    [
      'stands at no Pods behind another address',
      [gateway(undefined, address('back.edge.svc.cluster.local')), cart, manual, service('edge/front')],
      { workload: 'front', port: 8080 },
      'unknown unknown',
    ],
    [
      'with an address stands at none of its name',
      [gateway(undefined, address('back.edge.svc.cluster.local')), cart, own],
      { workload: 'own' },
      'unknown unknown',
    ],
    ['has two listeners of a name', [gateway([listener(), listener()]), cart], {}, 'unknown unknown'],
    [
      'has two of another host',
      [gateway([listener({ hostname: host }), listener({ name: 'b', hostname: 'b.example.com' })]), cart],
      {},
      there,
    ],
    ['reads no HTTP', [gateway([listener({ protocol: 'TCP' })]), cart], {}, 'unknown unknown'],
    ['has a listener for the host', [gateway([listener({ hostname: host })]), cart], {}, there],
    ['has one for another host', [gateway([listener({ hostname: 'b.example.com' })]), cart], {}, 'deny'],
    ['takes Routes of its own namespace alone', [gateway(), shopRoute], {}, 'deny'],
    ['takes Routes of all', [gateway([from({ from: 'All' })]), shopRoute], {}, 'allow cart.shop:80'],
    ['takes Routes of its own where it says so', [gateway([from({ from: 'Same' })]), shopRoute], {}, 'deny'],
    [
      'takes Routes of what it selects',
      [gateway([from({ from: 'Selector', selector: { matchLabels: { team: 'shop' } } })]), shopRoute],
      {},
      'allow cart.shop:80',
    ],
    [
      'takes none of what it does not',
      [gateway([from({ from: 'Selector', selector: { matchLabels: { team: 'x' } } })]), shopRoute],
      {},
      'deny',
    ],
    [
      'takes Routes that name its listener',
      [gateway(), route([rule('cart')], { parentRefs: [{ name: 'door', sectionName: 'http' }] })],
      {},
      there,
    ],
    [
      'takes none that name another',
      [gateway(), route([rule('cart')], { parentRefs: [{ name: 'door', sectionName: 'x' }] })],
      {},
      'deny',
    ],
    [
      'takes Routes that name its port',
      [gateway(), route([rule('cart')], { parentRefs: [{ name: 'door', port: 80 }] })],
      {},
      there,
    ],
    [
      'takes none that name another port',
      [gateway(), route([rule('cart')], { parentRefs: [{ name: 'door', port: 81 }] })],
      {},
      'deny',
    ],
    [
      'takes none that name another Gateway',
      [gateway(), route([rule('cart')], { parentRefs: [{ name: 'x' }] })],
      {},
      'deny',
    ],
    [
      'takes none that name another namespace’s',
      [gateway(), route([rule('cart')], { parentRefs: [{ name: 'door', namespace: 'shop' }] })],
      {},
      'deny',
    ],
    [
      'takes none that name no Gateway',
      [gateway(), route([rule('cart')], { parentRefs: [{ name: 'door', kind: 'Service', group: '' }] })],
      {},
      'deny',
    ],
  ])
})

describe('a request at a Gateway, by the order of its Routes', () => {
  const path = (value: string, type = 'PathPrefix'): Json => ({ path: { type, value } })
  const header = (...names: readonly string[]): Json => ({ headers: names.map(name => ({ name, value: 'a' })) })
  const of = (a: Json, b: Json): readonly Json[] => [gateway(), route([rule('b', b), rule('a', a)])]
  const sent: Knock = { path: '/a/b', headers: { x: 'a', y: 'a' } }
  const [a, b] = ['allow a.edge:80', 'allow b.edge:80']
  // istio `pilot/pkg/config/kube/gateway/conversion.go` sortHTTPRoutes
  check([
    ['exact before a prefix', of(path('/a/b', 'Exact'), path('/a/b')), sent, a],
    ['exact before a longer expression', of(path('/a/b', 'Exact'), path('/a/[b][b]?', 'RegularExpression')), sent, a],
    ['a prefix before an expression', of(path('/a'), path('/a/.*', 'RegularExpression')), sent, a],
    ['the longer prefix', of(path('/a/b'), path('/a')), sent, a],
    ['a method before none', of({ ...path('/a'), method: 'GET' }, path('/a')), sent, a],
    ['a path before a method', of(path('/a/b'), { ...path('/a'), method: 'GET' }), sent, a],
    ['a method before headers', of({ ...path('/a'), method: 'GET' }, { ...path('/a'), ...header('x') }), sent, a],
    ['headers before none', of({ ...path('/a'), ...header('x') }, path('/a')), sent, a],
    [
      'more headers before fewer',
      of({ ...path('/a'), ...header('x', 'y') }, { ...path('/a'), ...header('x') }),
      sent,
      a,
    ],
    ['of alike the first', of(path('/a'), path('/a')), sent, b],
    ['no match at all last', [gateway(), route([rule('b'), rule('a', path('/a'))])], sent, a],
    [
      'the older of alike',
      [
        gateway(),
        route([rule('b', path('/a'))], {}, 'edge/b', created(2)),
        route([rule('a', path('/a'))], {}, 'edge/z', created(1)),
      ],
      sent,
      a,
    ],
    [
      'of an age the first by name',
      [
        gateway(),
        route([rule('b', path('/a'))], {}, 'edge/z', created(1)),
        route([rule('a', path('/a'))], {}, 'edge/b', created(1)),
      ],
      sent,
      a,
    ],
    [
      'of alike of unknown age either',
      [gateway(), route([rule('b', path('/a'))], {}, 'edge/b'), route([rule('a', path('/a'))], {}, 'edge/z')],
      sent,
      'allow unknown',
    ],
    [
      'of unknown age the more specific',
      [gateway(), route([rule('b', path('/a'))], {}, 'edge/b'), route([rule('a', path('/a/b'))], {}, 'edge/z')],
      sent,
      a,
    ],
  ])
})

describe('from whom a request is, at a gateway', () => {
  const policy = authorization('edge/p', {
    rules: [{ from: [{ source: { remoteIpBlocks: ['203.0.113.0/24'] } }] }],
  })
  const trusting = (number: number): Json => mesh({ defaultConfig: { gatewayTopology: { numTrustedProxies: number } } })
  const said = (forwarded: string): Knock => ({
    headers: { 'x-forwarded-for': forwarded },
    from: { kind: 'plaintext', ip: '198.51.100.1' },
  })
  const [one, two] = ['203.0.113.1', '192.0.2.1']
  // istio `pilot/pkg/networking/core/gateway.go` buildGatewayConnectionManager
  const table: readonly (readonly [title: string, objects: readonly Json[], asked: Knock, verdict: string])[] = [
    ['what nobody is trusted to say', [], said(one), 'deny'],
    ['its own address', [], { from: { kind: 'plaintext', ip: '203.0.113.9' } }, 'allow'],
    ['what the one before it says', [trusting(1)], said(one), 'allow'],
    ['what the one before it says last', [trusting(1)], said(`${one}, ${two}`), 'deny'],
    ['what the one before that says', [trusting(2)], said(`${one}, ${two}`), 'allow'],
    ['itself where too few say anything', [trusting(2)], said(one), 'deny'],
  ]
  for (const [title, objects, asked, verdict] of table)
    it(`${title}: ${verdict}`, () => {
      const all = [...edge, door('edge/door', [onHttp('*')]), routes([toCart]), policy, ...objects]
      assert.equal(passes(readAll(all).layer, { ...asked, sni: 'x' }).split(' ')[0], verdict)
    })
})
