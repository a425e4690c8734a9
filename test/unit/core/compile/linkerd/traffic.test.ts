import assert from 'node:assert/strict'
import type { Compiled } from '../../../../../core/compile/target'
import type { Graph, Traffic } from '../../../../../core/graph/graph'
import { assumed, graphOf, manifestOf, names, service, told } from '../../../../support/compiled'
import { linkerdTarget, onLinkerd, readably } from '../../../../support/linkerd'
import { prove } from '../../../../support/prove'

const caller = { namespace: 'shop', ports: {} }
const versions: Traffic['versions'] = { v1: { weight: 90 }, v2: { weight: 10 } }

function calling(traffic: Traffic, more: Partial<Graph> = {}): Partial<Graph> {
  return {
    services: { a: caller, b: service('http', 8080, { traffic }), g: service('grpc', 7070, { traffic }) },
    calls: { a: { b: { http: ['GET /'] }, g: { grpc: ['a.B/C'] } } },
    ...more,
  }
}

function object(result: Compiled, name: string) {
  return manifestOf(result, name).object
}

describe('traffic on Linkerd', () => {
  it('has no route where nothing is said of it', () => {
    const result = onLinkerd(calling({}))
    assert.deepEqual(names(readably(result), 'HTTPRoute'), ['HTTPRoute shop/b.http'])
  })

  it('spreads calls over the Services of its versions, by one rule for every request', () => {
    const result = onLinkerd(calling({ versions }))
    assert.deepEqual(object(result, 'HTTPRoute shop/b.http.traffic').spec, {
      parentRefs: [{ group: '', kind: 'Service', name: 'b', port: 8080 }],
      rules: [
        {
          backendRefs: [
            { name: 'b-v1', port: 8080, weight: 90 },
            { name: 'b-v2', port: 8080, weight: 10 },
          ],
        },
      ],
    })
    assert.deepEqual(names(readably(result), 'GRPCRoute'), ['GRPCRoute shop/g.grpc', 'GRPCRoute shop/g.grpc.traffic'])
    for (const version of ['v1', 'v2']) {
      assert.deepEqual((assumed(result, `Service shop/b-${version}`).spec as { selector: object }).selector, {
        app: 'b',
        version,
      })
      assert.deepEqual(assumed(result, `Pod shop/b-${version}`).metadata.labels, { app: 'b', version })
    }
    assert.deepEqual(told(result), [])
  })

  it('holds both versions to the same Server', () => {
    const result = onLinkerd(calling({ versions }))
    assert.deepEqual(names(result, 'Server'), ['Server shop/b.http', 'Server shop/g.grpc'])
    assert.deepEqual(prove(graphOf(calling({ versions })), linkerdTarget).differences, [])
  })

  it('says by annotations of the route how long a call is waited for and how often it is repeated', () => {
    const result = onLinkerd(calling({ timeout: '3s', retries: { attempts: 2, perTryTimeout: '500ms' } }))
    const patience = {
      'timeout.linkerd.io/request': '3s',
      'retry.linkerd.io/limit': '2',
      'retry.linkerd.io/timeout': '500ms',
    }
    assert.deepEqual(object(result, 'HTTPRoute shop/b.http.traffic').metadata.annotations, {
      ...patience,
      'retry.linkerd.io/http': 'gateway-error',
    })
    assert.deepEqual(object(result, 'GRPCRoute shop/g.grpc.traffic').metadata.annotations, {
      ...patience,
      'retry.linkerd.io/grpc': 'unavailable',
    })
    assert.deepEqual(told(result), [])
  })

  it('asks for no repeating where there are to be no attempts, which is what proxies do anyway', () => {
    const result = onLinkerd(calling({ retries: { attempts: 0 } }))
    assert.equal(object(result, 'HTTPRoute shop/b.http.traffic').metadata.annotations, undefined)
  })

  it('names the Service’s port, which is what callers call', () => {
    const result = onLinkerd({
      services: {
        a: caller,
        b: {
          namespace: 'shop',
          ports: { http: { protocol: 'http', port: 8080, servicePort: 80 } },
          traffic: { versions },
        },
      },
      calls: { a: { b: { http: ['GET /'] } } },
    })
    assert.match(JSON.stringify(object(result, 'HTTPRoute shop/b.http.traffic').spec), /"name":"b","port":80\}/)
    assert.match(JSON.stringify(object(result, 'HTTPRoute shop/b.http.traffic').spec), /"name":"b-v1","port":80,/)
  })

  it('is narrowed where Pods are to be left out, which Services alone can say', () => {
    const result = onLinkerd(calling({ outlierDetection: { consecutiveErrors: 3, ejectionTime: '10s' } }))
    assert.deepEqual(told(result), [
      'narrowed unread-traffic at services.b.traffic',
      'narrowed unread-traffic at services.g.traffic',
    ])
    assert.match(result.problems[0]?.hint ?? '', /consecutive-max-failures: "3"/)
  })

  it('is narrowed for callers without a proxy, for bytes and for Services without an address', () => {
    const outside: Graph['outside'] = { legacy: { kind: 'nodes', routes: { b: { http: ['GET /'] } } } }
    assert.deepEqual(told(onLinkerd(calling({ timeout: '1s' }, { outside }))), [
      'narrowed unread-traffic at services.b.traffic',
    ])
    const ports = {
      http: { protocol: 'http', port: 8080 },
      raw: { protocol: 'tcp', port: 9000 },
    } as const
    const both = { a: caller, b: { namespace: 'shop', ports, traffic: { versions } } }
    assert.deepEqual(told(onLinkerd({ services: both, calls: { a: { b: { http: ['GET /'], raw: 'tcp' } } } })), [
      'narrowed unread-traffic at services.b.traffic',
    ])
    const headless = { a: caller, b: service('http', 8080, { headless: true, traffic: { timeout: '1s' } }) }
    const result = onLinkerd({ services: headless, calls: { a: { b: { http: ['GET /'] } } } })
    assert.deepEqual(told(result), ['narrowed unread-traffic at services.b.traffic'])
    assert.deepEqual(names(readably(result), 'HTTPRoute'), ['HTTPRoute shop/b.http'])
  })

  it('says that a gateway follows it only where it calls the Service', () => {
    const ingress = { web: { gateway: 'edge', hosts: ['x.example.com'], routes: { b: { http: ['GET /in'] } } } }
    const problems = told(onLinkerd(calling({ timeout: '1s' }, { ingress })))
    assert.ok(problems.includes('delegated unread-traffic at services.b.traffic'), problems.join())
  })
})

