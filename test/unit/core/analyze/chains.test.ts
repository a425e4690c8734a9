import assert from 'node:assert/strict'
import { authorization, inNamespace, mesh, namespace, pod, service, verdictIn, type Json } from './objects'

const base = [mesh(), namespace('shop')]
const get = authorization('shop/get', { rules: [{ to: [{ operation: { methods: ['GET'] } }] }] })

/** How port 8080 is read, by what becomes of `GET` where that alone is allowed, and of bytes where all is. */
function chain(...objects: readonly Json[]): string {
  const found = [verdictIn([...base, ...objects, get]), verdictIn([...base, ...objects], { http: undefined })].join()
  return { 'allow,deny': 'http', 'deny,allow': 'tcp', 'allow,allow': 'sniffed' }[found] ?? found
}

const cart = pod('shop/cart')
const at = (second: number): Json => ({ creationTimestamp: `2026-01-01T00:00:0${second}Z` })
const named = (id: string, name: string, metadata: Json = {}, spec: Json = {}) =>
  inNamespace(
    'Service',
    id,
    { selector: { app: 'cart' }, ports: [{ name, port: 80, targetPort: 8080 }], ...spec },
    metadata,
  )

describe('how a sidecar reads a port', () => {
  // istio `pkg/config/kube/conversion.go` ConvertProtocol, `pkg/config/protocol/instance.go` Parse, `pilot/pkg/networking/networking.go`
  // ModelProtocolToListenerProtocol
  const ports: readonly (readonly [port: Json, found: string])[] = [
    ...[
      'http',
      'http2',
      'grpc',
      'grpc-web',
      'grpc-web-x',
      'grpc-webx',
      'GRPC-Web',
      'http_proxy',
      'HTTP-x',
      'http-',
    ].map(name => [{ name }, 'http'] as const),
    ...['tcp', 'tcp-x', 'udp', 'https', 'https-http', 'tls', 'mongo', 'redis', 'mysql'].map(
      name => [{ name }, 'tcp'] as const,
    ),
    ...['web', 'x-http', 'httpx', '-http', 'web-grpc', 'grpcweb', 'hbone'].map(name => [{ name }, 'sniffed'] as const),
    ...['http', 'kubernetes.io/h2c', 'kubernetes.io/ws', 'HTTP2', 'grpc-web'].map(
      appProtocol => [{ name: 'tcp', appProtocol }, 'http'] as const,
    ),
    ...['tcp', 'kubernetes.io/wss', 'https'].map(appProtocol => [{ name: 'http', appProtocol }, 'tcp'] as const),
    ...['', 'kubernetes.io/other', 'example.com/http', 'Kubernetes.io/h2c'].map(
      appProtocol => [{ name: 'http', appProtocol }, 'sniffed'] as const,
    ),
    ...[25, 53, 3306, 27_017].flatMap(port => [
      [{ name: 'web', port }, 'tcp'] as const,
      [{ name: 'http', port }, 'http'] as const,
      [{ name: 'http', port, appProtocol: 'x' }, 'tcp'] as const,
    ]),
    ...[24, 54, 5432].map(port => [{ name: 'web', port }, 'sniffed'] as const),
    [{ name: 'http', protocol: 'UDP' }, 'tcp'],
    [{ name: 'http', targetPort: 'web' }, 'http'],
    [{ name: 'http', targetPort: 'api' }, 'sniffed'],
    [{ name: 'http', targetPort: 8081 }, 'sniffed'],
    [{ name: 'http', port: 8080, targetPort: undefined }, 'http'],
    [{ name: 'http', port: 8080, targetPort: 0 }, 'http'],
  ]
  for (const [port, found] of ports)
    it(`is ${found} by ${JSON.stringify(port)}`, () => {
      assert.equal(chain(cart, service('shop/cart', port)), found)
    })

  // istio `pilot/pkg/model/context.go` SetServiceTargets, `pilot/pkg/serviceregistry/kube/controller/controller.go` GetProxyServiceTargets
  const sniffed = [cart]
  const services: readonly (readonly [why: string, objects: readonly Json[], found: string])[] = [
    ['no Service', sniffed, 'sniffed'],
    ['one of another namespace', [cart, named('web/cart', 'http')], 'sniffed'],
    ['one of other Pods', [cart, named('shop/other', 'http', {}, { selector: { app: 'other' } })], 'sniffed'],
    [
      'one that asks for more',
      [cart, named('shop/other', 'http', {}, { selector: { app: 'cart', tier: 'x' } })],
      'sniffed',
    ],
    ['the older of two', [cart, named('shop/a', 'tcp', at(2)), named('shop/b', 'http', at(1))], 'http'],
    ['the older of two, first', [cart, named('shop/a', 'tcp', at(1)), named('shop/b', 'http', at(2))], 'tcp'],
    ['the first by name of two', [cart, named('shop/b', 'http', at(1)), named('shop/a', 'tcp', at(1))], 'tcp'],
    [
      'the older of two that is for the port',
      [
        cart,
        named('shop/a', 'tcp', at(1), { ports: [{ name: 'tcp', port: 80, targetPort: 9090 }] }),
        named('shop/b', 'http', at(2)),
      ],
      'http',
    ],
    [
      'one that is not for other Pods, older as they may be',
      [cart, named('shop/a', 'tcp', at(1), { selector: { app: 'x' } }), named('shop/b', 'http', at(2))],
      'http',
    ],
    [
      'one without a selector beside one with',
      [cart, named('shop/a', 'tcp', at(1), { selector: {} }), named('shop/b', 'http', at(2))],
      'http',
    ],
    [
      'one that is a name for elsewhere',
      [cart, named('shop/a', 'tcp', at(1), { selector: {}, type: 'ExternalName', externalName: 'x.example' })],
      'sniffed',
    ],
  ]
  for (const [why, objects, found] of services)
    it(`is ${found} by ${why}`, () => {
      assert.equal(chain(...objects), found)
    })

  it('is not known of two Services whose age is not', () => {
    assert.deepEqual(chain(cart, named('shop/a', 'tcp'), named('shop/b', 'http')), 'unknown,unknown')
    assert.deepEqual(chain(cart, named('shop/a', 'http'), named('shop/b', 'http')), 'http')
  })
  it('is not known beside a Service that could not be read, unless that lies elsewhere', () => {
    const odd = (id: string) => named(id, 'http', {}, { ports: 'http' })
    assert.equal(chain(cart, odd('shop/odd')), 'unknown,unknown')
    assert.equal(chain(cart, odd('web/odd'), named('shop/cart', 'http')), 'http')
  })

  // istio `pilot/pkg/serviceregistry/kube/controller/util.go` FindPort
  it('goes by the first container port of the target’s name and protocol, which is no init container’s', () => {
    const to = (...ports: readonly Json[]) => pod('shop/cart', {}, { containers: [{ name: 'app', ports }] })
    const port = (containerPort: number, more: Json = {}) => ({ name: 'web', containerPort, ...more })
    const web = service('shop/cart', { name: 'http', targetPort: 'web' })
    assert.equal(chain(to(port(8080)), web), 'http')
    assert.equal(chain(to(port(8080, { name: 'api' })), web), 'sniffed')
    assert.equal(chain(to(port(8080, { protocol: 'UDP' })), web), 'sniffed')
    assert.equal(chain(to(port(8081, { protocol: 'UDP' }), port(8080)), web), 'http')
    assert.equal(chain(to(port(8081), port(8080)), web), 'sniffed')
    const before = (more: Json = {}) =>
      pod(
        'shop/cart',
        {},
        { containers: [{ name: 'app' }], initContainers: [{ name: 'x', ports: [port(8080)], ...more }] },
      )
    assert.equal(chain(before(), web), 'sniffed')
    assert.equal(chain(before({ restartPolicy: 'Always' }), web), 'http')
  })

  // istio `pilot/pkg/networking/core/listener_inbound.go` buildInboundChainConfigs; `pilot/pkg/model/push_context.go` initSidecarScopes
  const sidecar = (id: string, ingress: readonly Json[], spec: Json = {}, metadata: Json = {}) =>
    inNamespace('Sidecar', id, { ingress, ...spec }, metadata)
  const listening = (number: number, protocol: string): Json => ({ port: { number, protocol, name: 'x' } })
  const selecting = (app: string): Json => ({ workloadSelector: { labels: { app } } })
  const http = named('shop/cart', 'http')
  const ingresses: readonly (readonly [why: string, sidecars: readonly Json[], found: string])[] = [
    ['none', [sidecar('shop/a', [])], 'http'],
    ['its protocol', [sidecar('shop/a', [listening(8080, 'TCP')])], 'tcp'],
    ['its protocol in small letters', [sidecar('shop/a', [listening(8080, 'grpc')])], 'http'],
    ['no protocol that is one', [sidecar('shop/a', [listening(8080, 'x')])], 'sniffed'],
    ['another port', [sidecar('shop/a', [listening(8081, 'TCP')])], 'sniffed'],
    ['one of two', [sidecar('shop/a', [listening(8081, 'HTTP'), listening(8080, 'TCP')])], 'tcp'],
    ['that of the workload', [sidecar('shop/a', [listening(8080, 'TCP')], selecting('cart'))], 'tcp'],
    ['that of another', [sidecar('shop/a', [listening(8080, 'TCP')], selecting('other'))], 'http'],
    ['that of another namespace', [sidecar('web/a', [listening(8080, 'TCP')])], 'http'],
    ['that of the root namespace', [sidecar('istio-system/a', [listening(8080, 'TCP')])], 'tcp'],
    [
      'that of the root namespace for some',
      [sidecar('istio-system/a', [listening(8080, 'TCP')], selecting('cart'))],
      'http',
    ],
    [
      'the namespace’s before the root’s',
      [sidecar('istio-system/a', [listening(8080, 'TCP')]), sidecar('shop/b', [])],
      'http',
    ],
    [
      'the workload’s before the namespace’s',
      [sidecar('shop/a', [listening(8080, 'TCP')], {}, at(1)), sidecar('shop/b', [], selecting('cart'), at(2))],
      'http',
    ],
    [
      'the older of two',
      [sidecar('shop/a', [], {}, at(2)), sidecar('shop/b', [listening(8080, 'TCP')], {}, at(1))],
      'tcp',
    ],
    [
      'the older of two for the workload',
      [
        sidecar('shop/a', [], selecting('cart'), at(1)),
        sidecar('shop/b', [listening(8080, 'TCP')], selecting('cart'), at(2)),
      ],
      'http',
    ],
  ]
  for (const [why, sidecars, found] of ingresses)
    it(`is ${found} by a Sidecar’s ingress: ${why}`, () => {
      assert.equal(chain(cart, http, ...sidecars), found)
    })

  it('is not known beside a Sidecar that could not be read, where that may be the workload’s', () => {
    const odd = (id: string, spec: Json = {}) => inNamespace('Sidecar', id, { ingress: 'x', ...spec })
    for (const one of [
      odd('shop/a'),
      odd('istio-system/a'),
      odd('shop/a', selecting('cart')),
      odd('shop/a', { workloadSelector: 'cart' }),
    ])
      assert.equal(chain(cart, http, one), 'unknown,unknown', JSON.stringify(one))
    for (const one of [odd('web/a'), odd('web/a', { workloadSelector: 'cart' }), odd('shop/a', selecting('other'))])
      assert.equal(chain(cart, http, one), 'http', JSON.stringify(one))
    const beside = sidecar('shop/b', [listening(8080, 'HTTP')], selecting('cart'))
    assert.equal(chain(cart, http, beside, odd('istio-system/a')), 'http')
  })
})
