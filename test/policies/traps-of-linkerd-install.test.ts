import {
  cartOnLinkerd,
  closedShop,
  installed,
  linkerdRelease,
  onLinkerd,
} from '../../policypacks/zero-trust/example-linkerd-install'
import { serverOf } from '../../policypacks/zero-trust/example-linkerd'
import {
  annotated,
  cartLock,
  configMap,
  deployment,
  namespace,
  release,
  service,
} from '../../policypacks/zero-trust/example-objects'
import { table } from '../support/rule-table'
import { sentinel } from '../support/unknowns'

const policy = 'config.linkerd.io/default-inbound-policy'
const inject = 'linkerd.io/inject'
const webhooks = 'config.linkerd.io/admission-webhooks'
const patchOf = (annotations: Readonly<Record<string, string>>) =>
  annotated({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }, annotations)

table('linkerd-default-deny', [
  [
    'takes the later of two objects for one Namespace',
    { objects: [closedShop, patchOf({ [policy]: 'all-unauthenticated' })] },
    [`Namespace shop metadata.annotations["${policy}"]`],
  ],
  [
    'takes the word of the control plane where it is told one way only',
    {
      objects: [
        onLinkerd({}),
        linkerdRelease({ proxy: { defaultInboundPolicy: 'deny' } }),
        configMap('linkerd-config', { values: 'proxy: { defaultInboundPolicy: all-unauthenticated }' }, 'linkerd'),
      ],
    },
    ['Release linkerd-control-plane', 'Namespace shop'],
  ],
  [
    'asks no identity for enough at stage enforce, nor audits at stage strict',
    {
      objects: [
        onLinkerd({ [policy]: 'cluster-authenticated' }),
        annotated(namespace('data', {}), { [inject]: 'ingress', [policy]: 'audit' }),
      ],
      config: { stages: { data: 'strict' } },
    },
    [`Namespace shop metadata.annotations["${policy}"]`, `Namespace data metadata.annotations["${policy}"]`],
  ],
  [
    'does not ask of namespaces whose mesh is not known, where nothing is Linkerd’s',
    { objects: [deployment('cart')] },
    [],
  ],
  ['asks of them where something is', { objects: [deployment('cart'), serverOf('cart', 7070)] }, ['Namespace shop']],
  [
    'asks of them where the mesh is both',
    { objects: [deployment('cart')], config: { mesh: { kind: 'hybrid' } } },
    ['Namespace shop'],
  ],
  [
    'lets namespaces be that are exempt, or guarded elsewhere',
    {
      objects: [onLinkerd({}), annotated(namespace('data', {}), { [inject]: 'enabled' })],
      config: { exempt: ['shop'], elsewhere: ['data'] },
    },
    [],
  ],
  [
    'names a default that is not known yet, and the namespace that hangs on it',
    { objects: [onLinkerd({}), linkerdRelease({ proxy: { defaultInboundPolicy: sentinel } })] },
    ['Release linkerd-control-plane values.proxy.defaultInboundPolicy', 'Namespace shop'],
  ],
])

table('reach-equals-intent', [
  [
    'does not take a chart for harmless in a governed namespace because it is called like one of Linkerd’s',
    {
      objects: [closedShop, ...cartOnLinkerd, installed, release('x', { chart: 'linkerd-viz', namespace: 'shop' })],
      intent: cartLock,
    },
    ['Release x'],
  ],
  [
    'names values that are not known yet',
    {
      objects: [closedShop, ...cartOnLinkerd, installed, linkerdRelease({ identityTrustDomain: sentinel })],
      intent: cartLock,
    },
    ['Release linkerd-control-plane values.identityTrustDomain'],
  ],
  [
    'asks which trust domain is Linkerd’s, and does not take Istio’s for it',
    { objects: [closedShop, ...cartOnLinkerd], intent: cartLock, config: { mesh: { trustDomain: 'mesh.example' } } },
    ['the stack'],
  ],
])

table('inject-value-valid', [
  [
    'lets an empty value be, which is none, and the word for ingress',
    { objects: [patchOf({ [inject]: '' }), deployment('web', { annotations: { [inject]: 'ingress' } })] },
    [],
  ],
  [
    'judges a Pod by its own annotations',
    {
      objects: [
        { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'shop', annotations: { [inject]: 'yes' } } },
      ],
    },
    [`Pod shop/a metadata.annotations["${inject}"]`],
  ],
])

