import assert from 'node:assert/strict'
import { join } from 'node:path'
import { decide } from '../../../../core/analyze/decide'
import { read } from '../../../../core/analyze/read-istio'
import type { Compiled } from '../../../../core/compile/target'
import type { Graph, Traffic } from '../../../../core/graph/graph'
import { ambient, assumed, compiled, manifestOf, names, service, specOf, target, told } from '../../../support/compiled'
import { faults, schemasIn, shared } from '../../../support/crd'
import { objectsOf, proveObjects, sourced } from '../../../support/prove'

const get = { http: ['GET /'] }
const canary = { versions: { v1: { weight: 80 }, v2: { weight: 20 } } }
const everything: Traffic = {
  ...canary,
  timeout: '3s',
  retries: { attempts: 2, perTryTimeout: '1s' },
  outlierDetection: {},
}

/** `page` of `shop` and `ledger` of `pay` call `reviews` of `shop`. */
function world(traffic: Traffic, more: Partial<Graph> = {}): Partial<Graph> {
  return {
    services: {
      page: service('http', 8080),
      reviews: service('http', 9080, { ports: { http: { protocol: 'http', port: 9080, servicePort: 80 } }, traffic }),
      ledger: service('http', 8080, { namespace: 'pay' }),
    },
    calls: { page: { reviews: get }, ledger: { reviews: get } },
    ...more,
  }
}

/** The `spec` of a manifest, as it is. */
function fieldsOf(result: Compiled, name: string): Readonly<Record<string, unknown>> {
  return manifestOf(result, name).object.spec as Readonly<Record<string, unknown>>
}

const kinds = ['VirtualService', 'DestinationRule', 'HTTPRoute']
const objects = (result: Compiled) => kinds.flatMap(kind => names(result, `${kind} `))
const host = 'reviews.shop.svc.cluster.local'
const web = { web: { gateway: 'istio-ingress', hosts: ['shop.example.com'], routes: { reviews: get } } }
const gateways = { 'istio-ingress/shop-istio': { routing: 'gateway-api' } } as const
const routed = { web: { ...web.web, gateway: 'istio-ingress/shop-istio' } }
const onMixed = { kind: 'istio-ambient', dataPlanes: { shop: 'sidecar' } } as const

