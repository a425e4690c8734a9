import assert from 'node:assert/strict'
import { authorization, inNamespace, layerOf, mesh, namespace, readAll, type Json } from '../objects'
import { created, door, edge, onHttp, onHttps, virtualService, type Knock } from './gateway-objects'
import { passes } from './passes'

const host = 'shop.example.com'
const destination = (name: string, more: Json = {}): Json => ({
  destination: { host: name, port: { number: 80 } },
  ...more,
})
const toCart: Json = { route: [destination('cart')] }
const chart = door('edge/door', [onHttp('*')])

/** A VirtualService of `shop` at the chart's gateway. */
function routes(rules: readonly Json[], spec: Json = {}, id = 'shop/shop', metadata: Json = {}): Json {
  return virtualService(id, { hosts: [host], gateways: ['edge/door'], http: rules, ...spec }, metadata)
}

type Row = readonly [title: string, objects: readonly Json[], asked: Knock, passes: string]

function check(rows: readonly Row[]): void {
  for (const [title, objects, asked, expected] of rows)
    it(`${title}: ${expected}`, () => {
      assert.equal(passes(readAll([...edge, ...objects]).layer, asked), expected)
    })
}

describe('a request at a gateway, by the routes of a host', () => {
  const on = (match: Json, ...more: readonly Json[]): readonly Json[] => [
    chart,
    routes([{ match: [match], ...toCart }, ...more]),
  ]
  const there = 'allow cart.shop:80'
  const nowhere = 'allow nowhere'
  // istio `pilot/pkg/networking/core/route/route.go` TranslateRoute, TranslateRouteMatch
  check([
    ['any', [chart, routes([toCart])], {}, there],
    ['no rule', [chart, routes([])], {}, 'deny'],
    ['a prefix', on({ uri: { prefix: '/ca' } }), {}, there],
    ['another prefix', on({ uri: { prefix: '/cart/' } }), {}, nowhere],
    ['the path', on({ uri: { exact: '/cart' } }), {}, there],
    ['the path and its query', on({ uri: { exact: '/cart' } }), { path: '/cart?x=1' }, there],
    ['another path', on({ uri: { exact: '/ca' } }), {}, nowhere],
    ['an expression', on({ uri: { regex: '/c.*t' } }), {}, there],
    ['an expression for a part', on({ uri: { regex: '/c' } }), {}, nowhere],
    ['a path in dots', on({ uri: { exact: '/cart' } }), { path: '/x/../cart' }, there],
    [
      'any of two matches',
      [chart, routes([{ match: [{ uri: { exact: '/x' } }, { uri: { exact: '/cart' } }], ...toCart }])],
      {},
      there,
    ],
    ['the method', on({ method: { exact: 'GET' } }), {}, there],
    ['another method', on({ method: { exact: 'PUT' } }), {}, nowhere],
    ['a method in small letters', on({ method: { exact: 'get' } }), {}, nowhere],
    ['both of path and method', on({ uri: { exact: '/cart' }, method: { exact: 'PUT' } }), {}, nowhere],
    ['the authority', on({ authority: { exact: host } }), {}, there],
    ['another authority', on({ authority: { exact: 'x' } }), {}, nowhere],
    ['the authority with a port', on({ authority: { exact: host } }), { host: `${host}:80` }, nowhere],
    ['a header', on({ headers: { 'x-a': { exact: 'b' } } }), { headers: { 'x-a': 'b' } }, there],
    ['a header in capitals', on({ headers: { 'X-A': { exact: 'b' } } }), { headers: { 'x-a': 'b' } }, there],
    ['a header that is another', on({ headers: { 'x-a': { exact: 'b' } } }), { headers: { 'x-a': 'c' } }, nowhere],
    ['a header that is not there', on({ headers: { 'x-a': { exact: 'b' } } }), {}, nowhere],
    ['a header of any value', on({ headers: { 'x-a': {} } }), { headers: { 'x-a': 'c' } }, there],
    ['a header of any value that is not there', on({ headers: { 'x-a': {} } }), {}, nowhere],
    [
      'both of two headers',
      on({ headers: { 'x-a': { exact: 'b' }, 'x-b': { exact: 'b' } } }),
      { headers: { 'x-a': 'b' } },
      nowhere,
    ],
    ['the gateway’s port', on({ port: 80 }), {}, there],
    ['another port', on({ port: 81 }), {}, 'deny'],
    ['this gateway', on({ gateways: ['edge/door'] }), {}, there],
    ['another gateway', on({ gateways: ['mesh'] }), {}, 'deny'],
    ['what is not followed', on({ queryParams: { a: { exact: 'b' } } }), {}, 'allow unknown'],
    [
      'what is not followed, of another path',
      on({ uri: { exact: '/x' }, queryParams: { a: { exact: 'b' } } }),
      {},
      nowhere,
    ],
    ['the first that matches', on({ uri: { exact: '/cart' } }, { route: [destination('other')] }), {}, there],
    [
      'the next where the first does not',
      on({ uri: { exact: '/x' } }, { route: [destination('other')] }),
      {},
      'allow other.shop:80',
    ],
    ['the first, in doubt', on({ queryParams: { a: { exact: 'b' } } }, toCart), {}, there],
    [
      'the first, in doubt, to another',
      on({ queryParams: { a: { exact: 'b' } } }, { route: [destination('other')] }),
      {},
      'allow unknown',
    ],
    [
      'one for every request, and nothing behind it',
      [chart, routes([toCart, { match: [{ uri: { exact: '/cart' } }], route: [destination('other')] }])],
      {},
      there,
    ],
    ['a redirect', [chart, routes([{ redirect: { uri: '/x' } }])], {}, nowhere],
    ['an answer', [chart, routes([{ directResponse: { status: 200 } }])], {}, nowhere],
    ['a delegate', [chart, routes([{ delegate: { name: 'd' } }])], {}, 'allow unknown'],
    ['one with matches that cannot be read', [chart, routes([{ ...toCart, match: 7 }])], {}, 'allow unknown'],
    [
      'two shares',
      [chart, routes([{ route: [destination('cart', { weight: 50 }), destination('b', { weight: 50 })] }])],
      {},
      'allow cart.shop:80 b.shop:80',
    ],
    [
      'a share of none',
      [chart, routes([{ route: [destination('cart', { weight: 100 }), destination('b', { weight: 0 })] }])],
      {},
      there,
    ],
    ['a full name', [chart, routes([{ route: [destination('b.shop.svc.cluster.local')] }])], {}, 'allow b.shop:80'],
    ['a path that is answered with 400', [chart, routes([toCart])], { path: '/%00' }, 'deny'],
  ])
})

