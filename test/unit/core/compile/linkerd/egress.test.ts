import assert from 'node:assert/strict'
import type { Compiled, LinkerdTarget } from '../../../../../core/compile/target'
import type { External, Graph } from '../../../../../core/graph/graph'
import { graphOf, manifestOf, names, service, told } from '../../../../support/compiled'
import { linkerdTarget, onLinkerd } from '../../../../support/linkerd'
import { prove } from '../../../../support/prove'

const ports = {
  http: { protocol: 'http', port: 80 },
  https: { protocol: 'tls', port: 443 },
  rpc: { protocol: 'grpc', port: 8443 },
  pg: { protocol: 'tcp', port: 5432 },
} as const
const api: External = { hosts: ['API.example.com'], ports }
const experimental: Partial<LinkerdTarget> = { gatewayApi: 'experimental' }

/** `shop/a` calls `api`, on the ports that are named. */
function leaving(calls: Graph['calls'][string][string], external: Partial<External> = {}): Partial<Graph> {
  return {
    services: { a: service('http', 8080) },
    external: { api: { ...api, ...external } },
    calls: { a: { api: calls } },
  }
}

const parent = (port: number) => ({ group: 'policy.linkerd.io', kind: 'EgressNetwork', name: 'egress', port })
const backendRefs = [{ group: 'policy.linkerd.io', kind: 'EgressNetwork', name: 'egress' }]

function spec(result: Compiled, name: string): unknown {
  return manifestOf(result, name).object.spec
}

