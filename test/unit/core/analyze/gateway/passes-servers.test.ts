import assert from 'node:assert/strict'
import { authorization, inNamespace, layerOf, mesh, namespace, readAll, type Json } from '../objects'
import { created, door, edge, onHttp, onHttps, type Knock } from './gateway-objects'
import { check, host, passes, routes, toCart } from './passes'

const chart = door('edge/door', [onHttp('*')])

describe('a request at a gateway, by its server', () => {
  const plain = { kind: 'plaintext' } as const
  const identity = (trustDomain: string): NonNullable<Knock['from']> => ({
    kind: 'identity',
    identity: { trustDomain, namespace: 'web', serviceAccount: 'frontend' },
  })
  const secure = (mode: string, ...more: readonly Json[]): readonly Json[] => [
    door('edge/door', [onHttps(mode, '*')]),
    routes([toCart]),
    ...more,
  ]
  const there = 'allow cart.shop:80'
  const atTls: Knock = { port: 8443 }
  const policy = (spec: Parameters<typeof authorization>[1]): Json => authorization('edge/p', spec)
  const principal = { rules: [{ from: [{ source: { principals: ['cluster.local/ns/web/sa/frontend'] } }] }] }
  // istio `pilot/pkg/networking/core/{gateway,listener}.go` BuildListenerTLSContext
  check([
    ['of a port that nobody listens on', [chart, routes([toCart])], { port: 8081 }, 'unknown unknown'],
    ['of one where policies let nobody in', [chart, routes([toCart]), policy({})], { port: 8081 }, 'deny'],
    ['of HTTP, from anybody', [chart, routes([toCart])], { from: plain }, there],
    [
      'of HTTP, from who shows a certificate that nobody asks for',
      [chart, routes([toCart]), policy(principal)],
      { from: identity('cluster.local') },
      'deny',
    ],
    ['of TLS', secure('SIMPLE'), { ...atTls, from: plain }, there],
    ['of TLS, on the other port', secure('SIMPLE'), { from: plain }, 'unknown unknown'],
    ['of the mesh’s TLS, from nobody', secure('ISTIO_MUTUAL'), { ...atTls, from: plain }, 'deny'],
    ['of the mesh’s TLS, from its own', secure('ISTIO_MUTUAL'), { ...atTls, from: identity('cluster.local') }, there],
    [
      'of the mesh’s TLS, from its own as a policy has it',
      secure('ISTIO_MUTUAL', policy(principal)),
      { ...atTls, from: identity('cluster.local') },
      there,
    ],
    [
      'of the mesh’s TLS, from elsewhere',
      secure('ISTIO_MUTUAL'),
      { ...atTls, from: identity('b.example') },
      'unknown cart.shop:80',
    ],
    ['of TLS with certificates, from nobody', secure('MUTUAL'), { ...atTls, from: plain }, 'unknown cart.shop:80'],
    [
      'of TLS with certificates that may be there',
      secure('OPTIONAL_MUTUAL'),
      { ...atTls, from: plain },
      'unknown cart.shop:80',
    ],
    [
      'of TLS with certificates, where all are refused',
      secure('MUTUAL', policy({})),
      { ...atTls, from: plain },
      'deny',
    ],
    ['of TLS that is passed on', secure('PASSTHROUGH'), { ...atTls, from: plain }, 'unknown unknown'],
    [
      'that redirects',
      [door('edge/door', [{ ...onHttp(host), tls: { httpsRedirect: true } }]), routes([toCart])],
      {},
      'allow nowhere',
    ],
    [
      'that redirects, of what a proxy before it says came in TLS',
      [
        mesh({ defaultConfig: { gatewayTopology: { numTrustedProxies: 1 } } }),
        door('edge/door', [{ ...onHttp(host), tls: { httpsRedirect: true } }]),
        routes([toCart]),
      ],
      { headers: { 'x-forwarded-proto': 'https' } },
      there,
    ],
    [
      'that redirects, of what nobody is believed to say',
      [door('edge/door', [{ ...onHttp(host), tls: { httpsRedirect: true } }]), routes([toCart])],
      { headers: { 'x-forwarded-proto': 'https' } },
      'allow nowhere',
    ],
    [
      'of a Gateway for other Pods',
      [
        inNamespace('IstioGateway', 'edge/door', { selector: { istio: 'x' }, servers: [onHttp('*')] }),
        routes([toCart]),
      ],
      {},
      'unknown unknown',
    ],
    [
      'of a Gateway of another namespace',
      [door('b/door', [onHttp('*')]), routes([toCart], { gateways: ['b/door'] })],
      {},
      there,
    ],
    [
      'of a port that the Service leads elsewhere',
      [
        door('edge/door', [{ ...onHttp('*'), port: { number: 8080, name: 'http', protocol: 'HTTP' } }]),
        routes([toCart]),
      ],
      {},
      there,
    ],
    [
      'of a port with two protocols, the older’s',
      [
        door('edge/a', [onHttp('*')], created(1)),
        door('edge/b', [{ port: { number: 80, name: 'tcp', protocol: 'TCP' }, hosts: ['*'] }], created(2)),
        routes([toCart], { gateways: ['edge/a'] }),
      ],
      {},
      there,
    ],
    [
      'of a port with two protocols of unknown age',
      [
        door('edge/a', [onHttp('*')]),
        door('edge/b', [{ port: { number: 80, name: 'tcp', protocol: 'TCP' }, hosts: ['*'] }]),
        routes([toCart], { gateways: ['edge/a'] }),
      ],
      {},
      'unknown unknown',
    ],
    [
      'of bytes',
      [door('edge/b', [{ port: { number: 80, name: 'tcp', protocol: 'TCP' }, hosts: ['*'] }])],
      {},
      'unknown unknown',
    ],
    [
      'of an address of its own',
      [door('edge/door', [{ ...onHttp('*'), bind: '10.0.0.1' }]), routes([toCart])],
      {},
      'unknown unknown',
    ],
    [
      'beside a Gateway that could not be read',
      [chart, routes([toCart]), door('edge/x', [{ ...onHttp('*'), port: 7 }])],
      {},
      'unknown unknown',
    ],
  ])
})

