import assert from 'node:assert/strict'
import { decide, type Verdict } from '../../../../../core/analyze/decide'
import { sourcesOf } from '../../../../../core/analyze/network/sources'
import { reach } from '../../../../../core/analyze/reach'
import { pointOf } from '../../../../../core/analyze/regions/point'
import { parseRequest } from '../../../../../core/analyze/request'
import { inWords, portAsked, wayTaken } from '../../../../support/way'
import { ask, readAll, type Json } from '../objects'

/** One connection to `shop/cart:8080`, unless told otherwise. */
export interface Call {
  /** From a workload `namespace/name` without identity, from an address, or as it is said in a request. */
  readonly from: string | Json
  readonly to?: Json
}

function requestOf({ from, to = {} }: Call) {
  const [space, workload] = typeof from === 'string' ? from.split('/') : []
  const source = typeof from === 'string' ? { plaintext: true, namespace: space, workload } : from
  const line = ask({ from: source, to: { namespace: 'shop', workload: 'cart', port: 8080, ...to }, http: undefined })
  return parseRequest(line, 'request').request ?? assert.fail('no request')
}

/** What the sets of a layer have of a call, from wherever it may come; a single decision must not say otherwise. */
export function verdict(objects: readonly Json[], call: Call): Verdict['verdict'] {
  const { layer } = readAll(objects)
  const [request, all] = [requestOf(call), reach(layer)]
  const { must, may } = wayTaken(portAsked(all, request), layer, request)
  const points = sourcesOf(layer, request).map(end =>
    pointOf({ request, path: '', questions: all.questions, ...(end.kind === 'pod' && { pod: end.pod.key }) }),
  )
  const found = inWords({
    must: points.every(point => must.contains(point)),
    may: points.some(point => may.contains(point)),
  })
  assert.equal(found, decide(layer, request).verdict, 'reach does not agree with decide')
  return found
}
