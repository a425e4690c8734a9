import {
  cartRoute,
  cartService,
  shopBehindWaypoint,
  waypoint,
  waypointGateway,
  waypointsDenyAll,
} from '../../policypacks/zero-trust/example-ambient'
import {
  annotated,
  authorizationPolicy,
  denyAll,
  deployment,
  gateway,
  labelled,
  namespace,
  object,
} from '../../policypacks/zero-trust/example-objects'
import { table } from '../support/rule-table'
import { sentinel } from '../support/unknowns'

const root = { mesh: { rootNamespace: 'istio-system' } }
const behind = (labels: Readonly<Record<string, string>>) =>
  namespace('shop', { 'istio.io/dataplane-mode': 'ambient', ...labels })

table('waypoint-exists', [
  [
    'looks into Services, ServiceEntries, WorkloadEntries and Pods, and at canaries',
    {
      objects: [
        labelled(cartService, { 'istio.io/use-waypoint': 'a', 'istio.io/use-waypoint-canary': 'b' }),
        labelled(object(['networking.istio.io/v1', 'ServiceEntry'], ['shop', 'x'], { spec: {} }), {
          'istio.io/use-waypoint': 'a',
        }),
        labelled(object(['networking.istio.io/v1', 'WorkloadEntry'], ['shop', 'y'], { spec: {} }), {
          'istio.io/use-waypoint': 'a',
        }),
        deployment('cart', { labels: { 'istio.io/use-waypoint': 'a' } }),
      ],
    },
    [
      'Service shop/cart metadata.labels["istio.io/use-waypoint"]',
      'Service shop/cart metadata.labels["istio.io/use-waypoint-canary"]',
      'ServiceEntry shop/x metadata.labels["istio.io/use-waypoint"]',
      'WorkloadEntry shop/y metadata.labels["istio.io/use-waypoint"]',
      'Deployment shop/cart spec.template.metadata.labels["istio.io/use-waypoint"]',
    ],
  ],
  [
    'does not take any Gateway of that name for a waypoint, nor one that is for nothing',
    {
      objects: [
        behind({ 'istio.io/use-waypoint': 'web' }),
        gateway('web', { gatewayClassName: 'istio', listeners: [] }),
        labelled(cartService, { 'istio.io/use-waypoint': 'idle' }),
        labelled(waypointGateway('idle'), { 'istio.io/waypoint-for': 'none' }),
      ],
    },
    [
      'Namespace shop metadata.labels["istio.io/use-waypoint"]',
      'Service shop/cart metadata.labels["istio.io/use-waypoint"]',
    ],
  ],
  [
    'does not take a waypoint for Pods for one for Services',
    {
      objects: [
        labelled(cartService, { 'istio.io/use-waypoint': 'pods' }),
        labelled(waypointGateway('pods'), { 'istio.io/waypoint-for': 'workload' }),
      ],
    },
    ['Service shop/cart metadata.labels["istio.io/use-waypoint"]'],
  ],
  [
    'follows selectors of namespaces, by labels and by expressions',
    {
      objects: [
        behind({ team: 'shop', 'istio.io/use-waypoint': 'a', 'istio.io/use-waypoint-namespace': 'infra' }),
        labelled(cartService, { 'istio.io/use-waypoint': 'b', 'istio.io/use-waypoint-namespace': 'infra' }),
        ...(
          [
            ['a', { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } }],
            ['b', { matchExpressions: [{ key: 'team', operator: 'NotIn', values: ['shop'] }] }],
          ] as const
        ).map(([name, selector]) => waypointGateway(name, 'infra', { namespaces: { from: 'Selector', selector } })),
      ],
    },
    ['Service shop/cart metadata.labels["istio.io/use-waypoint"]'],
  ],
  [
    'does not trust a selector that asks for labels nobody knows',
    {
      objects: [
        labelled(cartService, { 'istio.io/use-waypoint': 'a', 'istio.io/use-waypoint-namespace': 'infra' }),
        waypointGateway('a', 'infra', {
          namespaces: {
            from: 'Selector',
            selector: { matchExpressions: [{ key: 'blocked', operator: 'DoesNotExist' }] },
          },
        }),
      ],
    },
    ['Service shop/cart metadata.labels["istio.io/use-waypoint"]'],
  ],
  [
    'lets a waypoint be that another stack has',
    {
      objects: [behind({ 'istio.io/use-waypoint': 'a', 'istio.io/use-waypoint-namespace': 'infra' })],
      config: { elsewhere: ['infra'] },
    },
    [],
  ],
  [
    'refuses listeners that are not known',
    {
      objects: [shopBehindWaypoint, gateway('waypoint', { gatewayClassName: 'istio-waypoint', listeners: sentinel })],
    },
    ['Gateway shop/waypoint spec.listeners', 'Namespace shop metadata.labels["istio.io/use-waypoint"]'],
  ],
])

