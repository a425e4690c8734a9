import assert from 'node:assert/strict'
import fc from 'fast-check'
import { defineGraph, grpc, http, tcp, tls } from '../../../../core/graph/define'
import { flows } from '../../../../core/graph/flows'
import type { Graph } from '../../../../core/graph/graph'
import { parseGraph } from '../../../../core/graph/schema'
import { validate } from '../../../../core/graph/validate'
import { printFlow } from '../../../../core/model/flow'
import { shop } from './shop'

function world() {
  return defineGraph({
    services: {
      frontend: { namespace: 'shop', ports: { http: http(8080, { servicePort: 80 }) } },
      cart: { namespace: 'shop', ports: { grpc: grpc(7070), http: http(8080) } },
      redis: { namespace: 'data', ports: { redis: tcp(6379) } },
    },
    external: { stripe: { hosts: ['api.stripe.com'], ports: { https: tls(443) } } },
  })
}

function frozenThrough(value: unknown): boolean {
  return (
    typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(frozenThrough))
  )
}

describe('defineGraph', () => {
  it('gives plain data that is frozen all the way down', () => {
    const graph = world().calls({ frontend: { cart: { grpc: ['shop.Cart/Get'] } } })
    assert.ok(frozenThrough(graph))
    assert.deepEqual(JSON.parse(JSON.stringify(graph)), graph)
  })

  it('gives what the same graph in JSON gives', () => {
    const { services, external, ingress, outside, scraper, jwt, calls } = shop()
    const graph = defineGraph({ services, external, ingress, outside, scraper, jwt }).calls(calls)
    assert.deepEqual(parseGraph(shop(), 'shop.json'), { graph, problems: [] })
  })

  it('leaves out what is undefined, and fills in empty sections', () => {
    const graph = defineGraph({
      services: { a: { namespace: 'x', serviceAccount: undefined as never, ports: {} } },
    }).calls({})
    assert.deepEqual(graph, {
      services: { a: { namespace: 'x', ports: {} } },
      external: {},
      ingress: {},
      outside: {},
      calls: {},
    })
  })

  it('does not change what it was given', () => {
    const calls = { frontend: { cart: { grpc: ['shop.Cart/Get'] as `${string}/${string}`[] } } }
    const declared = world()
    declared.calls(calls)
    declared.calls({ frontend: { cart: { grpc: ['shop.Cart/Add'] } } })
    assert.deepEqual(calls, { frontend: { cart: { grpc: ['shop.Cart/Get'] } } })
    calls.frontend.cart.grpc.push('shop.Cart/Drop')
    assert.deepEqual(declared.calls({}).calls, { frontend: { cart: { grpc: ['shop.Cart/Get', 'shop.Cart/Add'] } } })
  })
})

describe('calls', () => {
  it('adds to what was declared before, uniting the routes to a port', () => {
    const declared = world()
    const first = declared.calls({ frontend: { cart: { grpc: ['shop.Cart/Get'] } } })
    const second = declared.calls({
      frontend: { cart: { grpc: ['shop.Cart/Add', 'shop.Cart/Get'], http: ['GET /x'] } },
      cart: { redis: { redis: 'tcp' } },
    })
    const last = declared.calls({ cart: { redis: { redis: 'tcp' }, stripe: { https: 'tls' } } })
    assert.deepEqual(first.calls, { frontend: { cart: { grpc: ['shop.Cart/Get'] } } })
    assert.deepEqual(second.calls, {
      frontend: { cart: { grpc: ['shop.Cart/Get', 'shop.Cart/Add'], http: ['GET /x'] } },
      cart: { redis: { redis: 'tcp' } },
    })
    assert.deepEqual(last.calls, {
      frontend: { cart: { grpc: ['shop.Cart/Get', 'shop.Cart/Add'], http: ['GET /x'] } },
      cart: { redis: { redis: 'tcp' }, stripe: { https: 'tls' } },
    })
  })

  it('means the same however the calls are split and ordered', () => {
    const routes = ['a.A/One', 'a.A/Two', 'a.A/Three'] as const
    const call = fc.record({ from: fc.constantFrom('frontend', 'cart', 'redis'), route: fc.constantFrom(...routes) })
    const asCalls = (list: readonly { from: string; route: (typeof routes)[number] }[]) =>
      list.map(({ from, route }) => ({ [from]: { cart: { grpc: [route] } } }))
    const meaning = (graph: Graph | undefined) => graph && flows(graph).map(printFlow)
    fc.assert(
      fc.property(fc.array(call, { minLength: 1 }), fc.nat(), (list, turn) => {
        const [one, other] = [world(), world()]
        const parts = asCalls(list)
        const turned = [...parts.slice(turn % parts.length), ...parts.slice(0, turn % parts.length)].reverse()
        const graph = parts.map(part => one.calls(part)).at(-1)
        assert.deepEqual(meaning(graph), meaning(turned.map(part => other.calls(part)).at(-1)))
        assert.equal(meaning(graph)?.length, new Set(list.map(({ from, route }) => `${from} ${route}`)).size)
      }),
    )
  })

  it('keeps one of two routes that ask for the same token', () => {
    const declared = defineGraph({
      services: { a: { namespace: 'x', ports: { http: http(80) } } },
      jwt: { corp: { issuer: 'https://issuer.example.com', jwksUri: 'https://issuer.example.com/keys' } },
    })
    const guarded = (scope: string) => ({ route: 'GET /', jwt: { issuer: 'corp', scopes: [scope] } }) as const
    declared.calls({ a: { a: { http: [guarded('read')] } } })
    const { calls } = declared.calls({ a: { a: { http: [guarded('read'), guarded('write')] } } })
    assert.deepEqual(calls, { a: { a: { http: [guarded('read'), guarded('write')] } } })
  })

  it('keeps declarations that contradict each other for validate to find', () => {
    const declared = world()
    declared.calls({ cart: { redis: { redis: 'tcp' } } })
    const wrong = { cart: { redis: { redis: ['GET /x'] } } } as never // what a program that is not type-checked may say
    const problems = validate(declared.calls(wrong))
    assert.deepEqual(
      problems.map(({ code, at }) => `${code} ${at}`),
      ['wrong-protocol calls.cart.redis.redis'],
    )
  })

  it('takes anything without throwing, for validate to find', () => {
    for (const nonsense of [undefined, null, 7, 'x', [], { frontend: null }, { frontend: { cart: 5 } }]) {
      const graph = world().calls(nonsense as never)
      assert.equal(validate(graph).length, nonsense === undefined ? 0 : 1, JSON.stringify(nonsense))
    }
  })
})

describe('port makers', () => {
  it('say the protocol, the container port, and the Service port where it differs', () => {
    assert.deepEqual(
      [http(8080, { servicePort: 80 }), grpc(7070), tcp(6379), tls(443)],
      [
        { protocol: 'http', port: 8080, servicePort: 80 },
        { protocol: 'grpc', port: 7070 },
        { protocol: 'tcp', port: 6379 },
        { protocol: 'tls', port: 443 },
      ],
    )
  })
})
