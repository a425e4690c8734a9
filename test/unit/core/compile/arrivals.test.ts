import assert from 'node:assert/strict'
import type { IstioTarget } from '../../../../core/compile/target'
import type { Graph } from '../../../../core/graph/graph'
import { ambient, names, service, specOf, told } from '../../../support/compiled'

const principal = (name: string, namespace = 'shop') => `td.example/ns/${namespace}/sa/${name}`
const from = (...principals: string[]) => [{ source: { principals } }]
const to = (...ports: string[]) => [{ operation: { ports } }]

/** `cart` in ambient `shop` with a port of each protocol; `a` beside it, and `old` in a namespace on sidecars. */
const world = (calls: Graph['calls'], more: Partial<Graph> = {}): Partial<Graph> => ({
  services: {
    cart: {
      namespace: 'shop',
      ports: {
        http: { protocol: 'http', port: 8080, servicePort: 80 },
        grpc: { protocol: 'grpc', port: 7070 },
        tcp: { protocol: 'tcp', port: 6379, servicePort: 1000 },
        tls: { protocol: 'tls', port: 8443, servicePort: 443 },
      },
    },
    a: service('http', 8080),
    old: service('http', 8080, { namespace: 'legacy' }),
  },
  calls,
  ...more,
})
const mixed: Partial<IstioTarget> = { dataPlanes: { legacy: 'sidecar' } }
const made = (calls: Graph['calls'], more: Partial<Graph> = {}) => ambient(world(calls, more), mixed)
const at = (calls: Graph['calls'], name: string, more: Partial<Graph> = {}) =>
  specOf(made(calls, more), `AuthorizationPolicy shop/${name}-cart`).rules
const get = { cart: { http: ['GET /x'] } }
const route = { operation: { ports: ['80'], methods: ['GET'], paths: ['/x'] } }

describe('a route to an ambient service', () => {
  it('is judged at the waypoint, by the port of the Service, and behind it only the waypoint gets in', () => {
    assert.deepEqual(at({ a: get }, 'routes-to'), [{ from: from(principal('a')), to: [route] }])
    assert.deepEqual(at({ a: get }, 'callers-of'), [{ from: from(principal('waypoint')), to: to('8080') }])
  })

  it('is named by every port of the Service that leads to the container port', () => {
    const ports = {
      http: { protocol: 'http', port: 8080, servicePort: 80 },
      alt: { protocol: 'http', port: 8080, servicePort: 81 },
    } as const
    const declared = {
      services: { cart: { namespace: 'shop', ports }, a: service('http', 8080) },
      calls: { a: get },
    }
    const [rule] = specOf(ambient(declared), 'AuthorizationPolicy shop/routes-to-cart').rules
    assert.deepEqual(rule?.to, [
      { operation: { ...route.operation, ports: ['80'] } },
      { operation: { ...route.operation, ports: ['81'] } },
    ])
    const [guard] = specOf(ambient(declared), 'AuthorizationPolicy shop/callers-of-cart').rules
    assert.deepEqual(guard?.to, to('8080'))
  })

  it('comes through the waypoint from a gateway too, wherever that is', () => {
    const ingress = { web: { gateway: 'edge/web', hosts: ['a.example'], routes: get } }
    assert.deepEqual(at({}, 'routes-to', { ingress }), [{ from: from(principal('web', 'edge')), to: [route] }])
    assert.deepEqual(at({}, 'callers-of', { ingress }), [{ from: from(principal('waypoint')), to: to('8080') }])
  })

  it('is refused to a sidecar, which goes round waypoints', () => {
    const result = made({ old: get })
    assert.deepEqual(result.problems, [
      {
        code: 'inexpressible',
        severity: 'narrowed',
        at: 'shop/cart:8080',
        message:
          'Istio cannot express `legacy/old → shop/cart:8080 GET /x`: a sidecar goes round waypoints, and ztunnel reads no requests',
        hint: 'move both namespaces to the same data plane',
      },
    ])
    assert.deepEqual(names(result, 'AuthorizationPolicy shop'), ['AuthorizationPolicy shop/default-deny'])
  })

  it('is refused to a sidecar also where others have a waypoint', () => {
    const result = made({ a: get, old: get })
    assert.deepEqual(told(result), ['narrowed inexpressible at shop/cart:8080'])
    assert.ok(
      !JSON.stringify(result.manifests.filter(({ object }) => object.kind === 'AuthorizationPolicy')).includes(
        '/sa/old',
      ),
    )
  })

  it('is refused to a service on a sidecar that is also a gateway, and not to a gateway beside it', () => {
    const ingress = { web: { gateway: 'legacy/old', hosts: ['a.example'], routes: get } }
    assert.deepEqual(told(made({}, { ingress })), [
      'delegated unlisted-entry at ingress.web.gateway',
      'narrowed inexpressible at shop/cart:8080',
    ])
    const beside = { web: { gateway: 'legacy/gateway', hosts: ['a.example'], routes: get } }
    assert.deepEqual(at({}, 'routes-to', { ingress: beside }), [
      { from: from(principal('gateway', 'legacy')), to: [route] },
    ])
  })

  it('is refused to callers outside the mesh', () => {
    const outside = { lb: { kind: 'nodes' as const, cidrs: ['10.0.0.0/8'], routes: get } }
    const result = made({}, { outside })
    assert.deepEqual(told(result), ['narrowed inexpressible at shop/cart:8080'])
    assert.match(result.problems[0]?.message ?? '', /goes round waypoints/)
    assert.deepEqual(names(result, 'PeerAuthentication shop'), ['PeerAuthentication shop/default'])
    assert.deepEqual(names(result, 'AuthorizationPolicy shop'), ['AuthorizationPolicy shop/default-deny'])
  })

  it('is refused to everybody where the Service is headless', () => {
    const services = { db: service('http', 8080, { headless: true }), a: service('http', 8080) }
    const result = ambient({ services, calls: { a: { db: { http: ['GET /'] } } } })
    assert.deepEqual(told(result), ['narrowed inexpressible at shop/db:8080'])
    assert.match(result.problems[0]?.message ?? '', /headless/)
    assert.deepEqual(names(result, 'Gateway'), [])
    assert.deepEqual(names(result, 'AuthorizationPolicy'), ['AuthorizationPolicy shop/default-deny'])
  })

  it('that Istio cannot say is a problem of its own and opens nothing behind the waypoint', () => {
    const result = made({ a: { cart: { http: ['GET /a|b/*'] } } })
    assert.deepEqual(told(result), ['narrowed inexpressible at shop/cart:8080'])
    assert.deepEqual(names(result, 'AuthorizationPolicy shop'), ['AuthorizationPolicy shop/default-deny'])
  })
})

