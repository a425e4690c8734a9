import assert from 'node:assert/strict'
import fc from 'fast-check'
import { flowBounds } from '../../core/analyze/reach'
import { compile } from '../../core/compile/compile'
import type { Graph } from '../../core/graph/graph'
import { graph } from '../support/arbitrary/graph'
import { withoutTokens } from '../support/tokens'
import { objectsOf, reachOf, target } from '../support/prove'

/** The graph with one call fewer: the `n`th, counted through. */
function withoutCall({ calls, ...rest }: Graph, n: number): Graph {
  const all = Object.entries(calls).flatMap(([from, callees]) => Object.keys(callees).map(to => [from, to] as const))
  const [from = '', to = ''] = all[n % Math.max(all.length, 1)] ?? []
  const { [to]: _, ...kept } = calls[from] ?? {}
  return { ...rest, calls: from === '' ? calls : { ...calls, [from]: kept } }
}

describe('law: adding a call never removes a flow', () => {
  it('what was certain and possible without it stays so', () => {
    fc.assert(
      fc.property(graph.map(withoutTokens), fc.nat(50), (g, n) => {
        const [less, more] = [withoutCall(g, n), g].map(each => flowBounds(reachOf(objectsOf(compile(each, target)))))
        assert.ok(less && more)
        assert.equal(less.must.minus(more.must).witness(), undefined)
        assert.equal(less.may.minus(more.may).witness(), undefined)
      }),
      { numRuns: 80 },
    )
  })
})
