import assert from 'node:assert/strict'
import fc from 'fast-check'
import { flowBounds, reach } from '../../core/analyze/reach'
import { read } from '../../core/analyze/read-istio'
import { compile } from '../../core/compile/compile'
import type { Graph } from '../../core/graph/graph'
import { intentOf } from '../../core/graph/intent'
import { graph } from '../support/arbitrary/graph'
import type { Json } from '../support/arbitrary/json'
import { world } from '../support/arbitrary/world'
import { target } from '../support/prove'

/** The same record, its keys the other way round, all the way down; lists of routes too. */
function reversed<T>(value: T): T {
  if (Array.isArray(value)) return [...value].reverse().map(reversed) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, entry]) => [key, reversed(entry as unknown)]),
  ) as T
}

describe('law: order does not matter', () => {
  it('a graph declared the other way round compiles to the same bytes', () => {
    fc.assert(
      fc.property(graph, g => {
        const other: Graph = reversed(g)
        assert.equal(JSON.stringify(compile(other, target)), JSON.stringify(compile(g, target)))
        assert.equal(JSON.stringify(intentOf(other)), JSON.stringify(intentOf(g)))
      }),
      { numRuns: 100 },
    )
  })

  it('objects read in another order let the same through', () => {
    fc.assert(
      fc.property(
        world.chain(objects =>
          fc.tuple(fc.constant(objects), fc.shuffledSubarray([...objects], { minLength: objects.length })),
        ),
        ([objects, shuffled]) => {
          const [a, b] = [objects, shuffled].map((list: readonly Json[]) =>
            flowBounds(reach(read(list.map(object => ({ object, at: '' }))).layer)),
          )
          assert.ok(a?.must.equals(b?.must ?? a.may) && a.may.equals(b?.may ?? a.must))
        },
      ),
      { numRuns: 40 },
    )
  })
})