describe('bytes to an ambient service', () => {
  const bytes = { cart: { tcp: 'tcp', tls: 'tls' } } as const

  it('come straight where there is no waypoint, from ambient callers and sidecars alike', () => {
    const result = made({ a: bytes, old: bytes })
    assert.deepEqual(names(result, 'Gateway'), [])
    assert.deepEqual(told(result), [])
    assert.deepEqual(specOf(result, 'AuthorizationPolicy shop/callers-of-cart').rules, [
      { from: from(principal('old', 'legacy'), principal('a')), to: to('6379', '8443') },
    ])
  })

  it('come through the waypoint where there is one, in a rule without any HTTP field, and straight all the same', () => {
    assert.deepEqual(at({ a: { cart: { ...bytes.cart, ...get.cart } } }, 'routes-to'), [
      { from: from(principal('a')), to: to('443', '1000') },
      { from: from(principal('a')), to: [route] },
    ])
    assert.deepEqual(at({ a: { cart: { ...bytes.cart, ...get.cart } } }, 'callers-of'), [
      { from: from(principal('a')), to: to('6379', '8443') },
      { from: from(principal('waypoint')), to: to('6379', '8080', '8443') },
    ])
  })

  it('still come straight from sidecars, to container ports', () => {
    assert.deepEqual(at({ a: get, old: bytes }, 'callers-of'), [
      { from: from(principal('old', 'legacy')), to: to('6379', '8443') },
      { from: from(principal('waypoint')), to: to('8080') },
    ])
    assert.deepEqual(at({ a: get, old: bytes }, 'routes-to'), [{ from: from(principal('a')), to: [route] }])
  })

  it('come straight from outside, by address or from everybody, on ports without mTLS', () => {
    const outside = (more: object) => ({
      lb: { kind: 'nodes' as const, routes: { cart: { tcp: 'tcp' as const } }, ...more },
    })
    assert.deepEqual(at({ a: get }, 'callers-of', { outside: outside({ cidrs: ['10.0.0.0/8'] }) }), [
      { from: [{ source: { ipBlocks: ['10.0.0.0/8'] } }], to: to('6379') },
      { from: from(principal('waypoint')), to: to('8080') },
    ])
    assert.deepEqual(at({ a: get }, 'callers-of', { outside: outside({}) }), [
      { to: to('6379') },
      { from: from(principal('waypoint')), to: to('8080') },
    ])
    const { portLevelMtls, mtls } = specOf(
      made({ a: get }, { outside: outside({}) }),
      'PeerAuthentication shop/plaintext-to-cart',
    )
    assert.deepEqual(
      { portLevelMtls, mtls },
      { portLevelMtls: { 6379: { mode: 'PERMISSIVE' } }, mtls: { mode: 'STRICT' } },
    )
  })

  it('come straight to a headless Service, also where its namespace has a waypoint', () => {
    const { services = {}, ...rest } = world({ a: { ...get, db: { tcp: 'tcp' } } })
    const result = ambient({ ...rest, services: { ...services, db: service('tcp', 5432, { headless: true }) } }, mixed)
    assert.deepEqual(told(result), [])
    assert.deepEqual(specOf(result, 'AuthorizationPolicy shop/callers-of-db').rules, [
      { from: from(principal('a')), to: to('5432') },
    ])
    assert.ok(!names(result).includes('AuthorizationPolicy shop/routes-to-db'))
  })
})

