import { deepEqual, equal, match } from 'node:assert/strict'
import { defineGraph, grpc, http, tcp, tls } from '../../../../../core/graph/define'
import { flows } from '../../../../../core/graph/flows'
import type { Fragment } from '../../../../../core/graph/fragments/fragment'
import { defineFragment } from '../../../../../core/graph/fragments/fragment'
import type { FragmentSource, Merged } from '../../../../../core/graph/fragments/merge'
import { mergeFragments } from '../../../../../core/graph/fragments/merge'
import type { Graph } from '../../../../../core/graph/graph'
import { intentOf } from '../../../../../core/graph/intent'
import { validate } from '../../../../../core/graph/validate'
import { canonicalJson } from '../../../../../core/model/canonical'
import { printFlow } from '../../../../../core/model/flow'
import { printProblem } from '../../../../../core/model/problem'

const shop = defineGraph({
  services: {
    frontend: { namespace: 'shop', ports: { http: http(8080) } },
    cart: { namespace: 'shop', ports: { grpc: grpc(7070), http: http(8080) } },
  },
  external: { stripe: { hosts: ['api.stripe.com'], ports: { https: tls(443) } } },
  elsewhere: { orders: { ports: { http: http(9000) } } },
  accepts: {
    cart: { 'orders/orders': { grpc: ['shop.Cart/Get'], http: ['GET /items/**'] } },
    stripe: { 'orders/orders': 'any' },
  },
}).calls({
  frontend: { cart: { grpc: ['shop.Cart/Get'] }, orders: { http: ['POST /orders', 'DELETE /orders'] } },
})

const orders = defineFragment({
  services: {
    orders: { namespace: 'orders', ports: { http: http(9000) } },
    ledger: { namespace: 'orders', ports: { db: tcp(5432) } },
  },
  elsewhere: {
    cart: { ports: { grpc: grpc(7070), http: http(8080) } },
    stripe: { ports: { https: tls(443) } },
  },
  accepts: { orders: { 'shop/frontend': { http: ['POST /orders'] } } },
}).calls({
  orders: {
    ledger: { db: 'tcp' },
    cart: { grpc: ['shop.Cart/Get', 'shop.Cart/Empty'], http: ['GET /items/*', 'GET /admin'] },
    stripe: { https: 'tls' },
  },
})

const found = (value: unknown, ...namespaces: string[]): FragmentSource => ({
  namespaces,
  offered: { kind: 'found', value },
})
const gone = (...namespaces: string[]): FragmentSource => ({
  namespaces,
  offered: { kind: 'missing', why: 'there is no such stack' },
})

function merge(sources: Record<string, FragmentSource>, locked: Record<string, unknown> = {}, graph = shop): Merged {
  return mergeFragments({ graph, sources, locked })
}

function flowsOf({ graph }: Merged): string[] {
  return flows(graph).map(printFlow)
}

const stated = [
  'orders/orders → external api.stripe.com:443 tls',
  'orders/orders → orders/ledger:5432 tcp',
  'orders/orders → shop/cart:7070 grpc shop.Cart/Get',
  'orders/orders → shop/cart:8080 GET /items/*',
  'shop/frontend → orders/orders:9000 POST /orders',
  'shop/frontend → shop/cart:7070 grpc shop.Cart/Get',
]

