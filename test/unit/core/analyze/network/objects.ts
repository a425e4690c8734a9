import assert from 'node:assert/strict'
import { ask, inNamespace, layerOf, namespace, pod, readAll, type Json } from '../objects'
import type { Layer } from '../../../../../core/analyze/layer'
import { decide, type Verdict } from '../../../../../core/analyze/decide'
import { sourcesOf } from '../../../../../core/analyze/network/sources'
import { reach } from '../../../../../core/analyze/reach'
import { pointOf } from '../../../../../core/analyze/regions/point'
import { parseRequest } from '../../../../../core/analyze/request'
import { inWords, portAsked, wayTaken } from '../../../../support/way'

/** A NetworkPolicy `namespace/name`. */
export function policy(id: string, spec: Json = {}): Json {
  return inNamespace('NetworkPolicy', id, spec)
}

/** Two namespaces without any mesh, and a few Pods. */
export const cluster: readonly Json[] = [
  namespace('shop', { team: 'red' }),
  namespace('web', { team: 'blue' }),
  pod('shop/cart'),
  pod('shop/db'),
  pod('web/frontend'),
]

export const only = (app: string): Json => ({ podSelector: { matchLabels: { app } } })

/** From a workload, or from an address, to `shop/cart:8080` unless told otherwise. */
export function verdictOf(
  objects: readonly Json[],
  from: string | { readonly ip: string },
  to: { readonly id?: string; readonly port?: number } = {},
): Verdict {
  return judged(layerOf(objects), from, to)
}

export function judged(
  layer: Layer,
  from: string | { readonly ip: string },
  { id = 'shop/cart', port = 8080 }: { readonly id?: string; readonly port?: number } = {},
): Verdict {
  const [place, workload] = typeof from === 'string' ? from.split('/') : []
  const source = typeof from === 'string' ? { namespace: place, workload } : from
  const [space, name] = id.split('/')
  const line = { id: 'r', from: { plaintext: true, ...source }, to: { namespace: space, workload: name, port } }
  const { request, problems } = parseRequest(line, 'request')
  if (!request) throw new Error(problems.map(({ message }) => message).join('\n'))
  return decide(layer, request)
}

/** What is asked of the network. */
export interface Call {
  /** From a workload `namespace/name` without identity, from an address, or as it is said in a request. */
  readonly from: string | Json
  readonly to?: Json
}

/** The request of bytes to `shop/cart:8080` that a call stands for, unless it says otherwise. */
function requestOf({ from, to = {} }: Call) {
  const [space, workload] = typeof from === 'string' ? from.split('/') : []
  const source = typeof from === 'string' ? { plaintext: true, namespace: space, workload } : from
  const line = ask({ from: source, to: { namespace: 'shop', workload: 'cart', port: 8080, ...to }, http: undefined })
  return parseRequest(line, 'request').request ?? assert.fail('no request')
}

/** What the sets of a layer have of a call, from wherever it may come; a single decision must not say otherwise. */
export function networkVerdict(objects: readonly Json[], call: Call): Verdict['verdict'] {
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
