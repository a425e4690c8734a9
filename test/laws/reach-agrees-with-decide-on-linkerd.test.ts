import assert from 'node:assert/strict'
import fc from 'fast-check'
import { decide } from '../../core/analyze/decide'
import type { Layer } from '../../core/analyze/layer'
import { reach } from '../../core/analyze/reach'
import { read } from '../../core/analyze/read-istio'
import { parseRequest } from '../../core/analyze/request'
import type { Json } from '../support/arbitrary/json'
import { linkerdRequest } from '../support/arbitrary/linkerd-routes'
import { linkerdWorld } from '../support/arbitrary/linkerd-world'
import { reachedBehindLinkerd } from '../support/way'
import { least, runs } from '../support/runs'

function layerOf(objects: readonly Json[]): Layer {
  const { layer, problems } = read(objects.map((object, i) => ({ object, at: `object ${i}` })))
  assert.deepEqual(
    problems.filter(({ severity }) => severity === 'error'),
    [],
  )
  return layer
}

describe("law: reach agrees with decide behind Linkerd's proxies", () => {
  it('request by request, and is never less certain', () => {
    const seen = { allow: 0, deny: 0, unknown: 0 }
    fc.assert(
      fc.property(linkerdWorld, fc.array(linkerdRequest, { minLength: 16, maxLength: 32 }), (objects, drawn) => {
        const layer = layerOf(objects)
        const all = reach(layer)
        for (const json of drawn) {
          const { request } = parseRequest(json, 'request')
          assert.ok(request)
          const { verdict, because } = decide(layer, request)
          const { must, may } = reachedBehindLinkerd(all, layer, request)
          const text = `${JSON.stringify(request)} ${because.join('; ')}`
          seen[verdict]++
          assert.ok(may || !must, text)
          // One request at a time says `unknown` in some cases that sets can tell.
          if (verdict !== 'unknown') assert.deepEqual({ must, may }, both(verdict === 'allow'), text)
        }
      }),
      { numRuns: runs(150) },
    )
    assert.ok(seen.allow > least(200) && seen.deny > least(400), JSON.stringify(seen))
  })
})

const both = (answer: boolean): { readonly must: boolean; readonly may: boolean } => ({ must: answer, may: answer })
