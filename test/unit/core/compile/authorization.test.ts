import assert from 'node:assert/strict'
import type { Graph } from '../../../../core/graph/graph'
import { compiled, manifestOf, names, service, specOf, told } from '../../../support/compiled'

const principal = (name: string, namespace = 'shop') => `td.example/ns/${namespace}/sa/${name}`
const from = (...principals: string[]) => [{ source: { principals } }]

/** Callers `a`, `b`, `c` of `cart`, which has one port of each protocol. */
const world = (calls: Graph['calls'], more: Partial<Graph> = {}): Partial<Graph> => ({
  services: {
    cart: {
      namespace: 'shop',
      ports: {
        http: { protocol: 'http', port: 8080, servicePort: 80 },
        grpc: { protocol: 'grpc', port: 7070 },
        tcp: { protocol: 'tcp', port: 6379 },
        tls: { protocol: 'tls', port: 8443, servicePort: 443 },
      },
    },
    a: service('http', 8080),
    b: service('http', 8080),
    c: { ...service('http', 8080), namespace: 'other', serviceAccount: 'robot' },
  },
  calls,
  ...more,
})
const rules = (calls: Graph['calls'], more: Partial<Graph> = {}) =>
  specOf(compiled(world(calls, more)), 'AuthorizationPolicy shop/callers-of-cart').rules

