import assert from 'node:assert/strict'
import fc from 'fast-check'
import { z } from 'zod'
import bookinfo from '../../../../examples/bookinfo/graph'
import boutique from '../../../../examples/online-boutique/graph'
import { graphJsonSchema, parseGraph } from '../../../../core/graph/schema'
import type { Loose } from './shop'
import { shop } from './shop'

describe('parseGraph', () => {
  it('reads a graph and fills in the sections that are left out', () => {
    const services = { a: { namespace: 'x', ports: {} } }
    const { graph, problems } = parseGraph({ $schema: './graph.schema.json', services }, 'graph.yaml')
    assert.deepEqual(problems, [])
    assert.deepEqual(graph, { services, external: {}, ingress: {}, outside: {}, calls: {} })
  })

  it('gives frozen data and leaves what it read as it was', () => {
    const value = shop()
    const { graph } = parseGraph(value, 'graph.yaml')
    assert.ok(Object.isFrozen(graph?.services.cart?.ports))
    assert.ok(!Object.isFrozen(value.services))
    assert.deepEqual(value, shop())
  })

  it('says what was read, then the place in it', () => {
    const value = shop()
    value.services.cart.ports.grpc.port = '7070'
    const { graph, problems } = parseGraph(value, 'graph.yaml')
    assert.equal(graph, undefined)
    assert.deepEqual(problems, [
      {
        code: 'wrong-type',
        severity: 'error',
        at: 'graph.yaml services.cart.ports.grpc.port',
        message: 'expected a number, got the text `7070`',
        hint: 'write `7070` without quotes',
      },
    ])
  })

  it('refuses what is no graph at all with a single problem', () => {
    for (const value of [undefined, null, 7, 'x', [], () => 1]) {
      const { graph, problems } = parseGraph(value, 'graph.yaml')
      assert.equal(graph, undefined)
      assert.deepEqual(
        problems.map(({ code, at }) => `${code} ${at}`),
        ['wrong-type graph.yaml'],
      )
    }
  })

  it('leaves what a graph means to validate', () => {
    const value = shop()
    value.calls.cart.nobody = { x: 'tcp' }
    assert.deepEqual(parseGraph(value, 'graph.yaml').problems, [])
  })

  it('never throws, whatever stands in place of any part of a graph', () => {
    const paths = places(shop())
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.anything(), (path, value) => {
        const graph = shop()
        put(graph, path, value)
        const { graph: parsed, problems } = parseGraph(graph, '')
        assert.equal(parsed === undefined, problems.length > 0)
      }),
      { numRuns: 300 },
    )
  })

  it('reads class instances and cyclic data without hanging', () => {
    class Odd {
      namespace = 7
      ports = {}
    }
    const cyclic: Record<string, unknown> = { namespace: 'x', ports: {} }
    cyclic.probes = cyclic
    const { problems } = parseGraph({ services: { odd: new Odd(), cyclic } }, '')
    assert.ok(problems.some(({ at }) => at.startsWith('services.odd')))
    assert.ok(problems.some(({ at }) => at.startsWith('services.cyclic.probes')))
  })
})

describe('the published JSON Schema', () => {
  const schema = graphJsonSchema()
  // Read back by zod, so that the document itself is what is tested.
  const published = z.fromJSONSchema(JSON.parse(JSON.stringify(schema)) as Parameters<typeof z.fromJSONSchema>[0])

  it('names itself', () => {
    assert.equal(schema.$id, 'urn:zero-trust-mesh:graph:1')
    assert.equal(schema.title, 'Service graph')
  })

  it('accepts the examples', () => {
    for (const graph of [boutique, bookinfo, shop()]) {
      assert.deepEqual(published.safeParse({ $schema: './graph.schema.json', ...graph }).error?.issues ?? [], [])
    }
  })

  it('refuses unknown keys, names that cannot be, ports out of range and routes that are none', () => {
    const spoils: readonly ((graph: ReturnType<typeof shop>) => unknown)[] = [
      g => (g.frobnicate = 1),
      g => (g.services.cart.namspace = 'x'),
      g => (g.services.Cart = { namespace: 'x', ports: {} }),
      g => (g.services.cart.namespace = 'X'),
      g => (g.services.cart.ports.grpc.port = 70_000),
      g => (g.services.cart.ports.grpc.protocol = 'udp'),
      g => (g.services.cart.probes.readiness = 'ping'),
      g => (g.calls.cart.redis.redis = 'udp'),
      g => (g.calls.frontend.cart.grpc = []),
      g => delete g.services,
    ]
    for (const spoil of spoils) {
      const graph = shop()
      spoil(graph)
      assert.equal(published.safeParse(graph).success, false, spoil.toString())
    }
  })

  it('allows no keys that are not named, and describes each that is', () => {
    const undescribed: string[] = []
    const walk = (node: unknown, at: string): void => {
      if (typeof node !== 'object' || node === null) return
      const { properties, additionalProperties, ...rest } = node as Record<string, unknown>
      if (properties !== undefined) {
        assert.equal(additionalProperties, false, at)
        for (const [key, value] of Object.entries(properties as Record<string, Record<string, unknown>>)) {
          if (value.description === undefined && value.$ref === undefined) undescribed.push(`${at}.${key}`)
        }
      }
      for (const [key, value] of Object.entries({ properties, additionalProperties, ...rest }))
        walk(value, `${at}.${key}`)
    }
    walk(schema, '')
    assert.deepEqual(undescribed, [])
  })
})

/** Every place in a value, as a path. */
function places(value: unknown, above: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [above]
  const below = Object.entries(value).flatMap(([key, inner]) => places(inner, [...above, key]))
  return above.length === 0 ? below : [above, ...below]
}

function put(root: Loose, path: readonly string[], value: unknown): void {
  const parent: Loose = path.slice(0, -1).reduce((at: Loose, key) => at[key], root)
  parent[path.at(-1) ?? ''] = value
}
