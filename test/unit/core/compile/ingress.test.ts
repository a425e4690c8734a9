import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compile } from '../../../../core/compile/compile'
import type { GatewayTarget, IstioTarget } from '../../../../core/compile/target'
import type { Callees, Graph, Ingress } from '../../../../core/graph/graph'
import { assumed, compiled, manifestOf, names, service, specOf, told } from '../../../support/compiled'
import { entering, routedBy } from '../../../support/arbitrary/entries'
import { admits, declared, followed, matched, requests } from './ingress-requests'

const services = {
  shop: service('http', 8080, { ports: { http: { protocol: 'http', port: 8080, servicePort: 80 } } }),
  api: service('http', 9000, { namespace: 'data' }),
  db: service('tcp', 5432),
}
const web: Ingress = { gateway: 'edge', hosts: ['a.example.com'], routes: { shop: { http: ['GET /', 'POST /x'] } } }
const managed: Ingress = { ...web, gateway: 'edge/door-istio' }

function at(ingress: Graph['ingress'], target: GatewayTarget = {}, more: Partial<IstioTarget> = {}) {
  const keys = Object.values(ingress).map(({ gateway }) => (gateway.includes('/') ? gateway : `${gateway}/${gateway}`))
  return compiled({ services, ingress }, { gateways: Object.fromEntries(keys.map(key => [key, target])), ...more })
}

const inEdge = (result: ReturnType<typeof at>): string[] => names(result).filter(name => name.includes(' edge/'))
/** What a Gateway or a VirtualService says; assertions on its fields fail where it is something else. */
interface Routing {
  readonly servers: readonly object[]
  readonly hosts: readonly string[]
  readonly http: readonly {
    readonly match: readonly { readonly uri: object }[]
    readonly route: readonly { readonly destination: { readonly host: string } }[]
  }[]
}

function routingOf(result: ReturnType<typeof at>, name: string): Routing {
  return manifestOf(result, name).object.spec as Routing
}

/** What hosts something has, and what Gateways. */
interface Attached {
  readonly gateways: readonly string[]
  readonly hosts: readonly string[]
}

const routes = (http: readonly string[]): Callees => ({ shop: { http } })