describe('the traffic of a service on sidecars', () => {
  it('is a VirtualService and a DestinationRule, shown to those who call and explained by them', () => {
    const result = compiled(world(everything))
    assert.deepEqual(objects(result), ['VirtualService shop/reviews', 'DestinationRule shop/reviews'])
    assert.deepEqual(specOf(result, 'VirtualService shop/reviews'), {
      hosts: [host],
      exportTo: ['.', 'pay'],
      http: [
        {
          route: [
            { destination: { host, subset: 'v1' }, weight: 80 },
            { destination: { host, subset: 'v2' }, weight: 20 },
          ],
          timeout: '3s',
          retries: {
            attempts: 2,
            perTryTimeout: '1s',
            retryOn: 'connect-failure,refused-stream,reset-before-request,reset',
          },
        },
      ],
    })
    assert.deepEqual(specOf(result, 'DestinationRule shop/reviews'), {
      host,
      exportTo: ['.', 'pay'],
      trafficPolicy: {
        outlierDetection: { consecutive5xxErrors: 5, baseEjectionTime: '30s', maxEjectionPercent: 10 },
      },
      subsets: [
        { name: 'v1', labels: { version: 'v1' } },
        { name: 'v2', labels: { version: 'v2' } },
      ],
    })
    assert.deepEqual(manifestOf(result, 'VirtualService shop/reviews').because, [
      'pay/ledger → shop/reviews:9080 GET /',
      'shop/page → shop/reviews:9080 GET /',
    ])
    assert.deepEqual(told(result), [])
  })

  it('repeats nothing that the service may have acted on, unless attempts have their time', () => {
    const retries = (given: Traffic['retries']) => {
      const result = compiled(world({ ...(given && { retries: given }) }))
      const { http } = fieldsOf(result, 'VirtualService shop/reviews') as { http: Record<string, unknown>[] }
      return http[0]?.retries
    }
    const retryOn = 'connect-failure,refused-stream,reset-before-request'
    assert.deepEqual(retries({ attempts: 3 }), { attempts: 3, retryOn })
    assert.deepEqual(retries({ attempts: 0 }), { attempts: 0 })
  })

  it('needs no object for what is not said, nor where nobody calls', () => {
    assert.deepEqual(objects(compiled(world({}))), [])
    assert.deepEqual(objects(compiled(world(everything, { calls: {} }))), [])
    assert.deepEqual(objects(compiled(world({ timeout: '1s' }))), ['VirtualService shop/reviews'])
    assert.deepEqual(objects(compiled(world({ outlierDetection: {} }))), ['DestinationRule shop/reviews'])
  })

  it('is followed by gateways through their own routes', () => {
    const entered = world(everything, { ingress: web, calls: {} })
    const result = compiled(entered)
    assert.deepEqual(objects(result), ['VirtualService istio-ingress/web', 'DestinationRule shop/reviews'])
    assert.deepEqual(fieldsOf(result, 'DestinationRule shop/reviews').exportTo, ['istio-ingress'])
    const { http } = fieldsOf(result, 'VirtualService istio-ingress/web') as { http: Record<string, unknown>[] }
    assert.deepEqual(http[0]?.route, [
      { destination: { host, port: { number: 80 }, subset: 'v1' }, weight: 80 },
      { destination: { host, port: { number: 80 }, subset: 'v2' }, weight: 20 },
    ])
    assert.equal(http[0]?.timeout, '3s')
  })

  it('gives each version a Service where a Route of a gateway has to name it', () => {
    const entered = world(everything, { ingress: routed, calls: {} })
    const result = compiled(entered, { gateways })
    assert.deepEqual(servicesOf(result), ['ledger', 'page', 'reviews', 'reviews-v1', 'reviews-v2'])
    assert.deepEqual(told(result), ['narrowed unread-traffic at services.reviews.traffic'])
    assert.deepEqual(servicesOf(compiled(entered)), ['ledger', 'page', 'reviews'])
  })

  it('is followed by a Route of a gateway, which names the versions’ Services, each with its share', () => {
    const rulesFor = (traffic: Traffic) => {
      const result = compiled(world(traffic, { ingress: routed, calls: {} }), { gateways })
      const { rules } = fieldsOf(result, names(result, 'HTTPRoute ')[0] ?? '') as { rules: Record<string, unknown>[] }
      return rules.map(({ backendRefs, timeouts }) => ({ backendRefs, timeouts }))
    }
    const to = (name: string, share: object = {}) => ({ name, namespace: 'shop', port: 80, ...share })
    const backendRefs = [to('reviews-v1', { weight: 80 }), to('reviews-v2', { weight: 20 })]
    assert.deepEqual(rulesFor(everything), [{ backendRefs, timeouts: { request: '3s' } }])
    assert.deepEqual(rulesFor({}), [{ backendRefs: [to('reviews')], timeouts: undefined }])
  })

  it('says whom it does not hold for: callers without a proxy that reads it, and connections of bytes', () => {
    assert.deepEqual(told(compiled(world(everything), onMixed)), [
      'narrowed unread-traffic at services.reviews.traffic',
    ])
    const ports = { http: { protocol: 'http', port: 9080 }, tcp: { protocol: 'tcp', port: 6379 } } as const
    const services = { page: service('http', 8080), reviews: service('http', 9080, { ports, traffic: canary }) }
    const bytes = compiled({ services, calls: { page: { reviews: { ...get, tcp: 'tcp' } } } })
    assert.deepEqual(
      bytes.problems.map(({ message }) => message),
      [
        'the traffic of `shop/reviews` does not hold for calls from `shop/page`: connections that carry any bytes go to all its Pods alike',
      ],
    )
  })
})

function servicesOf(result: Compiled): readonly string[] {
  const services = result.assumptions.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata)
  return services.flatMap(({ name, namespace }) => (namespace === 'istio-ingress' ? [] : [name])).sort()
}

describe('the traffic of an ambient service', () => {
  const result = ambient(world({ ...canary, timeout: '3s', outlierDetection: { maxEjected: 50 } }))

  it('is an HTTPRoute of its Service for each port that is called, to a Service for each version', () => {
    assert.deepEqual(objects(result), [
      'DestinationRule shop/reviews-v1',
      'DestinationRule shop/reviews-v2',
      'HTTPRoute shop/reviews.http',
    ])
    assert.deepEqual(specOf(result, 'HTTPRoute shop/reviews.http'), {
      parentRefs: [{ group: '', kind: 'Service', name: 'reviews', port: 80 }],
      rules: [
        {
          backendRefs: [
            { name: 'reviews-v1', port: 80, weight: 80 },
            { name: 'reviews-v2', port: 80, weight: 20 },
          ],
          timeouts: { request: '3s' },
        },
      ],
    })
    assert.deepEqual(specOf(result, 'DestinationRule shop/reviews-v2'), {
      host: 'reviews-v2.shop.svc.cluster.local',
      exportTo: ['.'],
      trafficPolicy: {
        outlierDetection: { consecutive5xxErrors: 5, baseEjectionTime: '30s', maxEjectionPercent: 50 },
      },
    })
    assert.deepEqual(told(result), [])
  })

  it('assumes a Pod and a Service for each version, and the Service of all', () => {
    assert.deepEqual(servicesOf(result), ['ledger', 'page', 'reviews', 'reviews-v1', 'reviews-v2'])
    const labels = { app: 'reviews', version: 'v1' }
    assert.deepEqual(assumed(result, 'Pod shop/reviews-v1').metadata.labels, labels)
    assert.deepEqual((assumed(result, 'Service shop/reviews-v1').spec as { selector: unknown }).selector, labels)
    assert.deepEqual((assumed(result, 'Service shop/reviews').spec as { selector: unknown }).selector, {
      app: 'reviews',
    })
  })

  it('leaves retries to the mesh’s default, and says so', () => {
    assert.deepEqual(told(ambient(world({ retries: { attempts: 1 } }))), [
      'narrowed unread-traffic at services.reviews.traffic.retries',
    ])
  })

  it('is spread by the waypoint for gateways too, and shown to a waypoint that lies elsewhere', () => {
    const entered = world({ ...canary, outlierDetection: {} }, { ingress: web, calls: {} })
    const shared = ambient(entered, { waypoints: { shop: { namespace: 'edge', name: 'shared' } } })
    const { http } = fieldsOf(shared, 'VirtualService istio-ingress/web') as { http: Record<string, unknown>[] }
    assert.deepEqual(http[0]?.route, [{ destination: { host, port: { number: 80 } } }])
    assert.deepEqual(fieldsOf(shared, 'DestinationRule shop/reviews-v1').exportTo, ['edge'])
  })

  it('asks for no waypoint by itself', () => {
    const bytes = { tcp: { protocol: 'tcp', port: 6379 } } as const
    const services = {
      page: service('http', 8080),
      redis: service('tcp', 6379, { ports: bytes, traffic: { outlierDetection: {} } }),
    }
    const silent = ambient({ services, calls: { page: { redis: { tcp: 'tcp' } } } })
    assert.deepEqual([...names(silent, 'Gateway'), ...objects(silent)], [])
    assert.deepEqual(told(silent), ['narrowed unread-traffic at services.redis.traffic'])
  })
})

