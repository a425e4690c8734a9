import assert from 'node:assert/strict'
import { inNamespace, type Json } from '../objects'
import { at, frontend, group, linkerdVerdict, nobody, policy, server } from './objects'

const open = server('shop/cart', { proxyProtocol: 'gRPC', accessPolicy: 'all-unauthenticated' })
const closed = server('shop/cart', { proxyProtocol: 'gRPC' })
const local: Json = { from: { plaintext: true, ip: '127.0.0.1' } }

function route(name: string, rules: readonly Json[], more: Json = {}, metadata: Json = {}): Json {
  const parentRefs = [{ group, kind: 'Server', name: 'cart' }]
  return inNamespace('GRPCRoute', `shop/${name}`, { parentRefs, rules, ...more }, metadata)
}

const rule = (...matches: readonly Json[]): Json => ({ matches })
const rpc = (method: Json, ...headers: readonly string[]): Json => ({
  method,
  ...(headers.length > 0 && { headers: headers.map(name => ({ name, value: '1' })) }),
})
const call = (path: string, more: Json = {}): Json => ({
  http: { method: 'POST', path, host: 'cart.example', headers: { h: '1', i: '1' }, ...more },
})

describe('what a GRPCRoute asks of a call', () => {
  // proxy `linkerd/http/route/src/grpc/match.rs` match_length: a part that is not given, or empty, asks nothing; more segments than two do not count
  const table: readonly (readonly [method: Json, taken: readonly string[], not: readonly string[]])[] = [
    [
      { service: 'a.B', method: 'C' },
      ['/a.B/C', '/a.B/C/x', '/a.B/C?x'],
      ['/a.B/D', '/a.C/C', '/a.B', '/a.B/', '/A.B/C'],
    ],
    [{ service: 'a.B' }, ['/a.B/C', '/a.B/', '/a.B/D'], ['/a.B', '/a.Bc/C', '/']],
    [{ method: 'C' }, ['/a.B/C', '/x/C', '//C'], ['/C', '/a.B/c']],
    [{ service: '', method: '' }, ['/a.B/C', '//'], ['/a.B', '/']],
    [{ type: 'Exact', service: 'a.B' }, ['/a.B/C'], ['/a.C/C']],
  ]
  for (const [method, taken, not] of table)
    it(`is its method: ${JSON.stringify(method)}`, () => {
      const world = [open, route('r', [rule(rpc(method))])]
      const asked = [...taken, ...not]
      assert.deepEqual(
        asked.filter(path => linkerdVerdict(world, call(path)) === 'allow'),
        taken,
      )
      for (const verb of ['GET', 'PUT']) assert.equal(linkerdVerdict(world, call('/a.B/C', { method: verb })), 'deny')
    })

  it('is its headers, and its host', () => {
    const asks = (routed: Json, more: Json = {}) => linkerdVerdict([open, routed], call('/a.B/C', more))
    const both = route('r', [rule(rpc({ service: 'a.B' }, 'h', 'i'))])
    assert.equal(asks(both), 'allow')
    assert.equal(asks(both, { headers: { h: '1' } }), 'deny')
    assert.equal(asks(both, { headers: { h: '1', i: '2' } }), 'deny')
    assert.equal(asks(route('r', [rule(rpc({}))], { hostnames: ['cart.example'] })), 'allow')
    assert.equal(asks(route('r', [rule(rpc({}))], { hostnames: ['other.example'] })), 'deny')
  })

  it('is POST and two segments at a rule without matches, and at a Server without routes', () => {
    for (const world of [[open], [open, route('r', [{}])]]) {
      assert.equal(linkerdVerdict(world, call('/a.B/C')), 'allow')
      assert.equal(linkerdVerdict(world, call('/a.B/C/D')), 'allow')
    }
    assert.equal(linkerdVerdict([open], call('/a.B')), 'deny')
    assert.equal(linkerdVerdict([open], call('/a.B/C', { method: 'GET' })), 'deny')
  })
})

