import { cartIntent, cartLock, deployment, service } from '../../policypacks/zero-trust/example-objects'
import type { IntentSource } from '../../policypacks/zero-trust/lock'
import { table } from '../support/rule-table'

table('dedicated-service-account', [
  [
    'lets the Pods of a Deployment be that it makes itself',
    {
      objects: [
        deployment('cart'),
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          metadata: { name: 'cart-1', namespace: 'shop', ownerReferences: [{ kind: 'Deployment', name: 'cart' }] },
          spec: { template: { metadata: { labels: { app: 'other' } }, spec: { serviceAccountName: 'cart' } } },
        },
      ],
    },
    [],
  ],
  [
    'does not let a workload be whose owner is not there',
    {
      objects: [
        deployment('cart'),
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          metadata: { name: 'x', namespace: 'shop', ownerReferences: [{ kind: 'Deployment', name: 'x' }] },
          spec: { template: { metadata: { labels: { app: 'x' } }, spec: { serviceAccountName: 'cart' } } },
        },
      ],
    },
    ['ReplicaSet shop/x', 'Deployment shop/cart'].reverse(),
  ],
  [
    'accepts an account that the setting names',
    {
      objects: [deployment('cart'), deployment('frontend', { pod: { serviceAccountName: 'cart' } })],
      config: { shared: ['shop/cart'] },
    },
    [],
  ],
  [
    'accepts services of the intent that share one there',
    {
      objects: [deployment('cart'), deployment('frontend', { pod: { serviceAccountName: 'cart' } })],
      intent: {
        ...cartLock,
        intent: { ...cartIntent, governed: cartIntent.governed.map(one => ({ ...one, serviceAccount: 'cart' })) },
      } as IntentSource,
    },
    [],
  ],
])

table('workload-matches-assumptions', [
  [
    'follows a named target port',
    {
      objects: [
        deployment('cart', { ports: [{ name: 'grpc', containerPort: 7070 }] }),
        service('cart', [{ name: 'tcp', port: 80, targetPort: 'grpc' }]),
      ],
      intent: cartLock,
    },
    ['Service shop/cart spec.ports[0]'],
  ],
  [
    'refuses a port whose protocol has to be guessed',
    {
      objects: [deployment('cart'), service('cart', [{ name: 'main', port: 80, targetPort: 7070 }])],
      intent: cartLock,
    },
    ['Service shop/cart spec.ports[0]'],
  ],
  [
    'believes appProtocol more than the name',
    {
      objects: [
        deployment('cart'),
        service('cart', [{ name: 'tcp-x', appProtocol: 'grpc', port: 80, targetPort: 7070 }]),
      ],
      intent: cartLock,
    },
    [],
  ],
  [
    'does not ask for ports of a container that names none',
    { objects: [deployment('cart', { ports: [] })], intent: cartLock },
    [],
  ],
  [
    'lets ports be that are not TCP',
    {
      objects: [deployment('cart', { ports: [{ containerPort: 7070 }, { containerPort: 53, protocol: 'UDP' }] })],
      intent: cartLock,
    },
    [],
  ],
])
