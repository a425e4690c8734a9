import type { KubernetesObject } from '../../core/model/manifest'
import {
  authorizationPolicy,
  cartIntent,
  configMap,
  deployment,
  gateway,
  labelled,
  namespace,
  peerAuthentication,
  release,
  requestAuthentication,
  strict,
} from '../../policypacks/zero-trust/example-objects'
import type { IntentSource } from '../../policypacks/zero-trust/lock'
import { table } from '../support/rule-table'
import { sentinel } from '../support/unknowns'

const permissive = { mode: 'PERMISSIVE' }
const mtls = { mode: 'STRICT' }
const of = (labels: Readonly<Record<string, string>>) => ({ selector: { matchLabels: labels } })
const peer = (name: string, labels: Readonly<Record<string, string>>) =>
  peerAuthentication(name, { ...of(labels), mtls })
const unlike = [peer('a', { app: 'cart' }), peer('b', { tier: 'backend' })]
const both = ['PeerAuthentication shop/a', 'PeerAuthentication shop/b']
const withTier: IntentSource = {
  kind: 'found',
  digest: 'sha256:0',
  intent: {
    ...cartIntent,
    governed: cartIntent.governed.map(one => ({ ...one, labels: { ...one.labels, tier: 'backend' } })),
  },
}

table('peer-authentication-unambiguous', [
  [
    'takes an empty list of labels for no selector',
    { objects: [strict, peerAuthentication('b', of({}))] },
    ['PeerAuthentication shop/default', 'PeerAuthentication shop/b'],
  ],
  [
    'finds two that say the same, as the older is changed by nobody who changes the younger',
    { objects: [strict, peerAuthentication('again', { mtls })] },
    ['PeerAuthentication shop/default', 'PeerAuthentication shop/again'],
  ],
  ['lets two selectors be that no workload known has both of', { objects: unlike }, []],
  ['finds two that a service of the intent has both of', { objects: unlike, intent: withTier }, both],
  [
    'does not take a workload of another namespace for the one where they meet',
    {
      objects: [
        ...unlike,
        {
          ...deployment('cart', { labels: { app: 'cart', tier: 'backend' } }),
          metadata: { name: 'cart', namespace: 'other' },
        },
      ],
    },
    [],
  ],
  [
    'lets two be that one label keeps apart',
    {
      objects: [
        peer('a', { app: 'cart', v: '1' }),
        peer('b', { app: 'cart', v: '2' }),
        deployment('cart', { labels: { app: 'cart', v: '1' } }),
      ],
    },
    [],
  ],
  [
    'does not take ports beside an empty selector for ports that count',
    { objects: [peerAuthentication('a', { selector: {}, portLevelMtls: { 8080: permissive } })] },
    ['PeerAuthentication shop/a spec.portLevelMtls'],
  ],
  [
    'finds a selector that is not known yet, and labels on which it hangs',
    {
      objects: [
        ...unlike,
        peerAuthentication('c', { selector: sentinel }),
        deployment('cart', { labels: { app: sentinel } }),
      ],
    },
    ['PeerAuthentication shop/c spec.selector', 'Deployment shop/cart spec.template.metadata.labels.app'],
  ],
])

const root = { mesh: { kind: 'istio-sidecar', rootNamespace: 'istio-system' } }
const inRoot = (kind: typeof authorizationPolicy, spec: object): KubernetesObject =>
  kind('x', { ...spec }, 'istio-system')
const cart = of({ app: 'cart' })
const ambient = namespace('shop', { 'istio.io/dataplane-mode': 'ambient' })