describe('a request at a gateway, by host', () => {
  const served = (hosts: readonly string[], ...of: readonly string[]): readonly Json[] => [
    door('edge/door', [onHttp(...hosts)]),
    routes([toCart], { hosts: of }),
  ]
  const there = 'allow cart.shop:80'
  // istio `pilot/pkg/config/host/names.go`, `pilot/pkg/model/gateway.go`; envoy `source/common/router/config_impl.cc` findVirtualHost
  check([
    ['its own', served([host], host), {}, there],
    ['in capitals', served([host], host), { host: host.toUpperCase() }, there],
    ['with a port', served([host], host), { host: `${host}:8080` }, there],
    ['another', served([host], host), { host: 'b.example.com' }, 'deny'],
    ['one of the server’s many', served(['*.example.com'], host), {}, there],
    ['one of the route’s many', served([host], '*.example.com'), {}, there],
    ['one of many on both sides', served(['*.example.com'], '*.example.com'), {}, there],
    ['one beside the many', served(['*.example.com'], '*.example.com'), { host: 'example.com' }, 'deny'],
    ['one that only the server has', served(['*'], 'b.example.com'), {}, 'deny'],
    ['one that only the route has', served(['b.example.com'], host), {}, 'deny'],
    ['one of the route’s namespace', served([`shop/${host}`], host), {}, there],
    ['one of another namespace', served([`other/${host}`], host), {}, 'deny'],
    ['one of the gateway’s own', served([`./${host}`], host), {}, 'deny'],
    ['one of any namespace', served([`*/${host}`], host), {}, there],
    ['any of any namespace', served(['*/*'], host), {}, there],
    [
      'the most specific',
      [chart, routes([toCart], { hosts: ['*.example.com'] }), routes([{ route: [destination('b')] }], {}, 'shop/b')],
      {},
      'allow b.shop:80',
    ],
    [
      'the longer of two that are not exact',
      [
        chart,
        routes([toCart], { hosts: ['*.com'] }),
        routes([{ route: [destination('b')] }], { hosts: ['*.example.com'] }, 'shop/b'),
      ],
      {},
      'allow b.shop:80',
    ],
    ['of a route that is not shown here', [chart, routes([toCart], { exportTo: ['.'] })], {}, 'deny'],
    ['of a route that is shown here', [chart, routes([toCart], { exportTo: ['edge'] })], {}, there],
    ['of a route that is shown nowhere', [chart, routes([toCart], { exportTo: ['~'] })], {}, 'deny'],
    [
      'of a route of the gateway’s namespace that is shown there',
      [chart, routes([toCart], { exportTo: ['.'] }, 'edge/shop')],
      {},
      'allow cart.edge:80',
    ],
    ['of a route at another gateway', [chart, routes([toCart], { gateways: ['edge/other'] })], {}, 'deny'],
    ['of a route at the mesh', [chart, routes([toCart], { gateways: ['mesh'] })], {}, 'deny'],
    ['of a route at a gateway beside it', [chart, routes([toCart], { gateways: ['door'] })], {}, 'deny'],
    ['of a route that names no gateway', [chart, routes([toCart], { gateways: undefined })], {}, 'deny'],
  ])
})

