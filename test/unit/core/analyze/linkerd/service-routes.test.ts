import assert from 'node:assert/strict'
import { reach } from '../../../../../core/analyze/reach'
import { Language } from '../../../../../core/model/language'
import { Region } from '../../../../../core/model/region'
import { inNamespace, pod, readAll, service, type Json } from '../objects'
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
})
