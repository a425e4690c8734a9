import assert from 'node:assert/strict'
import type { Layer } from '../../../../../core/analyze/layer'
import { inNamespace, layerOf, mesh, namespace, pod, readAll, service, type Json } from '../objects'
import { created, enters, goes as goesFrom, listens as listensAt, type Knock } from './gateway-objects'

const world: readonly Json[] = [mesh(), namespace('edge'), namespace('shop', { team: 'shop' })]

function gateway(listeners: readonly Json[], spec: Json = {}): Json {
  return inNamespace('Gateway', 'edge/door', { gatewayClassName: 'istio', listeners, ...spec })
}

const http = (changes: Json = {}): Json => ({ name: 'http', port: 80, protocol: 'HTTP', ...changes })

const fromAll: Json = { allowedRoutes: { namespaces: { from: 'All' } } }

function route(id: string, spec: Json, metadata: Json = {}): Json {
  return inNamespace('HTTPRoute', id, { parentRefs: [{ name: 'door', namespace: 'edge' }], ...spec }, metadata)
}

const rule = (name: string, ...matches: readonly Json[]): Json => ({
  ...(matches.length > 0 ? { matches } : {}),
  backendRefs: [{ name, port: 80 }],
})

const prefix = (value: string): Json => ({ path: { type: 'PathPrefix', value } })
const exact = (value: string): Json => ({ path: { type: 'Exact', value } })

const layer = (...objects: readonly Json[]): Layer => layerOf([...world, ...objects])
const at = (asked: Knock): Knock => ({ port: 80, workload: 'door-istio', ...asked })
const goes = (known: Layer, asked: Knock = {}): string => goesFrom(known, at(asked))
const listens = (known: Layer): readonly string[] => listensAt(known, 'door-istio')