describe('of two GRPCRoutes of a Server, the one that takes a call', () => {
  const admitting = (name: string) =>
    policy(`shop/for-${name}`, [frontend], { group: 'gateway.networking.k8s.io', kind: 'GRPCRoute', name })
  const host = { hostnames: ['*.example'] }
  // proxy `linkerd/http/route/src/grpc/match.rs` RpcMatch, RouteMatch: service, then method, then headers
  const table: readonly (readonly [why: string, worse: Json, better: Json])[] = [
    ['names a service', route('a', [rule(rpc({}))]), route('b', [rule(rpc({ service: 'a.B' }))])],
    [
      'names a service, and no method',
      route('a', [rule(rpc({ method: 'LongMethod' }))]),
      route('b', [rule(rpc({ service: 'a.B' }))]),
    ],
    [
      'names a method',
      route('a', [rule(rpc({ service: 'a.B' }))]),
      route('b', [rule(rpc({ service: 'a.B', method: 'LongMethod' }))]),
    ],
    [
      'names a method, and no header',
      route('a', [rule(rpc({}, 'h', 'i'))]),
      route('b', [rule(rpc({ method: 'LongMethod' }))]),
    ],
    ['asks for a header', route('a', [rule(rpc({}))]), route('b', [rule(rpc({}, 'h'))])],
    ['asks for more headers', route('a', [rule(rpc({}, 'h'))]), route('b', [rule(rpc({}, 'h', 'i'))])],
    ['asks for anything at all', route('a', [{}]), route('b', [rule(rpc({}, 'h'))])],
    ['names a host', route('a', [rule(rpc({ service: 'a.B' }))]), route('b', [rule(rpc({}))], host)],
    ['is the older', route('b', [rule(rpc({}))], {}, at(2)), route('a', [rule(rpc({}))], {}, at(1))],
    ['is the first by name', route('b', [{}], {}, at(1)), route('a', [rule(rpc({}))], {}, at(1))],
  ]
  for (const [why, worse, better] of table)
    it(why, () => {
      const aged = (one: Json) => {
        const metadata = one.metadata as Json
        return { ...one, metadata: { ...at(3), ...metadata } }
      }
      const names = [worse, better].map(one => (one.metadata as { readonly name: string }).name)
      assert.deepEqual(
        names.map(name =>
          linkerdVerdict([closed, aged(worse), aged(better), admitting(name)], call('/a.B/LongMethod')),
        ),
        ['deny', 'allow'],
      )
    })
})

describe('a match without a method', () => {
  const sound = rpc({ service: 'a.B' })
  const headersOnly: Json = { headers: [{ name: 'h', value: '1' }] }
  const asked: readonly Json[] = [call('/a.B/C'), { ...call('/a.B/C'), ...nobody }, { ...call('/a.B/C'), ...local }]
  const under = (...routes: readonly Json[]) => asked.map(changes => linkerdVerdict([open, ...routes], changes))

  it('voids its Server for everybody, wherever it stands', () => {
    // proxy `linkerd/proxy/server-policy/src/grpc.rs`, `linkerd/http/route/src/grpc/match.rs` InvalidRouteMatch
    const refused = ['deny', 'deny', 'deny']
    assert.deepEqual(under(route('r', [rule(sound)])), ['allow', 'allow', 'allow'])
    assert.deepEqual(under(route('r', [rule(headersOnly)])), refused)
    assert.deepEqual(under(route('r', [rule(sound, headersOnly)])), refused)
    assert.deepEqual(under(route('r', [rule(sound), rule(headersOnly)])), refused)
    assert.deepEqual(under(route('a', [rule(sound)]), route('r', [rule(headersOnly)])), refused)
  })

  it('voids nothing in a route that is ignored, and may where the route may be', () => {
    const asking: Json = { headers: [{ name: 'h', type: 'RegularExpression', value: '[[:alpha:]]' }] }
    const elsewhere = { parentRefs: [{ group, kind: 'Server', name: 'cart', port: 1 }] }
    assert.deepEqual(under(route('r', [rule(headersOnly)], elsewhere)), ['allow', 'allow', 'allow'])
    assert.deepEqual(under(route('a', [rule(sound)]), route('r', [rule(asking)])), ['unknown', 'unknown', 'unknown'])
  })
})
