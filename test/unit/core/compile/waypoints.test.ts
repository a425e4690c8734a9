import assert from 'node:assert/strict'
import type { Graph } from '../../../../core/graph/graph'
import { ambient, assumed, manifestOf, names, service, specOf, told } from '../../../support/compiled'

const get = { http: ['GET /'] }
const labelsOf = (result: ReturnType<typeof ambient>, name: string) => manifestOf(result, name).object.metadata.labels

/** `a` calls `b` on a route and `c` by bytes, in `shop`; `d` calls `e` on a route, in `pay`. */
const world: Partial<Graph> = {
  services: {
    a: service('http', 8080),
    b: service('http', 8080),
    c: service('tcp', 6379),
    d: service('http', 8080, { namespace: 'pay' }),
    e: service('http', 8080, { namespace: 'pay' }),
  },
  calls: { a: { b: get, c: { tcp: 'tcp' } }, d: { e: get } },
}
const bytesOnly: Partial<Graph> = { ...world, calls: { a: { c: { tcp: 'tcp' } } } }

describe('a waypoint', () => {
  it('stands where a call needs one, explained by the calls that do', () => {
    const result = ambient(world)
    assert.deepEqual(names(result, 'Gateway'), ['Gateway pay/waypoint', 'Gateway shop/waypoint'])
    assert.deepEqual(manifestOf(result, 'Gateway shop/waypoint'), {
      object: {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'Gateway',
        metadata: {
          name: 'waypoint',
          namespace: 'shop',
          labels: { 'app.kubernetes.io/managed-by': 'zero-trust-mesh', 'istio.io/waypoint-for': 'service' },
        },
        spec: {
          gatewayClassName: 'istio-waypoint',
          listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE' }],
        },
      },
      because: ['shop/a → shop/b:8080 GET /'],
    })
  })

  it('follows the tag or the revision of the control plane', () => {
    const rev = (more: object) => labelsOf(ambient(world, more), 'Gateway shop/waypoint')?.['istio.io/rev']
    assert.equal(rev({}), undefined)
    assert.equal(rev({ revision: '1-30-3' }), '1-30-3')
    assert.equal(rev({ revision: '1-30-3', tag: 'prod' }), 'prod')
  })

  it('is missing where nobody needs one', () => {
    const result = ambient(bytesOnly)
    assert.deepEqual(names(result, 'Gateway'), [])
    assert.deepEqual(names(result, 'AuthorizationPolicy istio-system'), [])
    assert.deepEqual(result.namespaces, {
      pay: { 'istio.io/dataplane-mode': 'ambient' },
      shop: { 'istio.io/dataplane-mode': 'ambient' },
    })
  })

  it('admits nobody by default, by one policy for all of them in the root namespace', () => {
    const result = ambient(world, { rootNamespace: 'policies' })
    assert.deepEqual(names(result, 'AuthorizationPolicy policies'), [
      'AuthorizationPolicy policies/default-deny-waypoints',
    ])
    const { object, because } = manifestOf(result, 'AuthorizationPolicy policies/default-deny-waypoints')
    assert.deepEqual(object.spec, {
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'GatewayClass', name: 'istio-waypoint' }],
    })
    assert.deepEqual(because, ['pay/d → pay/e:8080 GET /', 'shop/a → shop/b:8080 GET /', 'shop/a → shop/c:6379 tcp'])
  })

  it('binds a policy to the Service, which lies beside it', () => {
    const { targetRefs, selector, action } = specOf(ambient(world), 'AuthorizationPolicy shop/routes-to-b')
    assert.deepEqual(targetRefs, [{ group: '', kind: 'Service', name: 'b' }])
    assert.deepEqual({ selector, action }, { selector: undefined, action: 'ALLOW' })
  })
})

