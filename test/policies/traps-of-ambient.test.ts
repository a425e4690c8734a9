import {
  ambientShop,
  cartService,
  shopBehindWaypoint,
  waypointsDenyAll,
} from '../../policypacks/zero-trust/example-ambient'
import {
  authorizationPolicy,
  cartLock,
  cartPolicy,
  deployment,
  namespace,
} from '../../policypacks/zero-trust/example-objects'
import { table } from '../support/rule-table'
import { sentinel } from '../support/unknowns'

const root = { mesh: { rootNamespace: 'istio-system' } }
const pod = (labels: Readonly<Record<string, string>>) => deployment('cart', { labels: { app: 'cart', ...labels } })

table('one-injection-label', [
  [
    'finds a revision of a Pod of an ambient namespace, unless the Pod refuses injection',
    {
      objects: [
        ambientShop,
        pod({ 'istio.io/rev': '1-30-3' }),
        pod({ 'istio.io/rev': '1-30-3', 'sidecar.istio.io/inject': 'false' }),
      ],
    },
    ['Deployment shop/cart spec.template.metadata.labels["istio.io/rev"]'],
  ],
  [
    'lets the Pod of a gateway be, which leaves ztunnel for its sidecar',
    { objects: [ambientShop, pod({ 'istio.io/dataplane-mode': 'none', 'sidecar.istio.io/inject': 'true' })] },
    [],
  ],
  [
    'lets a Pod ask where its namespace has shut out all webhooks',
    {
      objects: [
        namespace('shop', { 'istio.io/dataplane-mode': 'ambient', 'istio-injection': 'disabled' }),
        pod({ 'sidecar.istio.io/inject': 'true' }),
      ],
    },
    [],
  ],
  [
    'finds both mistakes of one Namespace',
    {
      objects: [
        namespace('shop', {
          'istio.io/dataplane-mode': 'ambient',
          'istio-injection': 'enabled',
          'istio.io/rev': '1-30-3',
        }),
      ],
    },
    ['Namespace shop metadata.labels["istio.io/rev"]', 'Namespace shop metadata.labels["istio.io/dataplane-mode"]'],
  ],
  [
    'lets an exempt namespace be',
    { objects: [namespace('kube-system', { 'istio-injection': 'x', 'istio.io/rev': 'y' })] },
    [],
  ],
  [
    'refuses a Pod whose namespace has labels that are not known',
    {
      objects: [namespace('shop', { 'istio-injection': sentinel }), pod({ 'sidecar.istio.io/inject': 'true' })],
    },
    ['Namespace shop metadata.labels.istio-injection'],
  ],
])

table('injection-not-disabled', [
  [
    'lets the label of the other data plane be, in an ambient namespace and in one of sidecars',
    {
      objects: [
        ambientShop,
        pod({ 'sidecar.istio.io/inject': 'false' }),
        deployment('cart', { pod: { securityContext: { runAsUser: 1337 } } }),
      ],
    },
    [],
  ],
  ['is right for sidecars as well', { objects: [namespace('shop'), pod({ 'istio.io/dataplane-mode': 'none' })] }, []],
  [
    'refuses either where the data plane is not known',
    {
      objects: [pod({ 'istio.io/dataplane-mode': 'none' }), pod({ 'sidecar.istio.io/inject': 'false' })],
    },
    [
      'Deployment shop/cart spec.template.metadata.labels["istio.io/dataplane-mode"]',
      'Deployment shop/cart spec.template.metadata.labels["sidecar.istio.io/inject"]',
    ],
  ],
  [
    'lets the Pod of a gateway leave ztunnel for its sidecar',
    { objects: [ambientShop, pod({ 'istio.io/dataplane-mode': 'none', 'sidecar.istio.io/inject': 'true' })] },
    [],
  ],
  [
    'names the Namespace, too, whose labels are not known',
    {
      objects: [
        namespace('shop', { 'istio.io/dataplane-mode': sentinel }),
        pod({ 'sidecar.istio.io/inject': 'false' }),
      ],
    },
    [
      'Deployment shop/cart spec.template.metadata.labels["sidecar.istio.io/inject"]',
      'Namespace shop metadata.labels["istio.io/dataplane-mode"]',
    ],
  ],
])

table('workload-matches-assumptions', [
  [
    'does not ask for a sidecar where ztunnel is',
    { objects: [ambientShop, pod({ 'sidecar.istio.io/inject': 'false' })], intent: cartLock },
    [],
  ],
  [
    'does not let a workload leave ztunnel',
    { objects: [ambientShop, pod({ 'istio.io/dataplane-mode': 'none' })], intent: cartLock },
    ['Deployment shop/cart spec.template.metadata.labels["istio.io/dataplane-mode"]'],
  ],
])

table('namespace-in-mesh', [
  [
    'takes refused injection for no contradiction where ztunnel is',
    { objects: [namespace('shop', { 'istio.io/dataplane-mode': 'ambient', 'istio-injection': 'disabled' })] },
    [],
  ],
  [
    'refuses ztunnel beside sidecars',
    { objects: [namespace('shop', { 'istio.io/dataplane-mode': 'ambient', 'istio.io/rev': '1-30-3' })] },
    ['Namespace shop'],
  ],
])

table('default-deny-present', [
  [
    'does not count an empty selector where the mesh has sidecars and the namespace ztunnel',
    {
      objects: [ambientShop, authorizationPolicy('deny', { selector: {} })],
      config: { mesh: { kind: 'istio-sidecar' } },
    },
    ['Namespace shop'],
  ],
  [
    'does not count the default deny of waypoints, which Pods do not heed',
    { objects: [shopBehindWaypoint, waypointsDenyAll], config: root },
    ['Namespace shop'],
  ],
])

table('every-workload-has-policy', [
  [
    'does not count what a waypoint enforces',
    { objects: [shopBehindWaypoint, deployment('cart'), cartService, waypointsDenyAll], config: root },
    ['Deployment shop/cart'],
  ],
  [
    'counts an ALLOW whose rules ztunnel drops: it refuses all the more',
    { objects: [ambientShop, deployment('cart'), cartPolicy] },
    [],
  ],
])