describe('a request at a gateway, by several that have the host', () => {
  const b = { route: [destination('b')] }
  const at = (hour: number): Json => created(hour)
  const part = (path: string, name: string): Json => ({ match: [{ uri: { exact: path } }], route: [destination(name)] })
  // istio `pilot/pkg/model/config.go` configCompareByCreationTime, `pilot/pkg/networking/core/route/route.go` SortVHostRoutes
  check([
    [
      'the older',
      [chart, routes([toCart], {}, 'shop/x', at(1)), routes([b], {}, 'shop/a', at(2))],
      {},
      'allow cart.shop:80',
    ],
    [
      'the older, whichever is read first',
      [chart, routes([b], {}, 'shop/a', at(2)), routes([toCart], {}, 'shop/x', at(1))],
      {},
      'allow cart.shop:80',
    ],
    [
      'the first by name of two of an age',
      [chart, routes([toCart], {}, 'shop/x', at(1)), routes([b], {}, 'shop/a', at(1))],
      {},
      'allow b.shop:80',
    ],
    [
      'either, where the age is not known',
      [chart, routes([toCart], {}, 'shop/x'), routes([b], {}, 'shop/a')],
      {},
      'allow unknown',
    ],
    [
      'either, where the age of one is not known',
      [chart, routes([toCart], {}, 'shop/x', at(1)), routes([b], {}, 'shop/a')],
      {},
      'allow unknown',
    ],
    [
      'what one has and the other not',
      [chart, routes([part('/cart', 'cart')], {}, 'shop/x', at(1)), routes([part('/b', 'b')], {}, 'shop/a', at(2))],
      { path: '/b' },
      'allow b.shop:80',
    ],
    [
      'the one that is for every request last',
      [chart, routes([b], {}, 'shop/x', at(1)), routes([part('/cart', 'cart')], {}, 'shop/a', at(2))],
      {},
      'allow cart.shop:80',
    ],
    [
      'that of the gateway’s namespace where it is shown there alone',
      [chart, routes([toCart], {}, 'shop/x', at(1)), routes([b], { exportTo: ['.'] }, 'edge/a', at(2))],
      {},
      'allow b.edge:80',
    ],
    [
      'that which is shown by name',
      [chart, routes([toCart], {}, 'shop/x', at(1)), routes([b], { exportTo: ['edge'] }, 'shop/a', at(2))],
      {},
      'allow b.shop:80',
    ],
    [
      'the older Gateway’s',
      [
        door('edge/old', [onHttp(host)], at(1)),
        door('edge/new', [onHttp(host)], at(2)),
        routes([toCart], { gateways: ['edge/new'] }, 'shop/x', at(1)),
        routes([b], { gateways: ['edge/old'] }, 'shop/a', at(2)),
      ],
      {},
      'allow b.shop:80',
    ],
    [
      'either Gateway’s, where an age is not known',
      [
        door('edge/old', [onHttp(host)], at(1)),
        door('edge/new', [onHttp(host)]),
        routes([toCart], { gateways: ['edge/new'] }, 'shop/x', at(1)),
        routes([b], { gateways: ['edge/old'] }, 'shop/a', at(2)),
      ],
      {},
      'allow unknown',
    ],
  ])
})

