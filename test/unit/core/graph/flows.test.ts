import assert from 'node:assert/strict'
import fc from 'fast-check'
import { flows } from '../../../../core/graph/flows'
import type { Graph } from '../../../../core/graph/graph'
import { validate } from '../../../../core/graph/validate'
import { printFlow } from '../../../../core/model/flow'
import { defects } from './defects'
import type { Loose } from './shop'
import { shop, shopGraph } from './shop'

/** Defects that make a declaration mean nothing. */
const nothing = [
  'wrong-protocol',
  'unknown-port',
  'unknown-service',
  'unknown-issuer',
  'external-token',
  'probe-protocol',
  'metrics-protocol',
]
const lines = (graph: Loose): readonly string[] => flows(graph as Graph).map(printFlow)

/** The same data with the keys of every record, and the items of every list, in another order. */
function shuffled(value: unknown, order: (count: number) => readonly number[]): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return order(value.length).map(index => shuffled(value[index], order))
  const entries = Object.entries(value)
  return Object.fromEntries(
    order(entries.length).map(index => [entries[index]![0], shuffled(entries[index]![1], order)]),
  )
}

describe('flows', () => {
  it('are calls, ingress, probes and scrapes, each a line', () => {
    assert.deepEqual(lines(shop()), [
      'istio-ingress/istio-ingress → shop/frontend:8080 GET /**',
      'istio-ingress/istio-ingress → shop/frontend:8080 POST /cart',
      'istio-ingress/istio-ingress → shop/frontend:8080 PUT /cart if jwt corp aud=office|shop',
      'kubelet → data/redis:6379 tcp (probe)',
      'kubelet → shop/cart:7070 grpc grpc.health.v1.Health/Check (probe)',
      'kubelet → shop/frontend:8080 GET /healthz (probe)',
      'monitoring/prometheus → shop/cart:9090 GET /metrics (scrape)',
      'shop/cart → data/redis:6379 tcp',
      'shop/cart → external api.stripe.com:443 tls',
      'shop/cart → external files.stripe.com:443 tls',
      'shop/cart → shop/cart:7070 grpc shop.Cart/Import if jwt partner',
      'shop/cart → shop/cart:7070 grpc shop.Cart/Purge if jwt corp aud=shop scope=cart:purge scope=cart:write [realm][roles]="night shift" groups=admins|ops',
      'shop/cart → shop/cart:7070 grpc shop.Cart/Sync',
      'shop/frontend → external weather.example.com:80 GET /today/*',
      'shop/frontend → shop/cart:7070 grpc shop.Cart/Add',
      'shop/frontend → shop/cart:7070 grpc shop.Cart/Get',
    ])
  })

  it('carry the identities that decide, not only names', () => {
    const [flow] = flows(shopGraph()).filter(({ from }) => from.kind === 'workload' && from.service === 'cart')
    assert.deepEqual(flow?.from, {
      kind: 'workload',
      service: 'cart',
      namespace: 'shop',
      serviceAccount: 'cart-account',
    })
  })

  it('go to the container port, never the Service port', () => {
    assert.ok(lines(shop()).some(line => line.includes('shop/frontend:8080')))
    assert.ok(!lines(shop()).some(line => line.includes(':80 ') && line.includes('frontend:')))
  })

  it('come from a gateway under its own identity, one name or two', () => {
    const graph = shop()
    graph.ingress.web.gateway = 'edge/gateway-account'
    const [flow] = flows(graph as Graph).filter(({ from }) => from.kind === 'workload' && from.namespace === 'edge')
    assert.deepEqual(flow?.from, {
      kind: 'workload',
      service: 'gateway-account',
      namespace: 'edge',
      serviceAccount: 'gateway-account',
      gateway: true,
    })
  })

  it('name a gateway or scraper by its service, where the graph has it', () => {
    const graph = shop()
    graph.services.edge = { namespace: 'gateways', serviceAccount: 'gateway-account', ports: {} }
    graph.ingress.web.gateway = 'gateways/gateway-account'
    assert.ok(lines(graph).includes('gateways/edge → shop/frontend:8080 POST /cart'))
  })

  it('come from outside with the addresses in canonical order', () => {
    const graph = shop()
    graph.outside.lb = { kind: 'cidr', cidrs: ['192.168.0.0/16', '10.0.0.0/8'], routes: { webhook: { https: 'tls' } } }
    graph.outside.apiserver = { kind: 'kube-apiserver', routes: { webhook: { https: 'tls' } } }
    assert.deepEqual(
      lines(graph).filter(line => line.startsWith('outside')),
      [
        'outside apiserver (any address) → shop/webhook:8443 tls',
        'outside lb (10.0.0.0/8 192.168.0.0/16) → shop/webhook:8443 tls',
      ],
    )
  })

  it('have no scrape where no identity scrapes: an agent in the Pod collects then', () => {
    const graph = shop()
    delete graph.scraper
    assert.deepEqual(
      lines(graph).filter(line => line.includes('scrape')),
      [],
    )
  })

  it('are each there once, however often they are declared', () => {
    const graph = shop()
    graph.services.frontend.probes.startup = 'GET /healthz'
    graph.ingress.again = structuredClone(graph.ingress.web)
    assert.deepEqual(lines(graph), lines(shop()))
  })

  it('tell apart callers that read the same and are not', () => {
    const graph = shop()
    graph.services.frontend.serviceAccount = 'web'
    graph.ingress.web.gateway = 'shop/frontend'
    graph.calls.frontend = { frontend: { http: ['POST /cart'] } }
    const same = flows(graph as Graph).filter(
      flow => printFlow(flow) === 'shop/frontend → shop/frontend:8080 POST /cart',
    )
    assert.deepEqual(same.map(({ from }) => from.kind === 'workload' && from.serviceAccount).sort(), [
      'frontend',
      'web',
    ])
  })

  it('do not depend on the order of declaration', () => {
    const expected = flows(shopGraph())
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), stream => {
        const order = (count: number) =>
          Array.from({ length: count }, (_, index) => ({ index, key: stream.next().value as number }))
            .sort((a, b) => a.key - b.key)
            .map(({ index }) => index)
        assert.deepEqual(flows(shuffled(shop(), order) as Graph), expected)
      }),
    )
  })

  it('are sorted by their text', () => {
    const texts = lines(shop())
    assert.deepEqual(texts, [...texts].sort())
  })

  it('never come from what validate refuses', () => {
    const sound = new Set(lines(shop()))
    for (const { text, graph, code } of defects) {
      // Names, paths and methods that cannot be are not looked at again: nothing is generated from such a graph.
      if (!nothing.includes(code)) continue
      const added = lines(graph()).filter(line => !sound.has(line))
      assert.deepEqual(added, [], text)
    }
  })
})

