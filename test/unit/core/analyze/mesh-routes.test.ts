import assert from 'node:assert/strict'
import { reach } from '../../../../core/analyze/reach'
import type { Point } from '../../../../core/model/region'
import { ambient, waypoint } from './ambient-objects'
import { inNamespace, layerOf, mesh, namespace, peers, pod, service, type Json } from './objects'

const host = 'cart.shop.svc.cluster.local'
const caller = 'cluster.local/ns/web/sa/frontend'

/** Two versions of `shop/cart`, another service `shop/other`, and the caller `web/frontend`. */
const versions: readonly Json[] = [
  pod('shop/cart', { labels: { app: 'cart', version: 'v1' } }),
  pod('shop/canary', { labels: { app: 'cart', version: 'v2' } }, { serviceAccountName: 'cart' }),
  service('shop/cart'),
  inNamespace('Service', 'shop/cart-v2', {
    selector: { app: 'cart', version: 'v2' },
    ports: [{ name: 'http', port: 80, targetPort: 8080 }],
  }),
  pod('shop/other'),
  service('shop/other'),
  pod('web/frontend'),
]
const sidecars: readonly Json[] = [
  mesh(),
  namespace('shop'),
  namespace('web'),
  ...versions,
  peers('shop/strict', { mtls: { mode: 'STRICT' } }),
]
const tunnelled: readonly Json[] = [
  mesh(),
  namespace('shop', { ...ambient, 'istio.io/use-waypoint': 'waypoint' }),
  namespace('web', ambient),
  waypoint('shop/waypoint'),
  ...versions,
]

const asked = (more: Readonly<Record<string, string>>): Point => {
  const values: Readonly<Record<string, string>> = { caller, protocol: 'http', method: 'GET', path: '/', host, ...more }
  return attribute => values[attribute] ?? ''
}

/** Whether `GET <path>` of `web/frontend` is certain to get to `shop/cart`, by the Service that leads to all of its Pods. */
function certain(objects: readonly Json[], path = '/a', more: Readonly<Record<string, string>> = {}): boolean {
  const { ports } = reach(layerOf(objects))
  const port = ports.find(({ workload, port }) => workload.name === 'cart' && port === 8080)
  assert.ok(port)
  const point = asked({ path, ...more })
  const way = port.ways.find(({ address }) => address?.service.name === 'cart')
  if (way) return way.kept.intersect(way.through.must).contains(point)
  assert.ok(port.bounds.may.contains(point), 'routes keep nobody out')
  return port.bounds.must.contains(point)
}

const route = (...destinations: readonly Json[]): Json => ({
  route: destinations.map(destination => ({ destination, weight: 50 })),
})
const virtual = (http: readonly Json[], spec: Json = {}, id = 'shop/cart'): Json =>
  inNamespace('VirtualService', id, { hosts: [host], http, ...spec })
const away = [route({ host: 'other' })]
const redirect = [{ redirect: { uri: '/' } }]
const subsets = (...names: readonly string[]): Json =>
  inNamespace('DestinationRule', 'shop/cart', {
    host: 'cart',
    subsets: names.map(name => ({ name, labels: { version: name } })),
  })

