import assert from 'node:assert/strict'
import type { GatewayReach } from '../../../../../core/analyze/gateway/gateway-reach'
import { reach } from '../../../../../core/analyze/reach'
import { Language } from '../../../../../core/model/language'
import { Region, absent } from '../../../../../core/model/region'
import { authorization, inNamespace, pod, service, type Json } from '../objects'
import { door, edgeLayer, enters, onHttp, to, virtualService } from './gateway-objects'

const [shop, pay] = ['shop.example.com', 'pay.example.com']
const cart: readonly Json[] = [pod('shop/cart'), service('shop/cart')]
const chart = [door('edge/door', [onHttp('*')]), ...cart]
const routed = (name: string, host: string, rule: Json): Json =>
  virtualService(`shop/${name}`, { hosts: [host], gateways: ['edge/door'], http: [rule] })
const hosted = (...hosts: readonly string[]): Region => Region.where('host', Language.literals(hosts))

function gatewayOf(...objects: readonly Json[]): GatewayReach {
  return reach(edgeLayer(...objects)).gateways.find(({ port }) => port === 8080) ?? assert.fail('no gateway')
}

/** Whether a request is in each of two bounds. */
function has(region: Region, changes: Readonly<Record<string, string>> = {}): boolean {
  const values: Readonly<Record<string, string>> = {
    protocol: 'http',
    method: 'GET',
    path: '/',
    host: shop,
    ...changes,
  }
  return region.contains(variable => values[variable] ?? '')
}

describe('what passes a gateway, as sets', () => {
  const portRule = (number?: number): Json => ({
    route: [{ destination: { host: 'cart', ...(number !== undefined && { port: { number } }) } }],
  })
  const callees = (...objects: readonly Json[]) =>
    gatewayOf(...objects).routed.flatMap(({ callees: found = [] }) =>
      found.map(({ workload, port }) => `${workload.name}:${port}`),
    )

  it('comes to the port of a Service that a route names, to its only one where it names none, and to none that is not there', () => {
    assert.deepEqual(callees(...chart, routed('shop', shop, portRule(80))), ['cart:8080'])
    assert.deepEqual(callees(...chart, routed('shop', shop, portRule())), ['cart:8080'])
    assert.deepEqual(callees(...chart, routed('shop', shop, portRule(81))), [])
    const two = inNamespace('Service', 'shop/cart', {
      selector: { app: 'cart' },
      ports: [
        { name: 'http', port: 80, targetPort: 8080 },
        { name: 'http-more', port: 81, targetPort: 8081 },
      ],
    })
    const at = (number?: number) =>
      callees(door('edge/door', [onHttp('*')]), pod('shop/cart'), two, routed('shop', shop, portRule(number)))
    assert.deepEqual([at(80), at(81), at()], [['cart:8080'], ['cart:8081'], []])
  })

  it('ignores case where a route does, and not where it does not', () => {
    const ways: readonly (readonly [Json, string, string])[] = [
      [{ uri: { exact: '/Cart' } }, '/cart', '/carts'],
      [{ uri: { prefix: '/Cart' } }, '/CART/1', '/car'],
    ]
    for (const [match, path, other] of ways) {
      const sent = (ignoreUriCase: boolean, asked: string): boolean => {
        const rule = to('cart', { ...match, ignoreUriCase })
        const found = gatewayOf(...chart, routed('shop', shop, rule)).routed
        return found.some(({ bounds }) => has(bounds.must, { path: asked }))
      }
      assert.deepEqual([sent(true, path), sent(true, other), sent(false, path)], [true, false, false])
    }
  })

  it('is by a header whether it is there at all, or what it says', () => {
    const sent = (match: Json, value: string): boolean => {
      const found = gatewayOf(...chart, routed('shop', shop, to('cart', { headers: { 'x-env': match } }))).routed
      return found.some(({ bounds }) => has(bounds.must, { 'header:x-env': value }))
    }
    assert.deepEqual([sent({ regex: '*' }, 'dev'), sent({ regex: '*' }, absent)], [true, false])
    assert.deepEqual([sent({ exact: '*' }, 'dev'), sent({ exact: '*' }, '*')], [false, true])
    assert.deepEqual([sent({ regex: 'd.*' }, 'dev'), sent({ regex: 'd.*' }, 'prod')], [true, false])
  })

  it('names no server in plaintext, where policies ask for one', () => {
    const asking = (values: Json): boolean => {
      const when = [{ key: 'connection.sni', ...values }]
      const { entered } = gatewayOf(
        ...chart,
        routed('shop', shop, to('cart')),
        authorization('edge/sni', { rules: [{ when }] }),
      )
      const known = edgeLayer(
        ...chart,
        routed('shop', shop, to('cart')),
        authorization('edge/sni', { rules: [{ when }] }),
      )
      assert.equal(enters(known) === 'allow', has(entered.must))
      return has(entered.must)
    }
    assert.deepEqual([asking({ values: [shop] }), asking({ notValues: [shop] })], [false, true])
  })

  it('may go astray at a host whose routes are not certain', () => {
    const astray = (...objects: readonly Json[]) => has(gatewayOf(...chart, ...objects).astray)
    assert.equal(astray(routed('shop', shop, to('cart'))), false)
    const clashing = door('edge/other', [onHttp('shop.example.com')])
    assert.equal(astray(clashing, routed('shop', shop, to('cart')), routed('again', shop, to('cart'))), true)
  })
})

describe('who decides at a gateway', () => {
  const routes = [routed('shop', shop, to('cart')), routed('pay', pay, to('cart'))]
  const because = (region: Region, ...objects: readonly Json[]) =>
    gatewayOf(...chart, ...routes, ...objects).because(region)
  const open = 'no AuthorizationPolicy limits what the gateway lets in'

  it('are the routes of the hosts that are asked for, and those of no other', () => {
    const names = (...hosts: readonly string[]) =>
      because(hosted(...hosts)).filter(name => name.startsWith('VirtualService'))
    assert.deepEqual(names(shop), ['VirtualService shop/shop'])
    assert.deepEqual(names(`${shop}:8080`), ['VirtualService shop/shop'])
    assert.deepEqual(names(shop, pay).sort(), ['VirtualService shop/pay', 'VirtualService shop/shop'])
    assert.deepEqual(because(hosted('else.example.com')), [open, 'Gateway edge/door'])
  })

  it('is nobody who limits what comes in, but by a policy that allows some of it and is in force', () => {
    const under = (spec: Parameters<typeof authorization>[1], annotations: Json = {}) =>
      because(hosted(shop), authorization('edge/p', spec, { annotations })).includes(open)
    assert.equal(under({ rules: [{}] }), false)
    assert.equal(under({ action: 'DENY', rules: [{}] }), true)
    assert.equal(under({ rules: [{}] }, { 'istio.io/dry-run': 'true' }), true)
  })
})
