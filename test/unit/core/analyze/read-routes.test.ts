import assert from 'node:assert/strict'
import { inNamespace, readAll, type Json } from './objects'
import type { Kind } from '../../../../core/model/kinds'

const read = (kind: Kind, spec: Json) => {
  const { layer } = readAll([inNamespace(kind, 'shop/r', spec)])
  return layer.routes[0] ?? assert.fail('no route')
}
/** As it was written: the mesh's domain is spelt out. */
const short = (host: string) => host.replace(/\.shop\.svc\.cluster\.local$/, '')
const plain = { headers: {}, gateways: [], more: false }

describe('what a VirtualService asks of a request', () => {
  const matchOf = (match: Json) =>
    read('VirtualService', { hosts: ['cart'], http: [{ match: [match] }] }).rules[0]?.matches

  // istio/api `networking/v1alpha3/virtual_service.proto` HTTPMatchRequest; istio `pilot/pkg/networking/core/route/route.go` TranslateRouteMatch
  const table: readonly (readonly [match: Json, found: Json])[] = [
    [{}, {}],
    [{ uri: { exact: '/a' } }, { path: { kind: 'exact', value: '/a' } }],
    [{ uri: { prefix: '/a' } }, { path: { kind: 'prefix', value: '/a' } }],
    [{ uri: { regex: '/a.*' } }, { path: { kind: 'regex', value: '/a.*' } }],
    [{ uri: {} }, {}],
    [{ uri: { prefix: '/a' }, ignoreUriCase: true }, { path: { kind: 'prefix', value: '/a', ignoreCase: true } }],
    [{ uri: { prefix: '/a' }, ignoreUriCase: false }, { path: { kind: 'prefix', value: '/a' } }],
    [{ uri: { regex: '/a' }, ignoreUriCase: true }, { path: { kind: 'regex', value: '/a' } }],
    [{ method: { exact: 'GET' } }, { method: { kind: 'exact', value: 'GET' } }],
    [{ authority: { prefix: 'cart' } }, { authority: { kind: 'prefix', value: 'cart' } }],
    [{ port: 80 }, { port: 80 }],
    [{ port: 0 }, {}],
    [{ headers: { 'X-Env': { exact: 'dev' } } }, { headers: { 'x-env': { kind: 'exact', value: 'dev' } } }],
    [{ headers: { 'x-env': {} } }, { headers: { 'x-env': { kind: 'prefix', value: '' } } }],
    [{ headers: { 'x-env': { regex: '*' } } }, { headers: { 'x-env': { kind: 'prefix', value: '' } } }],
    [{ headers: { 'x-env': { regex: '.*' } } }, { headers: { 'x-env': { kind: 'regex', value: '.*' } } }],
    [{ headers: { 'x-env': { exact: '*' } } }, { headers: { 'x-env': { kind: 'exact', value: '*' } } }],
    ...[':authority', 'host', 'Host', '@request.auth.claims.sub', '@Request.Auth.Claims[sub]'].map(
      name => [{ headers: { [name]: { exact: 'x' } } }, { more: true }] as const,
    ),
    [{ queryParams: { a: { exact: '1' }, b: { exact: '1' } } }, { queries: 2, more: true }],
    [{ queryParams: {} }, {}],
    ...[
      { scheme: { exact: 'https' } },
      { withoutHeaders: { x: {} } },
      { sourceLabels: { app: 'x' } },
      { sourceNamespace: 'web' },
    ].map(match => [match, { more: true }] as const),
    ...[{ scheme: {} }, { withoutHeaders: {} }, { sourceLabels: {} }, { sourceNamespace: '' }, { name: 'x' }].map(
      match => [match, {}] as const,
    ),
    // `pilot/pkg/model/config.go` resolveGatewayName
    [
      { gateways: ['mesh', 'door', 'edge/door', './door', 'door.edge.svc.cluster.local'] },
      { gateways: ['mesh', 'shop/door', 'edge/door', 'shop/door', 'edge/door'] },
    ],
  ]
  for (const [match, found] of table)
    it(JSON.stringify(match), () => {
      assert.deepEqual(matchOf(match), [{ ...plain, ...found }])
    })
  it('is anything where it could not be read', () => {
    assert.deepEqual(matchOf({ uri: { exact: 1 } }), [{ ...plain, more: true }])
  })
})

