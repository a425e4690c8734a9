import type { KubernetesObject } from '../../core/model/manifest'
import { closedShop } from '../../policypacks/zero-trust/example-linkerd-install'
import {
  annotated,
  cartIntent,
  cartLock,
  configMap,
  deployment,
  labelled,
  namespace,
  release,
} from '../../policypacks/zero-trust/example-objects'
import type { IntentSource } from '../../policypacks/zero-trust/lock'
import { table } from '../support/rule-table'
import { sentinel } from '../support/unknowns'

const asking = { annotations: { 'linkerd.io/inject': 'enabled' } }
const bare = namespace('shop', {})
const config = { mesh: { rootNamespace: 'istio-system' } }
const cart = deployment('cart', asking)
const web = deployment('web', asking)
const component = { 'linkerd.io/control-plane-component': 'identity' }

function inLinkerd(object: KubernetesObject): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, namespace: 'linkerd' } }
}

/** The control plane as its chart renders it: Pods with their proxies, and one without. */
const controlPlane = [
  annotated(namespace('linkerd', { 'config.linkerd.io/admission-webhooks': 'disabled' }), {
    'linkerd.io/inject': 'disabled',
  }),
  configMap('linkerd-config', { values: 'identityTrustDomain: mesh.example' }, 'linkerd'),
  inLinkerd(deployment('identity', { container: 'linkerd-proxy', labels: component })),
  inLinkerd(deployment('heartbeat', { labels: component })),
]

table('strict-mtls', [
  ['leaves a namespace to Linkerd all of whose Pods ask for it', { objects: [bare, cart, web], config }, []],
  ['goes on asking where one does not', { objects: [bare, cart, deployment('web')], config }, ['Namespace shop']],
  [
    'goes on asking where there is no Pod, of what the intent governs',
    { objects: [bare], config, intent: cartLock },
    ['Namespace shop'],
  ],
  [
    'goes on asking where a value is none',
    { objects: [bare, deployment('cart', { annotations: { 'linkerd.io/inject': 'true' } })], config },
    ['Namespace shop'],
  ],
  [
    'goes on asking where the value of the namespace is none, which turns injection off for all',
    { objects: [annotated(bare, { 'linkerd.io/inject': 'yes' }), cart], config },
    ['Namespace shop'],
  ],
  [
    'goes on asking where the namespace keeps the webhook away',
    { objects: [labelled(bare, { 'config.linkerd.io/admission-webhooks': 'disabled' }), cart], config },
    ['Namespace shop'],
  ],
  [
    'goes on asking where a Pod is on the network of its node',
    { objects: [bare, deployment('cart', { ...asking, pod: { hostNetwork: true } })], config },
    ['Namespace shop'],
  ],
  [
    'goes on asking where Istio may have a say in a Pod',
    {
      objects: [bare, deployment('cart', { ...asking, labels: { app: 'cart', 'sidecar.istio.io/inject': 'true' } })],
      config,
    },
    ['Namespace shop'],
  ],
  [
    'goes on asking where a Pod has the sidecar of Istio, so that nothing is injected',
    { objects: [bare, deployment('cart', { ...asking, container: 'istio-proxy' })], config },
    ['Namespace shop'],
  ],
  [
    'goes on asking where a chart brings Pods that nobody sees',
    { objects: [bare, cart, release('cache', { chart: 'redis', namespace: 'shop' })], config },
    ['Namespace shop'],
  ],
  [
    'goes on asking where the intent has a service there of which the stack has no Pod',
    { objects: [bare, cart], config, intent: cartLock },
    ['Namespace shop'],
  ],
  [
    'leaves it to Linkerd where the Pods of all services are there',
    { objects: [bare, cart, deployment('frontend', asking)], config, intent: cartLock },
    [],
  ],
  ['goes on asking on Istio', { objects: [namespace('shop'), cart], config }, ['Namespace shop']],
  [
    'goes on asking where it cannot be read what a Pod asks for',
    { objects: [bare, cart, deployment('web', { annotations: { 'linkerd.io/inject': sentinel } })], config },
    ['Namespace shop', 'Deployment shop/web spec.template.metadata.annotations["linkerd.io/inject"]'],
  ],
  ['leaves the control plane of Linkerd to Linkerd', { objects: controlPlane, config }, []],
  [
    'goes on asking where somebody else’s Pods are beside the control plane',
    { objects: [...controlPlane, inLinkerd(deployment('cart'))], config },
    ['Namespace linkerd'],
  ],
  [
    'goes on asking where Pods only say that they are a control plane’s',
    { objects: [bare, deployment('cart', { ...asking, labels: component })], config },
    ['Namespace shop'],
  ],
])

