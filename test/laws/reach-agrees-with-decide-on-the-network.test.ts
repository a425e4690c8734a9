import assert from 'node:assert/strict'
import fc from 'fast-check'
import { decide } from '../../core/analyze/decide'
import type { Layer } from '../../core/analyze/layer'
import { sourcesOf } from '../../core/analyze/network/sources'
import { reach, type Reach } from '../../core/analyze/reach'
import { read } from '../../core/analyze/read-istio'
import { pointOf } from '../../core/analyze/regions/point'
import { parseRequest, type Request } from '../../core/analyze/request'
import type { Json } from '../support/arbitrary/json'
import { networkRequest, networkWorld } from '../support/arbitrary/network-world'
import { portAsked, wayTaken } from '../support/way'
import { least, runs } from '../support/runs'

function layerOf(objects: readonly Json[]): Layer {
  const { layer, problems } = read(objects.map((object, i) => ({ object, at: `object ${i}` })))
  assert.deepEqual(problems, [])
  return layer
}

/** Whether a request certainly, and whether it possibly, gets through, from wherever it may come. */
function reached(all: Reach, layer: Layer, request: Request): { readonly must: boolean; readonly may: boolean } {
  const served = wayTaken(portAsked(all, request), layer, request)
  const points = sourcesOf(layer, request).map(end =>
    pointOf({ request, path: '', questions: all.questions, ...(end.kind === 'pod' && { pod: end.pod.key }) }),
  )
  return {
    must: points.every(point => served.must.contains(point)),
    may: points.some(point => served.may.contains(point)),
  }
}

describe('law: reach agrees with decide on the network', () => {
  it('request by request, hop by hop, on every plane', () => {
    const seen = { allow: 0, deny: 0, unknown: 0 }
    fc.assert(
      fc.property(networkWorld, fc.array(networkRequest, { minLength: 12, maxLength: 24 }), (objects, drawn) => {
        const layer = layerOf(objects)
        const all = reach(layer)
        assert.deepEqual(all.problems, [])
        for (const json of drawn) {
          const { request } = parseRequest(json, 'request')
          assert.ok(request)
          const { verdict, because } = decide(layer, request)
          const { must, may } = reached(all, layer, request)
          const found = must ? 'allow' : may ? 'unknown' : 'deny'
          const text = `${JSON.stringify(request)} ${because.join('; ')}`
          seen[verdict]++
          // Where the address may matter and is not told, it has none in a region, and any for `decide`.
          const isTold = request.from.ip !== undefined || verdict !== 'unknown'
          if (isTold) assert.equal(found, verdict, text)
        }
      }),
      { numRuns: runs(60) },
    )
    assert.ok(seen.allow > least(80) && seen.deny > least(80), JSON.stringify(seen))
  })
})