describe('services that share a ServiceAccount', () => {
  const sharing = () => {
    const graph = shop()
    graph.services.worker = {
      namespace: 'shop',
      serviceAccount: 'frontend',
      ports: { http: { protocol: 'http', port: 8080 }, admin: { protocol: 'http', port: 9000 } },
      sharesServiceAccountWith: ['frontend'],
    }
    graph.services.frontend.sharesServiceAccountWith = ['worker']
    assert.deepEqual(validate(graph as Graph), [])
    return graph
  }

  it('may each call what one of them may, as no mesh can tell them apart', () => {
    assert.ok(lines(sharing()).includes('shop/worker → shop/cart:7070 grpc shop.Cart/Get'))
  })

  it('may each be called as one of them may, on the ports that both have', () => {
    const graph = sharing()
    graph.calls.cart.worker = { admin: ['GET /jobs'], http: ['GET /run'] }
    const called = lines(graph).filter(line => line.startsWith('shop/cart → shop/'))
    assert.deepEqual(
      called.filter(line => !line.includes(' if ')),
      [
        'shop/cart → shop/cart:7070 grpc shop.Cart/Sync',
        'shop/cart → shop/frontend:8080 GET /run',
        'shop/cart → shop/worker:8080 GET /run',
        'shop/cart → shop/worker:9000 GET /jobs',
      ],
    )
  })
})