describe('merging fragments', () => {
  it('lets a call between two parts stand where the caller declares it and the callee accepts it, and one within a part by itself', () => {
    const merged = merge({ orders: found(orders, 'orders') })
    deepEqual(flowsOf(merged), stated)
    deepEqual(merged.problems, [])
    deepEqual(validate(merged.graph), [])
    equal(merged.fragments.orders?.state, 'current')
  })

  it('tells what waits, route by route, and whose consent is missing', () => {
    const { waiting } = merge({ orders: found(orders, 'orders') })
    deepEqual(
      waiting.map(({ caller, callee, port, routes, owner }) => [caller, callee, port, routes.join(' '), owner]),
      [
        ['orders/orders', 'cart', 'grpc', 'shop.Cart/Empty', ''],
        ['orders/orders', 'cart', 'http', 'GET /admin', ''],
        ['shop/frontend', 'orders', 'http', 'DELETE /orders', 'orders'],
      ],
    )
  })

  it('takes a call away when consent is', () => {
    const refusing: Fragment = { ...orders, accepts: {} }
    const merged = merge({ orders: found(refusing, 'orders') }, { orders })
    equal(
      flowsOf(merged).some(text => text.includes('→ orders/orders')),
      false,
    )
    equal(merged.waiting.find(({ callee }) => callee === 'orders')?.why, 'it does not accept this caller')
  })

  it('does not take a consent to one caller for a consent to another of the same name elsewhere', () => {
    const twin = defineFragment({
      services: { frontend2: { namespace: 'team', ports: { http: http(8080) } } },
      elsewhere: { orders: { ports: { http: http(9000) } } },
    }).calls({ frontend2: { orders: { http: ['POST /orders'] } } })
    const accepting: Fragment = { ...orders, accepts: { orders: { 'shop/frontend2': { http: ['POST /orders'] } } } }
    const merged = merge({ orders: found(accepting, 'orders'), team: found(twin, 'team') })
    equal(
      flowsOf(merged).some(text => text.startsWith('team/')),
      false,
    )
  })

  it('holds a caller to the token that the callee asks for', () => {
    const graph = defineGraph({
      services: { cart: { namespace: 'shop', ports: { http: http(8080) } } },
      jwt: { login: { issuer: 'https://login.example.com', jwksUri: 'https://login.example.com/keys' } },
      accepts: { cart: { 'orders/orders': { http: [{ route: 'GET /items', jwt: { issuer: 'login' } }] } } },
    }).calls({})
    const asking = (route: unknown) => ({ ...orders, accepts: {}, calls: { orders: { cart: { http: [route] } } } })
    const without = merge({ orders: found(asking('GET /items'), 'orders') }, {}, graph)
    deepEqual(flowsOf(without), [])
    const asked = asking({ route: 'GET /items', jwt: { issuer: 'login' } })
    equal(flowsOf(merge({ orders: found(asked, 'orders') }, {}, graph)).length, 1)
  })

  it('keeps what was last accepted of a fragment that cannot be read, and lets it gain nothing', () => {
    const merged = merge({ orders: gone('orders') }, { orders })
    deepEqual(flowsOf(merged), flowsOf(merge({ orders: found(orders, 'orders') })))
    equal(merged.fragments.orders?.state, 'kept')
    deepEqual(merged.problems.map(printProblem), [
      'fragment `orders`: it cannot be read: there is no such stack',
      'fragment `orders`: what was last accepted of it is kept, and it gains nothing',
    ])
    equal(
      merged.problems.every(({ severity }) => severity === 'delegated'),
      true,
    )
  })

  it('keeps what was last accepted of a fragment that is wrong, and says what is wrong', () => {
    const wrong = { ...orders, calls: { orders: { ledger: { db: ['GET /x'] } } } }
    const merged = merge({ orders: found(wrong, 'orders') }, { orders })
    equal(merged.fragments.orders?.state, 'kept')
    match(printProblem(merged.problems[0]!), /^fragment `orders` calls\.orders\.ledger\.db.*speaks tcp/)
    const misshapen = merge({ orders: found({ version: 2 }, 'orders') }, { orders })
    equal(misshapen.fragments.orders?.state, 'kept')
    match(printProblem(misshapen.problems[0]!), /fragment `orders` version/)
  })

  it('leaves out a fragment of which nothing was ever accepted, so that calls to it wait', () => {
    const merged = merge({ orders: gone('orders') })
    equal(merged.fragments.orders?.state, 'absent')
    deepEqual(flowsOf(merged), ['shop/frontend → shop/cart:7070 grpc shop.Cart/Get'])
    deepEqual(
      merged.waiting.map(({ callee, why }) => [callee, why]),
      [['orders', 'no part of the mesh declares it']],
    )
    deepEqual(validate(merged.graph), [])
  })

  it("refuses a fragment that has a service in another's namespace, whole", () => {
    const greedy = { ...orders, services: { ...orders.services, spy: { namespace: 'shop', ports: {} } } }
    const merged = merge({ orders: found(greedy, 'orders') })
    equal(merged.fragments.orders?.state, 'absent')
    match(printProblem(merged.problems[0]!), /services\.spy\.namespace: `shop` is not this fragment's namespace/)
  })

  it("lets nobody declare calls of another part's service, not even the graph", () => {
    const graph: Graph = { ...shop, calls: { ...shop.calls, orders: { cart: { http: ['GET /items/1'] } } } }
    const { problems } = merge({ orders: found(orders, 'orders') }, {}, graph)
    deepEqual(
      problems.map(({ severity, at, message }) => [severity, at, message]),
      [['error', 'calls.orders', '`orders` is of fragment `orders`, which alone declares whom it calls']],
    )
    const other = { version: 1, services: {}, calls: { orders: { cart: { http: ['GET /items/1'] } } } }
    const merged = merge({ orders: found(orders, 'orders'), spy: found(other, 'spy') })
    match(printProblem(merged.problems[0]!), /fragment `spy` calls\.orders: no service named `orders`/)
  })

  it('gives no namespace two owners', () => {
    const { problems } = merge({ orders: found(orders, 'orders'), team: gone('orders', 'shop') })
    const errors = problems.filter(({ severity }) => severity === 'error')
    deepEqual(
      errors.map(({ at, message }) => [at, message]),
      [['fragments.team.namespaces', '`orders` and `shop` are also of fragment `orders` and the graph']],
    )
  })

  it('leaves a name with whom the lock has it for, and of two new ones with the first', () => {
    const named = (namespace: string) => ({ version: 1, services: { api: { namespace, ports: { http: http(80) } } } })
    const sources = { a: found(named('a'), 'a'), b: found(named('b'), 'b') }
    deepEqual(merge(sources).graph.services.api?.namespace, 'a')
    const merged = merge(sources, { b: named('b') })
    deepEqual(merged.graph.services.api?.namespace, 'b')
    match(printProblem(merged.problems[0]!), /fragment `a` services\.api: the name `api` is taken by the fragment `b`/)
  })

  it('refuses a fragment with a gateway, or with a host that the graph declares', () => {
    const leaving = (external: object) => ({ version: 1, services: {}, external })
    const through = { away: { hosts: ['a.example.com'], ports: { https: tls(443) }, gateway: 'egress' } }
    const again = { mine: { hosts: ['api.stripe.com'], ports: { https: tls(443) } } }
    const [first, second] = [through, again].map(external => merge({ a: found(leaving(external), 'a') }).problems[0]!)
    match(printProblem(first!), /external\.away\.gateway: a fragment has no gateways/)
    match(printProblem(second!), /`api\.stripe\.com:443` is taken by the graph/)
  })

  it("does not make a fragment a wrong one when another team's ports change", () => {
    const changed = {
      ...orders,
      services: { ...orders.services, orders: { namespace: 'orders', ports: { web: http(1) } } },
    }
    const merged = merge({ orders: found({ ...changed, accepts: {} }, 'orders') })
    equal(merged.fragments.orders?.state, 'current')
    match(merged.waiting.find(({ callee }) => callee === 'orders')?.why ?? '', /has no port named `http`/)
  })

  it('still reports a callee that is misspelt in the graph itself', () => {
    const graph: Graph = { ...shop, calls: { frontend: { carts: { grpc: ['shop.Cart/Get'] } } } }
    const merged = merge({ orders: found(orders, 'orders') }, {}, graph)
    match(
      validate(merged.graph).map(printProblem).join('\n'),
      /no service or external named `carts`\n.*did you mean `cart`/,
    )
  })

  it('means the same in whatever order fragments are listed', () => {
    const b = {
      version: 1,
      services: { b: { namespace: 'b', ports: { http: http(80) } } },
      calls: { b: { orders: { http: ['POST /orders'] } } },
    }
    const accepting: Fragment = { ...orders, accepts: { ...orders.accepts, orders: { 'b/b': 'any' } } }
    const one = merge({ orders: found(accepting, 'orders'), b: found(b, 'b') })
    const other = merge({ b: found(b, 'b'), orders: found(accepting, 'orders') })
    equal(canonicalJson(intentOf(one.graph)), canonicalJson(intentOf(other.graph)))
    deepEqual(one.waiting, other.waiting)
  })

  it('lets a gateway of the graph send to a service of a fragment that accepts it', () => {
    const graph: Graph = {
      ...shop,
      ingress: {
        web: { gateway: 'istio-ingress', hosts: ['shop.example.com'], routes: { orders: { http: ['GET /**'] } } },
      },
    }
    equal(Object.keys(merge({ orders: found(orders, 'orders') }, {}, graph).graph.ingress).length, 0)
    const accepting: Fragment = { ...orders, accepts: { orders: { 'istio-ingress/istio-ingress': 'any' } } }
    const merged = merge({ orders: found(accepting, 'orders') }, {}, graph)
    equal(flowsOf(merged).includes('istio-ingress/istio-ingress → orders/orders:9000 GET /**'), true)
  })
})
