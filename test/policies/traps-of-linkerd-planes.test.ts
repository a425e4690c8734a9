import {
  annotated,
  authorizationPolicy,
  cartLock,
  cartPolicy,
  configMap,
  denyAll,
  deployment,
  labelled,
  namespace,
  release,
  service,
  strict,
} from '../../policypacks/zero-trust/example-objects'
import { closedShop, linkerdRelease, onLinkerd } from '../../policypacks/zero-trust/example-linkerd-install'
import { table } from '../support/rule-table'
import { sentinel } from '../support/unknowns'

const inject = 'linkerd.io/inject'
const named = (name: string) => annotated(namespace(name, {}), { [inject]: 'enabled' })
const inData = { ...deployment('db'), metadata: { name: 'db', namespace: 'data' } }
const intent = (data: object) => configMap('zero-trust-mesh-intent', { ...data })

table('default-deny-present', [
  [
    'takes a namespace that is not registered for Linkerd, where the mesh is',
    { objects: [deployment('cart')], config: { mesh: { kind: 'linkerd' } } },
    [],
  ],
  [
    'goes on asking where the mesh is both, and of the namespaces that are not listed as Linkerd’s',
    {
      objects: [deployment('cart'), inData],
      config: { mesh: { kind: 'hybrid', linkerdNamespaces: 'orders, shop' } },
    },
    ['Namespace data'],
  ],
  [
    'takes a stack that states both meshes for one that is both',
    {
      objects: [
        deployment('cart'),
        intent({ kind: 'istio-sidecar' }),
        configMap('zero-trust-mesh-intent', { kind: 'linkerd' }, 'linkerd'),
      ],
    },
    ['Namespace shop'],
  ],
  [
    'goes on asking where an annotation has a value that is none, where it refuses, and where it is a label',
    {
      objects: [
        annotated(namespace('a', {}), { [inject]: 'true' }),
        annotated(namespace('b', {}), { [inject]: 'disabled' }),
        namespace('c', { [inject]: 'enabled' }),
        deployment('cart', {}),
        ...['a', 'b', 'c'].map(name => ({ ...deployment('x'), metadata: { name: 'x', namespace: name } })),
      ],
      config: { exempt: ['shop'] },
    },
    ['Namespace a', 'Namespace b', 'Namespace c'],
  ],
  [
    'goes on asking of a namespace on both meshes at once',
    { objects: [annotated(namespace('shop'), { [inject]: 'enabled' }), deployment('cart')] },
    ['Namespace shop'],
  ],
])

table('strict-mtls', [
  [
    'asks of the namespaces on Istio alone, where there are both',
    {
      objects: [namespace('shop'), strict, named('data'), namespace('orders')],
      config: { mesh: { rootNamespace: 'istio-system' } },
    },
    ['Namespace orders'],
  ],
  [
    'names an annotation that is not known yet',
    {
      objects: [annotated(namespace('shop', {}), { [inject]: sentinel }), deployment('cart')],
      config: { mesh: { rootNamespace: 'istio-system' } },
    },
    [`Namespace shop metadata.annotations["${inject}"]`, 'Namespace shop'],
  ],
])

table('every-workload-has-policy', [
  [
    'leaves a Pod to Linkerd that asks for it by itself, in a namespace of no mesh',
    { objects: [namespace('shop', {}), deployment('cart', { annotations: { [inject]: 'enabled' } })] },
    [],
  ],
])

table('policy-selects-workload', [
  [
    'finds policies without selectors too, and those alone that lie on Linkerd',
    { objects: [closedShop, denyAll, strict, authorizationPolicy('default-deny', {}, 'data'), namespace('data')] },
    ['PeerAuthentication shop/default', 'AuthorizationPolicy shop/default-deny'],
  ],
])

table('principal-exists', [
  [
    'lets callers on Istio be, where there are both',
    {
      objects: [namespace('shop'), named('data'), deployment('frontend'), cartPolicy],
      config: { mesh: { trustDomain: 'mesh.example' } },
    },
    [],
  ],
])

table('one-injection-label', [
  [
    'finds a Pod of a namespace on Linkerd that follows a revision of Istio',
    { objects: [closedShop, deployment('cart', { labels: { 'istio.io/rev': '1-30-3' } })] },
    ['Deployment shop/cart spec.template.metadata.labels["istio.io/rev"]'],
  ],
  [
    'lets a Pod say what its namespace says',
    { objects: [closedShop, deployment('cart', { annotations: { [inject]: 'enabled' } })] },
    [],
  ],
  [
    'names the Namespace whose annotation a Pod’s wish hangs on',
    {
      objects: [
        annotated(namespace('shop', {}), { [inject]: sentinel }),
        deployment('cart', { labels: { 'istio.io/dataplane-mode': 'ambient' } }),
      ],
    },
    [`Namespace shop metadata.annotations["${inject}"]`],
  ],
])

