import {
  byMesh,
  byNetwork,
  cartServer,
  getting,
  linkerdPolicy,
  routeOn,
  server,
  serverOf,
  toRoute,
  toServer,
  web,
  webLock,
  webServer,
} from '../../policypacks/zero-trust/example-linkerd'
import { deployment, object } from '../../policypacks/zero-trust/example-objects'
import { table } from '../support/rule-table'
import { sentinel } from '../support/unknowns'

type Data = Readonly<Record<string, unknown>>

const parent = { group: 'policy.linkerd.io', kind: 'Server', name: 'web.port' }
const linkerd = 'policy.linkerd.io/v1beta3'
const gateway = 'gateway.networking.k8s.io/v1'
const route = (parents: readonly Data[], version = gateway, kind = 'HTTPRoute') =>
  object([version, kind], ['shop', 'r'], { spec: { parentRefs: parents, rules: [getting('/ready')] } })
const at = (path: string, kind = 'HTTPRoute') => `${kind} shop/r spec.parentRefs${path}`

table('route-matches-server-protocol', [
  [
    "reads Linkerd's own HTTPRoutes too, whose parents need no group",
    { objects: [cartServer, route([{ kind: 'Server', name: 'cart.port' }], linkerd)] },
    [at('[0]')],
  ],
  [
    'takes a parent without a group, of a route of the Gateway API, for none of Linkerd',
    { objects: [cartServer, route([{ kind: 'Server', name: 'cart.port' }])] },
    [],
  ],
  [
    'knows each protocol',
    {
      objects: ['unknown', 'HTTP/1', 'HTTP/2', 'gRPC', 'opaque', 'TLS'].flatMap((proxyProtocol, i) => [
        server(`s${i}`, { podSelector: {}, port: i, proxyProtocol }),
        route([{ ...parent, name: `s${i}` }]),
        route([{ ...parent, name: `s${i}` }], gateway, 'GRPCRoute'),
      ]),
    },
    [
      ...[0, 1, 2].map(() => at('[0]', 'GRPCRoute')),
      at('[0]'),
      ...[0, 1].flatMap(() => [at('[0]'), at('[0]', 'GRPCRoute')]),
    ],
  ],
  [
    'finds each parent that voids the route, and takes the own namespace for no other',
    {
      objects: [
        webServer,
        route([
          { ...parent, namespace: 'shop' },
          { ...parent, namespace: 'data' },
          { ...parent, sectionName: 'a', port: 8080 },
        ]),
      ],
    },
    [at('[1].namespace'), at('[2].port'), at('[2].sectionName')],
  ],
  [
    'looks for a Server beside the route alone, unless another stack sets that namespace up',
    { objects: [server('web.port', { podSelector: {}, port: 1 }, 'data'), route([parent])] },
    [at('[0]')],
  ],
  ['lets be what another stack sets up', { objects: [route([parent])], config: { elsewhere: ['shop'] } }, []],
  [
    'refuses a parent of which nobody knows whether it is a Server',
    { objects: [webServer, route([{ ...parent, kind: sentinel }])] },
    [at('[0].kind')],
  ],
])

const probe = 'Deployment shop/web spec.template.spec.containers[0].readinessProbe.httpGet'
const probing = (httpGet: Data, more: Data = {}) =>
  deployment('web', {
    pod: {
      containers: [
        { name: 'web', ports: [{ name: 'http', containerPort: 8080 }], readinessProbe: { httpGet }, ...more },
      ],
    },
  })
const onProbes = (...refs: Parameters<typeof linkerdPolicy>[2] & object) => linkerdPolicy('p', toRoute('probes'), refs)
const ready = routeOn('web.port', 'probes', [getting('/ready')])
const admitted = onProbes(byNetwork('kubelet'))