describe('a gateway', () => {
  it('admits anybody to its hosts and routes and nothing else, whoever routes', () => {
    for (const routing of ['istio', 'gateway-api', 'elsewhere'] as const) {
      fc.assert(
        fc.property(entering, graph => {
          const result = compile(graph, routedBy(routing, graph))
          for (const gateway of new Set(Object.values(graph.ingress).map(one => one.gateway))) {
            const [namespace = ''] = gateway.split('/')
            const policies = names(result, `AuthorizationPolicy ${namespace}/entries-of-`)
            const own = {
              ...result,
              manifests: result.manifests.filter(({ object }) =>
                policies.includes(`AuthorizationPolicy ${namespace}/${object.metadata.name}`),
              ),
            }
            for (const asked of requests)
              assert.equal(
                admits(own, namespace, asked),
                declared(graph, gateway, asked).length > 0,
                JSON.stringify(asked),
              )
          }
        }),
        { numRuns: 40 },
      )
    }
  })

  it('sends what it admits to a callee that declares it, by either API', () => {
    fc.assert(
      fc.property(entering, graph => {
        const [istio, gatewayApi] = [
          compile(graph, routedBy('istio', graph)),
          compile(graph, routedBy('gateway-api', graph)),
        ]
        for (const { gateway } of Object.values(graph.ingress)) {
          const [namespace = ''] = gateway.split('/')
          for (const asked of requests) {
            const callees = declared(graph, gateway, asked)
            if (callees.length === 0) continue
            const to = followed(istio, namespace, asked) ?? ''
            assert.ok(callees.includes(to), `${JSON.stringify(asked)} to ${to}, not ${callees.join()}`)
            const answers = (['http', 'https'] as const).map(protocol =>
              matched(gatewayApi, namespace, asked, protocol),
            )
            const [plain, secure] = answers
            assert.ok(
              callees.includes((plain === 'redirect' ? secure : plain) ?? ''),
              `${JSON.stringify(asked)} to ${answers.join()}`,
            )
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  it('takes the more specific of two routes first', () => {
    const both = { ...web, routes: { shop: { http: ['GET /**', 'GET /a/*'] }, api: { http: ['GET /a/**', 'GET /z'] } } }
    const { http } = routingOf(at({ web: both }), 'VirtualService edge/web')
    const paths = http.map(({ match, route }) => [
      route[0]?.destination.host.split('.')[0],
      ...match.map(({ uri }) => uri),
    ])
    assert.deepEqual(paths, [
      ['api', { exact: '/z' }],
      ['shop', { regex: '/a/[^/]+' }],
      ['api', { prefix: '/a/' }],
      ['shop', { prefix: '/' }],
    ])
  })

  it('says again of a host what is declared for a wildcard above it, as a proxy looks no further', () => {
    const wide = { ...web, hosts: ['*.example.com'], routes: routes(['GET /', 'GET /wide']) }
    const result = at({ wide, web: { ...web, routes: { api: { http: ['GET /', 'GET /own'] } } } })
    assert.deepEqual(names(result, 'VirtualService'), ['VirtualService edge/web.wide', 'VirtualService edge/wide'])
    const { hosts, http } = routingOf(result, 'VirtualService edge/web.wide')
    assert.deepEqual(hosts, ['a.example.com'])
    const uris = http.map(({ match, route }) => [
      route[0]?.destination.host.split('.')[0],
      ...match.map(({ uri }) => uri),
    ])
    assert.deepEqual(uris, [
      ['api', { exact: '/' }, { exact: '/own' }],
      ['shop', { exact: '/wide' }],
    ])
  })

  it('shadows its policy where its namespace is only taken to `strict`, which it may be', () => {
    const result = at({ web }, {}, { stages: { edge: 'strict' } })
    assert.deepEqual(told(result), [])
    const { metadata } = manifestOf(result, 'AuthorizationPolicy edge/entries-of-edge').object
    assert.deepEqual(metadata.annotations, { 'istio.io/dry-run': 'true' })
  })

  it('justifies each object by the entries it is for', () => {
    const result = at({ web: managed }, { routing: 'gateway-api' })
    const both = [
      'a.example.com GET / → edge/door-istio → shop/shop:8080',
      'a.example.com POST /x → edge/door-istio → shop/shop:8080',
    ]
    for (const name of [...inEdge(result), 'ReferenceGrant shop/from-door.edge'])
      assert.deepEqual(manifestOf(result, name).because, both, name)
  })
})

describe('a gateway routed by Istio’s own API', () => {
  it('has a policy for the Pods of Istio’s chart, a Gateway and a VirtualService beside it', () => {
    const result = at({ web: { ...web, gateway: 'edge/istio-edge' } })
    const selector = { app: 'istio-edge', istio: 'edge' }
    assert.deepEqual(inEdge(result), [
      'AuthorizationPolicy edge/default-deny',
      'AuthorizationPolicy edge/entries-of-istio-edge',
      'Gateway edge/web',
      'PeerAuthentication edge/default',
      'VirtualService edge/web',
    ])
    assert.deepEqual(specOf(result, 'AuthorizationPolicy edge/entries-of-istio-edge'), {
      selector: { matchLabels: selector },
      action: 'ALLOW',
      rules: [
        {
          to: [
            { operation: { hosts: ['a.example.com', 'a.example.com:*'], methods: ['GET'], paths: ['/'] } },
            { operation: { hosts: ['a.example.com', 'a.example.com:*'], methods: ['POST'], paths: ['/x'] } },
          ],
        },
      ],
    })
    const { object } = manifestOf(result, 'Gateway edge/web')
    assert.equal(object.apiVersion, 'networking.istio.io/v1')
    assert.deepEqual(object.spec, {
      selector,
      servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['./a.example.com'] }],
    })
    assert.deepEqual(routingOf(result, 'VirtualService edge/web'), {
      hosts: ['a.example.com'],
      gateways: ['edge/web'],
      exportTo: ['.'],
      http: [
        {
          match: [
            { method: { exact: 'GET' }, uri: { exact: '/' } },
            { method: { exact: 'POST' }, uri: { exact: '/x' } },
          ],
          route: [{ destination: { host: 'shop.shop.svc.cluster.local', port: { number: 80 } } }],
        },
      ],
    })
  })

  it('serves each host with its certificate, once, and tells plaintext to come back in TLS', () => {
    const secure = (secret: string, hosts: readonly string[]): Ingress => ({ ...web, hosts, tls: { secret } })
    const result = at({
      a: secure('one', ['a.example.com', 'b.example.com']),
      b: secure('one', ['b.example.com']),
      c: secure('two', ['*.example.org']),
      d: { ...web, hosts: ['plain.example.com'] },
    })
    const https = (name: string, credentialName: string, host: string) => [
      {
        port: { number: 443, name, protocol: 'HTTPS' },
        tls: { mode: 'SIMPLE', credentialName, minProtocolVersion: 'TLSV1_2' },
        hosts: [`./${host}`],
      },
      {
        port: { number: 80, name: 'http-to-https', protocol: 'HTTP' },
        tls: { httpsRedirect: true },
        hosts: [`./${host}`],
      },
    ]
    const serversOf = (name: string) => routingOf(result, `Gateway edge/${name}`).servers
    assert.deepEqual(serversOf('a'), https('https-a', 'one', 'a.example.com'))
    assert.deepEqual(serversOf('a.b').length, 2)
    assert.deepEqual(serversOf('c'), https('https-c', 'two', '*.example.org'))
    assert.deepEqual(serversOf('d'), [
      { port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['./plain.example.com'] },
    ])
  })

  it('has a Gateway for each group of hosts, as in one the routes of a wildcard would be those of the hosts under it', () => {
    const result = at({ web, wide: { ...web, hosts: ['*.example.com'], routes: routes(['GET /wide']) } })
    for (const name of ['web.wide', 'wide']) {
      const { gateways, hosts } = manifestOf(result, `VirtualService edge/${name}`).object.spec as Attached
      assert.deepEqual(gateways, [`edge/${name}`])
      const listening = routingOf(result, `Gateway edge/${name}`).servers as readonly Attached[]
      assert.deepEqual(
        listening.flatMap(server => server.hosts),
        hosts.map(host => `./${host}`),
      )
    }
  })

  it('closes the namespace it stands in, but for the root of the mesh, a service’s, and where somebody else routes', () => {
    const closed = (result: ReturnType<typeof at>) =>
      names(result).filter(name => / (edge|istio-system)\/default(-deny)?$/.test(name))
    const both = ['AuthorizationPolicy edge/default-deny', 'PeerAuthentication edge/default']
    assert.deepEqual(closed(at({ web })), both)
    assert.deepEqual(closed(at({ web: managed }, { routing: 'gateway-api' })), both)
    assert.deepEqual(closed(at({ web }, { routing: 'elsewhere' })), [])
    assert.deepEqual(closed(at({ web: { ...web, gateway: 'istio-system/door' } })), [])
    assert.deepEqual(closed(at({ web }, {}, { rootNamespace: 'edge' })), [])
  })

  it('names hosts with the ports a client may write beside them, as far as a pattern can', () => {
    const result = at({ web: { ...web, hosts: ['*.example.com', 'example.com'], routes: routes(['GET /']) } })
    const [rule] = specOf(result, 'AuthorizationPolicy edge/entries-of-edge').rules
    assert.deepEqual(rule?.to, [
      {
        operation: {
          hosts: ['*.example.com', '*.example.com:443', '*.example.com:80', 'example.com', 'example.com:*'],
          methods: ['GET'],
          paths: ['/'],
        },
      },
    ])
    for (const host of ['example.com:8443', 'EXAMPLE.com', 'x.example.com:443'])
      assert.ok(admits(result, 'edge', { host, method: 'GET', path: '/' }), host)
    for (const host of ['evilexample.com', 'example.com.evil.org', 'x.example.com:8443'])
      assert.ok(!admits(result, 'edge', { host, method: 'GET', path: '/' }), host)
  })

  it('assumes the Pods and the Service of the chart', () => {
    const result = at({ web: { ...web, gateway: 'edge/istio-edge' } })
    assert.deepEqual(assumed(result, 'Pod edge/istio-edge').metadata.labels, {
      app: 'istio-edge',
      istio: 'edge',
      'istio.io/dataplane-mode': 'none',
      'sidecar.istio.io/inject': 'true',
    })
    assert.deepEqual(assumed(result, 'Service edge/istio-edge').spec, {
      selector: { app: 'istio-edge', istio: 'edge' },
      ports: [
        { name: 'http2', port: 80, targetPort: 80 },
        { name: 'https', port: 443, targetPort: 443 },
      ],
    })
  })
})
