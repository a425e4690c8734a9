import type { Json } from '../objects'
import { created, door, onHttp } from './gateway-objects'
import { check, destination, host, routes, toCart } from './passes'

const chart = door('edge/door', [onHttp('*')])

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
