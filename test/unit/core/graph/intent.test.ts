import assert from 'node:assert/strict'
import { flows } from '../../../../core/graph/flows'
import type { Graph } from '../../../../core/graph/graph'
import { intentOf } from '../../../../core/graph/intent'
import { printFlow } from '../../../../core/model/flow'
import type { Loose } from './shop'
import { shop, shopGraph } from './shop'

const httpOf = (graph: Loose, text: string) => intentOf(graph as Graph).flows.find(flow => flow.text === text)?.http

describe('intentOf', () => {
  it('governs every service, those too that nobody may call, with their defaults filled in', () => {
    const { version, governed } = intentOf(shopGraph())
    assert.equal(version, 1)
    assert.deepEqual(governed, [
      {
        service: 'redis',
        namespace: 'data',
        serviceAccount: 'redis',
        labels: { app: 'redis' },
        ports: [{ name: 'redis', port: 6379, protocol: 'tcp' }],
        headless: true,
      },
      {
        service: 'cart',
        namespace: 'shop',
        serviceAccount: 'cart-account',
        labels: { app: 'cart', 'example.com/tier': 'back' },
        ports: [
          { name: 'grpc', port: 7070, protocol: 'grpc' },
          { name: 'metrics', port: 9090, protocol: 'http' },
        ],
      },
      {
        service: 'frontend',
        namespace: 'shop',
        serviceAccount: 'frontend',
        labels: { app: 'frontend' },
        ports: [{ name: 'http', port: 8080, servicePort: 80, protocol: 'http' }],
      },
      {
        service: 'webhook',
        namespace: 'shop',
        serviceAccount: 'webhook',
        labels: { app: 'webhook' },
        ports: [{ name: 'https', port: 8443, protocol: 'tls' }],
      },
    ])
  })

  it('governs no metrics port twice that is declared among the ports', () => {
    const graph = shop()
    graph.services.frontend.metrics = { port: 8080, path: '/metrics' }
    const frontend = intentOf(graph as Graph).governed.find(({ service }) => service === 'frontend')
    assert.deepEqual(frontend?.ports, [{ name: 'http', port: 8080, servicePort: 80, protocol: 'http' }])
  })

  it('has the flows, in their order', () => {
    assert.deepEqual(
      intentOf(shopGraph()).flows.map(({ text, from, to }) => ({ text, from, to })),
      flows(shopGraph()).map(flow => ({ text: printFlow(flow), from: flow.from, to: flow.to })),
    )
  })

  it('spells out path patterns', () => {
    assert.deepEqual(httpOf(shop(), 'istio-ingress/istio-ingress → shop/frontend:8080 GET /**'), {
      methods: ['GET'],
      path: { sequence: ['/', { star: { except: '?#' } }] },
    })
    assert.deepEqual(httpOf(shop(), 'istio-ingress/istio-ingress → shop/frontend:8080 POST /cart'), {
      methods: ['POST'],
      path: '/cart',
    })
  })

  it('knows gRPC as a POST to the path of the method', () => {
    assert.deepEqual(httpOf(shop(), 'shop/frontend → shop/cart:7070 grpc shop.Cart/Get'), {
      methods: ['POST'],
      path: '/shop.Cart/Get',
    })
  })

  it('has no requests where any bytes may pass', () => {
    for (const text of ['shop/cart → data/redis:6379 tcp', 'shop/cart → external api.stripe.com:443 tls']) {
      const flow = intentOf(shopGraph()).flows.find(candidate => candidate.text === text)
      assert.ok(flow && !('http' in flow), text)
    }
  })

  it('spells out what a token must be, the issuer by its `iss` and not by its name here', () => {
    const tokens = intentOf(shopGraph()).flows.flatMap(({ jwt }) => jwt ?? [])
    assert.deepEqual(tokens, [
      { issuer: 'https://issuer.example.com', trustedAudiences: ['office', 'shop'] },
      { issuer: 'partner@example.com', headers: [{ name: 'x-id' }, { name: 'x-token', prefix: 'Token ' }] },
      {
        issuer: 'https://issuer.example.com',
        trustedAudiences: ['office', 'shop'],
        audiences: ['shop'],
        scopes: ['cart:purge', 'cart:write'],
        claims: { '[realm][roles]': ['night shift'], groups: ['admins', 'ops'] },
      },
    ])
  })

  it('holds no keys', () => {
    assert.doesNotMatch(JSON.stringify(intentOf(shopGraph())), /jwks|kty/)
  })

  it('has requests to a host outside over http alone', () => {
    const graph = shop()
    graph.external.stripe.ports.api = { protocol: 'grpc', port: 8443 }
    graph.calls.cart.stripe = { api: ['pay.Pay/Charge'] }
    assert.equal(httpOf(graph, 'shop/cart → external api.stripe.com:8443 grpc pay.Pay/Charge'), undefined)
    assert.deepEqual(httpOf(graph, 'shop/frontend → external weather.example.com:80 GET /today/*')?.methods, ['GET'])
  })

  it('is plain JSON', () => {
    const intent = intentOf(shopGraph())
    assert.deepEqual(JSON.parse(JSON.stringify(intent)), intent)
  })

  it('is the same text for every order of declaration', () => {
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed).reverse()
      if (typeof value !== 'object' || value === null) return value
      return Object.fromEntries(
        Object.entries(value)
          .map(([key, inner]) => [key, reversed(inner)] as const)
          .reverse(),
      )
    }
    assert.equal(JSON.stringify(intentOf(reversed(shop()) as Graph)), JSON.stringify(intentOf(shopGraph())))
  })
})
