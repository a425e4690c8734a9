import assert from 'node:assert/strict'
import { limits, runs } from '../../../../core/compile/limits'
import type { Graph, Service } from '../../../../core/graph/graph'
import type { Rule, Spec } from '../../../support/compiled'
import { ambient, compiled, names, service, specOf } from '../../../support/compiled'

const range = (count: number) => Array.from({ length: count }, (_, index) => index)
const callers = (count: number): Record<string, Service> =>
  Object.fromEntries(range(count).map(i => [`caller-${i}`, service('http', 8080)]))

/** What the policies of `cart` say together: `principal port method path`, one line each. */
function admitted(graph: Partial<Graph>): {
  readonly lines: string[]
  readonly specs: Spec[]
  readonly names: string[]
} {
  const result = compiled(graph)
  const policies = names(result, 'AuthorizationPolicy shop/callers-of-cart')
  const specs = policies.map(name => specOf(result, name))
  return { lines: specs.flatMap(({ rules }) => rules.flatMap(linesOf)), specs, names: policies }
}

function linesOf({ from = [], to }: Rule): string[] {
  const callers = from.flatMap(({ source }) => source.principals ?? [])
  const requests = to.flatMap(({ operation: { ports = [], methods = ['-'], paths = ['-'] } }) =>
    ports.flatMap(port => methods.flatMap(method => paths.map(path => `${port} ${method} ${path}`))),
  )
  return callers.flatMap(caller => requests.map(request => `${caller} ${request}`))
}

describe('runs', () => {
  it('cuts where either limit is reached, and loses nothing', () => {
    assert.deepEqual(
      runs([1, 22, 333], 6, n => String(n).length + 1),
      [[1, 22], [333]],
    )
    const many = runs(range(1200), 1e9, () => 1)
    assert.deepEqual(
      many.map(run => run.length),
      [512, 512, 176],
    )
    assert.deepEqual(many.flat(), range(1200))
  })

  it('lets an item stand alone that is too large', () => {
    assert.deepEqual(
      runs(['x'.repeat(50), 'y'], 10, text => text.length),
      [['x'.repeat(50)], ['y']],
    )
    assert.deepEqual(
      runs([], 10, () => 1),
      [],
    )
  })
})

describe('a callee beyond the limits of one object', () => {
  it('has several policies for more than 512 rules, which together admit the same', () => {
    const calls = Object.fromEntries(range(600).map(i => [`caller-${i}`, { cart: { http: [`GET /only/${i}`] } }]))
    const { lines, specs, names } = admitted({ services: { ...callers(600), cart: service('http', 8080) }, calls })
    assert.deepEqual(names, ['AuthorizationPolicy shop/callers-of-cart', 'AuthorizationPolicy shop/callers-of-cart.2'])
    assert.deepEqual(
      specs.map(({ rules }) => rules.length),
      [512, 88],
    )
    const expected = range(600).map(i => `td.example/ns/shop/sa/caller-${i} 8080 GET /only/${i}`)
    assert.deepEqual(lines.sort(), expected.sort())
  })

  it('has one rule for any number of callers that may do the same, each source within the limit', () => {
    const calls = Object.fromEntries(range(1100).map(i => [`caller-${i}`, { cart: { tcp: 'tcp' as const } }]))
    const { lines, specs } = admitted({ services: { ...callers(1100), cart: service('tcp', 6379) }, calls })
    assert.equal(specs.length, 1)
    assert.equal(specs[0]?.rules.length, 1)
    assert.equal(specs[0].rules[0]?.from?.length, 3)
    const expected = range(1100).map(i => `td.example/ns/shop/sa/caller-${i} 6379 - -`)
    assert.deepEqual(lines.sort(), expected.sort())
  })

  it('has objects that an API server stores, however many routes there are', () => {
    const long = 'x'.repeat(200)
    const routes = range(3000).map(i => `GET /${i}/${long}`)
    const services = { ...callers(2), cart: service('http', 8080) }
    const calls = { 'caller-0': { cart: { http: routes } }, 'caller-1': { cart: { http: routes.slice(1) } } }
    const { lines, specs, names } = admitted({ services, calls })
    assert.ok(names.length > 3, names.join())
    for (const spec of specs) assert.ok(JSON.stringify(spec).length < limits.bytes + 1000)
    const expected = [
      ...routes.map(route => `td.example/ns/shop/sa/caller-0 8080 ${route}`),
      ...routes.slice(1).map(route => `td.example/ns/shop/sa/caller-1 8080 ${route}`),
    ]
    assert.deepEqual(lines.sort(), expected.sort())
  })

  it('is split at its waypoint as well, before which the Pods need one rule', () => {
    const calls = Object.fromEntries(range(600).map(i => [`caller-${i}`, { cart: { http: [`GET /only/${i}`] } }]))
    const result = ambient({ services: { ...callers(600), cart: service('http', 8080) }, calls })
    const parts = ['AuthorizationPolicy shop/routes-to-cart', 'AuthorizationPolicy shop/routes-to-cart.2']
    assert.deepEqual(names(result, 'AuthorizationPolicy shop/routes'), parts)
    assert.deepEqual(
      parts.map(name => specOf(result, name).rules.length),
      [512, 88],
    )
    assert.equal(specOf(result, 'AuthorizationPolicy shop/callers-of-cart').rules.length, 1)
  })

  it('is split where anybody may ask at a gateway, by every host for every path', () => {
    const hosts = range(3).map(i => `h${i}.example.com`)
    const paths = range(3000).map(i => `GET /${'long-'.repeat(60)}${i}`)
    const result = compiled({
      services: { cart: service('http', 8080) },
      ingress: { shop: { gateway: 'edge/door', hosts, routes: { cart: { http: paths } } } },
    })
    const policies = names(result, 'AuthorizationPolicy edge/entries-of-door').map(name => specOf(result, name))
    assert.ok(policies.length > 1)
    const admitted = new Set<string>()
    for (const spec of policies) {
      assert.ok(JSON.stringify(spec).length < 1_000_000)
      for (const { from, to } of spec.rules) {
        assert.equal(from, undefined)
        for (const { operation } of to)
          for (const host of operation.hosts ?? [])
            for (const path of operation.paths ?? []) admitted.add(`${host} ${path}`)
      }
    }
    const both = hosts.flatMap(host => [host, `${host}:*`])
    assert.equal(admitted.size, both.length * paths.length)
  })

  it('keeps the names of its parts apart from those of a service that ends in a number', () => {
    const numbered = range(600).map(i => [`caller-${i}`, { cart: { http: [`GET /only/${i}`] } }] as const)
    const calls = { ...Object.fromEntries(numbered), 'caller-0': { 'cart-2': { http: ['GET /'] } } }
    const services = { ...callers(600), cart: service('http', 8080), 'cart-2': service('http', 8080) }
    const result = compiled({ services, calls })
    assert.deepEqual(names(result, 'AuthorizationPolicy shop/callers-of-'), [
      'AuthorizationPolicy shop/callers-of-cart',
      'AuthorizationPolicy shop/callers-of-cart-2',
      'AuthorizationPolicy shop/callers-of-cart.2',
    ])
    assert.deepEqual(result.problems, [])
  })
})