describe('what a caller’s sidecar makes of a call', () => {
  const onSidecars = (...objects: readonly Json[]) => certain([...sidecars, ...objects])

  it('is what was called, where it is sent to the callee’s own Pods', () => {
    assert.equal(onSidecars(), true)
    assert.equal(onSidecars(virtual([route({ host })])), true)
    assert.equal(onSidecars(virtual([route({ host: 'cart' }, { host: 'cart-v2', port: { number: 80 } })])), true)
    assert.equal(
      onSidecars(virtual([route({ host, subset: 'v1' }, { host, subset: 'v2' })]), subsets('v1', 'v2')),
      true,
    )
    assert.equal(onSidecars(virtual([{ ...route({ host }), timeout: '1s', retries: { attempts: 2 } }])), true)
  })

  it('is not, where it is sent elsewhere, or nowhere', () => {
    assert.equal(onSidecars(virtual(away)), false)
    assert.equal(onSidecars(virtual([route({ host }, { host: 'other' })])), false)
    assert.equal(onSidecars(virtual([route({ host: 'nobody' })])), false)
    assert.equal(onSidecars(virtual([route({ host, port: { number: 81 } })])), false)
    assert.equal(onSidecars(virtual([route({ host, subset: 'v3' })]), subsets('v1', 'v2')), false)
    assert.equal(onSidecars(virtual([route({ host, subset: 'v3' })]), subsets('v3')), false)
    assert.equal(onSidecars(virtual([route({ host, subset: 'v1' })])), false)
  })

  it('is not, where it is answered, rewritten, refused by lot, or left to somebody else', () => {
    assert.equal(onSidecars(virtual(redirect)), false)
    assert.equal(onSidecars(virtual([{ directResponse: { status: 503 } }])), false)
    assert.equal(onSidecars(virtual([{ ...route({ host }), rewrite: { uri: '/x' } }])), false)
    const abort = { httpStatus: 500, percentage: { value: 10 } }
    assert.equal(onSidecars(virtual([{ ...route({ host }), fault: { abort } }])), false)
    assert.equal(onSidecars(virtual([{ delegate: { name: 'more' } }])), false)
  })

  it('is decided by the first rule that matches, and refused where none does', () => {
    const some = (prefix: string, rule: Json): Json => ({ ...rule, match: [{ uri: { prefix } }] })
    const rules = virtual([some('/a', route({ host })), some('/', redirect[0] ?? {})])
    assert.equal(certain([...sidecars, rules], '/a/b'), true)
    assert.equal(certain([...sidecars, rules], '/b'), false)
    const partial = virtual([some('/a', route({ host }))])
    assert.equal(certain([...sidecars, partial], '/a'), true)
    assert.equal(certain([...sidecars, partial], '/b'), false)
  })

  it('does not hang on rules for another port, or at a gateway', () => {
    const elsewhere = (match: Json): Json => virtual([{ ...redirect[0], match: [match] }, route({ host })])
    assert.equal(onSidecars(elsewhere({ port: 81 })), true)
    assert.equal(onSidecars(elsewhere({ port: 80 })), false)
    assert.equal(onSidecars(elsewhere({ gateways: ['web/front'] })), true)
    assert.equal(onSidecars(elsewhere({ gateways: ['mesh'] })), false)
    assert.equal(onSidecars(virtual(away, { gateways: ['front'] })), true)
    assert.equal(onSidecars(virtual(away, { gateways: ['front', 'mesh'] })), false)
  })

  it('hangs on what the caller’s namespace is shown, wherever it lies', () => {
    assert.equal(onSidecars(virtual(away, { exportTo: ['.'] })), true)
    assert.equal(onSidecars(virtual(away, { exportTo: ['pay'] })), true)
    assert.equal(onSidecars(virtual(away, { exportTo: ['web'] })), false)
    assert.equal(onSidecars(virtual(redirect, { exportTo: ['.'] }, 'web/mine')), false)
    assert.equal(onSidecars(virtual(redirect, {}, 'pay/stray')), false)
  })

  it('hangs on what its Sidecar imports', () => {
    const sidecar = (...hosts: readonly string[]): Json =>
      inNamespace('Sidecar', 'web/default', { egress: [{ hosts: ['shop/*', ...hosts] }] })
    const stray = virtual(redirect, {}, 'pay/stray')
    assert.equal(onSidecars(stray, sidecar()), true)
    assert.equal(onSidecars(stray, sidecar('pay/other.com')), true)
    assert.equal(onSidecars(stray, sidecar('pay/*')), false)
    assert.equal(onSidecars(virtual(redirect), sidecar()), false)
  })

  it('hangs on every host that stands for the Service', () => {
    for (const one of ['*.shop.svc.cluster.local', '*', 'cart', host.toUpperCase()]) {
      assert.equal(onSidecars(virtual(redirect, { hosts: [one] })), false, one)
    }
    assert.equal(onSidecars(virtual(redirect, { hosts: ['cart.pay.svc.cluster.local'] })), true)
    assert.equal(onSidecars(virtual([route({ host })]), virtual(redirect, { hosts: ['*.local'] }, 'shop/wide')), false)
  })

  it('has bytes led away by what routes bytes, and nothing by what routes requests', () => {
    const tcp = { tcp: [{ route: [{ destination: { host: 'other' } }] }], http: undefined }
    const bytes = sidecars.map(object => (object === versions[2] ? service('shop/cart', { name: 'tcp' }) : object))
    const any = { protocol: 'tcp', method: '', path: '', host: '' }
    assert.equal(certain([...bytes, virtual([], tcp)], '', any), false)
    assert.equal(certain([...bytes, virtual(redirect)], '', any), true)
    assert.equal(onSidecars(virtual([], tcp)), true)
  })

  it('is another where a version is spoken to in another way', () => {
    const loose = inNamespace('DestinationRule', 'shop/cart-v2', {
      host: 'cart-v2',
      trafficPolicy: { tls: { mode: 'DISABLE' } },
    })
    assert.equal(onSidecars(virtual([route({ host: 'cart-v2' })])), true)
    assert.equal(onSidecars(virtual([route({ host: 'cart-v2' })]), loose), false)
  })

  it('follows Routes of the Service that lie beside it or beside the caller', () => {
    const backend = (id: string, name: string): Json =>
      inNamespace('HTTPRoute', id, {
        parentRefs: [{ group: '', kind: 'Service', name: 'cart', namespace: 'shop' }],
        rules: [{ backendRefs: [{ name, namespace: 'shop', port: 80 }] }],
      })
    assert.equal(onSidecars(backend('shop/route', 'cart-v2')), true)
    assert.equal(onSidecars(backend('shop/route', 'other')), false)
    assert.equal(onSidecars(backend('web/route', 'other')), false)
    assert.equal(onSidecars(backend('pay/route', 'other')), true)
  })
})