describe('a request at a gateway, by its server', () => {
  const plain = { kind: 'plaintext' } as const
  const identity = (trustDomain: string): Knock['from'] => ({
    kind: 'identity',
    identity: { trustDomain, namespace: 'web', serviceAccount: 'frontend' },
  })
  const secure = (mode: string, ...more: readonly Json[]): readonly Json[] => [
    door('edge/door', [onHttps(mode, '*')]),
    routes([toCart]),
    ...more,
  ]
  const there = 'allow cart.shop:80'
  const atTls: Knock = { port: 8443 }
  const policy = (spec: Parameters<typeof authorization>[1]): Json => authorization('edge/p', spec)
  const principal = { rules: [{ from: [{ source: { principals: ['cluster.local/ns/web/sa/frontend'] } }] }] }
  // istio `pilot/pkg/networking/core/{gateway,listener}.go` BuildListenerTLSContext
  check([
    ['of a port that nobody listens on', [chart, routes([toCart])], { port: 8081 }, 'unknown unknown'],
    ['of one where policies let nobody in', [chart, routes([toCart]), policy({})], { port: 8081 }, 'deny'],
    ['of HTTP, from anybody', [chart, routes([toCart])], { from: plain }, there],
    [
      'of HTTP, from who shows a certificate that nobody asks for',
      [chart, routes([toCart]), policy(principal)],
      { from: identity('cluster.local') },
      'deny',
    ],
    ['of TLS', secure('SIMPLE'), { ...atTls, from: plain }, there],
    ['of TLS, on the other port', secure('SIMPLE'), { from: plain }, 'unknown unknown'],
    ['of the mesh’s TLS, from nobody', secure('ISTIO_MUTUAL'), { ...atTls, from: plain }, 'deny'],
    ['of the mesh’s TLS, from its own', secure('ISTIO_MUTUAL'), { ...atTls, from: identity('cluster.local') }, there],
    [
      'of the mesh’s TLS, from its own as a policy has it',
      secure('ISTIO_MUTUAL', policy(principal)),
      { ...atTls, from: identity('cluster.local') },
      there,
    ],
    [
      'of the mesh’s TLS, from elsewhere',
      secure('ISTIO_MUTUAL'),
      { ...atTls, from: identity('b.example') },
      'unknown cart.shop:80',
    ],
    ['of TLS with certificates, from nobody', secure('MUTUAL'), { ...atTls, from: plain }, 'unknown cart.shop:80'],
    [
      'of TLS with certificates that may be there',
      secure('OPTIONAL_MUTUAL'),
      { ...atTls, from: plain },
      'unknown cart.shop:80',
    ],
    [
      'of TLS with certificates, where all are refused',
      secure('MUTUAL', policy({})),
      { ...atTls, from: plain },
      'deny',
    ],
    ['of TLS that is passed on', secure('PASSTHROUGH'), { ...atTls, from: plain }, 'unknown unknown'],
    [
      'that redirects',
      [door('edge/door', [{ ...onHttp(host), tls: { httpsRedirect: true } }]), routes([toCart])],
      {},
      'allow nowhere',
    ],
    [
      'that redirects, of what a proxy before it says came in TLS',
      [
        mesh({ defaultConfig: { gatewayTopology: { numTrustedProxies: 1 } } }),
        door('edge/door', [{ ...onHttp(host), tls: { httpsRedirect: true } }]),
        routes([toCart]),
      ],
      { headers: { 'x-forwarded-proto': 'https' } },
      there,
    ],
    [
      'that redirects, of what nobody is believed to say',
      [door('edge/door', [{ ...onHttp(host), tls: { httpsRedirect: true } }]), routes([toCart])],
      { headers: { 'x-forwarded-proto': 'https' } },
      'allow nowhere',
    ],
    [
      'of a Gateway for other Pods',
      [
        inNamespace('IstioGateway', 'edge/door', { selector: { istio: 'x' }, servers: [onHttp('*')] }),
        routes([toCart]),
      ],
      {},
      'unknown unknown',
    ],
    [
      'of a Gateway of another namespace',
      [door('b/door', [onHttp('*')]), routes([toCart], { gateways: ['b/door'] })],
      {},
      there,
    ],
    [
      'of a port that the Service leads elsewhere',
      [
        door('edge/door', [{ ...onHttp('*'), port: { number: 8080, name: 'http', protocol: 'HTTP' } }]),
        routes([toCart]),
      ],
      {},
      there,
    ],
    [
      'of a port with two protocols, the older’s',
      [
        door('edge/a', [onHttp('*')], created(1)),
        door('edge/b', [{ port: { number: 80, name: 'tcp', protocol: 'TCP' }, hosts: ['*'] }], created(2)),
        routes([toCart], { gateways: ['edge/a'] }),
      ],
      {},
      there,
    ],
    [
      'of a port with two protocols of unknown age',
      [
        door('edge/a', [onHttp('*')]),
        door('edge/b', [{ port: { number: 80, name: 'tcp', protocol: 'TCP' }, hosts: ['*'] }]),
        routes([toCart], { gateways: ['edge/a'] }),
      ],
      {},
      'unknown unknown',
    ],
    [
      'of bytes',
      [door('edge/b', [{ port: { number: 80, name: 'tcp', protocol: 'TCP' }, hosts: ['*'] }])],
      {},
      'unknown unknown',
    ],
    [
      'of an address of its own',
      [door('edge/door', [{ ...onHttp('*'), bind: '10.0.0.1' }]), routes([toCart])],
      {},
      'unknown unknown',
    ],
    [
      'beside a Gateway that could not be read',
      [chart, routes([toCart]), door('edge/x', [{ ...onHttp('*'), port: 7 }])],
      {},
      'unknown unknown',
    ],
  ])
})