table('waypoint-default-deny', [
  [
    'asks for the root namespace, which nobody said',
    { objects: [waypoint, waypointsDenyAll] },
    ['Gateway shop/waypoint'],
  ],
  [
    'does not count one with rules, one that denies, or one for another class',
    {
      objects: [
        waypoint,
        ...[
          { rules: [{}] },
          { action: 'DENY', rules: [{}] },
          { targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'GatewayClass', name: 'istio' }] },
          { targetRefs: [{ kind: 'GatewayClass', name: 'istio-waypoint' }] },
        ].map(spec =>
          authorizationPolicy(
            'deny',
            {
              targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'GatewayClass', name: 'istio-waypoint' }],
              ...spec,
            },
            'istio-system',
          ),
        ),
      ],
      config: root,
    },
    ['Gateway shop/waypoint'],
  ],
  [
    'accepts a shadow where all waypoints stand in namespaces at stage strict',
    {
      objects: [waypoint, annotated(waypointsDenyAll, { 'istio.io/dry-run': 'true' })],
      config: { ...root, stages: { shop: 'strict' } },
    },
    [],
  ],
  [
    'lets gateways be that are no waypoints',
    { objects: [gateway('web', { gatewayClassName: 'istio', listeners: [] }), denyAll], config: root },
    [],
  ],
])

table('ingress-uses-waypoint', [
  [
    'lets headless Services be, for which the label does nothing',
    {
      objects: [
        behind({ 'istio.io/use-waypoint': 'waypoint' }),
        { ...cartService, spec: { clusterIP: 'None', selector: { app: 'cart' }, ports: [] } },
        cartRoute,
      ],
    },
    [],
  ],
  [
    'lets routes be that hang on a waypoint or on a Service',
    {
      objects: [
        behind({ 'istio.io/use-waypoint': 'waypoint' }),
        waypoint,
        cartService,
        ...[{ name: 'waypoint' }, { name: 'cart', kind: 'Service', group: '' }].map(parent => ({
          ...cartRoute,
          spec: { parentRefs: [parent], rules: [{ backendRefs: [{ name: 'cart' }] }] },
        })),
      ],
    },
    [],
  ],
  [
    'finds what a route only mirrors to, and a Service that the stack does not have',
    {
      objects: [
        behind({ 'istio.io/use-waypoint': 'waypoint' }),
        {
          ...cartRoute,
          spec: {
            parentRefs: [{ name: 'web', namespace: 'ingress' }],
            rules: [
              {
                filters: [{ type: 'RequestMirror', requestMirror: { backendRef: { name: 'shadow' } } }],
                backendRefs: [],
              },
            ],
          },
        },
      ],
    },
    ['HTTPRoute shop/cart'],
  ],
  [
    'does not take the word yes for true',
    {
      objects: [
        behind({ 'istio.io/use-waypoint': 'waypoint', 'istio.io/ingress-use-waypoint': 'yes' }),
        cartService,
        cartRoute,
      ],
    },
    ['Service shop/cart'],
  ],
  [
    'lets a VirtualService be that is for the mesh alone, and one for a host outside',
    {
      objects: [
        behind({ 'istio.io/use-waypoint': 'waypoint' }),
        cartService,
        ...[
          { hosts: ['cart'], http: [{ route: [{ destination: { host: 'cart' } }] }] },
          { hosts: ['x.example'], gateways: ['web'], tls: [{ route: [{ destination: { host: 'partner.example' } }] }] },
        ].map(spec => object(['networking.istio.io/v1', 'VirtualService'], ['shop', 'vs'], { spec })),
      ],
    },
    [],
  ],
  [
    'finds a part of a VirtualService, which a gateway may delegate to',
    {
      objects: [
        behind({ 'istio.io/use-waypoint': 'waypoint' }),
        cartService,
        object(['networking.istio.io/v1', 'VirtualService'], ['shop', 'part'], {
          spec: { http: [{ route: [{ destination: { host: 'cart' } }] }] },
        }),
      ],
    },
    ['Service shop/cart'],
  ],
  [
    'refuses a call into a namespace of which nobody knows whether it has a waypoint',
    { objects: [cartService, cartRoute] },
    ['Service shop/cart'],
  ],
  [
    'takes the namespaces of a mesh of sidecars for having none',
    { objects: [cartService, cartRoute], config: { mesh: { kind: 'istio-sidecar' } } },
    [],
  ],
])