describe('what a waypoint makes of a call', () => {
  const onAmbient = (...objects: readonly Json[]) => certain([...tunnelled, ...objects])
  const http = (rules: readonly Json[], parent: Json = {}, id = 'shop/cart'): Json =>
    inNamespace('HTTPRoute', id, { parentRefs: [{ group: '', kind: 'Service', name: 'cart', ...parent }], rules })
  const to = (...names: readonly string[]): Json => ({ backendRefs: names.map(name => ({ name, port: 80 })) })

  it('is what was called, where it is sent to the callee’s own Pods', () => {
    assert.equal(onAmbient(), true)
    assert.equal(onAmbient(http([to('cart', 'cart-v2')])), true)
    assert.equal(onAmbient(http([{ ...to('cart-v2'), timeouts: { request: '1s' } }])), true)
    assert.equal(onAmbient(virtual([route({ host, subset: 'v2' })]), subsets('v2')), true)
  })

  it('is not, where it is sent elsewhere, redirected, or taken by no rule', () => {
    assert.equal(onAmbient(http([to('cart', 'other')])), false)
    assert.equal(onAmbient(http([to('nobody')])), false)
    assert.equal(
      onAmbient(http([{ filters: [{ type: 'RequestRedirect', requestRedirect: { statusCode: 301 } }] }])),
      false,
    )
    const some = http([{ ...to('cart'), matches: [{ path: { type: 'PathPrefix', value: '/b' } }] }])
    assert.equal(onAmbient(some), false)
    assert.equal(certain([...tunnelled, some], '/b/c'), true)
    assert.equal(onAmbient(virtual(away)), false)
  })

  it('is decided by the most specific match of a Route, whatever stands first', () => {
    const matching = (type: string, value: string, rule: Json): Json => ({
      ...rule,
      matches: [{ path: { type, value } }],
    })
    const rules = http([matching('PathPrefix', '/', to('other')), matching('Exact', '/a', to('cart-v2'))])
    assert.equal(onAmbient(rules), true)
    assert.equal(certain([...tunnelled, rules], '/b'), false)
  })

  it('hangs on Routes of the port that is called, beside the Service or the waypoint', () => {
    assert.equal(onAmbient(http([to('other')], { port: 81 })), true)
    assert.equal(onAmbient(http([to('other')], { port: 80 })), false)
    assert.equal(onAmbient(http([to('other')], { namespace: 'shop' }, 'web/mine')), true)
    assert.equal(onAmbient(virtual(redirect, {}, 'web/mine')), true)
  })

  it('keeps nobody out', () => {
    const { ports } = reach(layerOf([...tunnelled, http([to('other')])]))
    const port = ports.find(({ workload, port }) => workload.name === 'cart' && port === 8080)
    assert.ok(port?.bounds.may.contains(asked({})))
  })
})