table('probe-route-present', [
  [
    'finds the port of a probe by number, and by a name in whatever case',
    {
      objects: [webServer, ready, probing({ port: 8080, path: '/ready' }), probing({ port: 'HTTP', path: '/ready' })],
    },
    [probe, probe],
  ],
  [
    'lets probes of other ports be, and those by TLS',
    {
      objects: [
        webServer,
        ready,
        probing({ port: 9090, path: '/live' }),
        probing({ port: 'admin', path: '/live' }),
        probing({ port: 8080, path: '/live', scheme: 'HTTPS' }),
      ],
    },
    [],
  ],
  [
    'looks at each kind of probe and at init containers, whose path is `/` where they say none',
    {
      objects: [
        webServer,
        ready,
        admitted,
        deployment('web', {
          pod: {
            containers: [
              {
                livenessProbe: { httpGet: { port: 8080 } },
                startupProbe: { httpGet: { port: 8080, path: '/ready?now' } },
              },
            ],
            initContainers: [{ readinessProbe: { httpGet: { port: 8080, path: '/' } } }],
          },
        }),
      ],
    },
    ['containers[0].livenessProbe', 'initContainers[0].readinessProbe'].map(
      path => `Deployment shop/web spec.template.spec.${path}.httpGet`,
    ),
  ],
  [
    'takes no route that asks for a header, for another method or for a host',
    {
      objects: [
        web,
        webServer,
        admitted,
        object([gateway, 'HTTPRoute'], ['shop', 'probes'], {
          spec: {
            hostnames: ['shop.example'],
            parentRefs: [parent],
            rules: [getting('/ready')],
          },
        }),
        routeOn('web.port', 'probes', [
          { matches: [{ path: { type: 'Exact', value: '/ready' }, headers: [{ name: 'X-A', value: 'b' }] }] },
          { matches: [{ path: { type: 'Exact', value: '/ready' }, method: 'POST' }] },
        ]),
      ],
    },
    [probe],
  ],
  [
    'takes a route without matches, or without rules, for all requests',
    { objects: [web, webServer, admitted, routeOn('web.port', 'probes', [{}])] },
    [],
  ],
  [
    'asks that the policy names the group of the route',
    {
      objects: [
        web,
        webServer,
        ready,
        linkerdPolicy('p', { group: 'policy.linkerd.io', kind: 'HTTPRoute', name: 'probes' }, [byNetwork('kubelet')]),
      ],
    },
    [probe],
  ],
  [
    'takes a policy for whole namespaces, and one that asks for nothing, for such that admit',
    {
      objects: [web, webServer, ready, linkerdPolicy('p', { kind: 'Namespace', name: 'shop' }, [])],
    },
    [],
  ],
  [
    'does not take a policy with networks and an identity for one that admits the kubelet',
    { objects: [web, webServer, ready, onProbes(byNetwork('kubelet'), byMesh('frontend'))] },
    [probe],
  ],
  [
    'asks of several routes that may take a probe that each admits it',
    {
      objects: [
        web,
        webServer,
        ready,
        admitted,
        routeOn('web.port', 'others', [getting('/ready')]),
        linkerdPolicy('q', toRoute('others'), [byMesh('frontend')]),
      ],
    },
    [probe],
  ],
  [
    'lets an open Server be, which another rule refuses',
    {
      objects: [web, ready, serverOf('web', 8080, { accessPolicy: 'all-unauthenticated' })],
    },
    [],
  ],
  [
    'does not count routes that are void, nor such of another protocol',
    {
      objects: [
        web,
        webServer,
        route([{ ...parent, port: 8080 }]),
        serverOf('cart', 8080, { proxyProtocol: 'gRPC' }),
        routeOn('cart.port', 'cart', [getting('/')]),
        deployment('cart', { pod: { containers: [{ readinessProbe: { httpGet: { port: 8080 } } }] } }),
      ],
    },
    [],
  ],
  [
    'knows what the proxy is asked itself, on its own port',
    {
      objects: [
        deployment('web'),
        server('web.port', { podSelector: {}, port: 'linkerd-admin' }),
        routeOn('web.port', 'probes', [getting('/metrics'), getting('/live')]),
        admitted,
      ],
    },
    ['Deployment shop/web'],
  ],
  [
    'takes from the intent what the kubelet asks, and no other caller',
    {
      objects: [webServer, routeOn('web.port', 'probes', [getting('/')])],
      intent: webLock(text => !text.startsWith('kubelet')),
    },
    [],
  ],
  [
    'takes a policy for the Server for one',
    { objects: [web, webServer, ready, linkerdPolicy('p', toServer('web.port'), [byNetwork('kubelet')])] },
    [],
  ],
])
