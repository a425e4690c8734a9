import { inNamespace, layerOf, namespace, pod, type Json } from '../objects'
import type { Layer } from '../../../../../core/analyze/layer'
import { decide, type Verdict } from '../../../../../core/analyze/decide'
import { parseRequest } from '../../../../../core/analyze/request'

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
