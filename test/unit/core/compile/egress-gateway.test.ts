import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { External, Graph } from '../../../../core/graph/graph'
import { objectName } from '../../../../core/model/manifest'
import type { Compiled, IstioTarget } from '../../../../core/compile/target'
import { compiled, manifestOf, names, service, told } from '../../../support/compiled'
import { faults, schemasIn, shared } from '../../../support/crd'

const api: External = {
  hosts: ['api.example.com'],
  ports: { http: { protocol: 'http', port: 80 } },
  gateway: 'istio-egress',
  tls: {},
}
const calls = { a: { api: { http: ['GET /v1/**', 'POST /v1/charges'] } }, b: { api: { http: ['GET /v1/**'] } } }
const world = (external: Partial<External> = {}, more: Partial<Graph> = {}): Partial<Graph> => ({
  services: { a: service('http', 8080), b: service('http', 8080, { namespace: 'other' }) },
  external: { api: { ...api, ...external } },
  calls,
  ...more,
})
const through = (more: Partial<External> = {}, target: Partial<IstioTarget> = {}): Compiled =>
  compiled(world(more), target)
const spec = (result: Compiled, name: string): unknown => manifestOf(result, name).object.spec
const own = 'istio-egress.istio-egress.svc.cluster.local'

describe('a gateway that calls leave through', () => {
  it('takes requests in mTLS for the declared hosts and from VirtualServices beside it', () => {
    assert.deepEqual(spec(through(), 'Gateway istio-egress/calls-through-istio-egress'), {
      selector: { app: 'istio-egress', istio: 'egress' },
      servers: [
        {
          port: { number: 80, name: 'https-80', protocol: 'HTTPS' },
          tls: { mode: 'ISTIO_MUTUAL' },
          hosts: ['./api.example.com', `./${own}`],
        },
      ],
    })
  })

  it('lets out each caller with what it may ask of each host, however its port is written', () => {
    assert.deepEqual(spec(through(), 'AuthorizationPolicy istio-egress/calls-through-istio-egress'), {
      selector: { matchLabels: { app: 'istio-egress', istio: 'egress' } },
      action: 'ALLOW',
      rules: [
        {
          from: [{ source: { principals: ['td.example/ns/other/sa/b'] } }],
          to: [{ operation: { hosts: ['api.example.com', 'api.example.com:*'], methods: ['GET'], paths: ['/v1/*'] } }],
        },
        {
          from: [{ source: { principals: ['td.example/ns/shop/sa/a'] } }],
          to: [
            { operation: { hosts: ['api.example.com', 'api.example.com:*'], methods: ['GET'], paths: ['/v1/*'] } },
            {
              operation: { hosts: ['api.example.com', 'api.example.com:*'], methods: ['POST'], paths: ['/v1/charges'] },
            },
          ],
        },
      ],
    })
  })

  it('shares a rule among callers and hosts of the same routes', () => {
    const result = compiled({
      ...world({ hosts: ['x.example.com', 'y.example.com'] }),
      calls: { a: { api: { http: ['GET /'] } }, b: { api: { http: ['GET /'] } } },
    })
    const { rules } = spec(result, 'AuthorizationPolicy istio-egress/calls-through-istio-egress') as {
      rules: unknown[]
    }
    assert.deepEqual(rules, [
      {
        from: [{ source: { principals: ['td.example/ns/other/sa/b', 'td.example/ns/shop/sa/a'] } }],
        to: [
          {
            operation: {
              hosts: ['x.example.com', 'x.example.com:*', 'y.example.com', 'y.example.com:*'],
              methods: ['GET'],
              paths: ['/'],
            },
          },
        ],
      },
    ])
  })

  it('is what sidecars send the host’s requests to, and what sends them on', () => {
    const result = through()
    assert.deepEqual(spec(result, 'VirtualService shop/api.example.com'), {
      hosts: ['api.example.com'],
      exportTo: ['.'],
      http: [{ match: [{ port: 80 }], route: [{ destination: { host: own, port: { number: 80 } } }] }],
    })
    assert.deepEqual(spec(result, 'VirtualService istio-egress/api.example.com'), {
      hosts: ['api.example.com'],
      exportTo: ['.'],
      gateways: ['calls-through-istio-egress'],
      http: [{ route: [{ destination: { host: 'api.example.com', port: { number: 80 } } }] }],
    })
  })

  it('is spoken to in mTLS with a name that it listens for, by the callers’ namespaces alone', () => {
    assert.deepEqual(spec(through(), 'DestinationRule istio-egress/calls-through-istio-egress'), {
      host: own,
      exportTo: ['other', 'shop'],
      trafficPolicy: { portLevelSettings: [{ port: { number: 80 }, tls: { mode: 'ISTIO_MUTUAL', sni: own } }] },
    })
  })

  it('and not the callers speaks TLS to the host', () => {
    const result = through()
    assert.deepEqual(names(result, 'DestinationRule'), [
      'DestinationRule istio-egress/api.example.com',
      'DestinationRule istio-egress/calls-through-istio-egress',
    ])
    const ports = (name: string): unknown =>
      (spec(result, `ServiceEntry ${name}/api.example.com`) as { ports: unknown }).ports
    const port = { number: 80, name: 'http-80', protocol: 'HTTP', targetPort: 443 }
    assert.deepEqual(ports('istio-egress'), [port])
    // The same as before the host was moved behind the gateway: what goes there in plaintext goes nowhere.
    assert.deepEqual(ports('shop'), [port])
  })

  it('is known to the callers’ Sidecars beside the host', () => {
    const { egress } = spec(through(), 'Sidecar shop/callees-of-a') as { egress: unknown }
    assert.deepEqual(egress, [{ hosts: ['./api.example.com', `istio-egress/${own}`, 'istio-system/*'] }])
  })

  it('follows the cluster domain and the names of another account', () => {
    const result = through({ gateway: 'edge/out' }, { clusterDomain: 'corp.example' })
    const { selector } = spec(result, 'Gateway edge/calls-through-out') as { selector: unknown }
    assert.deepEqual(selector, { app: 'out', istio: 'out' })
    const { host } = spec(result, 'DestinationRule edge/calls-through-out') as { host: unknown }
    assert.equal(host, 'out.edge.svc.corp.example')
  })

  it('is assumed as the gateway chart deploys it', () => {
    const { assumptions } = through()
    const found = assumptions.filter(({ metadata }) => metadata.namespace === 'istio-egress').map(objectName)
    assert.deepEqual(found.sort(), [
      'Pod istio-egress/istio-egress',
      'Service istio-egress/istio-egress',
      'ServiceAccount istio-egress/istio-egress',
    ])
  })

  it('is not written down where nobody calls', () => {
    const result = compiled({ ...world(), calls: {} })
    assert.deepEqual(
      names(result).filter(name => name.includes('egress')),
      [],
    )
    assert.deepEqual(told(result), [])
  })

  it('enforces the routes, and says once that nobody has to go there', () => {
    assert.deepEqual(told(through()), ['delegated egress-needs-network-policy at external'])
  })

  it('only shadows its policy while its namespace is at stage strict', () => {
    const { metadata } = manifestOf(
      through({}, { stages: { 'istio-egress': 'strict' } }),
      'AuthorizationPolicy istio-egress/calls-through-istio-egress',
    ).object
    assert.deepEqual(metadata.annotations, { 'istio.io/dry-run': 'true' })
  })
})