describe('the ports of a gateway’s Service', () => {
  const labels = { app: 'front-door', istio: 'door' }
  const service = (name: string, ports: readonly Json[], metadata: Json = {}, selector: Json = labels): Json =>
    inNamespace('Service', `edge/${name}`, { selector, ports }, metadata)
  const lead = (port: number, targetPort: unknown): Json => ({ name: `p${port}`, port, targetPort })
  const world = (...services: readonly Json[]): readonly Json[] => [
    ...edge.filter(object => (object.kind as string) !== 'Service'),
    ...services,
    door('edge/door', [onHttp('*')]),
    routes([toCart]),
  ]
  const there = 'allow cart.shop:80'
  const none = 'unknown unknown'
  // istio `pilot/pkg/model/gateway.go` resolvePorts
  const table: readonly (readonly [title: string, objects: readonly Json[], port: number, passes: string])[] = [
    ['lead to the Pod’s', world(service('a', [lead(80, 8080)])), 8080, there],
    ['do not lead to others', world(service('a', [lead(80, 8080)])), 80, none],
    ['are the Pod’s own without a Service', world(), 80, there],
    ['are the Pod’s own where the Service has others', world(service('a', [lead(81, 8080)])), 80, there],
    [
      'are the Pod’s own where the Service is for others',
      world(service('a', [lead(80, 8080)], {}, { app: 'x' })),
      80,
      there,
    ],
    ['are the Pod’s own where the Service is for nobody', world(service('a', [lead(80, 8080)], {}, {})), 80, there],
    [
      'are the Pod’s own where it says so',
      world(
        service('a', [lead(80, 8080)], {
          labels: { 'experimental.istio.io/disable-gateway-port-translation': 'true' },
        }),
      ),
      80,
      there,
    ],
    [
      'are those of another namespace’s Service no more',
      world(inNamespace('Service', 'b/a', { selector: labels, ports: [lead(80, 8080)] })),
      80,
      there,
    ],
    [
      'are those of the older of two',
      world(service('a', [lead(80, 8080)], created(2)), service('b', [lead(80, 9090)], created(1))),
      9090,
      there,
    ],
    [
      'are not those of the younger',
      world(service('a', [lead(80, 8080)], created(2)), service('b', [lead(80, 9090)], created(1))),
      8080,
      none,
    ],
    [
      'may be those of either, of two of unknown age',
      world(service('a', [lead(80, 8080)]), service('b', [lead(80, 9090)])),
      8080,
      'unknown unknown',
    ],
    [
      'are those of the one that has the port',
      world(service('a', [lead(81, 8081)], created(1)), service('b', [lead(80, 9090)], created(2))),
      9090,
      there,
    ],
    [
      'may be the Pod’s own where a Service could not be read',
      world(service('a', [lead(80, 8080), { port: 'x' }])),
      80,
      'unknown unknown',
    ],
  ]
  for (const [title, objects, port, expected] of table)
    it(`${title}: ${expected}`, () => {
      assert.equal(passes(readAll(objects).layer, { port }), expected)
    })
})

