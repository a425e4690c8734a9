import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compile } from '../../core/compile/compile'
import type { HybridTarget } from '../../core/compile/target'
import { crossings } from '../../core/graph/border'
import type { Graph } from '../../core/graph/graph'
import { meshesOf } from '../../core/compile/hybrid'
import { graph } from '../support/arbitrary/graph'
import { linkerdTarget } from '../support/linkerd'
import { prove, target } from '../support/prove'

const to: HybridTarget = {
  kind: 'hybrid',
  istio: target,
  linkerd: { ...linkerdTarget, nodeNetworks: ['10.0.0.0/16'] },
  namespaces: { shop: 'linkerd', monitoring: 'linkerd' },
}

const targets: Readonly<Record<string, HybridTarget>> = {
  'calls from anywhere across the border': to,
  'calls from the Pods alone across the border': { ...to, podNetworks: ['10.4.0.0/14'] },
  'ambient beside Linkerd': { ...to, istio: { ...target, kind: 'istio-ambient' } },
}

/** A graph of which some calls cross in plaintext. */
const crossed: fc.Arbitrary<Graph> = fc.tuple(graph, fc.infiniteStream(fc.boolean())).map(([g, coins]) => {
  const ways = crossings(g, meshesOf(to)).filter(() => coins.next().value as boolean)
  const border = ways.reduce<Record<string, Record<string, 'plaintext'>>>(
    (all, { caller, callee }) => ({ ...all, [caller]: { ...all[caller], [callee]: 'plaintext' } }),
    {},
  )
  return { ...g, border }
})

describe('law: two meshes let through what is meant', () => {
  for (const [name, on] of Object.entries(targets)) {
    it(`with ${name}, and nothing is cut that no problem names`, () => {
      let crossing = 0
      fc.assert(
        fc.property(crossed, g => {
          const { problems } = compile(g, on)
          fc.pre(!problems.some(({ severity }) => severity === 'error'))
          if (problems.some(({ code }) => code === 'crosses-in-plaintext')) crossing++
          const narrowed = problems.filter(({ severity }) => severity === 'narrowed').map(({ at }) => at)
          const isNamed = (place: string, port: string) =>
            narrowed.some(at => at === place || at.endsWith(`${place}:${port}`))
          const unexplained = prove(g, on).differences.filter(
            ({ kind, callee, service }) =>
              kind !== 'cut' || !isNamed(`${callee.namespace}/${service}`, String(callee.port)),
          )
          assert.deepEqual(unexplained, [])
        }),
        { numRuns: 80 },
      )
      assert.ok(crossing > 10, `only ${crossing} graphs had calls across the border`)
    })
  }
})
