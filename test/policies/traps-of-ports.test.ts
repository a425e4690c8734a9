import {
  authorizationPolicy,
  cartIntent,
  cartLock,
  deployment,
  service,
} from '../../policypacks/zero-trust/example-objects'
import type { IntentSource } from '../../policypacks/zero-trust/lock'
import { table } from '../support/rule-table'
import { sentinel } from '../support/unknowns'

const selector = { matchLabels: { app: 'cart' } }
const rules = (...ports: readonly string[]) => [{ to: [{ operation: { ports } }] }]
const policy = (...ports: readonly string[]) => authorizationPolicy('cart', { selector, rules: rules(...ports) })
const port = (i: number) => `AuthorizationPolicy shop/cart spec.rules[0].to[0].operation.ports[${i}]`
const front = service('cart', [{ name: 'grpc', port: 80, targetPort: 7070 }])
const toServices = (names: readonly string[], ...ports: readonly string[]) =>
  authorizationPolicy('cart', { targetRefs: names.map(name => ({ kind: 'Service', name })), rules: rules(...ports) })

/** The intent without `frontend`, whose Pods no selector of these tests is for. */
const onlyCart: IntentSource = {
  kind: 'found',
  digest: 'sha256:0',
  intent: { ...cartIntent, governed: cartIntent.governed.filter(({ service: name }) => name === 'cart') },
}

table('port-is-workload-port', [
  [
    'takes the target of a Service for a container port, though no container declares it',
    { objects: [deployment('cart', { ports: [] }), front, policy('7070', '80')] },
    [port(1)],
  ],
  [
    'follows a target that is called by its name',
    {
      objects: [
        deployment('cart', { ports: [{ name: 'grpc', containerPort: 7070 }] }),
        service('cart', [{ name: 'grpc', port: 80, targetPort: 'grpc' }]),
        policy('7070', '80'),
      ],
    },
    [port(1)],
  ],
  [
    'lets a port be that is a port of both',
    { objects: [deployment('cart', { ports: [{ containerPort: 80 }, { containerPort: 7070 }] }), front, policy('80')] },
    [],
  ],
  [
    'does not mind the Service of another workload',
    {
      objects: [
        deployment('cart'),
        deployment('web'),
        service('web', [{ name: 'http', port: 80, targetPort: 8080 }]),
        policy('80'),
      ],
    },
    [],
  ],
  [
    'minds every Service where the policy is for all of the namespace',
    {
      objects: [
        deployment('web', { ports: [{ containerPort: 8080 }] }),
        service('web', [{ name: 'http', port: 80, targetPort: 8080 }]),
        authorizationPolicy('cart', { rules: rules('8080', '80', '9090') }),
      ],
    },
    [port(1)],
  ],
  [
    'knows ports that are excepted, and conditions',
    {
      objects: [
        deployment('cart'),
        front,
        authorizationPolicy('cart', {
          selector,
          rules: [
            {
              to: [{ operation: { notPorts: ['80'] } }],
              when: [{ key: 'destination.port', values: ['7070'], notValues: ['80'] }],
            },
          ],
        }),
      ],
    },
    [
      'AuthorizationPolicy shop/cart spec.rules[0].to[0].operation.notPorts[0]',
      'AuthorizationPolicy shop/cart spec.rules[0].when[0].notValues[0]',
    ],
  ],
  [
    'holds a policy for services of the intent against all of their ports, but for those of the proxy',
    { objects: [policy('7070', '9090', '15020', 'grpc')], intent: onlyCart },
    [port(1), port(3)],
  ],
  [
    'does not claim to know the ports of a workload that the intent does not have',
    {
      objects: [
        deployment('cart-admin', { labels: { app: 'cart-admin', tier: 'backend' } }),
        authorizationPolicy('cart', { selector: { matchLabels: { tier: 'backend' } }, rules: rules('9090') }),
      ],
      intent: cartLock,
    },
    [],
  ],
  [
    'knows the ports of all Services a policy is for',
    {
      objects: [
        front,
        service('web', [{ name: 'http', port: 8080 }]),
        toServices(['cart', 'web'], '80', '8080', '7070'),
      ],
    },
    [port(2)],
  ],
  [
    'does not claim to know the ports of what is not there, or is no Service',
    { objects: [front, toServices(['cart', 'web'], '7070'), toServices(['other'], '1')] },
    [],
  ],
  [
    'finds ports that are not known yet, of the policy, the container and the Service',
    {
      objects: [
        deployment('cart', { ports: [{ containerPort: sentinel }] }),
        service('cart', [{ name: 'grpc', port: 80, targetPort: sentinel }]),
        policy(sentinel),
        authorizationPolicy('other', { selector, rules: rules('80') }),
      ],
    },
    [
      port(0),
      'Service shop/cart spec.ports[0].targetPort',
      'Deployment shop/cart spec.template.spec.containers[0].ports[0].containerPort',
    ],
  ],
])

const named = (...ports: readonly object[]) => ({
  objects: [
    service(
      'cart',
      ports.map(one => ({ port: 8080, ...one })),
    ),
  ],
})
const at = (...places: readonly number[]) => places.map(i => `Service shop/cart spec.ports[${i}]`)

table('explicit-port-protocol', [
  [
    'knows every protocol that istiod does, in any letters',
    named(
      ...[
        'http',
        'HTTP2',
        'grpc',
        'gRPC-web',
        'https',
        'tls',
        'tcp',
        'mongo',
        'mysql',
        'redis',
        'http-x',
        'grpc-web-x',
        'redis-cart',
      ].map(name => ({ name })),
    ),
    [],
  ],
  [
    'does not take a name for a protocol that only ends in one, or has no dash after it',
    named({ name: 'web-http' }, { name: 'httpx' }, { name: 'http_x' }, { name: '' }, { name: 'udp' }),
    at(0, 1, 2, 3, 4),
  ],
  [
    'heeds `appProtocol` alone where it is there',
    named(
      { name: 'web', appProtocol: 'http' },
      { name: 'http', appProtocol: 'web' },
      { name: 'http', appProtocol: '' },
      { appProtocol: 'kubernetes.io/wss' },
      { name: 'http', appProtocol: 'Kubernetes.io/WS' },
    ),
    at(1, 2, 4),
  ],
  [
    'asks it of ports that are taken for TCP by their numbers',
    named({ port: 25 }, { port: 53, name: 'dns' }, { port: 3306, name: 'tcp-db' }, { port: 27017 }),
    at(0, 1, 3),
  ],
  ['does not judge what is no TCP', named({ name: 'dns', protocol: 'UDP' }, { name: 'x', protocol: 'SCTP' }), []],
  [
    'finds names, protocols and ports that are not known yet',
    {
      objects: [
        service('cart', [{ name: sentinel, port: 80 }]),
        service('cart', [{ name: 'x', protocol: sentinel, port: 80 }]),
        { ...service('cart', []), spec: { ports: sentinel } },
      ],
    },
    [
      'Service shop/cart spec.ports[0].name',
      'Service shop/cart spec.ports[0].protocol',
      'Service shop/cart spec.ports',
    ],
  ],
])