describe('what a VirtualService does with a request', () => {
  const actionOf = (rule: Json) => read('VirtualService', { hosts: ['cart'], http: [rule] }).rules[0]?.action
  const to = (host: string, more: Json = {}): Json => ({ destination: { host }, ...more })
  const hosts = (rule: Json) => {
    const action = actionOf(rule)
    return action?.kind === 'forward'
      ? action.to.map(({ host, port, subset }) =>
          [short(host), port, subset].filter(part => part !== undefined).join(':'),
        )
      : action?.kind
  }
  const flags = (more: Json) => {
    const action = actionOf({ route: [to('a')], ...more })
    return action?.kind === 'forward'
      ? [action.rewrites, action.aborts, (action.mirrors ?? []).map(({ host }) => short(host)).join()]
      : action?.kind
  }

  it('is to send it on, by share', () => {
    assert.deepEqual(hosts({ route: [to('a')] }), ['a'])
    assert.deepEqual(hosts({ route: [to('a', { weight: 0 })] }), ['a'])
    assert.deepEqual(hosts({ route: [to('a', { weight: 100 }), to('b')] }), ['a'])
    assert.deepEqual(hosts({ route: [to('a', { weight: 1 }), to('b', { weight: 0 }), to('c', { weight: 2 })] }), [
      'a',
      'c',
    ])
    assert.deepEqual(hosts({ route: [{ destination: { host: 'a', port: { number: 80 }, subset: 'v1' } }] }), [
      'a:80:v1',
    ])
    assert.deepEqual(hosts({ route: [{ destination: { host: 'a', subset: '' } }] }), ['a'])
    assert.deepEqual(hosts({}), [])
  })
  it('is to answer it, or what nobody here knows', () => {
    assert.equal(hosts({ redirect: {} }), 'answer')
    assert.equal(hosts({ directResponse: { status: 200 } }), 'answer')
    assert.equal(hosts({ delegate: { name: 'x' } }), 'unknown')
    assert.equal(hosts({ delegate: { name: 'x' }, redirect: {} }), 'unknown')
    assert.equal(hosts({ route: [{ destination: { host: 1 } }] }), 'unknown')
  })
  it('may be to change it, to copy it, or to refuse some', () => {
    const set = (name: string) => ({ headers: { request: { set: { [name]: 'x' } } } })
    assert.deepEqual(flags({}), [false, false, ''])
    assert.deepEqual(flags({ rewrite: { uri: '/' } }), [true, false, ''])
    assert.deepEqual(flags(set('Host')), [true, false, ''])
    assert.deepEqual(flags(set(':authority')), [true, false, ''])
    assert.deepEqual(flags(set('x-host')), [false, false, ''])
    assert.deepEqual(flags({ route: [to('a', set('host'))] }), [true, false, ''])
    assert.deepEqual(flags({ headers: { response: { set: { host: 'x' } } } }), [false, false, ''])
    assert.deepEqual(flags({ fault: { abort: { httpStatus: 500 } } }), [false, true, ''])
    assert.deepEqual(flags({ fault: { delay: { fixedDelay: '1s' } } }), [false, false, ''])
    assert.deepEqual(flags({ mirror: { host: 'b' } }), [false, false, 'b'])
    assert.deepEqual(flags({ mirrors: [{ destination: { host: 'b' } }, { destination: { host: 'c' } }] }), [
      false,
      false,
      'b,c',
    ])
  })
  it('hangs on the mesh without gateways, and on nothing where it has no hosts', () => {
    const parents = (spec: Json) => read('VirtualService', spec).parents
    assert.deepEqual(parents({ hosts: ['a'] }), [{ kind: 'mesh' }])
    assert.deepEqual(parents({}), [])
    assert.deepEqual(parents({ hosts: ['a'], gateways: ['mesh', 'door', 'edge/door'] }), [
      { kind: 'mesh' },
      { kind: 'istio-gateway', namespace: 'shop', name: 'door' },
      { kind: 'istio-gateway', namespace: 'edge', name: 'door' },
    ])
    assert.deepEqual(
      [{ tcp: [{}] }, { tls: [{}] }, { http: [{}] }, {}].map(
        spec => read('VirtualService', { hosts: ['a'], ...spec }).bytes,
      ),
      [true, true, false, false],
    )
  })
})