describe('the ports of a gateway’s Service', () => {
  const labels = { app: 'front-door', istio: 'door' }
  const service = (name: string, ports: readonly Json[], metadata: Json = {}, selector: Json = labels): Json =>
    inNamespace('Service', `edge/${name}`, { selector, ports }, metadata)
  const lead = (port: number, targetPort: unknown): Json => ({ name: `p${port}`, port, targetPort })
  const world = (...services: readonly Json[]): readonly Json[] => [
    ...edge.filter(object => (object.kind as string) !== 'Service'),
    ...services,
    door('edge/door', [onHttp('*')]),
    routes([toCart]),
  ]
  const there = 'allow cart.shop:80'
  const none = 'unknown unknown'
  // istio `pilot/pkg/model/gateway.go` resolvePorts
  const table: readonly (readonly [title: string, objects: readonly Json[], port: number, passes: string])[] = [
    ['lead to the Pod’s', world(service('a', [lead(80, 8080)])), 8080, there],
    ['do not lead to others', world(service('a', [lead(80, 8080)])), 80, none],
    ['are the Pod’s own without a Service', world(), 80, there],
    ['are the Pod’s own where the Service has others', world(service('a', [lead(81, 8080)])), 80, there],
    [
      'are the Pod’s own where the Service is for others',
      world(service('a', [lead(80, 8080)], {}, { app: 'x' })),
      80,
      there,
    ],
    ['are the Pod’s own where the Service is for nobody', world(service('a', [lead(80, 8080)], {}, {})), 80, there],
    [
      'are the Pod’s own where it says so',
      world(
        service('a', [lead(80, 8080)], {
          labels: { 'experimental.istio.io/disable-gateway-port-translation': 'true' },
        }),
      ),
      80,
      there,
    ],
    [
      'are those of another namespace’s Service no more',
      world(inNamespace('Service', 'b/a', { selector: labels, ports: [lead(80, 8080)] })),
      80,
      there,
    ],
    [
      'are those of the older of two',
      world(service('a', [lead(80, 8080)], created(2)), service('b', [lead(80, 9090)], created(1))),
      9090,
      there,
    ],
    [
      'are not those of the younger',
      world(service('a', [lead(80, 8080)], created(2)), service('b', [lead(80, 9090)], created(1))),
      8080,
      none,
    ],
    [
      'may be those of either, of two of unknown age',
      world(service('a', [lead(80, 8080)]), service('b', [lead(80, 9090)])),
      8080,
      'unknown unknown',
    ],
    [
      'are those of the one that has the port',
      world(service('a', [lead(81, 8081)], created(1)), service('b', [lead(80, 9090)], created(2))),
      9090,
      there,
    ],
    [
      'may be the Pod’s own where a Service could not be read',
      world(service('a', [lead(80, 8080), { port: 'x' }])),
      80,
      'unknown unknown',
    ],
  ]
  for (const [title, objects, port, expected] of table)
    it(`${title}: ${expected}`, () => {
      assert.equal(passes(readAll(objects).layer, { port }), expected)
    })
})

