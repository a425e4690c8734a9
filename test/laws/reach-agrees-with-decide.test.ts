import assert from 'node:assert/strict'
import fc from 'fast-check'
import { decide } from '../../core/analyze/decide'
import type { Layer } from '../../core/analyze/layer'
import { reach } from '../../core/analyze/reach'
import { read } from '../../core/analyze/read-istio'
import type { Request } from '../../core/analyze/request'
import { parseRequest } from '../../core/analyze/request'
import type { Json } from '../support/arbitrary/json'
import { addressed, request } from '../support/arbitrary/request'
import { gotInNormalised, inWords } from '../support/way'
import { decideByAddress } from '../support/waypoint-address'
import { ambientWorld } from '../support/arbitrary/ambient-world'
import { world } from '../support/arbitrary/world'
import { least, runs } from '../support/runs'

const layerOf = (objects: readonly Json[]): Layer => {
  const { layer, problems } = read(objects.map((object, i) => ({ object, at: `object ${i}` })))
  assert.deepEqual(problems, [])
  return layer
}

const requestOf = (json: Json): Request => {
  const { request: parsed, problems } = parseRequest(json, 'request')
  assert.ok(parsed, JSON.stringify(problems))
  return parsed
}

/** Asks both about every request of many worlds: neither is ever the more exact. */
function check(
  worlds: fc.Arbitrary<readonly Json[]>,
  requests: fc.Arbitrary<Json>,
  judge: typeof decide = decide,
): void {
  let decided = 0
  fc.assert(
    fc.property(worlds, fc.array(requests, { minLength: 12, maxLength: 24 }), (objects, drawn) => {
      const layer = layerOf(objects)
      const all = reach(layer)
      for (const asked of drawn.map(requestOf)) {
        const { verdict, because } = judge(layer, asked)
        const seen = inWords(gotInNormalised(all, layer, asked))
        if (verdict !== 'unknown') decided++
        assert.equal(seen, verdict, `${JSON.stringify(asked)} ${because.join('; ')}`)
      }
    }),
    { numRuns: runs(200) },
  )
  assert.ok(decided > least(1500), `only ${decided} verdicts were known`)
}

describe('law: reach agrees with decide', () => {
  it('request by request, in worlds where everything is known', () => {
    check(world, request)
  })

  it('hop by hop, in ambient worlds with waypoints', () => {
    // From which address a waypoint calls is not known; that it is one, and not two, only sets can tell.
    check(ambientWorld, addressed, decideByAddress)
  })
})