table('no-skip-ports', [
  [
    'finds a single port that is a number, and what only one of both is told',
    { objects: [linkerdRelease({ proxyInit: { ignoreInboundPorts: 4567 } })] },
    [
      'Release linkerd-control-plane values.proxyInit.ignoreInboundPorts',
      'Release linkerd-control-plane values.proxyInit.ignoreOutboundPorts',
    ],
  ],
  [
    'does not take files that it does not see for an answer',
    { objects: [linkerdRelease({}, { valueYamlFiles: ['values.yaml'] })] },
    ['Release linkerd-control-plane valueYamlFiles'],
  ],
  [
    'judges a Chart as it does a Release',
    {
      objects: [
        {
          apiVersion: 'helm.sh/v4',
          kind: 'Chart',
          metadata: { name: 'linkerd' },
          chart: './charts/linkerd-control-plane',
          values: { proxyInit: { ignoreInboundPorts: '', ignoreOutboundPorts: '25' } },
        },
      ],
    },
    ['Chart linkerd values.proxyInit.ignoreOutboundPorts'],
  ],
])

table('admission-not-disabled', [
  [
    'lets another value be, which keeps nobody away, and namespaces of the charts',
    {
      objects: [
        namespace('shop', { [webhooks]: 'enabled' }),
        namespace('linkerd-cni', { [webhooks]: 'disabled' }),
        release('cni', { chart: 'linkerd2-cni', namespace: 'linkerd-cni' }),
      ],
    },
    [],
  ],
  [
    'names a chart that could be the one whose namespace it is',
    {
      objects: [
        namespace('linkerd', { [webhooks]: 'disabled' }),
        release('linkerd', { chart: 'linkerd-control-plane', namespace: sentinel }),
      ],
    },
    ['Release linkerd namespace', `Namespace linkerd metadata.labels["${webhooks}"]`],
  ],
])

table('linkerd-high-availability', [
  [
    'finds all four where nothing is said',
    { objects: [linkerdRelease({})] },
    ['controllerReplicas', 'webhookFailurePolicy', 'enablePodAntiAffinity', 'enablePodDisruptionBudget'].map(
      name => `Release linkerd-control-plane values.${name}`,
    ),
  ],
])

table('linkerd-minimum-version', [
  [
    'reads numbered releases, edges, charts and archives, and knows no others',
    {
      objects: [
        ...['2.20', 'edge-26.6.2', 'edge-27.1.1'].map(version =>
          configMap('zero-trust-mesh-intent', { kind: 'linkerd', version }, 'linkerd'),
        ),
        linkerdRelease({}, { version: 'enterprise-2.20.1' }),
        linkerdRelease({}, { version: '1.16.11' }),
        release('x', { chart: './linkerd-control-plane-2026.5.4.tgz', namespace: 'linkerd' }),
        release('y', { chart: './linkerd-control-plane-2026.7.1.tgz', namespace: 'linkerd' }),
      ],
    },
    ['Release linkerd-control-plane version', 'Release linkerd-control-plane version', 'Release x chart'],
  ],
  [
    'compares months as numbers',
    { objects: ['2026.10.1', '2026.7.1', '2026.6.1'].map(version => linkerdRelease({}, { version })) },
    ['Release linkerd-control-plane version'],
  ],
  [
    'lets images of others be, and digests',
    {
      objects: [
        deployment('a', { image: 'registry.example/shop/controller:1.0.0' }),
        deployment('b', { image: 'cr.l5d.io/linkerd/controller@sha256:00' }),
        deployment('c', { image: 'registry.example:5000/linkerd/controller:edge-25.4.4' }),
      ],
    },
    ['Deployment shop/c spec.template.spec.containers[0].image'],
  ],
  [
    'takes the setting for what is installed elsewhere',
    { objects: [], config: { mesh: { kind: 'linkerd', version: 'stable-2.14.10' } } },
    ['the setting `mesh`'],
  ],
])

table('declared-container-ports', [
  [
    'knows ports by their names, init containers, and UDP, which no proxy takes',
    {
      objects: [
        closedShop,
        deployment('cart', {
          ports: [{ name: 'grpc', containerPort: 7070 }],
          pod: { initContainers: [{ name: 'metrics', restartPolicy: 'Always', ports: [{ containerPort: 9090 }] }] },
        }),
        service('cart', [
          { name: 'a', port: 80, targetPort: 'grpc' },
          { name: 'b', port: 9090 },
          { name: 'c', port: 514, protocol: 'UDP' },
        ]),
      ],
    },
    [],
  ],
  [
    'knows the ports of the proxy itself',
    { objects: [closedShop, deployment('cart'), serverOf('cart', 4191), service('cart', [{ port: 4191 }])] },
    [],
  ],
  [
    'asks nothing on Istio',
    { objects: [namespace('shop'), deployment('cart'), service('cart', [{ name: 'http', port: 9999 }])] },
    [],
  ],
])
