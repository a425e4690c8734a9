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

describe('a caller that a policy names, by routes of the Service', () => {
  const two = inNamespace('Service', 'shop/cart', {
    selector: { app: 'cart' },
    ports: [
      { name: 'http', port: 80, targetPort: 8080 },
      { name: 'http-more', port: 81, targetPort: 8081 },
    ],
  })
  const same = inNamespace('Service', 'shop/same', {
    selector: { app: 'cart' },
    ports: [{ name: 'http', port: 90, targetPort: 8080 }],
  })
  const [pods, wide] = [pod('shop/other'), service('shop/other')]
  const parts = (labels: Json, more: Json = {}): Json =>
    inNamespace('DestinationRule', 'shop/d', {
      host: 'cart.shop.svc.cluster.local',
      subsets: [{ name: 'v1', labels, ...more }],
    })
  const world = [settings(false), ...callers.sidecar, ...callees.sidecar, only]
  const [yes, no] = ['certain, let in', 'not certain, let in']
  const attached = (rule: Json, parent: Json = {}, id = 'shop/r'): Json =>
    inNamespace('HTTPRoute', id, {
      parentRefs: [{ kind: 'Service', group: '', name: 'cart', ...parent }],
      rules: [rule],
    })
  const backend = (name: string, port = 80): Json => ({ backendRefs: [{ name, port }] })
  const virtual = (destination: Json): Json =>
    virtualService('shop/v', { hosts: ['cart'], http: [{ route: [{ destination }] }] })
  type Row = readonly [title: string, more: readonly Json[], certain: string]
  // istio `pilot/pkg/networking/core/route/route.go` GetDestinationCluster; gateway-api GEP-1324
  const table: readonly Row[] = [
    ['to itself', [attached(backend('cart'))], yes],
    ['to another', [attached(backend('other')), pods, wide], no],
    ['of another Service', [attached(backend('other'), { name: 'other' }), pods, wide], yes],
    ['of another port', [attached(backend('other'), { port: 81 }), two, pods, wide], yes],
    ['of its port', [attached(backend('other'), { port: 80 }), two, pods, wide], no],
    ['by the caller, beside himself', [attached(backend('other'), { namespace: 'shop' }, 'web/r')], no],
    ['by somebody else', [attached(backend('other'), { namespace: 'shop' }, 'b/r')], yes],
    ['to another port of it', [attached(backend('cart', 81)), two], no],
    ['without a port, of one', [virtual({ host: 'cart' })], yes],
    ['without a port, of two', [virtual({ host: 'cart' }), two], yes],
    ['to a port that is not there', [virtual({ host: 'cart', port: { number: 82 } })], no],
    ['to another Service of the same Pods', [virtual({ host: 'same', port: { number: 90 } }), same], yes],
    ['to a part that is all of it', [virtual({ host: 'cart', subset: 'v1' }), parts({ app: 'cart' })], yes],
    ['to a part that nobody is', [virtual({ host: 'cart', subset: 'v1' }), parts({ app: 'x' })], no],
    [
      'to a part that is called otherwise',
      [virtual({ host: 'cart', subset: 'v1' }), parts({}, { trafficPolicy: { tls: { mode: 'DISABLE' } } })],
      no,
    ],
    ['to a part of another name', [virtual({ host: 'cart', subset: 'v2' }), parts({})], no],
    [
      'to Pods of which one is another’s',
      [virtual({ host: 'cart', port: { number: 80 } }), pod('shop/cart2', { labels: { app: 'cart' } })],
      yes,
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
