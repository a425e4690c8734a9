import assert from 'node:assert/strict'
import type { IstioTarget } from '../../../../core/compile/target'
import type { Graph, Ingress } from '../../../../core/graph/graph'
import { compiled, names, service, told } from '../../../support/compiled'

const services = { shop: service('http', 8080), db: service('tcp', 5432) }
const web: Ingress = { gateway: 'edge', hosts: ['a.example.com'], routes: { shop: { http: ['GET /'] } } }
const bytes: Ingress = { ...web, routes: { db: { tcp: 'tcp' } } }

function at(ingress: Graph['ingress'], more: Partial<IstioTarget> = {}, parts: Partial<Graph> = {}) {
  return compiled({ services, ingress, ...parts }, more)
}
const beside = (result: ReturnType<typeof at>, namespace = 'edge'): string[] =>
  names(result).filter(name => name.includes(` ${namespace}/`))

describe('what a gateway cannot be', () => {
  it('is one of the Gateway API under another account than istiod gives', () => {
    const gateways = { 'edge/edge': { routing: 'gateway-api' as const } }
    const result = at({ web }, { gateways })
    assert.deepEqual(told(result), ['error gateway-account at gateway edge/edge'])
    assert.deepEqual(beside(result), [])
  })

  it('is a chart’s whose account is no label', () => {
    const result = at({ web: { ...web, gateway: 'edge/my.gateway' } })
    assert.deepEqual(told(result), ['error gateway-account at gateway edge/my.gateway'])
    assert.deepEqual(beside(result), [])
  })

  it('is one whose labels Pods of a service have too: what it admits they would', () => {
    const labels = { app: 'edge', istio: 'edge' }
    const alike = (namespace: string) => ({
      services: { ...services, alike: service('http', 80, { namespace, labels }) },
    })
    const code = 'error overlapping-labels at gateway edge/edge'
    assert.ok(told(at({ web }, {}, alike('edge'))).includes(code))
    assert.deepEqual(told(at({ web }, {}, alike('shop'))), [])
    assert.ok(told(at({ web }, { rootNamespace: 'edge' }, alike('shop'))).includes(code))
  })

  it('is unknown to the graph and named in the target', () => {
    const gateways = { 'edge/egde': { routing: 'elsewhere' as const } }
    const result = at({ web }, { gateways })
    assert.deepEqual(told(result), ['error unknown-gateway at target.gateways.edge/egde'])
    assert.equal(result.problems[0]?.hint, 'did you mean `edge/edge`?')
    const service = at({ web }, { gateways: { 'shop/shop': {} } }).problems[0]
    assert.equal(service?.message, '`shop/shop` is a service, which routes for itself')
  })
})

describe('a gateway routed elsewhere', () => {
  it('has its policy and nothing else', () => {
    const result = at({ web }, { gateways: { 'edge/edge': { routing: 'elsewhere' } } })
    assert.deepEqual(beside(result), ['AuthorizationPolicy edge/entries-of-edge'])
    assert.deepEqual(told(result), [])
  })
})

describe('a gateway that is a service of the graph', () => {
  it('has nothing written for it, and says so', () => {
    const result = at({ web: { ...web, gateway: 'shop/db' } })
    assert.deepEqual(told(result), ['delegated unlisted-entry at ingress.web.gateway'])
    assert.deepEqual(names(result, 'Gateway'), [])
    assert.ok(!names(result).some(name => name.includes('entries-of')))
  })
})

describe('bytes through a gateway', () => {
  it('are for whoever configures the gateway to limit', () => {
    const result = at({ web: bytes })
    assert.deepEqual(told(result), ['delegated unlisted-entry at gateway edge/edge'])
    assert.match(
      result.problems[0]?.message ?? '',
      /^who may enter `edge\/edge` for `edge\/edge → shop\/db:5432 tcp` is decided by/,
    )
    assert.deepEqual(beside(result), [])
  })

  it('are closed out where a policy names requests: hosts are HTTP, and what carries bytes has none', () => {
    const both = { ...web, routes: { ...web.routes, ...bytes.routes } }
    assert.deepEqual(told(at({ web: both })), ['narrowed closed-entry at gateway edge/edge'])
    assert.deepEqual(told(at({ web: both }, { stages: { edge: 'strict' } })), [
      'delegated unlisted-entry at gateway edge/edge',
    ])
  })

  it('are closed out by the default deny of services beside the gateway, as requests are not', () => {
    const among = (ingress: Ingress) => told(at({ web: { ...ingress, gateway: 'shop/edge' } }))
    assert.deepEqual(among(bytes), ['narrowed closed-entry at gateway shop/edge'])
    assert.deepEqual(among(web), [])
  })
})

describe('an entry that Istio has no words for', () => {
  it('is let in and routed nowhere, and told', () => {
    const result = at({ web: { ...web, routes: { shop: { http: ['GET /', "GET /~it's*"] } } } })
    assert.ok(told(result).includes('narrowed inexpressible at ingress.web'))
    const written = JSON.stringify(result.manifests.filter(({ object }) => object.metadata.namespace === 'edge'))
    assert.ok(!written.includes("it's"))
  })
})