describe('what a Route of the Gateway API asks of a request', () => {
  const everything = { ...plain, path: { kind: 'prefix', value: '/' } }
  const matchOf = (kind: 'HTTPRoute' | 'GRPCRoute', ...matches: readonly Json[]) =>
    read(kind, { rules: [{ matches }] }).rules[0]?.matches
  const path = (type: string | undefined, value?: string): Json => ({
    path: { ...(type && { type }), ...(value !== undefined && { value }) },
  })

  // gateway-api `apis/v1/httproute_types.go`; istio `pilot/pkg/config/kube/gateway/conversion.go` createURIMatch, createHeadersMatch
  const table: readonly (readonly [match: Json, found: Json])[] = [
    [{}, {}],
    [path('PathPrefix', '/'), {}],
    [path('PathPrefix', '/a'), { path: { kind: 'segments', value: '/a' } }],
    [path('PathPrefix', '/a/'), { path: { kind: 'segments', value: '/a' } }],
    [path(undefined, '/a'), { path: { kind: 'segments', value: '/a' } }],
    [path('Exact', '/a/'), { path: { kind: 'exact', value: '/a/' } }],
    [path('Exact'), { path: { kind: 'exact', value: '/' } }],
    [path('RegularExpression', '/a.*'), { path: { kind: 'regex', value: '/a.*' } }],
    [{ method: 'GET' }, { method: { kind: 'exact', value: 'GET' } }],
    [{ queryParams: [{ name: 'a', value: '1' }] }, { queries: 1, more: true }],
    [{ headers: [{ name: 'X-Env', value: 'dev' }] }, { headers: { 'x-env': { kind: 'exact', value: 'dev' } } }],
    [{ headers: [{ type: 'Exact', name: 'x', value: 'dev' }] }, { headers: { x: { kind: 'exact', value: 'dev' } } }],
    [
      { headers: [{ type: 'RegularExpression', name: 'x', value: 'd.*' }] },
      { headers: { x: { kind: 'regex', value: 'd.*' } } },
    ],
    [
      {
        headers: [
          { name: 'x', value: '1' },
          { name: 'X', value: '2' },
        ],
      },
      { headers: { x: { kind: 'exact', value: '2' } } },
    ],
  ]
  for (const [match, found] of table)
    it(JSON.stringify(match), () => {
      assert.deepEqual(matchOf('HTTPRoute', match), [{ ...everything, ...found }])
    })

  // istio `conversion.go` createGRPCURIMatch
  const calls: readonly (readonly [method: Json | undefined, found: Json])[] = [
    [undefined, {}],
    [{ service: 'a.B', method: 'C' }, { path: { kind: 'exact', value: '/a.B/C' } }],
    [{ service: 'a.B' }, { path: { kind: 'segments', value: '/a.B' } }],
    [{ method: 'C' }, { path: { kind: 'regex', value: '/[^/]+/C' } }],
    [{ type: 'Exact', service: 'a.B', method: 'C' }, { path: { kind: 'exact', value: '/a.B/C' } }],
    [{ type: 'RegularExpression', service: 'a.*', method: 'C' }, { path: { kind: 'regex', value: '/a.*/C' } }],
    [{ type: 'RegularExpression', service: 'a.*' }, { path: { kind: 'regex', value: '/a.*/.+' } }],
    [{ type: 'RegularExpression', method: 'C' }, { path: { kind: 'regex', value: '/[^/]+/C' } }],
  ]
  for (const [method, found] of calls)
    it(`of gRPC: ${JSON.stringify(method)}`, () => {
      assert.deepEqual(matchOf('GRPCRoute', { ...(method && { method }) }), [{ ...plain, ...found }])
    })
  it('is everything without matches, of gRPC after all others, and anything where it could not be read', () => {
    assert.deepEqual(matchOf('HTTPRoute'), [everything])
    assert.deepEqual(matchOf('GRPCRoute'), [])
    assert.deepEqual(matchOf('GRPCRoute', { method: {} }), [{ ...plain, more: true }])
    assert.deepEqual(matchOf('HTTPRoute', path('Prefix', '/a')), [{ ...plain, more: true }])
  })
})