describe('calls that cannot leave through a gateway', () => {
  const cut = (result: Compiled): void => {
    assert.ok(told(result).length > 0)
    assert.deepEqual(
      new Set(told(result).map(text => text.split(' ').slice(0, 2).join(' '))),
      new Set(['narrowed inexpressible']),
    )
    for (const kind of ['ServiceEntry', 'VirtualService', 'DestinationRule', 'Gateway']) {
      assert.deepEqual(names(result, kind), [])
    }
  }

  it('are those of ambient callers, with a gateway or without', () => {
    cut(through({}, { kind: 'istio-ambient' }))
    const { gateway: _, ...straight } = api
    cut(compiled({ ...world(), external: { api: straight } }, { kind: 'istio-ambient' }))
  })

  it('are those of ambient callers alone in a mixed mesh', () => {
    const result = through({}, { dataPlanes: { other: 'ambient' } })
    assert.deepEqual(names(result, 'VirtualService'), [
      'VirtualService istio-egress/api.example.com',
      'VirtualService shop/api.example.com',
    ])
    assert.ok(told(result).includes('narrowed inexpressible at ServiceEntry other/api.example.com'))
  })

  it('are bytes, among which a gateway would tell nobody’s apart', () => {
    const { tls: _, ...plain } = api
    for (const protocol of ['tcp', 'tls'] as const) {
      const external = { api: { ...plain, ports: { it: { protocol, port: 443 } } } }
      cut(compiled({ ...world(), external, calls: { a: { api: { it: protocol } } } }))
    }
  })

  it('are those to a second port of the same host', () => {
    const ports = { http: { protocol: 'http', port: 80 }, more: { protocol: 'http', port: 8080 } } as const
    const result = compiled({
      ...world({ ports }),
      calls: { a: { api: { http: ['GET /'], more: ['GET /'] } } },
    })
    assert.deepEqual(told(result), [
      'narrowed inexpressible at ServiceEntry shop/api.example.com',
      'delegated egress-needs-network-policy at external',
    ])
    assert.match(result.problems[0]?.message ?? '', /:8080/)
  })

  it('are those that no policy at the gateway has words for', () => {
    cut(compiled({ ...world(), calls: { a: { api: { http: ['GET /x/*/[b]'] } } } }))
  })

  it('are those through a place that others call, that stands among services or the control plane, or that somebody else routes for', () => {
    cut(through({ gateway: 'shop/a' }))
    cut(through({ gateway: 'shop/egress' }))
    cut(through({ gateway: 'istio-system/egress' }))
    for (const routing of ['gateway-api', 'elsewhere'] as const)
      cut(through({}, { gateways: { 'istio-egress/istio-egress': { routing } } }))
    const ingress = { web: { gateway: 'istio-egress', hosts: ['w.example.com'], routes: {} } }
    cut(compiled({ ...world(), ingress }))
  })
})

if (shared !== undefined) {
  const schemas = schemasIn(join(shared, 'crds', 'istio-1.30.3.yaml'))

  describe('the schemas of Istio', () => {
    it('accept all that is written for calls that leave', () => {
      const { manifests } = through({
        tls: { subjectAltNames: ['x.example.com'], caCertificates: '/etc/x.pem', port: 8443 },
      })
      const seen = manifests.map(({ object }) => {
        const schema = schemas.get(`${object.apiVersion}/${object.kind}`)
        assert.ok(schema?.properties, object.kind)
        assert.deepEqual(faults({ properties: schema.properties }, { spec: object.spec }, objectName(object)), [])
        return object.kind
      })
      for (const kind of ['Gateway', 'VirtualService', 'DestinationRule', 'ServiceEntry'])
        assert.ok(seen.includes(kind))
    })
  })
}