table('default-deny-present', [
  ['leaves a namespace to Linkerd all of whose Pods ask for it', { objects: [bare, cart, web], config }, []],
  ['goes on asking where one does not', { objects: [bare, cart, deployment('web')], config }, ['Namespace shop']],
  ['leaves the control plane of Linkerd to Linkerd', { objects: controlPlane, config }, []],
])

table('every-workload-has-policy', [
  [
    'goes on asking for the Pods that do not ask',
    { objects: [bare, cart, deployment('web')] },
    ['Deployment shop/web'],
  ],
  ['asks nothing of the control plane of Linkerd', { objects: controlPlane }, []],
  [
    'goes on asking for somebody else’s Pods beside it',
    { objects: [...controlPlane, inLinkerd(deployment('cart'))] },
    ['Deployment linkerd/cart'],
  ],
  [
    'goes on asking for services of which the stack has no Pod',
    { objects: [bare, cart], intent: cartLock },
    ['service shop/frontend'],
  ],
])

table('linkerd-default-deny', [
  ['takes over what Istio’s rules leave', { objects: [bare, cart, web] }, ['Namespace shop']],
  [
    'takes over Pods that come with their proxy',
    { objects: [bare, deployment('cart', { container: 'linkerd-proxy' })] },
    ['Namespace shop'],
  ],
  ['asks nothing of the control plane', { objects: controlPlane }, []],
])

const crossing = {
  kind: 'found' as const,
  digest: 'sha256:0',
  intent: {
    ...cartIntent,
    flows: ['Get', 'Add'].flatMap(method =>
      cartIntent.flows.map(flow => ({
        ...flow,
        text: `web/frontend → shop/cart:7070 grpc shop.Cart/${method}`,
        from: { kind: 'workload', service: 'frontend', namespace: 'web', serviceAccount: 'frontend' } as const,
        border: 'plaintext' as const,
      })),
    ),
  },
} satisfies IntentSource
const inWeb = { ...deployment('frontend', asking), metadata: { name: 'frontend', namespace: 'web' } }

table('plaintext-across-meshes', [
  [
    'finds a caller and a callee once',
    { objects: [namespace('web'), closedShop], intent: crossing },
    ['service shop/cart'],
  ],
  [
    'finds it in the other direction',
    {
      objects: [namespace('shop'), annotated(namespace('web', {}), { 'linkerd.io/inject': 'enabled' })],
      intent: crossing,
    },
    ['service shop/cart'],
  ],
  [
    'takes Pods for Linkerd’s that ask for it by themselves',
    { objects: [namespace('web', {}), inWeb, namespace('shop')], intent: crossing },
    ['service shop/cart'],
  ],
  [
    'is silent where both are on Linkerd, one by its Pods alone',
    {
      objects: [namespace('web', {}), inWeb, closedShop],
      intent: { ...crossing, intent: { ...crossing.intent, governed: [] } },
    },
    [],
  ],
  [
    'names the Pod of which it cannot be read what it asks for',
    {
      objects: [
        namespace('web', {}),
        { ...deployment('frontend', { annotations: { 'linkerd.io/inject': sentinel } }), metadata: inWeb.metadata },
        namespace('shop'),
      ],
      intent: crossing,
    },
    ['Deployment web/frontend spec.template.metadata.annotations["linkerd.io/inject"]'],
  ],
  [
    'names the Namespace of which it cannot be read on which mesh it is',
    { objects: [namespace('web', { 'istio-injection': sentinel }), closedShop], intent: crossing },
    ['Namespace web metadata.labels.istio-injection'],
  ],
  [
    'asks for an intent where the settings say that there are two meshes',
    { objects: [], config: { mesh: { kind: 'hybrid' } } },
    ['the stack'],
  ],
  ['asks for none on Linkerd alone', { objects: [closedShop], config: { mesh: { kind: 'linkerd' } } }, []],
])
