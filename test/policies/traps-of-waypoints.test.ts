import {
  cartAtWaypoint,
  cartGuard,
  cartService,
  shopBehindWaypoint,
  waypoint,
} from '../../policypacks/zero-trust/example-ambient'
import {
  annotated,
  authorizationPolicy,
  cartLock,
  deployment,
  gateway,
  labelled,
} from '../../policypacks/zero-trust/example-objects'
import { openTo, table } from '../support/rule-table'

const root = { mesh: { rootNamespace: 'istio-system' } }
const shop = [shopBehindWaypoint, waypoint, cartService, cartAtWaypoint]
const from = (source: object) => ({ from: [{ source }] })
const principal = (name: string) => from({ principals: [`mesh.example/ns/${name}`] })
const admitting = (name: string, rules: readonly object[], inNamespace = 'shop') =>
  authorizationPolicy(name, { selector: { matchLabels: { app: 'cart' } }, rules }, inNamespace)
const opening = (path: string) => [`AuthorizationPolicy shop/${path}`]
const bypassed = opening('callers-of-cart spec.targetRefs[0]')

table('waypoint-enforced', [
  [
    'finds every way in that names no single identity',
    {
      objects: [
        ...shop,
        cartGuard,
        admitting('a', [{}, { to: [{ operation: { ports: ['9090'] } }] }]),
        admitting('b', [from({ ipBlocks: ['10.0.0.0/8'] }), from({ principals: ['*'] })]),
        admitting('c', [{ from: [{ source: { principals: ['m/ns/a/sa/b'] } }, { source: { namespaces: ['a'] } }] }]),
        admitting('d', [from({ notPrincipals: ['m/ns/a/sa/b'] })]),
      ],
    },
    [
      'a spec.rules[0]',
      'a spec.rules[1]',
      'b spec.rules[0]',
      'b spec.rules[1]',
      'c spec.rules[0]',
      'd spec.rules[0]',
    ].flatMap(opening),
  ],
  [
    'accepts identities by principal, by ServiceAccount and by condition',
    {
      objects: [
        ...shop,
        admitting('a', [from({ serviceAccounts: ['waypoint', 'monitoring/prometheus'] })]),
        admitting('b', [{ when: [{ key: 'source.principal', values: ['mesh.example/ns/legacy/sa/batch'] }] }]),
      ],
    },
    [],
  ],
  [
    'does not count a guard of another namespace, of other Pods, in shadow mode, or with an empty selector',
    {
      objects: [
        ...shop,
        admitting('guard', [principal('shop/sa/waypoint')], 'other'),
        authorizationPolicy('b', {
          selector: { matchLabels: { app: 'carts' } },
          rules: [principal('shop/sa/waypoint')],
        }),
        annotated(cartGuard, { 'istio.io/dry-run': 'true' }),
        authorizationPolicy('d', { selector: {}, rules: [principal('shop/sa/waypoint')] }),
      ],
      config: root,
    },
    bypassed,
  ],
  [
    'does not count a guard that misses some of the Pods',
    {
      objects: [
        ...shop,
        deployment('cart-v1', { labels: { app: 'cart', version: 'v1' } }),
        deployment('cart-v2', { labels: { app: 'cart', version: 'v2' } }),
        authorizationPolicy('v1', {
          selector: { matchLabels: { app: 'cart', version: 'v1' } },
          rules: [principal('shop/sa/waypoint')],
        }),
      ],
    },
    bypassed,
  ],
  [
    'takes a policy for Pods with more labels for one that may open some of them',
    {
      objects: [
        ...shop,
        cartGuard,
        authorizationPolicy('canary', {
          selector: { matchLabels: { app: 'cart', version: 'v2' } },
          rules: [from({ namespaces: ['test'] })],
        }),
        authorizationPolicy('others', {
          selector: { matchLabels: { app: 'frontend' } },
          rules: [from({ namespaces: ['test'] })],
        }),
      ],
    },
    opening('canary spec.rules[0]'),
  ],
  [
    'finds a policy of the root namespace that opens the Pods of all',
    {
      objects: [
        ...shop,
        cartGuard,
        authorizationPolicy('all', { rules: [from({ namespaces: ['monitoring'] })] }, 'istio-system'),
      ],
      config: root,
    },
    ['AuthorizationPolicy istio-system/all spec.rules[0]'],
  ],
  [
    'asks which namespace is the root, where a policy of another one might be for all',
    { objects: [...shop, cartGuard, authorizationPolicy('all', { rules: [] }, 'istio-system')] },
    ['AuthorizationPolicy shop/callers-of-cart'],
  ],
  [
    'finds a guard that keeps the waypoint out, by its name or by an alias of the trust domain',
    {
      objects: [...shop, admitting('guard', [from({ principals: ['cluster.local/ns/shop/sa/waypoint'] })])],
      config: { mesh: { trustDomain: 'mesh.example' } },
    },
    bypassed,
  ],
  [
    'knows the account that a Gateway gives its waypoint',
    {
      objects: [
        shopBehindWaypoint,
        annotated(waypoint, { 'gateway.istio.io/service-account': 'shop-waypoint' }),
        cartService,
        cartAtWaypoint,
        admitting('guard', [principal('shop/sa/shop-waypoint')]),
      ],
    },
    [],
  ],
  [
    'does not count a DENY that spares more than identities, or that is about some requests only',
    {
      objects: [
        ...shop,
        authorizationPolicy('a', {
          action: 'DENY',
          rules: [
            from({ notPrincipals: ['*'] }),
            { ...from({ notPrincipals: ['mesh.example/ns/shop/sa/waypoint'] }), to: [{ operation: { ports: ['1'] } }] },
            from({ notPrincipals: ['mesh.example/ns/shop/sa/waypoint'], namespaces: ['a'] }),
            from({ notPrincipals: ['mesh.example/ns/shop/sa/frontend'] }),
          ],
        }),
      ],
    },
    bypassed,
  ],
  [
    'holds for the Services behind a waypoint that a policy names as a whole',
    {
      objects: [
        shopBehindWaypoint,
        waypoint,
        cartService,
        authorizationPolicy('a', {
          targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'waypoint' }],
        }),
      ],
    },
    opening('a spec.targetRefs[0]'),
  ],
  [
    'lets the policies of an ingress gateway be',
    {
      objects: [
        shopBehindWaypoint,
        cartService,
        gateway('web', { gatewayClassName: 'istio', listeners: [] }),
        authorizationPolicy('a', {
          targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'web' }],
        }),
      ],
    },
    [],
  ],
  [
    'takes the Pods of a Service that the stack does not have from the intent',
    { objects: [shopBehindWaypoint, waypoint, cartAtWaypoint, cartGuard], intent: cartLock },
    [],
  ],
  [
    'refuses a Service of which nobody knows the Pods',
    { objects: [shopBehindWaypoint, cartAtWaypoint, cartGuard] },
    bypassed,
  ],
  [
    'refuses a Service of which nobody knows whether it is behind a waypoint',
    { objects: [cartService, cartAtWaypoint, cartGuard] },
    bypassed,
  ],
  ['lets a namespace be that another run guards', { objects: [cartAtWaypoint], config: { elsewhere: ['shop'] } }, []],
  [
    'finds a Service that refuses the waypoint of its namespace',
    {
      objects: [
        shopBehindWaypoint,
        labelled(cartService, { 'istio.io/use-waypoint': 'none' }),
        cartAtWaypoint,
        cartGuard,
      ],
    },
    bypassed,
  ],
  [
    'accepts callers without identity that the intent declares, at their port and no other',
    {
      objects: [
        ...shop,
        cartGuard,
        admitting('legacy', [
          { to: [{ operation: { ports: ['7070'] } }] },
          { to: [{ operation: { ports: ['7071'] } }] },
        ]),
      ],
      intent: openTo([]),
    },
    opening('legacy spec.rules[1]'),
  ],
  [
    'accepts addresses where the intent has callers by address, and no whole namespace for them',
    {
      objects: [
        ...shop,
        cartGuard,
        admitting('legacy', [
          { ...from({ ipBlocks: ['10.0.0.0/8'] }), to: [{ operation: { ports: ['7070'] } }] },
          { ...from({ namespaces: ['a'] }), to: [{ operation: { ports: ['7070'] } }] },
          {
            from: [{ source: { principals: ['m/ns/a/sa/b'] } }, { source: { ipBlocks: ['10.0.0.0/8'] } }],
            to: [{ operation: { ports: ['7070'] } }],
          },
        ]),
      ],
      intent: openTo(['10.0.0.0/8']),
    },
    opening('legacy spec.rules[1]'),
  ],
  [
    'asks nothing where the policy is only a shadow',
    { objects: [shopBehindWaypoint, cartService, annotated(cartAtWaypoint, { 'istio.io/dry-run': 'true' })] },
    [],
  ],
])
