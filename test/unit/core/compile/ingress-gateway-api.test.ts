import assert from 'node:assert/strict'
import type { GatewayTarget } from '../../../../core/compile/target'
import type { Callees, Ingress } from '../../../../core/graph/graph'
import { assumed, compiled, manifestOf, names, service, specOf, told } from '../../../support/compiled'

const services = {
  shop: service('http', 8080, { ports: { http: { protocol: 'http', port: 8080, servicePort: 80 } } }),
  beside: service('http', 9000, { namespace: 'edge' }),
}
const key = 'edge/door-istio'
const web: Ingress = { gateway: key, hosts: ['a.example.com'], routes: { shop: { http: ['GET /'] } } }

function at(ingress: Readonly<Record<string, Ingress>>, more: GatewayTarget = {}) {
  return compiled({ services, ingress }, { gateways: { [key]: { routing: 'gateway-api', ...more } } })
}
const routes = (http: readonly string[]): Callees => ({ shop: { http } })
const edge = (result: ReturnType<typeof at>, kind: string): string[] => names(result, `${kind} edge/`)

describe('a gateway routed by the Gateway API', () => {
  it('has a policy for its Gateway, a listener for each host, a route, and leave for it to reach other namespaces', () => {
    const result = at({ web })
    const { targetRefs } = specOf(result, 'AuthorizationPolicy edge/entries-of-door-istio')
    assert.deepEqual(targetRefs, [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'door' }])
    const { object } = manifestOf(result, 'Gateway edge/door')
    assert.equal(object.apiVersion, 'gateway.networking.k8s.io/v1')
    assert.equal(object.metadata.annotations, undefined)
    const allowedRoutes = { namespaces: { from: 'Same' } }
    assert.deepEqual(object.spec, {
      gatewayClassName: 'istio',
      listeners: [{ name: 'http.a.example.com', hostname: 'a.example.com', port: 80, protocol: 'HTTP', allowedRoutes }],
    })
    assert.deepEqual(specOf(result, 'HTTPRoute edge/web'), {
      parentRefs: [{ name: 'door', sectionName: 'http.a.example.com' }],
      hostnames: ['a.example.com'],
      rules: [
        {
          matches: [{ method: 'GET', path: { type: 'Exact', value: '/' } }],
          backendRefs: [{ name: 'shop', namespace: 'shop', port: 80 }],
        },
      ],
    })
    assert.deepEqual(specOf(result, 'ReferenceGrant shop/from-door.edge'), {
      from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'edge' }],
      to: [{ group: '', kind: 'Service', name: 'shop' }],
    })
  })

  it('needs no leave within its own namespace', () => {
    const result = at({ web: { ...web, routes: { beside: { http: ['GET /'] } } } })
    assert.deepEqual(names(result, 'ReferenceGrant'), [])
    assert.deepEqual(specOf(result, 'HTTPRoute edge/web').rules, [
      {
        matches: [{ method: 'GET', path: { type: 'Exact', value: '/' } }],
        backendRefs: [{ name: 'beside', port: 9000 }],
      },
    ])
  })

  it('serves in TLS alone where there is a certificate, and routes plaintext nowhere', () => {
    const result = at({ web: { ...web, hosts: ['*.example.com'], tls: { secret: 'one' } } })
    const allowedRoutes = { namespaces: { from: 'Same' } }
    const hostname = '*.example.com'
    const tls = { mode: 'Terminate', certificateRefs: [{ name: 'one' }] }
    assert.deepEqual(specOf(result, 'Gateway edge/door').listeners, [
      { name: 'https-under.example.com', hostname, port: 443, protocol: 'HTTPS', tls, allowedRoutes },
      { name: 'http-under.example.com', hostname, port: 80, protocol: 'HTTP', allowedRoutes },
    ])
    const sections = edge(result, 'HTTPRoute').map(name => {
      const { parentRefs } = manifestOf(result, name).object.spec as { readonly parentRefs: readonly object[] }
      return [name, parentRefs]
    })
    assert.deepEqual(sections, [
      ['HTTPRoute edge/web', [{ name: 'door', sectionName: 'https-under.example.com' }]],
      ['HTTPRoute edge/web.to-https', [{ name: 'door', sectionName: 'http-under.example.com' }]],
    ])
    assert.deepEqual(specOf(result, 'HTTPRoute edge/web.to-https').rules, [
      { filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 301 } }] },
    ])
  })

  it('sends the path that a prefix of segments takes too far to whoever has it', () => {
    const both = { shop: { http: ['GET /api/**', 'POST /**'] }, beside: { http: ['GET /**'] } }
    const found = Object.fromEntries(
      specOf(at({ web: { ...web, routes: both } }), 'HTTPRoute edge/web').rules.map(rule => {
        const { matches, backendRefs } = rule as unknown as Record<
          string,
          { method?: string; path?: object; name?: string }[]
        >
        return [backendRefs?.[0]?.name, matches?.map(({ method, path }) => [method, path])]
      }),
    )
    assert.deepEqual(found, {
      shop: [
        ['GET', { type: 'PathPrefix', value: '/api' }],
        ['POST', { type: 'PathPrefix', value: '/' }],
      ],
      beside: [
        ['GET', { type: 'PathPrefix', value: '/' }],
        ['GET', { type: 'Exact', value: '/api' }],
      ],
    })
  })

  it('sends the path that a prefix of segments takes too far nowhere, where only a host has it that the wildcard takes in', () => {
    const under = (hosts: readonly string[], http: string): Ingress => ({ ...web, hosts, routes: routes([http]) })
    const rulesBeside = (hosts: readonly string[], http: string) =>
      specOf(at({ web: under(['*.example.com'], 'GET /api/**'), other: under(hosts, http) }), 'HTTPRoute edge/web')
        .rules
    const meant = {
      matches: [{ method: 'GET', path: { type: 'PathPrefix', value: '/api' } }],
      backendRefs: [{ name: 'shop', namespace: 'shop', port: 80 }],
    }
    const nowhere = { matches: [{ method: 'GET', path: { type: 'Exact', value: '/api' } }] }
    for (const http of ['GET /api', 'GET /*', 'GET /**'])
      assert.deepEqual(rulesBeside(['a.example.com'], http), [nowhere, meant], http)
    assert.deepEqual(rulesBeside(['*.a.example.com'], 'GET /api'), [nowhere, meant])
    assert.deepEqual(rulesBeside(['a.example.com'], 'POST /api'), [meant])
    assert.deepEqual(rulesBeside(['a.example.com'], 'GET /api/**'), [meant])
    assert.deepEqual(rulesBeside(['example.org'], 'GET /api'), [meant])
  })

  it('keeps the type of its Service', () => {
    const { metadata } = manifestOf(at({ web }, { service: 'NodePort' }), 'Gateway edge/door').object
    assert.deepEqual(metadata.annotations, { 'networking.istio.io/service-type': 'NodePort' })
  })

  it('assumes the Pods that istiod makes', () => {
    const result = at({ web: { ...web, tls: { secret: 'one' } } })
    const labels = { 'gateway.networking.k8s.io/gateway-name': 'door' }
    assert.deepEqual(assumed(result, 'Pod edge/door-istio').metadata.labels, labels)
    const { spec } = assumed(result, 'Pod edge/door-istio')
    assert.deepEqual(spec, { serviceAccountName: 'door-istio', containers: [{ name: 'gateway' }] })
    assert.deepEqual(assumed(result, 'Service edge/door-istio').spec, {
      selector: labels,
      ports: [
        { name: 'http2', port: 80, targetPort: 80 },
        { name: 'https', port: 443, targetPort: 443 },
      ],
    })
  })

  it('spreads more hosts, routes and callees over objects than one of them holds', () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`s${i}`, service('http', 8080)]))
    const ingress = {
      hosts: { ...web, hosts: Array.from({ length: 40 }, (_, i) => `h${i}.example.com`) },
      callees: {
        ...web,
        hosts: ['callees.example.com'],
        routes: Object.fromEntries(Object.keys(many).map(name => [name, { http: [`GET /${name}/**`] }])),
      },
      paths: {
        ...web,
        hosts: ['paths.example.com'],
        routes: routes(Array.from({ length: 300 }, (_, i) => `GET /${i}`)),
      },
    }
    const result = compiled(
      { services: { ...services, ...many }, ingress },
      { gateways: { [key]: { routing: 'gateway-api' } } },
    )
    assert.deepEqual(told(result), [])
    const sizes = edge(result, 'HTTPRoute').map(name => {
      const { hostnames, rules } = manifestOf(result, name).object.spec as {
        readonly hostnames: readonly string[]
        readonly rules: readonly { readonly matches: readonly object[] }[]
      }
      return [name.replace('HTTPRoute edge/', ''), hostnames.length, ...rules.map(({ matches }) => matches.length)]
    })
    assert.deepEqual(sizes, [
      ['callees', 1, ...Array.from({ length: 16 }, () => 1)],
      ['callees.2', 1, 1, 1, 1, 1],
      ['hosts', 16, 1],
      ['hosts.2', 16, 1],
      ['hosts.3', 8, 1],
      ['paths', 1, 64, 64],
      ['paths.2', 1, 64, 64],
      ['paths.3', 1, 44],
    ])
    const grants = names(result, 'ReferenceGrant')
    assert.deepEqual(grants, ['ReferenceGrant shop/from-door.edge', 'ReferenceGrant shop/from-door.edge.2'])
  })

  it('says which hosts it has no listener left for, and serves the others', () => {
    const hosts = Array.from({ length: 40 }, (_, i) => `h${String(i).padStart(2, '0')}.example.com`)
    const result = at({ web: { ...web, hosts, tls: { secret: 'one' } } })
    assert.deepEqual(told(result), ['narrowed too-many-hosts at gateway edge/door-istio'])
    assert.match(
      result.problems[0]?.message ?? '',
      /does not serve `h32\.example\.com`, `h33\.example\.com`, .* and 5 more$/,
    )
    assert.equal(specOf(result, 'Gateway edge/door').listeners.length, 64)
  })
})
