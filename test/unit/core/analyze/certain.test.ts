import assert from 'node:assert/strict'
import { reach } from '../../../../core/analyze/reach'
import { ambient } from './ambient-objects'
import { frontend, httpRoute, linkerdConfig, linkerdNamespace, path, policy, server } from './linkerd/objects'
import { virtualService } from './gateway/gateway-objects'
import { authorization, inNamespace, mesh, namespace, pod, readAll, service, type Json } from './objects'

const caller = 'cluster.local/ns/web/sa/frontend'

/** Whether a request of the caller's is certain to get in, and whether the callee would let it in. */
function certain(objects: readonly Json[], port = 8080): string {
  const { ports } = reach(readAll(objects).layer)
  const found = ports.find(one => one.workload.name === 'cart' && one.port === port) ?? assert.fail('no such port')
  const values: Readonly<Record<string, string>> = { caller, protocol: 'http', method: 'GET', path: '/', host: 'cart' }
  const point = (variable: string): string => values[variable] ?? ''
  return `${found.bounds.must.contains(point) ? 'certain' : 'not certain'}, ${found.served.must.contains(point) ? 'let in' : 'not let in'}`
}

const settings = (hbone: boolean): Json =>
  mesh({
    outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
    defaultConfig: { proxyMetadata: { ISTIO_META_ENABLE_HBONE: String(hbone) } },
  })
const only = authorization('shop/p', { rules: [{ from: [{ source: { principals: [caller] } }] }] })
const cart: readonly Json[] = [pod('shop/cart'), service('shop/cart')]
const asGateway = { annotations: { 'inject.istio.io/templates': 'gateway' } }
const callers = {
  sidecar: [namespace('web'), pod('web/frontend')],
  ztunnel: [namespace('web', ambient), pod('web/frontend')],
  nothing: [namespace('web', {}), pod('web/frontend')],
  gateway: [namespace('web'), pod('web/frontend', asGateway)],
} as const
const callees = {
  sidecar: [namespace('shop'), ...cart],
  ztunnel: [namespace('shop', ambient), ...cart],
} as const

describe('a caller that a policy names, by what is before him and before the callee', () => {
  const [yes, no] = ['certain, let in', 'not certain, let in']
  type Row = readonly [from: keyof typeof callers, to: keyof typeof callees, hbone: boolean, certain: string]
  // ztunnel `src/proxy/outbound.rs` build_request, istio `pilot/pkg/networking/core/cluster_tls.go`
  const table: readonly Row[] = [
    ['sidecar', 'sidecar', false, yes],
    ['sidecar', 'sidecar', true, yes],
    ['ztunnel', 'sidecar', false, no],
    ['ztunnel', 'sidecar', true, yes],
    ['ztunnel', 'ztunnel', true, yes],
    ['nothing', 'sidecar', true, no],
    ['nothing', 'ztunnel', true, no],
    ['gateway', 'sidecar', true, yes],
  ]
  for (const [from, to, hbone, expected] of table)
    it(`${from} to ${to}, ${hbone ? 'with' : 'without'} HBONE: ${expected}`, () => {
      assert.equal(certain([settings(hbone), ...callers[from], ...callees[to], only]), expected)
    })
  it('is certain in plaintext, too, where nobody is named', () => {
    for (const from of ['nothing', 'ztunnel', 'sidecar'] as const)
      assert.equal(certain([settings(false), ...callers[from], ...callees.sidecar]), yes)
  })
})