describe('services that other clusters may call', () => {
  const exports = { 'shop/b': 'pods', 'shop/g': 'federated' } as const
  const label = (result: Compiled, name: string) => assumed(result, `Service ${name}`).metadata.labels

  it('are labelled, as far as what their owners deploy is assumed', () => {
    const result = onLinkerd(calling({}), { exports })
    assert.deepEqual(label(result, 'shop/b'), { 'mirror.linkerd.io/exported': 'remote-discovery' })
    assert.deepEqual(label(result, 'shop/g'), { 'mirror.linkerd.io/federated': 'member' })
    assert.deepEqual(told(result), [
      'delegated identities-across-clusters at target.exports.shop/b',
      'delegated identities-across-clusters at target.exports.shop/g',
    ])
    assert.deepEqual(result.manifests, onLinkerd(calling({})).manifests)
  })

  it('let in nobody by the gateway that the graph does not name', () => {
    const through = { exports: { 'shop/b': 'gateway' } } as const
    const closed = onLinkerd(calling({}), through)
    assert.deepEqual(label(closed, 'shop/b'), { 'mirror.linkerd.io/exported': 'true' })
    assert.deepEqual(told(closed), ['narrowed unreachable-export at target.exports.shop/b'])
    const gateway = 'linkerd-multicluster/linkerd-gateway'
    const ingress = { west: { gateway, hosts: ['b.shop.example.com'], routes: { b: { http: ['GET /'] } } } }
    assert.deepEqual(told(onLinkerd(calling({}, { ingress }), through)), [
      'delegated unlisted-entry at ingress.west.gateway',
    ])
  })

  it('are refused where nobody is called so', () => {
    assert.deepEqual(told(onLinkerd(calling({}), { exports: { 'shop/bb': 'pods' } })), [
      'error unknown-service at target.exports.shop/bb',
    ])
  })
})