describe('a gateway whose routes lead to Services of other namespaces', () => {
  const gateway = inNamespace('Gateway', 'edge/door', {
    gatewayClassName: 'istio',
    listeners: [{ name: 'http', port: 80, protocol: 'HTTP', allowedRoutes: { namespaces: { from: 'All' } } }],
  })
  const backend = (more: Json = {}): Json => ({ name: 'cart', port: 80, ...more })
  const route = (...backendRefs: readonly Json[]): Json =>
    inNamespace('HTTPRoute', 'web/r', {
      parentRefs: [{ name: 'door', namespace: 'edge' }],
      hostnames: [host],
      rules: [{ backendRefs }],
    })
  const grant = (from: Json = {}, to: Json = {}, id = 'shop/g'): Json =>
    inNamespace('ReferenceGrant', id, {
      from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'web', ...from }],
      to: [{ group: '', kind: 'Service', ...to }],
    })
  const away = backend({ namespace: 'shop' })
  const base: readonly Json[] = [mesh(), namespace('edge'), namespace('shop'), namespace('web'), gateway]
  const there = 'allow cart.shop:80'
  const nowhere = 'allow nowhere'
  // istio `pilot/pkg/config/kube/gatewaycommon/references.go` BackendAllowed
  const table: readonly (readonly [title: string, objects: readonly Json[], passes: string])[] = [
    ['beside the route', [route(backend())], 'allow cart.web:80'],
    ['without a grant', [route(away)], nowhere],
    ['with one', [route(away), grant()], there],
    ['with one for this Service', [route(away), grant({}, { name: 'cart' })], there],
    ['with one for another Service', [route(away), grant({}, { name: 'x' })], nowhere],
    ['with one for another kind', [route(away), grant({}, { kind: 'Secret' })], nowhere],
    ['with one for another group', [route(away), grant({}, { group: 'x' })], nowhere],
    ['with one from another namespace', [route(away), grant({ namespace: 'x' })], nowhere],
    ['with one from another kind of route', [route(away), grant({ kind: 'GRPCRoute' })], nowhere],
    ['with one from another group', [route(away), grant({ group: 'x' })], nowhere],
    ['with one that lies elsewhere', [route(away), grant({}, {}, 'web/g')], nowhere],
    [
      'with one that could not be read',
      [route(away), inNamespace('ReferenceGrant', 'shop/g', { from: 7, to: [] })],
      'allow unknown',
    ],
    ['of two, the one that is granted', [route(away, backend())], 'allow cart.web:80'],
    ['of two, both', [route(away, backend()), grant()], 'allow cart.shop:80 cart.web:80'],
  ]
  for (const [title, objects, expected] of table)
    it(`${title}: ${expected}`, () => {
      assert.equal(passes(readAll([...base, ...objects]).layer, { port: 80, workload: 'door-istio' }), expected)
    })
  it('reads without a problem what is right', () => {
    assert.doesNotThrow(() => layerOf([...base, route(away), grant()]))
  })
})