describe('a caller that a policy names, by his own configuration', () => {
  const world = [settings(false), ...callers.sidecar, ...callees.sidecar, only]
  const [yes, no] = ['certain, let in', 'not certain, let in']
  const rule = (tls: Json, id = 'shop/d'): Json =>
    inNamespace('DestinationRule', id, { host: 'cart.shop.svc.cluster.local', trafficPolicy: { tls } })
  const sidecar = (...hosts: readonly string[]): Json => inNamespace('Sidecar', 'web/s', { egress: [{ hosts }] })
  const route = (http: Json, more: Json = {}): Json =>
    virtualService('shop/v', { hosts: ['cart'], http: [http], ...more })
  const to = (host: string, number = 80): Json => ({ route: [{ destination: { host, port: { number } } }] })
  const wide = inNamespace('Service', 'shop/all', {
    selector: { tier: 'x' },
    ports: [{ name: 'http', port: 80, targetPort: 8080 }],
  })
  type Row = readonly [title: string, more: readonly Json[], certain: string]
  const table: readonly Row[] = [
    ['without any', [], yes],
    ['that knows the Service', [sidecar('shop/*')], yes],
    ['that does not', [sidecar('./*')], no],
    ['that speaks the mesh’s TLS', [rule({ mode: 'ISTIO_MUTUAL' })], yes],
    ['that speaks plaintext', [rule({ mode: 'DISABLE' })], no],
    ['that speaks TLS of its own', [rule({ mode: 'SIMPLE' })], no],
    [
      'that is not shown a rule',
      [
        inNamespace('DestinationRule', 'shop/d', {
          host: 'cart',
          exportTo: ['.'],
          trafficPolicy: { tls: { mode: 'DISABLE' } },
        }),
      ],
      yes,
    ],
    ['that sends it there', [route(to('cart'))], yes],
    ['that sends it elsewhere', [route(to('other'))], no],
    ['that sends some elsewhere', [route({ match: [{ uri: { exact: '/x' } }], ...to('other') })], no],
    [
      'that sends others elsewhere',
      [
        virtualService('shop/v', {
          hosts: ['cart'],
          http: [{ match: [{ uri: { exact: '/x' } }], ...to('other') }, to('cart')],
        }),
      ],
      yes,
    ],
    ['that is not shown a route', [route(to('other'), { exportTo: ['.'] })], yes],
    ['that has a route of another port', [route({ match: [{ port: 81 }], ...to('other') })], yes],
    ['that answers it', [route({ directResponse: { status: 503 } })], no],
    ['that rewrites it', [route({ ...to('cart'), rewrite: { uri: '/y' } })], no],
    ['that fails at times', [route({ ...to('cart'), fault: { abort: { httpStatus: 500 } } })], no],
    [
      'that sends it to a part that is not there',
      [route({ route: [{ destination: { host: 'cart', subset: 'v1' } }] })],
      no,
    ],
    ['beside another Service of the same Pods', [wide], yes],
    [
      'of a second Pod of his without a proxy',
      [pod('web/other', { labels: { 'sidecar.istio.io/inject': 'false' } }, { serviceAccountName: 'frontend' })],
      no,
    ],
  ]
  for (const [title, more, expected] of table)
    it(`${title}: ${expected}`, () => assert.equal(certain([...world, ...more]), expected))
})

describe('a caller and a callee behind Linkerd', () => {
  const guarded: readonly Json[] = [
    linkerdConfig({ identityTrustDomain: 'cluster.local' }),
    linkerdNamespace('shop'),
    ...cart,
    server('shop/cart'),
    httpRoute('shop/r', [path('/')]),
    policy('shop/p', [frontend], { kind: 'HTTPRoute', name: 'r' }),
  ]
  const table: readonly (readonly [title: string, more: readonly Json[], certain: string])[] = [
    ['both', [linkerdNamespace('web'), pod('web/frontend')], 'certain, let in'],
    ['the callee alone', [linkerdNamespace('web', {}), pod('web/frontend')], 'not certain, let in'],
    ['the callee, and a caller behind a sidecar', [settings(false), ...callers.sidecar], 'not certain, let in'],
  ]
  for (const [title, more, expected] of table)
    it(`${title}: ${expected}`, () => assert.equal(certain([...guarded, ...more]), expected))
  it('the caller alone: not certain', () => {
    const world = [
      settings(false),
      ...callees.sidecar,
      only,
      linkerdConfig({ identityTrustDomain: 'cluster.local' }),
      linkerdNamespace('web'),
      pod('web/frontend'),
    ]
    assert.equal(certain(world), 'not certain, let in')
  })
})