describe('what a gateway of the Gateway API listens on', () => {
  it('stands on the listener’s own port, at Pods that istiod makes', () => {
    const known = layer(
      gateway([http()]),
      route('edge/shop', { hostnames: ['shop.example.com'], rules: [rule('cart')] }),
    )
    assert.deepEqual(listens(known), ['80 shop.example.com'])
    const [made] = known.workloads
    assert.deepEqual(
      [made?.kind, made?.names, made?.serviceAccount, made?.labels['gateway.networking.k8s.io/gateway-name']],
      ['Deployment', ['door-istio'], 'door-istio', 'door'],
    )
    assert.equal(enters(known, at({})), 'allow')
    assert.equal(enters(known, at({ host: 'other.example.com' })), 'deny')
  })

  it('makes up no Pods where they were read, nor for another class', () => {
    const labels = { 'gateway.networking.k8s.io/gateway-name': 'door' }
    const read = layer(gateway([http()]), pod('edge/door-istio', { labels }))
    assert.deepEqual(
      read.workloads.map(({ kind }) => kind),
      ['Pod'],
    )
    assert.deepEqual(layer(gateway([http()], { gatewayClassName: 'other' })).workloads, [])
  })

  it('stands at the Pods of the Service whose host is its address', () => {
    const labels = { app: 'front' }
    const known = layer(
      gateway([http()], { addresses: [{ type: 'Hostname', value: 'front.edge.svc.cluster.local' }] }),
      pod('edge/front', { labels, annotations: { 'inject.istio.io/templates': 'gateway' } }),
      service('edge/front'),
      route('edge/shop', { rules: [rule('cart')] }),
    )
    assert.deepEqual(
      known.workloads.map(({ name }) => name),
      ['front'],
    )
    assert.deepEqual(listensAt(known, 'front'), ['8080 *'])
  })

  it('serves the hosts that a listener and a Route have in common', () => {
    const served = (hostname: string | undefined, ...hostnames: readonly string[]) =>
      listens(
        layer(
          gateway([http(hostname === undefined ? {} : { hostname })]),
          route('edge/shop', { hostnames, rules: [rule('cart')] }),
        ),
      )
    assert.deepEqual(served('*.example.com'), ['80 *.example.com'])
    assert.deepEqual(served('*.example.com', 'shop.example.com', 'shop.example.org'), ['80 shop.example.com'])
    assert.deepEqual(served('shop.example.com', '*.example.com'), ['80 shop.example.com'])
    assert.deepEqual(served('shop.example.com', 'example.org'), ['80 '])
  })

  it('gives a host to the most specific of its listeners', () => {
    const known = layer(
      gateway([http({ hostname: '*.example.com' }), http({ name: 'shop', hostname: 'shop.example.com' })]),
      route('edge/wide', { parentRefs: [{ name: 'door', sectionName: 'http' }], rules: [rule('wide')] }),
      route('edge/own', {
        parentRefs: [{ name: 'door', sectionName: 'http' }],
        hostnames: ['shop.example.com'],
        rules: [rule('never')],
      }),
      route('edge/shop', { parentRefs: [{ name: 'door', sectionName: 'shop' }], rules: [rule('cart')] }),
    )
    assert.equal(goes(known), 'cart.edge:80')
    assert.equal(goes(known, { host: 'x.example.com' }), 'wide.edge:80')
  })

  it('takes Routes of its own namespace, of all, or of those that a selector takes', () => {
    const foreign = route('shop/shop', { hostnames: ['shop.example.com'], rules: [rule('cart')] })
    const selecting = (matchLabels: Json) => ({
      allowedRoutes: { namespaces: { from: 'Selector', selector: { matchLabels } } },
    })
    assert.deepEqual(listens(layer(gateway([http()]), foreign)), ['80 '])
    assert.deepEqual(listens(layer(gateway([http(fromAll)]), foreign)), ['80 shop.example.com'])
    assert.deepEqual(listens(layer(gateway([http(selecting({ team: 'shop' }))]), foreign)), ['80 shop.example.com'])
    assert.deepEqual(listens(layer(gateway([http(selecting({ team: 'pay' }))]), foreign)), ['80 '])
    const unseen = route('pay/shop', { hostnames: ['shop.example.com'], rules: [rule('cart')] })
    assert.deepEqual(listens(layer(gateway([http(selecting({ team: 'shop' }))]), unseen)), [
      '80 ',
      '80? shop.example.com?',
    ])
  })

  it('takes only the kinds of routes that it allows', () => {
    const grpc = http({ allowedRoutes: { kinds: [{ kind: 'GRPCRoute' }] } })
    assert.deepEqual(listens(layer(gateway([grpc]), route('edge/shop', { rules: [rule('cart')] }))), ['80 '])
  })

  it('reads HTTP where it ends TLS, and bytes where it does not', () => {
    const tls = (mode: string) => ({
      name: 'tls',
      port: 443,
      protocol: 'HTTPS',
      tls: { mode, certificateRefs: [{ name: 'cert' }] },
    })
    const known = (mode: string) => layer(gateway([tls(mode)]), route('edge/shop', { rules: [rule('cart')] }))
    assert.deepEqual(listens(known('Terminate')), ['443 *'])
    assert.deepEqual(listens(known('Passthrough')), ['443? '])
  })

  it('is certain of nothing but of what it read', () => {
    const shop = route('edge/shop', { hostnames: ['shop.example.com'], rules: [rule('cart')] })
    const broken = inNamespace('HTTPRoute', 'edge/broken', { hostnames: 'shop.example.com' })
    const known = readAll([...world, gateway([http()]), shop, broken]).layer
    assert.deepEqual(listens(known), ['80 shop.example.com?', '80? shop.example.com? *?'])
    assert.equal(enters(known, at({})), 'allow')
    assert.equal(enters(known, at({ host: 'other.example.com' })), 'unknown')
    assert.equal(goes(known), 'unknown')
  })
})