describe('a gateway whose routes lead to Services of other namespaces', () => {
  const gateway = inNamespace('Gateway', 'edge/door', {
    gatewayClassName: 'istio',
    listeners: [{ name: 'http', port: 80, protocol: 'HTTP', allowedRoutes: { namespaces: { from: 'All' } } }],
  })
  const backend = (more: Json = {}): Json => ({ name: 'cart', port: 80, ...more })
  const route = (...backendRefs: readonly Json[]): Json =>
    inNamespace('HTTPRoute', 'web/r', {
      parentRefs: [{ name: 'door', namespace: 'edge' }],
      hostnames: [host],
      rules: [{ backendRefs }],
    })
  const grant = (from: Json = {}, to: Json = {}, id = 'shop/g'): Json =>
    inNamespace('ReferenceGrant', id, {
      from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'web', ...from }],
      to: [{ group: '', kind: 'Service', ...to }],
    })
  const away = backend({ namespace: 'shop' })
  const base: readonly Json[] = [mesh(), namespace('edge'), namespace('shop'), namespace('web'), gateway]
  const there = 'allow cart.shop:80'
  const nowhere = 'allow nowhere'
  // istio `pilot/pkg/config/kube/gatewaycommon/references.go` BackendAllowed
  const table: readonly (readonly [title: string, objects: readonly Json[], passes: string])[] = [
    ['beside the route', [route(backend())], 'allow cart.web:80'],
    ['without a grant', [route(away)], nowhere],
    ['with one', [route(away), grant()], there],
    ['with one for this Service', [route(away), grant({}, { name: 'cart' })], there],
    ['with one for another Service', [route(away), grant({}, { name: 'x' })], nowhere],
    ['with one for another kind', [route(away), grant({}, { kind: 'Secret' })], nowhere],
    ['with one for another group', [route(away), grant({}, { group: 'x' })], nowhere],
    ['with one from another namespace', [route(away), grant({ namespace: 'x' })], nowhere],
    ['with one from another kind of route', [route(away), grant({ kind: 'GRPCRoute' })], nowhere],
    ['with one from another group', [route(away), grant({ group: 'x' })], nowhere],
    ['with one that lies elsewhere', [route(away), grant({}, {}, 'web/g')], nowhere],
    [
      'with one that could not be read',
      [route(away), inNamespace('ReferenceGrant', 'shop/g', { from: 7, to: [] })],
      'allow unknown',
    ],
    ['of two, the one that is granted', [route(away, backend())], 'allow cart.web:80'],
    ['of two, both', [route(away, backend()), grant()], 'allow cart.shop:80 cart.web:80'],
  ]
  for (const [title, objects, expected] of table)
    it(`${title}: ${expected}`, () => {
      assert.equal(passes(readAll([...base, ...objects]).layer, { port: 80, workload: 'door-istio' }), expected)
    })
  it('reads without a problem what is right', () => {
    assert.doesNotThrow(() => layerOf([...base, route(away), grant()]))
  })
})