describe('what a Route of the Gateway API does with a request', () => {
  const actionOf = (rule: Json) => read('HTTPRoute', { rules: [rule] }).rules[0]?.action
  const cart = { name: 'cart', port: 80 }
  const to = (...backendRefs: readonly Json[]) => {
    const action = actionOf({ backendRefs })
    return action?.kind === 'forward'
      ? action.to.map(({ host, port, allowed }) => `${host}:${port} ${allowed}`)
      : action?.kind
  }
  const filtered = (filter: Json, on: 'rule' | 'backend' = 'rule') => {
    const action = actionOf(
      on === 'rule' ? { backendRefs: [cart], filters: [filter] } : { backendRefs: [{ ...cart, filters: [filter] }] },
    )
    return action?.kind === 'forward'
      ? [action.rewrites, (action.mirrors ?? []).map(({ host }) => host).join()]
      : action?.kind
  }

  it('is to send it on, by share, to Services and to hosts by name', () => {
    assert.deepEqual(to(cart), ['cart.shop.svc.cluster.local:80 yes'])
    assert.deepEqual(to({ ...cart, namespace: 'shop' }), ['cart.shop.svc.cluster.local:80 yes'])
    assert.deepEqual(to({ ...cart, namespace: 'web' }), ['cart.web.svc.cluster.local:80 no'])
    assert.deepEqual(to({ ...cart, group: '', kind: 'Service' }), ['cart.shop.svc.cluster.local:80 yes'])
    assert.deepEqual(to({ ...cart, group: 'core' }), ['cart.shop.svc.cluster.local:80 yes'])
    assert.deepEqual(to({ group: 'networking.istio.io', kind: 'Hostname', name: 'A.example', port: 443 }), [
      'a.example:443 yes',
    ])
    assert.deepEqual(to(cart, { name: 'b', port: 81, weight: 0 }), ['cart.shop.svc.cluster.local:80 yes'])
    assert.deepEqual(to(cart, { name: 'b', port: 81, weight: 2 }), [
      'cart.shop.svc.cluster.local:80 yes',
      'b.shop.svc.cluster.local:81 yes',
    ])
  })
  it('is to answer it without any, or what nobody here knows of other kinds', () => {
    assert.equal(to(), 'answer')
    assert.equal(to({ ...cart, weight: 0 }), 'answer')
    assert.equal(to({ ...cart, group: 'example.com', kind: 'Service' }), 'unknown')
    assert.equal(to({ ...cart, kind: 'ServiceImport' }), 'unknown')
    assert.equal(to(cart, { ...cart, kind: 'ServiceImport' }), 'unknown')
    assert.equal(to({ group: 'networking.istio.io', kind: 'ServiceEntry', name: 'x', port: 80 }), 'unknown')
    assert.equal(to({ name: 'cart' }), 'unknown')
  })
  it('is what its filters say', () => {
    const set = (name: string, how = 'set') => ({
      type: 'RequestHeaderModifier',
      requestHeaderModifier: { [how]: [{ name, value: 'x' }] },
    })
    assert.deepEqual(filtered(set('x')), [false, ''])
    for (const on of ['rule', 'backend'] as const)
      for (const name of ['Host', ':authority']) assert.deepEqual(filtered(set(name), on), [true, ''])
    assert.deepEqual(filtered({ type: 'URLRewrite', urlRewrite: {} }), [true, ''])
    assert.equal(filtered({ type: 'RequestRedirect', requestRedirect: {} }), 'answer')
    assert.equal(filtered({ type: 'ExtensionRef', extensionRef: {} }), 'unknown')
    assert.equal(filtered({}), 'unknown')
    assert.deepEqual(filtered({ type: 'RequestMirror', requestMirror: { backendRef: { name: 'b', port: 1 } } }), [
      false,
      'b.shop.svc.cluster.local',
    ])
    assert.equal(
      filtered({ type: 'RequestMirror', requestMirror: { backendRef: { kind: 'Odd', name: 'b', port: 1 } } }),
      'unknown',
    )
    assert.deepEqual(filtered({ type: 'CORS', cors: {} }), [false, ''])
  })
  it('hangs on Gateways, or on Services', () => {
    const parent = (ref: Json) => read('HTTPRoute', { parentRefs: [{ name: 'x', ...ref }] }).parents[0]
    assert.deepEqual(parent({}), { kind: 'gateway', namespace: 'shop', name: 'x' })
    assert.deepEqual(parent({ namespace: 'edge', sectionName: 'web', port: 80 }), {
      kind: 'gateway',
      namespace: 'edge',
      name: 'x',
      section: 'web',
      port: 80,
    })
    assert.deepEqual(parent({ group: '', kind: 'Service', port: 80 }), {
      kind: 'service',
      namespace: 'shop',
      name: 'x',
      port: 80,
    })
    assert.deepEqual(parent({ group: 'core', kind: 'Service', sectionName: 'a' }), {
      kind: 'service',
      namespace: 'shop',
      name: 'x',
    })
    assert.deepEqual(parent({ kind: 'Service' }), { kind: 'unknown' })
    assert.deepEqual(parent({ group: '', kind: 'Gateway' }), { kind: 'unknown' })
    assert.deepEqual(parent({ group: 'policy.linkerd.io', kind: 'Server' }), { kind: 'unknown' })
    assert.deepEqual(read('HTTPRoute', { hostnames: ['A.Example'] }).hosts, ['a.example'])
  })
})
