import assert from 'node:assert/strict'
import type { DecideOptions, Verdict } from '../../../../core/analyze/decide'
import type { Layer } from '../../../../core/analyze/layer'
import { reach } from '../../../../core/analyze/reach'
import { parseRequest } from '../../../../core/analyze/request'
import { gotIn, inWords } from '../../../support/way'
import { ask, inNamespace, judge, layerOf, mesh, namespace, pod, readAll, service, type Json } from './objects'

export const ambient: Json = { 'istio.io/dataplane-mode': 'ambient' }

/** Namespaces `shop` and `web` in ambient mode, Pod and Service `shop/cart`, the caller `web/frontend`, and a mesh of which everything is known. */
export const ambientShop: readonly Json[] = [
  mesh(),
  namespace('shop', ambient),
  namespace('web', ambient),
  pod('shop/cart'),
  service('shop/cart'),
  pod('web/frontend'),
]

/** The verdict on `ambientShop` and more objects, of which a later one replaces an earlier one of its name; `reach` must say the same. */
export function ambientVerdict(
  objects: readonly unknown[],
  changes: Json = {},
  options: DecideOptions = {},
): Verdict['verdict'] {
  const { verdict } = ambientJudge(objects, changes, options)
  if (options.assume === undefined) assert.equal(reached(objects, changes), verdict, 'reach does not agree with decide')
  return verdict
}

/** What `reach` has of the way that a request takes: that it certainly gets in, possibly, or not. */
function reached(objects: readonly unknown[], changes: Json): Verdict['verdict'] {
  const layer = withShop(objects)
  const { request } = parseRequest(ask(changes), 'request')
  assert.ok(request)
  return inWords(gotIn(reach(layer), layer, { request, path: request.http?.path ?? '' }))
}

export function ambientJudge(objects: readonly unknown[], changes: Json = {}, options: DecideOptions = {}): Verdict {
  return judge(withShop(objects), ask(changes), options)
}

function withShop(objects: readonly unknown[]): Layer {
  return readAll(objects, { base: ambientShop.map((object, i) => ({ object, at: `base ${i}` })) }).layer
}

/** The workload `shop/cart` among `objects` alone, and what holds them. */
export function cartOf(objects: readonly Json[]) {
  const layer = layerOf(objects)
  const workload = layer.workloads.find(({ name }) => name === 'cart')
  if (!workload) throw new Error('no workload is called cart')
  return { layer, workload }
}

/** A waypoint for the Services of its namespace, unless told otherwise. */
export function waypoint(id: string, labels: Json = {}, listener: Json = {}): Json {
  const listeners = [{ name: 'mesh', port: 15008, protocol: 'HBONE', ...listener }]
  return inNamespace('Gateway', id, { gatewayClassName: 'istio-waypoint', listeners }, { labels })
}

/** A policy for whatever the target names: `Service cart`, `Gateway waypoint`. */
export function targeted(
  id: string,
  target: string,
  spec: Json = {},
  kind: 'AuthorizationPolicy' | 'RequestAuthentication' = 'AuthorizationPolicy',
): Json {
  const [what = '', name] = target.split(' ')
  const group = what === 'Service' ? '' : 'gateway.networking.k8s.io'
  return inNamespace(kind, id, { targetRefs: [{ kind: what, group, name }], ...spec })
}

export const to = (changes: Json): Json => ({ to: { namespace: 'shop', workload: 'cart', port: 8080, ...changes } })

/** Addressed to the Service. */
export const viaCart: Json = to({ viaService: 'cart', servicePort: 80 })

export const from = (id: string, changes: Json = {}): Json => {
  const [space, serviceAccount] = id.split('/')
  return { from: { trustDomain: 'cluster.local', namespace: space, serviceAccount, ...changes } }
}