describe('the policy of a callee', () => {
  it('selects the Pods by their labels and admits by name', () => {
    const labels = { app: 'cart', tier: 'backend' }
    const result = compiled({
      services: { cart: service('tcp', 6379, { labels }), a: service('http', 8080) },
      calls: { a: { cart: { tcp: 'tcp' } } },
    })
    const { selector, action } = specOf(result, 'AuthorizationPolicy shop/callers-of-cart')
    assert.deepEqual({ selector, action }, { selector: { matchLabels: labels }, action: 'ALLOW' })
  })

  it('names callers exactly, in the trust domain that was given, with their own ServiceAccount', () => {
    const [rule] = rules({ a: { cart: { tcp: 'tcp' } }, c: { cart: { tcp: 'tcp' } } })
    assert.deepEqual(rule?.from, from('td.example/ns/other/sa/robot', 'td.example/ns/shop/sa/a'))
  })

  it('names the container port, never the one of the Service', () => {
    const [rule] = rules({ a: { cart: { http: ['GET /'] } } })
    assert.deepEqual(rule?.to, [{ operation: { ports: ['8080'], methods: ['GET'], paths: ['/'] } }])
  })

  it('writes a gRPC route as a POST', () => {
    const [rule] = rules({ a: { cart: { grpc: ['shop.Cart/Get'] } } })
    assert.deepEqual(rule?.to, [{ operation: { ports: ['7070'], methods: ['POST'], paths: ['/shop.Cart/Get'] } }])
  })

  it('puts callers that may do the same into one rule', () => {
    assert.deepEqual(
      rules({
        a: { cart: { http: ['GET /', 'GET /x'] } },
        b: { cart: { http: ['GET /x', 'GET /'] } },
        c: { cart: { http: ['GET /'] } },
      }),
      [
        {
          from: from(principal('robot', 'other')),
          to: [{ operation: { ports: ['8080'], methods: ['GET'], paths: ['/'] } }],
        },
        {
          from: from(principal('a'), principal('b')),
          to: [{ operation: { ports: ['8080'], methods: ['GET'], paths: ['/', '/x'] } }],
        },
      ],
    )
  })

  it('never lets a method of one path leak to another', () => {
    const [rule] = rules({ a: { cart: { http: ['GET /x', 'POST /x', 'GET /y', 'POST /z', 'GET /z'] } } })
    assert.deepEqual(rule?.to, [
      { operation: { ports: ['8080'], methods: ['GET'], paths: ['/y'] } },
      { operation: { ports: ['8080'], methods: ['GET', 'POST'], paths: ['/x', '/z'] } },
    ])
  })

  it('never lets a route of one port leak to another', () => {
    const [rule] = rules({ a: { cart: { http: ['POST /shop.Cart/Get'], grpc: ['shop.Cart/Add'] } } })
    assert.deepEqual(rule?.to, [
      { operation: { ports: ['7070'], methods: ['POST'], paths: ['/shop.Cart/Add'] } },
      { operation: { ports: ['8080'], methods: ['POST'], paths: ['/shop.Cart/Get'] } },
    ])
  })

  it('admits to TCP and TLS ports by number alone, in a rule without any HTTP field', () => {
    assert.deepEqual(rules({ a: { cart: { tcp: 'tcp', tls: 'tls', http: ['GET /'] } } }), [
      { from: from(principal('a')), to: [{ operation: { ports: ['6379', '8443'] } }] },
      {
        from: from(principal('a')),
        to: [{ operation: { ports: ['8080'], methods: ['GET'], paths: ['/'] } }],
      },
    ])
  })

  it('is missing where nobody may call: the default deny is enough', () => {
    assert.deepEqual(names(compiled(world({})), 'AuthorizationPolicy'), [
      'AuthorizationPolicy other/default-deny',
      'AuthorizationPolicy shop/default-deny',
    ])
  })

  it('lets a gateway in under its own identity', () => {
    const routes = { cart: { http: ['GET /**'] } }
    const ingress = {
      web: { gateway: 'istio-ingress', hosts: ['a.example'], routes },
      api: { gateway: 'edge/api', hosts: ['b.example'], routes },
    }
    const [rule] = rules({}, { ingress })
    assert.deepEqual(rule?.from, from(principal('api', 'edge'), principal('istio-ingress', 'istio-ingress')))
    assert.deepEqual(rule?.to, [{ operation: { ports: ['8080'], methods: ['GET'], paths: ['/*'] } }])
  })

  it('lets the scraper read metrics and nothing else', () => {
    const result = compiled({
      services: { cart: service('tcp', 6379, { metrics: { port: 9090, path: '/metrics' } }) },
      scraper: { namespace: 'monitoring', serviceAccount: 'prometheus' },
    })
    assert.deepEqual(specOf(result, 'AuthorizationPolicy shop/callers-of-cart').rules, [
      {
        from: from(principal('prometheus', 'monitoring')),
        to: [{ operation: { ports: ['9090'], methods: ['GET'], paths: ['/metrics'] } }],
      },
    ])
  })

  it('says nothing of probes, which injection sends to the agent', () => {
    const result = compiled({ services: { cart: service('http', 8080, { probes: { liveness: 'GET /live' } }) } })
    assert.deepEqual(names(result, 'AuthorizationPolicy'), ['AuthorizationPolicy shop/default-deny'])
    assert.deepEqual(manifestOf(result, 'AuthorizationPolicy shop/default-deny').because, [
      'shop/cart (nobody may call)',
    ])
    assert.deepEqual(result.problems, [])
  })

  it('gives services that share a ServiceAccount the same callers', () => {
    const shared = { serviceAccount: 'robot', sharesServiceAccountWith: ['blue', 'green'] }
    const result = compiled({
      services: { blue: service('tcp', 6379, shared), green: service('tcp', 6379, shared), a: service('http', 8080) },
      calls: { blue: { a: { http: ['GET /'] } }, a: { blue: { tcp: 'tcp' } } },
    })
    const [rule] = specOf(result, 'AuthorizationPolicy shop/callers-of-a').rules
    assert.deepEqual(rule?.from, from(principal('robot')))
    const [blue, green] = ['blue', 'green'].map(name => specOf(result, `AuthorizationPolicy shop/callers-of-${name}`))
    assert.deepEqual(blue?.rules, green?.rules)
    assert.equal(blue?.rules.length, 1)
  })

  it('is explained by the flows that it admits', () => {
    const result = compiled(world({ a: { cart: { tcp: 'tcp' } }, b: { cart: { http: ['GET /x'] } } }))
    assert.deepEqual(manifestOf(result, 'AuthorizationPolicy shop/callers-of-cart').because, [
      'shop/a → shop/cart:6379 tcp',
      'shop/b → shop/cart:8080 GET /x',
    ])
  })
})

