import { cartServer, linkerdShop, server, serverOf, webServer } from '../../policypacks/zero-trust/example-linkerd'
import {
  annotated,
  cartLock,
  configMap,
  deployment,
  namespace,
  object,
} from '../../policypacks/zero-trust/example-objects'
import { table } from '../support/rule-table'
import { sentinel } from '../support/unknowns'

type Data = Readonly<Record<string, unknown>>

const ports = (...list: readonly Data[]) => deployment('cart', { ports: list })
const containers = (parts: Data) => deployment('cart', { pod: { containers: [], ...parts } })
const selecting = (podSelector: Data, more: Data = {}) => server('s', { podSelector, port: 7070, ...more })
const by = (operator: string, values?: readonly string[]) =>
  selecting({ matchExpressions: [{ key: 'app', operator, ...(values && { values }) }] })
const port = (i: number, list = 'containers') => `Deployment shop/cart spec.template.spec.${list}[0].ports[${i}]`

table('server-for-every-port', [
  [
    'looks at init containers, and not at what the injector brought',
    {
      objects: [
        linkerdShop,
        containers({
          containers: [{ name: 'linkerd-proxy', ports: [{ name: 'linkerd-admin', containerPort: 4191 }] }],
          initContainers: [{ name: 'cache', ports: [{ containerPort: 6379 }] }],
        }),
      ],
    },
    [port(0, 'initContainers')],
  ],
  [
    'looks at TCP in whatever case, and at nothing else',
    {
      objects: [
        linkerdShop,
        ports({ containerPort: 1, protocol: 'tcp' }, { containerPort: 2, protocol: 'SCTP' }, { name: 'none' }),
      ],
    },
    [port(0)],
  ],
  [
    'counts every number that a name stands for',
    {
      objects: [
        linkerdShop,
        ports({ name: 'grpc', containerPort: 7070 }, { name: 'grpc', containerPort: 7071 }, { containerPort: 7072 }),
        serverOf('cart', 'grpc'),
      ],
    },
    [port(2)],
  ],
  [
    'does not count a Server of another namespace, nor one for machines',
    {
      objects: [
        linkerdShop,
        deployment('cart'),
        server('s', { podSelector: {}, port: 7070 }, 'data'),
        server('vm', { externalWorkloadSelector: {}, port: 7070 }),
      ],
    },
    [port(0)],
  ],
  [
    'takes only the words of Linkerd for being on it',
    { objects: [annotated(namespace('shop', {}), { 'linkerd.io/inject': 'true' }), deployment('cart')] },
    [],
  ],
  ['says nothing where nothing is of Linkerd', { objects: [deployment('cart')], intent: cartLock }, []],
  [
    'lets be what another stack sets up',
    { objects: [linkerdShop, deployment('cart')], config: { elsewhere: ['shop'] }, intent: cartLock },
    [],
  ],
  [
    'refuses a Namespace of which nobody knows whether it is on Linkerd',
    { objects: [annotated(namespace('shop', {}), { 'linkerd.io/inject': sentinel }), deployment('cart')] },
    ['Namespace shop metadata.annotations["linkerd.io/inject"]'],
  ],
])

table('server-port-exists', [
  [
    'reads expressions as the policy controller does',
    {
      objects: [
        deployment('cart'),
        by('In', ['web', 'cart']),
        by('NotIn', ['web']),
        by('Exists'),
        by('In'),
        by('In', ['web']),
        by('Exists', []),
        by('DoesNotExist'),
      ],
    },
    Array.from({ length: 4 }, () => 'Server shop/s spec.podSelector'),
  ],
  [
    'asks for one port of all the Pods that are selected',
    { objects: [deployment('cart'), deployment('web', { ports: [{ containerPort: 8080 }] }), selecting({})] },
    [],
  ],
  [
    'does not take the name of a UDP port',
    { objects: [ports({ name: 'grpc', containerPort: 7070, protocol: 'UDP' }), serverOf('cart', 'grpc')] },
    ['Server shop/cart.port spec.port'],
  ],
  [
    'does not look for Pods of a namespace that another stack sets up, and of one that is left out',
    {
      objects: [cartServer, server('s', { podSelector: {}, port: 1 }, 'data')],
      config: { exempt: ['data'], elsewhere: ['shop'] },
    },
    [],
  ],
  [
    'refuses a Server that says neither whom it is for nor what port',
    { objects: [deployment('cart'), server('a', { port: 7070 }), server('b', { podSelector: {} })] },
    ['Server shop/a spec.podSelector', 'Server shop/b spec.port'],
  ],
])

table('no-overlapping-servers', [
  [
    'finds three for one port, each pair once',
    {
      objects: [cartServer, selecting({ matchLabels: { app: 'cart' } }), server('t', { podSelector: {}, port: 7070 })],
    },
    ['Server shop/s', 'Server shop/t', 'Server shop/t'],
  ],
  [
    'takes selectors apart that no Pod has both of',
    {
      objects: [
        deployment('cart'),
        deployment('web'),
        cartServer,
        selecting({ matchLabels: { tier: 'backend' } }),
        by('DoesNotExist'),
      ],
    },
    [],
  ],
  ['takes equal expressions for one', { objects: [by('Exists'), by('Exists')] }, ['Server shop/s']],
  [
    'lets Servers of different namespaces be',
    { objects: [deployment('cart'), cartServer, server('s', { podSelector: {}, port: 7070 }, 'data')] },
    [],
  ],
  [
    'does not take digits in quotes for a number',
    { objects: [deployment('cart'), cartServer, selecting({ matchLabels: { app: 'cart' } }, { port: '7070' })] },
    [],
  ],
])

