import assert from 'node:assert/strict'
import { decide } from '../../../../../core/analyze/decide'
import { routeOf } from '../../../../../core/analyze/gateway/route'
import { normalise } from '../../../../../core/analyze/istio/match-path'
import type { Layer } from '../../../../../core/analyze/layer'
import { reach } from '../../../../../core/analyze/reach'
import { pointOf } from '../../../../../core/analyze/regions/point'
import type { Request } from '../../../../../core/analyze/request'
import { readAll, type Json } from '../objects'
import { edge, knock, virtualService, type Knock } from './gateway-objects'

/**
 * What becomes of a request at a gateway: `allow`, `unknown` or `deny`, and where it goes from there: `allow cart.shop:80`. What sets have of it must not say otherwise, but for
 * what hangs on the server name of its handshake.
 */
export function passes(layer: Layer, asked: Knock = {}): string {
  const request = knock(asked)
  const { verdict } = decide(layer, request)
  const onward = routeOf(layer, request)
  const ways = onward.kind === 'to' ? onward.destinations.map(nameOf) : []
  const sets = bySets(layer, request)
  if (sets && asked.sni === undefined) {
    assert.equal(sets.entered, verdict, 'what sets let in does not agree with decide')
    if (verdict === 'allow' && onward.kind !== 'unknown') {
      assert.deepEqual(sets.may, [...new Set(ways)].sort(), 'where sets send it does not agree with decide')
      assert.ok(!sets.astray, 'sets do not know where it goes')
    }
    for (const way of sets.must) assert.ok(ways.includes(way), `sets are certain of ${way}`)
  }
  return verdict === 'deny' ? verdict : `${verdict} ${onward.kind === 'to' ? ways.join(' ') : onward.kind}`
}

function nameOf({ host, port }: { readonly host: string; readonly port?: number }): string {
  return `${host.replace('.svc.cluster.local', '')}:${port ?? ''}`
}

interface BySets {
  readonly entered: string
  readonly may: readonly string[]
  readonly must: readonly string[]
  readonly astray: boolean
}

function bySets(layer: Layer, request: Request): BySets | undefined {
  const { gateways, questions } = reach(layer)
  const mine = gateways.filter(({ workload }) => workload.names.includes(request.to.workload))
  const found = mine.find(({ port }) => port === request.to.port) ?? mine.find(({ port }) => port === 'other')
  const path = request.http ? normalise(request.http.path, layer.mesh.pathNormalization ?? 'BASE') : ''
  if (!found || path === undefined) return undefined
  const point = pointOf({ request, path: path.split('?')[0] ?? '', questions })
  const { entered, routed, astray } = found
  const of = (bound: 'must' | 'may'): readonly string[] => [
    ...new Set(routed.filter(({ bounds }) => bounds[bound].contains(point)).map(nameOf)),
  ]
  return {
    entered: entered.must.contains(point) ? 'allow' : entered.may.contains(point) ? 'unknown' : 'deny',
    may: [...of('may')].sort(),
    must: of('must'),
    astray: astray.contains(point),
  }
}

/** The host that a knock is for unless told otherwise. */
export const host = 'shop.example.com'

export const destination = (name: string, more: Json = {}): Json => ({
  destination: { host: name, port: { number: 80 } },
  ...more,
})

export const toCart: Json = { route: [destination('cart')] }

/** A VirtualService of `shop` at the chart's gateway. */
export function routes(rules: readonly Json[], spec: Json = {}, id = 'shop/shop', metadata: Json = {}): Json {
  return virtualService(id, { hosts: [host], gateways: ['edge/door'], http: rules, ...spec }, metadata)
}

/** Objects beside the chart's gateway, what it is asked, and what becomes of that. */
export type Row = readonly [title: string, objects: readonly Json[], asked: Knock, passes: string]

export function check(rows: readonly Row[]): void {
  for (const [title, objects, asked, expected] of rows)
    it(`${title}: ${expected}`, () => {
      assert.equal(passes(readAll([...edge, ...objects]).layer, asked), expected)
    })
}
