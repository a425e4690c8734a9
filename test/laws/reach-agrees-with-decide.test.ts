import assert from 'node:assert/strict'
import fc from 'fast-check'
import { decide } from '../../core/analyze/decide'
import { normalise } from '../../core/analyze/istio/match-path'
import type { Layer } from '../../core/analyze/layer'
import type { Reach } from '../../core/analyze/reach'
import { reach } from '../../core/analyze/reach'
import { read } from '../../core/analyze/read-istio'
import type { Request } from '../../core/analyze/request'
import { parseRequest } from '../../core/analyze/request'
import { pointOf } from '../../core/analyze/regions/point'
import type { Json } from '../support/arbitrary/world'
import { request } from '../support/arbitrary/request'
import { world } from '../support/arbitrary/world'

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

/** Whether the request certainly, and whether it possibly, gets through, as `reach` has it. */
function reached({ ports, questions }: Reach, layer: Layer, asked: Request): { must: boolean; may: boolean } {
  const { namespace, workload, port } = asked.to
  const mine = ports.filter(p => p.workload.namespace === namespace && p.workload.names.includes(workload))
  const at = mine.find(p => p.port === port) ?? mine.find(p => p.port === 'other')
  assert.ok(at)
  const path = asked.http ? normalise(asked.http.path, layer.mesh.pathNormalization ?? 'BASE') : ''
  if (path === undefined) return { must: false, may: false }
  const point = pointOf({ request: asked, path: path.split('?')[0] ?? '', questions })
  return { must: at.served.must.contains(point), may: at.served.may.contains(point) }
}

describe('law: reach agrees with decide', () => {
  it('request by request, in worlds where everything is known', () => {
    let decided = 0
    fc.assert(
      fc.property(world, fc.array(request, { minLength: 12, maxLength: 24 }), (objects, requests) => {
        const layer = layerOf(objects)
        const all = reach(layer)
        for (const asked of requests.map(requestOf)) {
          const { verdict, because } = decide(layer, asked)
          const { must, may } = reached(all, layer, asked)
          const seen = must ? 'allow' : may ? 'unknown' : 'deny'
          if (verdict !== 'unknown') decided++
          assert.equal(seen, verdict, `${JSON.stringify(asked)} ${because.join('; ')}`)
        }
      }),
      { numRuns: 200 },
    )
    assert.ok(decided > 1500, `only ${decided} verdicts were known`)
  })
})