const accessPolicy = (policy: string) => serverOf('web', 8080, { accessPolicy: policy })
const field = 'Server shop/web.port spec.accessPolicy'

table('access-policy-deny', [
  [
    'refuses every policy that admits somebody, and leaves the audit to another rule',
    {
      objects: [
        'all-unauthenticated',
        'all-authenticated',
        'cluster-unauthenticated',
        'cluster-authenticated',
        'audit',
        'deny',
      ].map(accessPolicy),
    },
    [field, field, field, field],
  ],
  [
    'accepts no more than any identity at stage strict, and that nowhere else',
    {
      objects: [
        ...['all-unauthenticated', 'all-authenticated', 'cluster-authenticated'].map(accessPolicy),
        server('s', { podSelector: {}, port: 1, accessPolicy: 'all-authenticated' }, 'data'),
      ],
      config: { stages: { shop: 'strict' } },
    },
    [field, field, 'Server data/s spec.accessPolicy'],
  ],
  ['leaves a Server of another group alone', { objects: [object(['x.dev/v1', 'Server'], ['shop', 'a'], {})] }, []],
])

const audits = (said: string) => ({ audits: { 'shop/web.port': said } })
const reason = 'old callers are counted'

table('audit-expires', [
  [
    'knows the calendar',
    { objects: [accessPolicy('audit')], config: { ...audits(`2028-02-29 ${reason}`), today: '2028-02-29' } },
    [],
  ],
  ...['2026-02-29', '2026-13-01', '2026-00-10', '2026-04-31', '2026-4-1', 'soon', ''].map(
    day =>
      [
        `takes \`${day}\` for no day`,
        { objects: [accessPolicy('audit')], config: { ...audits(`${day} ${reason}`), today: '2026-01-01' } },
        [field],
      ] as const,
  ),
  [
    'does not believe a day of today that is none',
    { objects: [accessPolicy('audit')], config: { ...audits(`2026-09-30 ${reason}`), today: '2026-02-30' } },
    [field],
  ],
  [
    'tells Servers of one name apart by their namespace',
    {
      objects: ['data', 'shop'].map(name =>
        server('web.port', { podSelector: {}, port: 1, accessPolicy: 'audit' }, name),
      ),
      config: { ...audits(`2026-09-30 ${reason}`), today: '2026-09-30' },
    },
    ['Server data/web.port spec.accessPolicy'],
  ],
])

table('server-v1beta3', [
  [
    'refuses every older version, and a word in another spelling in any',
    {
      objects: [
        { ...webServer, apiVersion: 'policy.linkerd.io/v1beta2' },
        { ...serverOf('web', 8080, { proxyProtocol: 'GRPC' }), apiVersion: 'policy.linkerd.io/v1alpha1' },
        serverOf('web', 8080, { proxyProtocol: 'tcp' }),
      ],
    },
    [field, ...Array.from({ length: 2 }, () => 'Server shop/web.port spec.proxyProtocol')],
  ],
])

const opaque = 'config.linkerd.io/opaque-ports'
const web = (more: Data = {}) => deployment('web', { ports: [{ containerPort: 3306 }], ...more })
const onUsual = serverOf('web', 3306)

table('no-opaque-http-conflict', [
  [
    'finds each protocol that is read, and none that is not',
    {
      objects: [
        linkerdShop,
        web(),
        ...['HTTP/1', 'HTTP/2', 'gRPC', 'unknown', 'opaque', 'TLS'].map(proxyProtocol =>
          serverOf('web', 3306, { proxyProtocol }),
        ),
      ],
    },
    Array.from({ length: 3 }, () => 'Server shop/web.port'),
  ],
  [
    "takes the Pod's word before that of its namespace, and that before the usual",
    {
      objects: [
        annotated(linkerdShop, { [opaque]: '8080' }),
        web(),
        onUsual,
        deployment('cart', { annotations: { [opaque]: '' }, ports: [{ containerPort: 8080 }] }),
        serverOf('cart', 8080),
      ],
    },
    [],
  ],
  [
    "takes the mesh's own list for the usual one",
    { objects: [linkerdShop, web(), onUsual], config: { mesh: { opaquePorts: '25' } } },
    [],
  ],
  [
    'counts a usual port only where the Pod declares it',
    { objects: [linkerdShop, deployment('web', { ports: [] }), onUsual] },
    [],
  ],
  [
    'says nothing of Pods that only the intent knows',
    { objects: [cartServer, annotated(linkerdShop, { [opaque]: '7070' })], intent: cartLock },
    [],
  ],
  [
    'refuses a list of the mesh that is not known, where it matters',
    { objects: [linkerdShop, web(), onUsual, configMap('zero-trust-mesh-intent', { opaquePorts: sentinel })] },
    ['ConfigMap istio-system/zero-trust-mesh-intent data.opaquePorts', 'Server shop/web.port'],
  ],
])