describe('a call between data planes', () => {
  it('is judged by the callee’s sidecar, whoever calls', () => {
    const result = made({ a: { old: { http: ['GET /x'] } } })
    assert.deepEqual(specOf(result, 'AuthorizationPolicy legacy/callers-of-old').rules, [
      { from: from(principal('a')), to: [{ operation: { ports: ['8080'], methods: ['GET'], paths: ['/x'] } }] },
    ])
    assert.deepEqual(told(result), [])
    assert.deepEqual(names(result, 'Gateway'), [])
  })

  it('has a Sidecar where the caller has a sidecar, and none on ambient', () => {
    const result = made({ old: { cart: { tcp: 'tcp' } }, a: { cart: { tcp: 'tcp' } } })
    assert.deepEqual(names(result, 'Sidecar'), ['Sidecar legacy/callees-of-old', 'Sidecar legacy/default'])
    assert.deepEqual(specOf(result, 'Sidecar legacy/callees-of-old').egress, [
      { hosts: ['istio-system/*', 'shop/cart.shop.svc.cluster.local'] },
    ])
  })

  it('is the same for a target of sidecars with an ambient exception', () => {
    const declared = world({ a: get, old: { cart: { tcp: 'tcp' } } })
    const exception = ambient(declared, { kind: 'istio-sidecar', dataPlanes: { shop: 'ambient' } })
    assert.deepEqual(exception, ambient(declared, mixed))
  })
})

describe('the scraper of an ambient service', () => {
  const scraper = { namespace: 'monitoring', serviceAccount: 'prometheus' }
  const scraped = (port: number, calls: Graph['calls'] = {}, more: object = {}) =>
    ambient({
      services: {
        cart: service('http', 8080, { metrics: { port, path: '/metrics' }, ...more }),
        a: service('http', 8080),
      },
      calls,
      scraper,
    })
  const rules = (result: ReturnType<typeof scraped>, name: string) =>
    specOf(result, `AuthorizationPolicy shop/${name}-cart`).rules

  it('is admitted to all of a port that serves nothing else, which is said', () => {
    const result = scraped(9090)
    assert.deepEqual(rules(result, 'callers-of'), [
      { from: from(principal('prometheus', 'monitoring')), to: to('9090') },
    ])
    assert.deepEqual(result.problems, [
      {
        code: 'scrape-at-l4',
        severity: 'delegated',
        at: 'shop/cart:9090',
        message:
          '`monitoring/prometheus → shop/cart:9090 GET /metrics (scrape)` admits the scraper to the whole port: ztunnel cannot tell a scrape from other bytes',
        hint: 'serve nothing but metrics there',
      },
    ])
  })

  it('is no reason for a waypoint, and is admitted by one to the path of metrics', () => {
    assert.deepEqual(names(scraped(9090), 'Gateway'), [])
    const result = scraped(9090, { a: { cart: { http: ['GET /x'] } } })
    const scrape = { operation: { ports: ['9090'], methods: ['GET'], paths: ['/metrics'] } }
    assert.deepEqual(rules(result, 'routes-to')[0], { from: from(principal('prometheus', 'monitoring')), to: [scrape] })
    assert.deepEqual(rules(result, 'callers-of'), [
      { from: from(principal('prometheus', 'monitoring')), to: to('9090') },
      { from: from(principal('waypoint')), to: to('8080', '9090') },
    ])
  })

  it('is not let in to the Pods on a port that others call', () => {
    const result = scraped(8080, { a: { cart: { http: ['GET /x'] } } })
    assert.deepEqual(told(result), ['narrowed inexpressible at shop/cart:8080'])
    assert.equal(result.problems[0]?.hint, 'give metrics a port of their own')
    assert.deepEqual(rules(result, 'callers-of'), [{ from: from(principal('waypoint')), to: to('8080') }])
    assert.deepEqual(rules(result, 'routes-to').length, 2)
  })

  it('is let in to the Pods on a declared port that nobody else calls', () => {
    const result = scraped(8080)
    assert.deepEqual(rules(result, 'callers-of'), [
      { from: from(principal('prometheus', 'monitoring')), to: to('8080') },
    ])
    assert.deepEqual(told(result), ['delegated scrape-at-l4 at shop/cart:8080'])
  })

  it('goes straight to a headless service', () => {
    const result = scraped(9090, {}, { headless: true })
    assert.deepEqual(rules(result, 'callers-of'), [
      { from: from(principal('prometheus', 'monitoring')), to: to('9090') },
    ])
  })
})