describe('a waypoint of the namespace', () => {
  it('is named by the Namespace, for callers in the mesh and for gateways', () => {
    const result = ambient(world)
    const labels = {
      'istio.io/dataplane-mode': 'ambient',
      'istio.io/use-waypoint': 'waypoint',
      'istio.io/ingress-use-waypoint': 'true',
    }
    assert.deepEqual(result.namespaces, { pay: labels, shop: labels })
    assert.deepEqual(assumed(result, 'Namespace shop').metadata.labels, labels)
    assert.equal(assumed(result, 'Service shop/b').metadata.labels, undefined)
  })

  it('takes all calls to the Services there, those that need no waypoint included', () => {
    const result = ambient(world)
    const [guard, ...rest] = specOf(result, 'AuthorizationPolicy shop/callers-of-c').rules
    assert.deepEqual(rest, [])
    // The caller too: its bytes are admitted straight as well, so that they go on while the waypoint comes or goes.
    assert.deepEqual(guard?.from, [
      { source: { principals: ['td.example/ns/shop/sa/a', 'td.example/ns/shop/sa/waypoint'] } },
    ])
    const [rule] = specOf(result, 'AuthorizationPolicy shop/routes-to-c').rules
    assert.deepEqual(rule?.to, [{ operation: { ports: ['6379'] } }])
  })

  it('does not take calls to hosts outside, which nobody would be admitted to there', () => {
    const external = {
      stripe: { hosts: ['api.stripe.com'], ports: { https: { protocol: 'tls' as const, port: 443 } } },
    }
    const stripe = { stripe: { https: 'tls' as const } }
    const declared = { ...world, external, calls: { ...world.calls, a: { b: get, ...stripe } } }
    const none = { 'app.kubernetes.io/managed-by': 'zero-trust-mesh', 'istio.io/use-waypoint': 'none' }
    // Also where no waypoint stands, so that one may come without a call being lost.
    for (const result of [
      ambient(declared),
      ambient({ ...bytesOnly, external, calls: { a: stripe } }),
      ambient(declared, { waypoints: { shop: 'service' } }),
      ambient(declared, { stages: { shop: 'strict' } }),
    ]) {
      assert.deepEqual(labelsOf(result, 'ServiceEntry shop/api.stripe.com'), none)
    }
    const onSidecars = labelsOf(
      ambient(declared, { dataPlanes: { shop: 'sidecar' } }),
      'ServiceEntry shop/api.stripe.com',
    )
    assert.deepEqual(onSidecars, { 'app.kubernetes.io/managed-by': 'zero-trust-mesh' })
  })
})

describe('a waypoint of one service', () => {
  const result = ambient(world, { waypoints: { shop: 'service' } })

  it('stands only before services that need one', () => {
    assert.deepEqual(names(result, 'Gateway shop'), ['Gateway shop/waypoint-b'])
    assert.deepEqual(names(result, 'AuthorizationPolicy shop/routes'), ['AuthorizationPolicy shop/routes-to-b'])
    assert.deepEqual(specOf(result, 'AuthorizationPolicy shop/callers-of-b').rules[0]?.from, [
      { source: { principals: ['td.example/ns/shop/sa/waypoint-b'] } },
    ])
    assert.deepEqual(specOf(result, 'AuthorizationPolicy shop/callers-of-c').rules[0]?.from, [
      { source: { principals: ['td.example/ns/shop/sa/a'] } },
    ])
  })

  it('is named by the Service, which somebody else deploys, and not by its Namespace', () => {
    assert.deepEqual(result.namespaces.shop, { 'istio.io/dataplane-mode': 'ambient' })
    assert.deepEqual(assumed(result, 'Service shop/b').metadata.labels, {
      'istio.io/use-waypoint': 'waypoint-b',
      'istio.io/ingress-use-waypoint': 'true',
    })
    assert.equal(assumed(result, 'Service shop/c').metadata.labels, undefined)
    assert.equal(assumed(result, 'Service pay/e').metadata.labels, undefined)
  })

  it('has a name that fits, and that its policies have too', () => {
    const long = 'a-service-with-a-name-that-is-as-long-as-kubernetes-allows-them'
    const declared = {
      services: { a: service('http', 8080), [long]: service('http', 8080) },
      calls: { a: { [long]: get } },
    }
    const cut = ambient(declared, { waypoints: { shop: 'service' } })
    const [gateway = ''] = names(cut, 'Gateway')
    const name = gateway.slice('Gateway shop/'.length)
    assert.match(name, /^waypoint-a-service-with.{1,50}$/)
    assert.ok(name.length <= 63)
    const [guard = ''] = names(cut, 'AuthorizationPolicy shop/callers')
    assert.deepEqual(specOf(cut, guard).rules[0]?.from, [{ source: { principals: [`td.example/ns/shop/sa/${name}`] } }])
  })
})