table('root-namespace-policy-has-no-selector-trap', [
  [
    'tells the root namespace by what the mesh says of it',
    {
      objects: [
        authorizationPolicy('x', cart, 'mesh-root'),
        inRoot(authorizationPolicy, cart),
        configMap('istio', { mesh: 'rootNamespace: mesh-root' }),
      ],
    },
    ['AuthorizationPolicy mesh-root/x spec.selector'],
  ],
  [
    'excepts policies by their names, and no PeerAuthentication',
    {
      objects: [
        inRoot(authorizationPolicy, cart),
        inRoot(requestAuthentication, cart),
        inRoot(peerAuthentication, cart),
      ],
      config: { ...root, reviewed: ['istio-system/x'] },
    },
    ['PeerAuthentication istio-system/x spec.selector'],
  ],
  [
    'lets an empty selector be where it is as good as none',
    {
      objects: [peerAuthentication('x', { selector: {} }), inRoot(requestAuthentication, { selector: {} })],
      config: root,
    },
    [],
  ],
  [
    'finds an empty one in an ambient namespace, by its label',
    { objects: [ambient, authorizationPolicy('x', { selector: {} })], config: root },
    ['AuthorizationPolicy shop/x spec.selector'],
  ],
  [
    'finds an empty one where the data plane is not known',
    { objects: [authorizationPolicy('x', of({}))], config: { mesh: { rootNamespace: 'istio-system' } } },
    ['AuthorizationPolicy shop/x spec.selector'],
  ],
  [
    'asks for the root namespace once',
    { objects: [authorizationPolicy('x', cart), requestAuthentication('y', cart)] },
    ['AuthorizationPolicy shop/x'],
  ],
  [
    'finds a namespace that is not known yet',
    { objects: [authorizationPolicy('x', cart, sentinel)], config: root },
    ['AuthorizationPolicy x metadata.namespace'],
  ],
])

const chart = {
  chart: 'gateway',
  namespace: 'ingress',
  repositoryOpts: { repo: 'https://istio-release.storage.googleapis.com/charts' },
}
const selector = (kind: string, name: string, at = 'shop') => `${kind} ${at}/${name} spec.selector`

table('policy-selects-workload', [
  [
    'asks it of all three kinds of policies',
    { objects: [authorizationPolicy('a', cart), peerAuthentication('b', cart), requestAuthentication('c', cart)] },
    [selector('PeerAuthentication', 'b'), selector('AuthorizationPolicy', 'a'), selector('RequestAuthentication', 'c')],
  ],
  [
    'wants all labels on one workload',
    {
      objects: [
        authorizationPolicy('a', of({ app: 'cart', version: 'v2' })),
        deployment('cart', { labels: { app: 'cart', version: 'v1' } }),
        deployment('other', { labels: { app: 'other', version: 'v2' } }),
      ],
    },
    [selector('AuthorizationPolicy', 'a')],
  ],
  [
    'looks into all namespaces for a policy of the root namespace, but for a PeerAuthentication',
    {
      objects: [
        deployment('cart'),
        inRoot(authorizationPolicy, cart),
        inRoot(requestAuthentication, cart),
        inRoot(peerAuthentication, cart),
      ],
      config: root,
    },
    [selector('PeerAuthentication', 'x', 'istio-system')],
  ],
  [
    'knows Pods of gateways by the labels that their makers give them',
    {
      objects: [
        release('a', { ...chart, name: 'istio-web', values: { labels: { tier: 'edge' } } }),
        release('b', { ...chart, name: 'other', values: { name: 'edge' } }),
        labelled(gateway('api', { gatewayClassName: 'istio' }, 'ingress'), { team: 'web' }),
        authorizationPolicy('a', of({ istio: 'web', app: 'istio-web', tier: 'edge' }), 'ingress'),
        authorizationPolicy('b', of({ istio: 'edge' }), 'ingress'),
        authorizationPolicy('c', of({ 'gateway.networking.k8s.io/gateway-name': 'api', team: 'web' }), 'ingress'),
      ],
    },
    [],
  ],
  [
    'knows that the Pods of a waypoint heed no selector',
    {
      objects: [
        gateway('waypoint', { gatewayClassName: 'istio-waypoint' }),
        authorizationPolicy('a', of({ 'gateway.networking.k8s.io/gateway-name': 'waypoint' })),
      ],
    },
    [selector('AuthorizationPolicy', 'a')],
  ],
  [
    'leaves namespaces alone that are exempt, or guarded elsewhere, and empty selectors to others',
    {
      objects: [
        authorizationPolicy('a', cart, 'kube-system'),
        authorizationPolicy('b', cart, 'other'),
        authorizationPolicy('c', of({})),
      ],
      config: { elsewhere: ['other'] },
    },
    [],
  ],
  [
    'finds labels that are not known yet, of the policy and of the workload',
    {
      objects: [
        authorizationPolicy('a', of({ app: sentinel })),
        authorizationPolicy('b', cart),
        deployment('cart', { labels: { app: sentinel } }),
      ],
    },
    [
      'AuthorizationPolicy shop/a spec.selector.matchLabels.app',
      'Deployment shop/cart spec.template.metadata.labels.app',
      selector('AuthorizationPolicy', 'b'),
    ],
  ],
])