describe('where an HTTPRoute sends a request', () => {
  const routed = (...rules: readonly Json[]) => layer(gateway([http()]), route('edge/shop', { rules }))

  it('prefers the exact path, then the longer one, then a method, then more headers', () => {
    const known = routed(
      rule('wide'),
      rule('prefix', prefix('/cart')),
      rule('longer', prefix('/cart/items')),
      rule('post', { ...prefix('/cart'), method: 'POST' }),
      rule('header', { ...prefix('/cart'), headers: [{ name: 'Version', value: '2' }] }),
      rule('exact', exact('/cart')),
    )
    assert.equal(goes(known, { path: '/cart' }), 'exact.edge:80')
    assert.equal(goes(known, { path: '/cart/' }), 'prefix.edge:80')
    assert.equal(goes(known, { path: '/cart/items/1' }), 'longer.edge:80')
    assert.equal(goes(known, { path: '/cart/x', method: 'POST', headers: { version: '2' } }), 'post.edge:80')
    assert.equal(goes(known, { path: '/cart/x', headers: { version: '2' } }), 'header.edge:80')
    assert.equal(goes(known, { path: '/carts' }), 'wide.edge:80')
  })

  it('puts rules of several Routes in one order, the older first among equals', () => {
    const one = (name: string, hour: number, path: string) =>
      route(`edge/${name}`, { rules: [rule(name, prefix(path))] }, created(hour))
    const known = layer(
      gateway([http()]),
      one('young', 2, '/cart'),
      one('old', 1, '/cart'),
      one('deep', 3, '/cart/deep'),
    )
    assert.equal(goes(known, { path: '/cart' }), 'old.edge:80')
    assert.equal(goes(known, { path: '/cart/deep' }), 'deep.edge:80')
  })

  it('does not know which of two equals of unknown age goes first', () => {
    const one = (name: string, path: string) => route(`edge/${name}`, { rules: [rule(name, prefix(path))] })
    assert.equal(goes(layer(gateway([http()]), one('a', '/cart'), one('b', '/cart'))), 'unknown')
    assert.equal(goes(layer(gateway([http()]), one('a', '/cart'), one('b', '/pay'))), 'a.edge:80')
  })

  it('leads into another namespace only where a ReferenceGrant lets it', () => {
    const backend = { name: 'cart', namespace: 'shop', port: 80 }
    const grant = (from: string, ...to: readonly Json[]) =>
      inNamespace('ReferenceGrant', 'shop/grant', {
        from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: from }],
        to: to.map(one => ({ group: '', kind: 'Service', ...one })),
      })
    const known = (...grants: readonly Json[]) =>
      layer(gateway([http()]), route('edge/shop', { rules: [{ backendRefs: [backend] }] }), ...grants)
    assert.equal(goes(known()), 'nowhere')
    assert.equal(goes(known(grant('edge', {}))), 'cart.shop:80')
    assert.equal(goes(known(grant('edge', { name: 'cart' }))), 'cart.shop:80')
    assert.equal(goes(known(grant('edge', { name: 'pay' }))), 'nowhere')
    assert.equal(goes(known(grant('shop', {}))), 'nowhere')
  })

  it('answers redirects, and what has no backend, itself', () => {
    const redirect = { type: 'RequestRedirect', requestRedirect: { scheme: 'https' } }
    assert.equal(goes(routed({ filters: [redirect] })), 'nowhere')
    assert.equal(goes(routed({ backendRefs: [] })), 'nowhere')
    assert.equal(goes(routed({ backendRefs: [{ name: 'cart', port: 80, weight: 0 }] })), 'nowhere')
    assert.equal(
      goes(routed({ filters: [{ type: 'ExtensionRef' }], backendRefs: [{ name: 'cart', port: 80 }] })),
      'unknown',
    )
  })

  it('reads methods of gRPC as paths', () => {
    const known = layer(
      gateway([http()]),
      inNamespace('GRPCRoute', 'edge/shop', {
        parentRefs: [{ name: 'door' }],
        rules: [
          rule('all'),
          rule('service', { method: { service: 'shop.Cart' } }),
          rule('method', { method: { service: 'shop.Cart', method: 'Add' } }),
        ],
      }),
    )
    assert.equal(goes(known, { method: 'POST', path: '/shop.Cart/Add' }), 'method.edge:80')
    assert.equal(goes(known, { method: 'POST', path: '/shop.Cart/Get' }), 'service.edge:80')
    assert.equal(goes(known, { method: 'POST', path: '/shop.Pay/Get' }), 'all.edge:80')
  })
})