describe('a shared waypoint', () => {
  const edge = { namespace: 'edge', name: 'shared' }
  const result = ambient(world, { waypoints: { shop: edge, pay: edge } })

  it('stands once, and is open to the namespaces that share it', () => {
    assert.deepEqual(names(result, 'Gateway'), ['Gateway edge/shared'])
    const { listeners } = specOf(result, 'Gateway edge/shared')
    const only = { key: 'kubernetes.io/metadata.name', operator: 'In', values: ['pay', 'shop'] }
    assert.deepEqual(listeners, [
      {
        name: 'mesh',
        port: 15008,
        protocol: 'HBONE',
        allowedRoutes: { namespaces: { from: 'Selector', selector: { matchExpressions: [only] } } },
      },
    ])
    assert.deepEqual(manifestOf(result, 'Gateway edge/shared').because, [
      'pay/d → pay/e:8080 GET /',
      'shop/a → shop/b:8080 GET /',
    ])
  })

  it('is named by each Namespace with where it lies, and let in to the Pods under its own identity', () => {
    for (const namespace of ['pay', 'shop']) {
      assert.deepEqual(result.namespaces[namespace], {
        'istio.io/dataplane-mode': 'ambient',
        'istio.io/use-waypoint': 'shared',
        'istio.io/use-waypoint-namespace': 'edge',
        'istio.io/ingress-use-waypoint': 'true',
      })
    }
    assert.deepEqual(specOf(result, 'AuthorizationPolicy shop/callers-of-b').rules[0]?.from, [
      { source: { principals: ['td.example/ns/edge/sa/shared'] } },
    ])
    assert.ok(names(result).includes('AuthorizationPolicy shop/routes-to-b'))
  })

  it('is not named by a namespace in which nobody needs it, nor open to it', () => {
    const partly = ambient(bytesOnly, { waypoints: { shop: edge, pay: edge } })
    assert.deepEqual(names(partly, 'Gateway'), [])
    const one = ambient({ ...world, calls: { d: { e: get } } }, { waypoints: { shop: edge, pay: edge } })
    assert.deepEqual(one.namespaces.shop, { 'istio.io/dataplane-mode': 'ambient' })
    assert.match(JSON.stringify(specOf(one, 'Gateway edge/shared').listeners), /"values":\["pay"\]/)
  })

  it('may be another namespace’s own', () => {
    const own = ambient(world, { waypoints: { pay: { namespace: 'shop', name: 'waypoint' } } })
    assert.deepEqual(told(own), [])
    assert.deepEqual(names(own, 'Gateway'), ['Gateway shop/waypoint'])
    assert.match(JSON.stringify(specOf(own, 'Gateway shop/waypoint').listeners), /"values":\["pay","shop"\]/)
    assert.equal(own.namespaces.pay?.['istio.io/use-waypoint-namespace'], 'shop')
    assert.equal(own.namespaces.shop?.['istio.io/use-waypoint-namespace'], undefined)
  })
})

describe('a waypoint that cannot be told from somebody else', () => {
  const clash = (services: Graph['services'], more: Partial<Graph> = {}, target: object = {}) =>
    ambient({ ...world, services: { ...world.services, ...services }, ...more }, target)

  it('is refused beside a service of its name or account, and what needs it is not admitted', () => {
    for (const services of [
      { waypoint: service('tcp', 1) },
      { other: service('tcp', 1, { serviceAccount: 'waypoint' }) },
    ]) {
      const result = clash(services)
      assert.deepEqual(told(result), [
        'error waypoint-clash at Gateway shop/waypoint',
        'narrowed inexpressible at shop/b:8080',
      ])
      assert.deepEqual(names(result, 'Gateway'), ['Gateway pay/waypoint'])
      assert.deepEqual(names(result, 'AuthorizationPolicy shop/routes'), [])
      assert.ok(!JSON.stringify(result.manifests).includes('/ns/shop/sa/waypoint'))
      assert.deepEqual(result.namespaces.shop, { 'istio.io/dataplane-mode': 'ambient' })
    }
  })

  it('names who stands in its way and what to do', () => {
    const [problem] = clash({ waypoint: service('tcp', 1) }).problems
    assert.deepEqual(problem, {
      code: 'waypoint-clash',
      severity: 'error',
      at: 'Gateway shop/waypoint',
      message: 'the waypoint `shop/waypoint` would have the name or account of `waypoint`',
      hint: 'rename it, or give the waypoint another name in `target.waypoints`',
    })
  })

  it('is refused beside a gateway or a scraper of its account', () => {
    const ingress = { web: { gateway: 'shop/waypoint', hosts: ['a.example'], routes: { b: get } } }
    assert.ok(told(clash({}, { ingress })).includes('error waypoint-clash at Gateway shop/waypoint'))
    const scraper = { namespace: 'shop', serviceAccount: 'waypoint' }
    const metered = { b: service('http', 8080, { metrics: { port: 9090, path: '/metrics' } }) }
    assert.ok(told(clash(metered, { scraper })).includes('error waypoint-clash at Gateway shop/waypoint'))
  })

  it('is refused where it is one service’s or shared, too', () => {
    const single = clash({ 'waypoint-b': service('tcp', 1) }, {}, { waypoints: { shop: 'service' } })
    assert.ok(told(single).includes('error waypoint-clash at Gateway shop/waypoint-b'))
    const shared = clash({}, {}, { waypoints: { shop: { namespace: 'pay', name: 'd' } } })
    assert.ok(told(shared).includes('error waypoint-clash at Gateway pay/d'))
  })

  it('is no concern in another namespace, nor where there is no waypoint', () => {
    const away = clash({ waypoint: service('tcp', 1, { namespace: 'data' }) })
    assert.deepEqual(told(away), [])
    assert.deepEqual(told(ambient({ services: { waypoint: service('tcp', 1), a: service('tcp', 1) } })), [])
  })
})
