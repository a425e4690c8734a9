import assert from 'node:assert/strict'
import { entries } from '../../../../core/graph/entries'
import type { Graph, Ingress } from '../../../../core/graph/graph'
import { intentOf } from '../../../../core/graph/intent'
import { validate } from '../../../../core/graph/validate'
import { graphOf, service } from '../../../support/compiled'

const services = {
  shop: service('http', 8080),
  api: service('http', 8081),
  chat: service('grpc', 9000),
  db: service('tcp', 5432),
}

const web: Ingress = { gateway: 'edge', hosts: ['a.example.com'], routes: { shop: { http: ['GET /**'] } } }

function entering(ingress: Graph['ingress'], more: Partial<Graph> = {}): Graph {
  return graphOf({ services, ingress, ...more })
}

const texts = (graph: Graph): string[] => entries(graph).map(({ text }) => text)
const told = (ingress: Graph['ingress']): string[] =>
  validate(entering(ingress)).map(({ code, at }) => `${code} at ${at}`)

describe('what enters through gateways', () => {
  it('is each host with each route, with the callee it leads to', () => {
    const hosts = ['*.example.com', 'a.example.com']
    const graph = entering({ web: { ...web, hosts, routes: { shop: { http: ['GET /x', 'POST /a/*'] } } } })
    assert.deepEqual(texts(graph), [
      '*.example.com GET /x → edge/edge → shop/shop:8080',
      '*.example.com POST /a/* → edge/edge → shop/shop:8080',
      'a.example.com GET /x → edge/edge → shop/shop:8080',
      'a.example.com POST /a/* → edge/edge → shop/shop:8080',
    ])
    assert.deepEqual(entries(graph)[3], {
      text: 'a.example.com POST /a/* → edge/edge → shop/shop:8080',
      gateway: { namespace: 'edge', serviceAccount: 'edge' },
      host: 'a.example.com',
      to: { kind: 'workload', service: 'shop', namespace: 'shop', serviceAccount: 'shop', port: 8080 },
      http: { methods: ['POST'], path: { sequence: ['/a/', { plus: { except: '/?#' } }] } },
    })
  })

  it('says that a host is served in TLS, and keeps the certificate to itself', () => {
    const [entry] = entries(entering({ web: { ...web, tls: { secret: 'shop.example' } } }))
    assert.equal(entry?.tls, true)
    assert.ok(!JSON.stringify(entry).includes('shop.example"'))
  })

  it('takes a gRPC route for a POST, and what a route asks of a token for the callee’s affair', () => {
    const jwt = { corp: { issuer: 'https://corp.example.com', jwksUri: 'https://corp.example.com/keys' } }
    const guarded = [{ route: 'GET /x', jwt: { issuer: 'corp' } }, 'GET /x']
    const routes = { chat: { grpc: ['shop.Chat/Say'] }, shop: { http: guarded } }
    assert.deepEqual(texts(entering({ web: { ...web, routes } }, { jwt })), [
      'a.example.com GET /x → edge/edge → shop/shop:8080',
      'a.example.com POST /shop.Chat/Say → edge/edge → shop/chat:9000',
    ])
  })

  it('is nothing of bytes, nothing at a gateway that is a service, and nothing that is refused', () => {
    assert.deepEqual(texts(entering({ web: { ...web, routes: { db: { tcp: 'tcp' } } } })), [])
    assert.deepEqual(texts(entering({ web: { ...web, gateway: 'shop/api' } })), [])
    assert.deepEqual(
      texts(entering({ web: { ...web, routes: { shop: { http: ['nonsense'] }, nobody: { http: ['GET /'] } } } })),
      [],
    )
  })

  it('leads to the service that is named, and to none that shares its account', () => {
    const shared = { serviceAccount: 'robot', sharesServiceAccountWith: ['a', 'b'] }
    const graph = graphOf({
      services: { a: service('http', 80, shared), b: service('http', 80, shared) },
      ingress: { web: { ...web, routes: { a: { http: ['GET /'] } } } },
    })
    assert.deepEqual(texts(graph), ['a.example.com GET / → edge/edge → shop/a:80'])
  })

  it('is part of what a graph means, once, in an order of its own; and absent where nothing enters', () => {
    const again = { ...web, hosts: ['A.example.com'] }
    const graph = entering({ web, again })
    assert.deepEqual(intentOf(graph).entries, entries(entering({ again, web })))
    assert.equal(intentOf(graph).entries?.length, 1)
    assert.ok(Object.isFrozen(intentOf(graph).entries))
    assert.ok(!('entries' in intentOf(entering({}))))
  })
})

