import assert from 'node:assert/strict'
import { reach } from '../../../../../core/analyze/reach'
import { Language } from '../../../../../core/model/language'
import { Region } from '../../../../../core/model/region'
import { isPatient } from '../../../../../core/analyze/linkerd/outbound/patience'
import { inNamespace, object, pod, readAll, service, type Json } from '../objects'
import { group, linkerdConfig, linkerdNamespace, policy, server } from './objects'

const base: readonly Json[] = [
  linkerdConfig(),
  linkerdNamespace('shop'),
  linkerdNamespace('web'),
  pod('web/frontend'),
  pod('shop/cart'),
]

describe('routes of Services that Linkerd proxies follow', () => {
  const client = { identities: ['frontend.web.serviceaccount.identity.linkerd.cluster.local'] }
  const world: readonly Json[] = [
    server('shop/cart', { proxyProtocol: 'HTTP/1' }),
    policy('shop/p', [{ group, kind: 'MeshTLSAuthentication', name: 'web' }]),
    inNamespace('MeshTLSAuthentication', 'shop/web', client),
    service('shop/cart'),
    service('shop/canary'),
    pod('shop/canary', { labels: { app: 'canary' } }, { serviceAccountName: 'cart' }),
    service('shop/thief'),
    pod('shop/thief', { labels: { app: 'thief' } }, { serviceAccountName: 'thief' }),
  ]
  const certain = Region.intersection([
    Region.where('caller', Language.literals(['cluster.local/ns/web/sa/frontend'])),
    Region.where('protocol', Language.literals(['http'])),
    Region.where('method', Language.literals(['GET'])),
    Region.where('path', Language.literals(['/'])),
    Region.where('authority', Language.literals(['cart'])),
  ])
  const parents = (more: Json = {}) => [{ group: '', kind: 'Service', name: 'cart', port: 80, ...more }]
  const leading = (name: string, more: Json = {}) => ({ backendRefs: [{ name, port: 80, ...more }] })

  function producer(rules: readonly Json[], parentRefs: readonly Json[] = parents(), id = 'shop/r'): Json {
    return inNamespace('LinkerdHTTPRoute', id, { parentRefs, rules })
  }

  /** Whether `GET /` of the caller is certain to get to the Pods of `cart`. */
  function arrives(...objects: readonly Json[]): boolean {
    const found = reach(readAll([...base, ...world, ...objects]).layer)
      .portsOf({ namespace: 'shop', serviceAccount: 'cart' })
      .find(({ workload, port }) => workload.name === 'cart' && port === 8080)
    assert.ok(found)
    return certain.within(found.bounds.must)
  }

  it('leave a call where it was going, or take it to other Pods of the callee’s own', () => {
    assert.ok(arrives())
    assert.ok(arrives(producer([leading('cart')])))
    assert.ok(arrives(producer([{}])), 'without a backend it is the Service’s own')
    assert.ok(
      arrives(
        producer([
          {
            backendRefs: [
              { name: 'cart', port: 80 },
              { name: 'canary', port: 80 },
            ],
          },
        ]),
      ),
    )
    assert.ok(
      arrives(
        producer([
          {
            backendRefs: [
              { name: 'cart', port: 80 },
              { name: 'thief', port: 80, weight: 0 },
            ],
          },
        ]),
      ),
    )
  })

  it('lead it away to Pods of another account, to a Service that is not there, and to nobody', () => {
    assert.ok(!arrives(producer([leading('thief')])))
    assert.ok(
      !arrives(
        producer([
          {
            backendRefs: [
              { name: 'cart', port: 80 },
              { name: 'thief', port: 80, weight: 1 },
            ],
          },
        ]),
      ),
    )
    assert.ok(!arrives(producer([leading('missing')])))
    assert.ok(!arrives(producer([leading('cart', { port: 81 })])))
    assert.ok(!arrives(producer([leading('cart', { namespace: 'web' })])))
    assert.ok(!arrives(producer([{ backendRefs: [{ group, kind: 'EgressNetwork', name: 'net' }] }])))
  })

  it('answer what none of them takes, so that a part is not enough', () => {
    const some = [{ matches: [{ path: { type: 'PathPrefix', value: '/api' } }], ...leading('cart') }]
    assert.ok(!arrives(producer(some)))
    assert.ok(arrives(producer([...some, leading('cart')])))
    assert.ok(
      !arrives(
        inNamespace('LinkerdHTTPRoute', 'shop/r', {
          parentRefs: parents(),
          hostnames: ['other'],
          rules: [leading('cart')],
        }),
      ),
    )
  })

  it('count beside the Service and beside the caller, at their port or at all', () => {
    const away = [leading('thief')]
    const named = parents({ namespace: 'shop' })
    assert.ok(!arrives(producer(away, named, 'web/r')))
    assert.ok(arrives(producer(away, named, 'pay/r')))
    assert.ok(arrives(producer(away, parents({ port: 81 }))))
    assert.ok(!arrives(producer(away, [{ group: 'core', kind: 'Service', name: 'cart' }])))
    assert.ok(arrives(producer(away, parents({ name: 'canary' }))))
  })

  it('make nothing certain where they are of gRPC, of bytes, or may not count', () => {
    assert.ok(!arrives(inNamespace('GRPCRoute', 'shop/r', { parentRefs: parents(), rules: [leading('cart')] })))
    assert.ok(!arrives(inNamespace('TCPRoute', 'shop/r', { parentRefs: parents(), rules: [leading('cart')] })))
    const mirror = { filters: [{ type: 'RequestMirror', requestMirror: { backendRef: { name: 'thief', port: 80 } } }] }
    assert.ok(
      !arrives(
        inNamespace('HTTPRoute', 'shop/r', { parentRefs: parents(), rules: [{ ...mirror, ...leading('cart') }] }),
      ),
    )
  })

  // `outbound/index/http.rs` convert_route, convert_backend; `grpc/outbound/http.rs` convert_outbound_route
  const two = service('shop/two', {}, {})
  const more = (name: string, selector: Json, ports: readonly Json[] = [{ port: 80, targetPort: 8080 }]): Json =>
    inNamespace('Service', `shop/${name}`, { selector, ports })
  const to = (name: string, changes: Json = {}) => ({ backendRefs: [{ name, port: 80, ...changes }] })
  const table: readonly (readonly [why: string, kept: boolean, rule: Json, more: readonly Json[]])[] = [
    ['a Service of Pods of the callee’s own', true, to('same'), [more('same', { app: 'canary' })]],
    [
      'a Service of Pods, one of another account',
      false,
      to('mixed'),
      [
        more('mixed', { tier: 'x' }),
        pod('shop/one', { labels: { tier: 'x' } }, { serviceAccountName: 'cart' }),
        pod('shop/other', { labels: { tier: 'x' } }, { serviceAccountName: 'thief' }),
      ],
    ],
    ['a Service of no Pods', false, to('empty'), [more('empty', { app: 'nobody' })]],
    ['a Service without a selector', false, to('bare'), [more('bare', {})]],
    [
      'a Service on another port of the Pods',
      false,
      to('away'),
      [more('away', { app: 'canary' }, [{ port: 80, targetPort: 9090 }])],
    ],
    ['a Service of another namespace', false, to('cart', { namespace: 'web' }), [service('web/cart')]],
    ['the Service, named with its namespace', true, to('cart', { namespace: 'shop' }), []],
    ['another port of the Service that leads elsewhere', false, to('double', { port: 81 }), []],
    [
      'another port of a Service that leads to the same',
      true,
      to('same', { port: 81 }),
      [
        more('same', { app: 'canary' }, [
          { name: 'a', port: 80, targetPort: 1 },
          { name: 'b', port: 81, targetPort: 8080 },
        ]),
      ],
    ],
    ['a backend without a port', false, { backendRefs: [{ name: 'cart' }] }, []],
    ['a backend that is no Service', false, to('cart', { kind: 'Odd', group: 'example.com' }), []],
    ['a backend that says it is a Service', true, to('cart', { kind: 'Service', group: '' }), []],
    ['a share of nobody’s, and none beside', false, to('cart', { weight: 0 }), []],
    ['a share of its own', true, to('cart', { weight: 3 }), []],
    ['a weight that is none', false, to('cart', { weight: -1 }), []],
    [
      'answers that are changed on the way',
      true,
      { ...to('cart'), filters: [{ type: 'ResponseHeaderModifier', responseHeaderModifier: {} }] },
      [],
    ],
    [
      'requests that are changed on the way',
      false,
      { ...to('cart'), filters: [{ type: 'RequestHeaderModifier', requestHeaderModifier: {} }] },
      [],
    ],
    [
      'requests that are changed for one backend',
      false,
      to('cart', { filters: [{ type: 'RequestHeaderModifier', requestHeaderModifier: {} }] }),
      [],
    ],
    ['a filter that nobody knows', false, { ...to('cart'), filters: [{ type: 'Odd', odd: {} }] }, []],
    ['a redirect', false, { ...to('cart'), filters: [{ type: 'RequestRedirect', requestRedirect: {} }] }, []],
    ['a path that cannot be', false, { matches: [{ path: { type: 'PathPrefix', value: 'x' } }], ...to('cart') }, []],
  ]
  for (const [why, kept, rule, others] of table)
    it(`${kept ? 'keep' : 'do not keep'} a call by ${why}`, () => {
      // Beside a rule that keeps everything: what voids the route voids that, too.
      const rules = 'matches' in rule ? [rule, leading('cart')] : [rule]
      assert.equal(arrives(producer(rules), two, ...others), kept)
    })

  it('are void for a filter that is not known in any of their rules, and not for one that is', () => {
    // `outbound/index/http.rs` convert_gateway_filter
    const beside = (filter: Json) =>
      arrives(producer([{ matches: [{ path: { type: 'Exact', value: '/x' } }], filters: [filter] }, leading('cart')]))
    assert.ok(beside({ type: 'RequestRedirect', requestRedirect: {} }))
    assert.ok(beside({ type: 'RequestHeaderModifier', requestHeaderModifier: {} }))
    assert.ok(beside({ type: 'ResponseHeaderModifier', responseHeaderModifier: {} }))
    assert.ok(!beside({ type: 'Odd', odd: {} }))
  })

  it('keep nothing where they could not be read, or hang nobody knows where', () => {
    const kept = leading('cart')
    const spec = { parentRefs: parents(), rules: [kept] }
    const annotated = (annotations: Json) => inNamespace('LinkerdHTTPRoute', 'shop/r', spec, { annotations })
    assert.ok(arrives(annotated({})))
    assert.ok(!arrives(annotated({ 'timeout.linkerd.io/request': 'soon' })))
    assert.ok(!arrives(annotated({ x: 1 })))
    assert.ok(!arrives(inNamespace('LinkerdHTTPRoute', 'shop/r', { ...spec, parentRefs: 'cart' })))
    assert.ok(!arrives(inNamespace('LinkerdHTTPRoute', 'shop/r', { ...spec, rules: 'cart' })))
    assert.ok(!arrives(object('LinkerdHTTPRoute', { name: 'r' }, { spec })))
    const other = { ...spec, parentRefs: parents({ name: 'canary' }) }
    assert.ok(arrives(inNamespace('LinkerdHTTPRoute', 'shop/r', { ...other, rules: 'cart' })))
  })
})