describe('calls outside, for Linkerd', () => {
  it('leave no namespace where nobody declares any', () => {
    const result = onLinkerd({ services: { a: service('http', 8080), b: service('http', 8080, { namespace: 'pay' }) } })
    assert.deepEqual(names(result, 'EgressNetwork'), ['EgressNetwork pay/egress', 'EgressNetwork shop/egress'])
    assert.deepEqual(spec(result, 'EgressNetwork pay/egress'), { trafficPolicy: 'Deny' })
    assert.deepEqual(manifestOf(result, 'EgressNetwork pay/egress').because, ['pay (nobody may call anybody outside)'])
    assert.deepEqual(told(result), [])
  })

  it('in plain http leave for a host with the methods and paths that are declared in the namespace', () => {
    const result = onLinkerd({
      services: { a: service('http', 8080), b: service('http', 8081) },
      external: { api },
      calls: { a: { api: { http: ['GET /v1/**'] } }, b: { api: { http: ['POST /v1', 'GET /v1/**'] } } },
    })
    assert.deepEqual(spec(result, 'HTTPRoute shop/egress.api.example.com.80'), {
      parentRefs: [parent(80)],
      hostnames: ['api.example.com'],
      rules: [
        {
          matches: [
            { path: { type: 'Exact', value: '/v1' }, method: 'POST' },
            { path: { type: 'RegularExpression', value: '/v1/.*' }, method: 'GET' },
          ],
          backendRefs,
        },
      ],
    })
    assert.deepEqual(told(result), ['delegated egress-needs-network-policy at EgressNetwork shop/egress'])
  })

  it('are several routes where one would have more matches than a rule holds', () => {
    const paths = Array.from({ length: 65 }, (_, i) => `GET /p${i}`)
    const result = onLinkerd(leaving({ http: paths }))
    assert.deepEqual(names(result, 'HTTPRoute'), [
      'HTTPRoute shop/egress.api.example.com.80',
      'HTTPRoute shop/egress.api.example.com.80.2',
    ])
  })

  it('in TLS leave by server name, and bytes by port alone, which a Problem says', () => {
    const result = onLinkerd(leaving({ https: 'tls', rpc: ['a.B/C'], pg: 'tcp' }), experimental)
    for (const port of [443, 8443])
      assert.deepEqual(spec(result, `TLSRoute shop/egress.api.example.com.${port}`), {
        parentRefs: [parent(port)],
        hostnames: ['api.example.com'],
        rules: [{ backendRefs }],
      })
    assert.deepEqual(spec(result, 'TCPRoute shop/egress.5432'), {
      parentRefs: [parent(5432)],
      rules: [{ backendRefs }],
    })
    assert.deepEqual(
      result.problems.map(({ code, message }) => `${code}: ${message}`),
      [
        'egress-needs-network-policy: what leaves `shop` is limited for all its Pods alike, and by their own proxies, which a workload can go round',
        'unenforced-route: the host of `shop/a → external API.example.com:5432 tcp` is not enforced: any address may be called on port 5432',
        'unenforced-route: the route of `shop/a → external API.example.com:8443 grpc a.B/C` is not enforced: the caller may ask the host anything',
      ].sort(),
    )
  })

  it('are cut off in TLS and of bytes where only the standard channel of the Gateway API is installed', () => {
    const result = onLinkerd(leaving({ https: 'tls', rpc: ['a.B/C'], pg: 'tcp', http: ['GET /'] }))
    assert.deepEqual(names(result, 'TLSRoute'), [])
    assert.deepEqual(names(result, 'TCPRoute'), [])
    assert.equal(told(result).filter(text => text.startsWith('narrowed inexpressible')).length, 3)
  })

  it('are cut off where a port is called in two protocols, since proxies follow routes of one', () => {
    const result = onLinkerd(
      {
        services: { a: service('http', 8080) },
        external: {
          one: { hosts: ['one.example.com'], ports: { http: { protocol: 'http', port: 8443 } } },
          two: { hosts: ['two.example.com'], ports: { tls: { protocol: 'tls', port: 8443 } } },
        },
        calls: { a: { one: { http: ['GET /'] }, two: { tls: 'tls' } } },
      },
      experimental,
    )
    assert.deepEqual(names(result, 'TLSRoute'), [])
    assert.ok(told(result).includes('narrowed inexpressible at EgressNetwork shop/two:8443'), told(result).join())
  })

  it('are cut off where a proxy of the mesh was to send them through a gateway or in TLS', () => {
    for (const external of [{ gateway: 'egress' }, { tls: {} }]) {
      const result = onLinkerd(leaving({ http: ['GET /'] }, external))
      assert.deepEqual(names(result, 'HTTPRoute'), [])
      assert.deepEqual(told(result), ['narrowed inexpressible at EgressNetwork shop/api:80'])
    }
  })

  it('reads a port that is usually opaque where requests or TLS are declared there', () => {
    const usual = { ports: { http: { protocol: 'http', port: 9300 }, sql: { protocol: 'tcp', port: 3306 } } } as const
    const result = onLinkerd(leaving({ http: ['GET /'], sql: 'tcp' }, usual), experimental)
    const { annotations } = manifestOf(result, 'EgressNetwork shop/egress').object.metadata
    assert.deepEqual(annotations, { 'config.linkerd.io/opaque-ports': '3306' })
  })

  it('let everything through at stage `strict`, with all the routes in place', () => {
    const result = onLinkerd(leaving({ http: ['GET /'] }), { stages: { shop: 'strict' } })
    assert.deepEqual(spec(result, 'EgressNetwork shop/egress'), { trafficPolicy: 'Allow' })
    assert.deepEqual(names(result, 'HTTPRoute'), ['HTTPRoute shop/egress.api.example.com.80'])
    const standard = onLinkerd(leaving({ https: 'tls' }), { stages: { shop: 'strict' } })
    assert.deepEqual(told(standard), [])
  })

  it('have no route at stage `strict` that would make nothing of what else comes on its port', () => {
    const strict = { ...experimental, stages: { shop: 'strict' } } as const
    const both = (protocol: 'tls' | 'tcp'): Partial<Graph> => ({
      services: { a: service('http', 8080) },
      external: {
        one: { hosts: ['one.example.com'], ports: { http: { protocol: 'http', port: 8443 } } },
        two: { hosts: ['two.example.com'], ports: { it: { protocol, port: 8443 }, own: { protocol, port: 9443 } } },
      },
      calls: { a: { one: { http: ['GET /'] }, two: { it: protocol, own: protocol } } },
    })
    const routes = (parts: Partial<Graph>) => names(onLinkerd(parts, strict)).filter(name => name.includes('Route '))
    assert.deepEqual(routes(both('tls')), [
      'HTTPRoute shop/egress.one.example.com.8443',
      'TLSRoute shop/egress.two.example.com.9443',
    ])
    assert.deepEqual(routes(both('tcp')), ['HTTPRoute shop/egress.one.example.com.8443', 'TCPRoute shop/egress.9443'])
  })

  it('are cut off where no route has words for the request', () => {
    const at = 'narrowed inexpressible at EgressNetwork shop/api:80'
    const wrong = ['GET /a//b', 'GET /a/../b', `GET /${'a'.repeat(1100)}`, 'FETCH /a']
    for (const route of wrong) {
      const result = onLinkerd(leaving({ http: [route] }))
      assert.deepEqual(names(result, 'HTTPRoute'), [], route)
      assert.deepEqual(told(result), [at], route)
    }
  })

  it('are proved to be those that are declared, and no others', () => {
    const declared = graphOf(leaving({ https: 'tls', rpc: ['a.B/C'], pg: 'tcp', http: ['GET /x/*', 'POST /y'] }))
    const to = { ...linkerdTarget, ...experimental }
    assert.deepEqual(prove(declared, to).differences, [])
    const cut = prove(declared, linkerdTarget).differences
    assert.deepEqual(
      cut.map(({ kind, text }) => `${kind} ${text}`),
      [
        'cut shop/a → external API.example.com:443 tls',
        'cut shop/a → external API.example.com:5432 tcp',
        'cut shop/a → external API.example.com:8443 grpc a.B/C',
      ],
    )
  })
})