describe('callers outside the mesh', () => {
  const outside = (more: object) => ({ lb: { kind: 'nodes' as const, routes: { cart: { http: ['GET /'] } }, ...more } })
  const to = [{ operation: { ports: ['8080'], methods: ['GET'], paths: ['/'] } }]

  it('are told by their addresses', () => {
    const cidrs = ['192.168.0.0/16', '10.0.0.0/8', '2001:db8::/32']
    assert.deepEqual(rules({}, { outside: outside({ cidrs }) }), [
      { from: [{ source: { ipBlocks: ['10.0.0.0/8', '192.168.0.0/16', '2001:db8::/32'] } }], to },
    ])
  })

  it('share a rule with identities that may do the same, as an alternative', () => {
    const [rule] = rules({ a: { cart: { http: ['GET /'] } } }, { outside: outside({ cidrs: ['10.0.0.0/8'] }) })
    assert.deepEqual(rule?.from, [
      { source: { principals: [principal('a')] } },
      { source: { ipBlocks: ['10.0.0.0/8'] } },
    ])
  })

  it('are everybody where they have no addresses, still on that port and route only', () => {
    assert.deepEqual(rules({ a: { cart: { http: ['GET /'] } } }, { outside: outside({}) }), [
      { to },
      { from: from(principal('a')), to },
    ])
  })

  it('are nobody where addresses are called for and none is given, or one is wrong', () => {
    for (const more of [
      { kind: 'cidr' },
      { kind: 'cidr', cidrs: [] },
      { cidrs: [] },
      { cidrs: ['10.0.0.0/8', 'all'] },
    ]) {
      const result = compiled(world({}, { outside: outside(more) }))
      assert.deepEqual(names(result, 'AuthorizationPolicy shop/callers'), [])
      assert.deepEqual(names(result, 'PeerAuthentication shop/plaintext'), [])
      assert.deepEqual(told(result), ['narrowed inexpressible at shop/cart:8080'])
    }
  })
})

describe('what Istio cannot say', () => {
  it('admits nobody and is a problem that names the flow', () => {
    const { problems } = compiled(world({ a: { cart: { http: ['GET /a|b/*', 'GET /c'] } } }))
    assert.deepEqual(
      problems.map(({ message }) => message),
      [
        'Istio cannot express `shop/a → shop/cart:8080 GET /a|b/*`: beside a `*` segment, `a|b` holds a character that templates do not know',
      ],
    )
    const [rule] = rules({ a: { cart: { http: ['GET /a|b/*', 'GET /c'] } } })
    assert.deepEqual(rule?.to, [{ operation: { ports: ['8080'], methods: ['GET'], paths: ['/c'] } }])
  })

  it('leaves no empty rule behind', () => {
    const result = compiled(world({ a: { cart: { http: ['GET /a*'] } } }))
    assert.deepEqual(names(result, 'AuthorizationPolicy shop/callers'), [])
  })

  it('covers a port that is declared as HTTP and as TCP, where one HTTP field would drop the rule', () => {
    const both = { http: { protocol: 'http', port: 80 }, tcp: { protocol: 'tcp', port: 80 } } as const
    const result = compiled({
      services: { cart: { namespace: 'shop', ports: both }, a: service('http', 8080) },
      calls: { a: { cart: { http: ['GET /'], tcp: 'tcp' } } },
    })
    assert.deepEqual(names(result, 'AuthorizationPolicy shop/callers'), [])
    assert.deepEqual(told(result), ['narrowed inexpressible at shop/cart:80', 'narrowed inexpressible at shop/cart:80'])
  })

  it('covers callers whose identity is no exact name', () => {
    for (const serviceAccount of ['*', 'a/b', '']) {
      const result = compiled({
        services: { cart: service('tcp', 6379), a: service('http', 8080, { serviceAccount }) },
        calls: { a: { cart: { tcp: 'tcp' } } },
      })
      assert.deepEqual(names(result, 'AuthorizationPolicy'), ['AuthorizationPolicy shop/default-deny'])
    }
  })

  it('covers every caller under a trust domain that is a pattern', () => {
    const result = compiled(world({ a: { cart: { tcp: 'tcp' } } }), { trustDomain: '*' })
    assert.deepEqual(names(result, 'AuthorizationPolicy shop'), ['AuthorizationPolicy shop/default-deny'])
    assert.deepEqual(told(result), [
      'narrowed inexpressible at shop/cart:6379',
      'error bad-trust-domain at target.trustDomain',
    ])
  })
})