describe('what routes say of timeouts and retries', () => {
  // `outbound/index.rs` parse_timeouts, `outbound/index/http.rs` parse_http_retry, `outbound/index/grpc.rs` parse_grpc_retry, `policy-controller/k8s/api/src/duration.rs`
  const table: Readonly<Record<string, readonly [read: readonly string[], not: readonly string[]]>> = {
    'timeout.linkerd.io/request': [
      ['0', '10s', '1ms', '15m', '2h', '1d', '100s'],
      ['', '5', 's', '10x', 'x10s', '1.5s', '-1s', '10ss'],
    ],
    'timeout.linkerd.io/response': [['10s'], ['5', '10']],
    'timeout.linkerd.io/idle': [['10s'], ['5']],
    'retry.linkerd.io/timeout': [['10s'], ['5']],
    'retry.linkerd.io/limit': [
      ['0', '12'],
      ['', 'x', '1x', 'x1', '-1', '1.5'],
    ],
    'retry.linkerd.io/http': [
      ['5xx', 'gateway-error', '503', '5xx,gateway-error', '503,504,599'],
      ['', '5xx,', ',5xx', '603', '50', '5xx;503', '5xxx', 'x5xx'],
    ],
    'retry.linkerd.io/grpc': [
      ['cancelled', 'internal,unavailable', 'deadline-exceeded,resource-exhausted,cancelled'],
      ['', 'cancelled,', 'ok', 'cancelled internal', 'xcancelled', 'cancelledx'],
    ],
  }
  for (const [name, [read, not]] of Object.entries(table))
    it(name, () => {
      assert.deepEqual(
        [...read, ...not].filter(text => isPatient({ [name]: text })),
        read,
      )
    })
  it('is nothing, where they say nothing', () => {
    assert.ok(isPatient({}) && isPatient({ other: 'x' }))
  })
})
