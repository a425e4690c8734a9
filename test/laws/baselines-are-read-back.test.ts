import assert from 'node:assert/strict'
import fc from 'fast-check'
import { baselineForm, baselineOf, parseBaseline, storedAt } from '../../core/analyze/contain/baseline'
import { contain } from '../../core/analyze/contain/contain'
import type { Reach } from '../../core/analyze/reach'
import { reach } from '../../core/analyze/reach'
import { read } from '../../core/analyze/read-istio'
import { renderBaseline } from '../../core/report/contain'
import { parseDocuments } from '../../cli/documents'
import { ambientWorld } from '../support/arbitrary/ambient-world'
import { gatewayWorld } from '../support/arbitrary/gateway-world'
import type { Json } from '../support/arbitrary/json'
import { linkerdWorld } from '../support/arbitrary/linkerd-world'
import { world } from '../support/arbitrary/world'

const reachOf = (objects: readonly Json[]): Reach =>
  reach(read(objects.map((object, i) => ({ object, at: `object ${i}` }))).layer)

const written = (reached: Reach): string => {
  const { form, problems } = baselineForm(baselineOf(reached), reached)
  assert.deepEqual(problems, [])
  return renderBaseline(form)
}

describe('law: baselines are read back', () => {
  for (const [name, worlds, numRuns] of [
    ['sidecars', world, 4],
    ['ambient', ambientWorld, 3],
    ['gateways', gatewayWorld, 3],
    ['Linkerd', linkerdWorld, 4],
  ] as const) {
    it(`of ${name}: what was written is the same sets again, and nothing has grown beyond it`, () => {
      fc.assert(
        fc.property(worlds, objects => {
          const reached = reachOf(objects)
          const { documents, problems } = parseDocuments(written(reached), 'baseline.yaml')
          assert.deepEqual(problems, [])
          const { baseline, problems: defects } = parseBaseline(documents[0]?.value, 'baseline.yaml', new Map())
          assert.deepEqual(defects, [])
          assert.ok(baseline)
          for (const [callee, region] of baselineOf(reached).reach)
            assert.ok(storedAt(baseline, callee) === region, callee)
          const { grown, floor, shrunk } = contain(reached, baseline, { waivers: [], today: '2026-01-01' })
          assert.deepEqual({ grown, floor, shrunk }, { grown: [], floor: [], shrunk: [] })
        }),
        { numRuns },
      )
    })
  }

  it('and the order of the objects leaves no trace in it', () => {
    fc.assert(
      fc.property(fc.oneof(world, linkerdWorld), objects => {
        assert.equal(written(reachOf(objects)), written(reachOf([...objects].reverse())))
      }),
      { numRuns: 4 },
    )
  })
})