describe('a version of a service', () => {
  const call = (workload: string, { caller, via }: { readonly caller: string; readonly via: string }) =>
    ({
      id: 'r',
      from: {
        kind: 'identity',
        identity: { trustDomain: target.trustDomain, namespace: 'shop', serviceAccount: caller },
      },
      to: { namespace: 'shop', workload, port: 9080, viaService: via, servicePort: 80 },
      http: { method: 'GET', path: '/', host: via, headers: {} },
    }) as unknown as Parameters<typeof decide>[1]
  const graph = world(canary, { calls: { page: { reviews: get } } })
  // Also where nothing of ours asks for it, somebody may have given a version its Service.
  const versions = ambient(graph).assumptions.filter(
    ({ kind, metadata }) => kind === 'Service' && /-v\d$/.test(metadata.name),
  )
  const objectsWith = (result: Compiled) => [
    ...objectsOf(result).filter(({ kind, metadata }) => kind !== 'Service' || !/-v\d$/.test(metadata.name)),
    ...versions,
  ]
  const verdict = (result: Compiled, workload: string, asked: { readonly caller: string; readonly via: string }) =>
    decide(read(sourced(objectsWith(result))).layer, call(workload, asked)).verdict

  for (const [plane, result] of [
    ['sidecars', compiled(graph)],
    ['ambient', ambient(graph)],
  ] as const) {
    it(`has the callers of the service on ${plane}, and no other`, () => {
      for (const workload of ['reviews-v1', 'reviews-v2']) {
        assert.equal(verdict(result, workload, { caller: 'page', via: 'reviews' }), 'allow')
        assert.equal(verdict(result, workload, { caller: 'ledger', via: 'reviews' }), 'deny')
        assert.equal(verdict(result, workload, { caller: 'ledger', via: workload }), 'deny')
      }
    })

    it(`is as closed on ${plane} with its Service there as without`, () => {
      const declared = { external: {}, ingress: {}, outside: {}, services: {}, calls: {}, ...graph }
      const to = plane === 'ambient' ? ({ ...target, kind: 'istio-ambient' } as const) : target
      assert.deepEqual(proveObjects(objectsWith(result), declared, to).differences, [])
    })
  }

  it('has a Service that leads ambient callers to nobody: the waypoint admits them to the service alone', () => {
    for (const waypoints of [{}, { shop: 'service' }] as const) {
      const { layer } = read(sourced(objectsOf(ambient(graph, { waypoints }))))
      const asked = call('reviews-v1', { caller: 'page', via: 'reviews-v1' })
      assert.equal(decide(layer, asked).verdict, 'deny')
    }
  })
})

if (shared !== undefined) {
  const crds = join(shared, 'crds')
  const schemas = new Map(
    ['istio-1.30.3.yaml', 'gateway-api-v1.5.1-standard.yaml'].flatMap(file => [...schemasIn(join(crds, file))]),
  )

  describe('the objects of traffic', () => {
    it('are what the schemas of both APIs ask for', () => {
      const made = [compiled(world(everything)), ambient(world(everything)), ambient(world({ timeout: '1s' }))]
      const routing = made.flatMap(({ manifests }) => manifests.filter(({ object }) => kinds.includes(object.kind)))
      assert.equal(routing.length, 2 + 3 + 1)
      for (const { object } of routing) {
        const { properties } = schemas.get(`${object.apiVersion}/${object.kind}`) ?? {}
        assert.ok(properties, object.kind)
        assert.deepEqual(faults({ properties }, { spec: object.spec }, object.kind), [])
      }
    })
  })
}