table('injection-not-disabled', [
  [
    'finds what runs as the proxy of Linkerd, and not the proxy itself',
    {
      objects: [
        closedShop,
        deployment('cart', {
          pod: {
            initContainers: [
              { name: 'setup', securityContext: { runAsUser: 2102 } },
              { name: 'linkerd-proxy', securityContext: { runAsUser: 2102 } },
            ],
          },
        }),
      ],
    },
    ['Deployment shop/cart spec.template.spec.initContainers[0].securityContext.runAsUser'],
  ],
  [
    'lets the user of another mesh’s proxy be, either way',
    {
      objects: [
        closedShop,
        deployment('cart', { pod: { securityContext: { runAsUser: 1337 } } }),
        namespace('data'),
        {
          ...deployment('db', { pod: { securityContext: { runAsUser: 2102 } } }),
          metadata: { name: 'db', namespace: 'data' },
        },
      ],
    },
    [],
  ],
  [
    'lets the Pods of the control plane be, in a namespace of no mesh',
    {
      objects: [
        namespace('shop', {}),
        deployment('identity', { labels: { 'linkerd.io/control-plane-component': 'identity' } }),
      ],
    },
    [],
  ],
  [
    'finds a refusal where nobody knows the mesh',
    { objects: [deployment('cart', { annotations: { [inject]: 'disabled' } })] },
    [`Deployment shop/cart spec.template.metadata.annotations["${inject}"]`],
  ],
])

table('explicit-port-protocol', [
  [
    'reads words of Linkerd in its namespaces alone',
    {
      objects: [
        closedShop,
        service('cart', [{ name: 'bytes', port: 7070, appProtocol: 'linkerd.io/opaque' }]),
        namespace('data'),
        {
          ...service('db', [{ name: 'bytes', port: 5432, appProtocol: 'linkerd.io/opaque' }]),
          metadata: { name: 'db', namespace: 'data' },
        },
      ],
    },
    ['Service data/db spec.ports[0]'],
  ],
  [
    'holds a Service of a namespace that nobody shows against Istio',
    { objects: [service('cart', [{ name: 'bytes', port: 7070, appProtocol: 'linkerd.io/opaque' }])] },
    ['Service shop/cart spec.ports[0]'],
  ],
])

table('workload-matches-assumptions', [
  [
    'finds a Service that calls a port of requests bytes, on Linkerd',
    {
      objects: [
        closedShop,
        deployment('cart'),
        service('cart', [{ name: 'grpc', port: 7070, appProtocol: 'linkerd.io/opaque' }]),
      ],
      intent: cartLock,
    },
    ['Service shop/cart spec.ports[0]'],
  ],
])

table('namespace-in-mesh', [
  [
    "lets the namespaces of Linkerd's charts and of its ConfigMap be, and no other",
    {
      objects: [
        ...['linkerd', 'linkerd-cni', 'shop'].map(name => namespace(name, {})),
        linkerdRelease({}),
        release('cni', { chart: 'oci://registry.example/linkerd2-cni', namespace: 'linkerd-cni' }),
        configMap('linkerd-config', { values: 'clusterDomain: cluster.local' }, 'linkerd'),
      ],
    },
    ['Namespace shop'],
  ],
  [
    'lets the namespace of the ConfigMap be where the control plane is not from a chart',
    { objects: [namespace('mesh', {}), configMap('linkerd-config', { values: '{}' }, 'mesh')] },
    [],
  ],
  [
    'names an object that says the control plane is somewhere else than another one says',
    { objects: [namespace('mesh', {}), linkerdRelease({}), configMap('linkerd-config', { values: '{}' }, 'mesh')] },
    ['Release linkerd-control-plane'],
  ],
  [
    'lets the namespace of a control plane be that another stack installs',
    { objects: [namespace('linkerd', {})], config: { mesh: { kind: 'linkerd', controlPlaneNamespace: 'linkerd' } } },
    [],
  ],
])

table('pinned-mesh-version', [
  [
    'judges charts and proxies of Linkerd',
    {
      objects: [
        linkerdRelease({}, { version: '2024.11.8' }),
        linkerdRelease({}, { version: '>= 2026.0.0' }),
        linkerdRelease({ linkerdVersion: 'latest' }),
        linkerdRelease({}, { version: '2027.1.1' }),
        release('viz', { chart: './charts/linkerd-viz-2025.4.4.tgz', namespace: 'linkerd-viz' }),
        deployment('cart', { container: 'linkerd-proxy', image: 'cr.l5d.io/linkerd/proxy' }),
      ],
    },
    [
      'Release linkerd-control-plane version',
      'Release linkerd-control-plane version',
      'Release linkerd-control-plane values.linkerdVersion',
      'Release linkerd-control-plane version',
      'Deployment shop/cart spec.template.spec.containers[0].image',
    ],
  ],
])

table('no-inbound-port-exclusion', [
  [
    'leaves the rest of Linkerd to another rule',
    { objects: [onLinkerd({ 'config.linkerd.io/skip-inbound-ports': '7070' }), linkerdRelease({})] },
    [],
  ],
])

table('default-deny-present', [
  [
    'takes the labels of Istio for what they say, whatever an annotation says besides',
    { objects: [labelled(closedShop, { 'istio.io/dataplane-mode': 'ambient' }), deployment('cart')] },
    ['Namespace shop'],
  ],
])