describe('what is wrong with what enters', () => {
  const to = (callee: 'shop' | 'api', ...routes: readonly string[]): Ingress => ({
    ...web,
    routes: { [callee]: { http: routes } },
  })

  it('is one route of one host with two callees, in one declaration or in two of one gateway', () => {
    const both = { ...web, routes: { shop: { http: ['GET /x', 'GET /y'] }, api: { http: ['GET /y'] } } }
    assert.deepEqual(told({ web: both }), ['ambiguous-entry at ingress.web.routes.shop.http'])
    assert.deepEqual(told({ web: to('shop', 'GET /**'), more: to('api', 'GET /**') }), [
      'ambiguous-entry at ingress.web.routes.shop.http',
    ])
    const [problem] = validate(entering({ web: to('shop', 'GET /'), more: to('api', 'GET /') }))
    assert.match(
      problem?.message ?? '',
      /^`GET \/` of `a\.example\.com` also leads to `api`, by `ingress\.more\.routes\.api\.http`$/,
    )
  })

  it('is a gRPC method that an http route spells out for another callee', () => {
    const routes = { chat: { grpc: ['shop.Chat/Say'] }, shop: { http: ['POST /shop.Chat/Say'] } }
    assert.deepEqual(told({ web: { ...web, routes } }), ['ambiguous-entry at ingress.web.routes.shop.http'])
  })

  it('is not a route within another, another method, another host, another gateway, nor the same said twice', () => {
    assert.deepEqual(told({ web: to('shop', 'GET /**'), more: to('api', 'GET /api/**', 'POST /**') }), [])
    assert.deepEqual(told({ web: to('shop', 'GET /'), more: { ...to('api', 'GET /'), hosts: ['b.example.com'] } }), [])
    assert.deepEqual(told({ web: to('shop', 'GET /'), more: { ...to('api', 'GET /'), gateway: 'other' } }), [])
    assert.deepEqual(told({ web: to('shop', 'GET /'), more: to('shop', 'GET /') }), [])
    assert.deepEqual(told({ web: to('shop', 'GET /'), more: { ...to('api', 'GET /'), hosts: ['*.example.com'] } }), [])
  })

  it('is a host with TLS and without, also under a wildcard, and one with two certificates', () => {
    const tls = { secret: 'one' }
    const secure = { ...web, tls }
    assert.deepEqual(told({ a: web, b: secure }), ['ambiguous-entry at ingress.b.tls'])
    assert.deepEqual(told({ a: { ...web, hosts: ['*.example.com'] }, b: secure }), ['ambiguous-entry at ingress.b.tls'])
    assert.deepEqual(told({ a: secure, b: { ...web, tls: { secret: 'two' } } }), ['ambiguous-entry at ingress.b.tls'])
    assert.deepEqual(told({ a: secure, b: { ...secure, hosts: ['*.example.com'] } }), [])
    assert.deepEqual(told({ a: secure, b: { ...web, hosts: ['*.example.com'], tls: { secret: 'two' } } }), [])
    assert.deepEqual(told({ a: secure, b: { ...web, gateway: 'other' } }), [])
    assert.deepEqual(told({ a: secure, b: { ...web, hosts: ['*.example.org'] } }), [])
  })

  it('is a certificate in no Secret that could be', () => {
    assert.deepEqual(told({ web: { ...web, tls: { secret: 'shop.example.com-tls' } } }), [])
    assert.deepEqual(told({ web: { ...web, tls: { secret: 'Shop_TLS' } } }), [
      'malformed-name at ingress.web.tls.secret',
    ])
    assert.deepEqual(told({ web: { ...web, tls: { secret: '' } } }), ['malformed-name at ingress.web.tls.secret'])
  })
})
