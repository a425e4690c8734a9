import { annotated, authorizationPolicy, networkPolicy } from '../../policypacks/zero-trust/example-objects'
import { table } from '../support/rule-table'
import { anybodyOf, shop } from '../support/shadowed-shop'

const toCart = [{ kind: 'Service', group: '', name: 'cart' }]
const toWaypoint = [{ kind: 'Gateway', group: 'gateway.networking.k8s.io', name: 'waypoint' }]
const attached = (name: string, targetRefs: readonly unknown[], ...rules: readonly unknown[]) =>
  authorizationPolicy(name, { targetRefs, rules })
const getting = (...paths: readonly string[]) => ({ to: [{ operation: { methods: ['GET'], paths } }] })

table('no-shadowed-rule', [
  [
    'at a waypoint, a rule and a wider one of another policy for the same Service',
    {
      objects: [
        ...shop,
        attached('cart', toCart, { ...anybodyOf('a'), ...getting('/a') }, { ...anybodyOf('c'), ...getting('/a') }),
        attached('more', [...toWaypoint, ...toCart], { ...anybodyOf('a', 'b'), ...getting('/a', '/b') }),
      ],
    },
    ['AuthorizationPolicy shop/cart spec.rules[0]'],
  ],
  [
    'at a gateway, the later one of two rules that say the same',
    { objects: [...shop, attached('web', toWaypoint, anybodyOf('a'), anybodyOf('a'))] },
    ['AuthorizationPolicy shop/web spec.rules[1]'],
  ],
  [
    'nothing at a waypoint of a rule whose wider one is for another Service, only tried, or a refusal',
    {
      objects: [
        ...shop,
        attached('cart', toCart, anybodyOf('a')),
        attached('other', [{ kind: 'Service', group: '', name: 'other' }], {}),
        annotated(attached('tried', toCart, {}), { 'istio.io/dry-run': 'true' }),
        authorizationPolicy('no', { action: 'DENY', targetRefs: toCart, rules: [{}] }),
      ],
    },
    [],
  ],
  [
    'nothing at a waypoint of a rule beside one that asks for more, or excepts more',
    {
      objects: [
        ...shop,
        attached(
          'cart',
          toCart,
          { ...anybodyOf('a'), ...getting('/a') },
          { ...anybodyOf('a'), to: [{ operation: { methods: ['GET'], paths: ['/a'], notPorts: ['1'] } }] },
          { to: [{ operation: { paths: ['/b'] } }], when: [{ key: 'request.headers[x]', values: ['1'] }] },
          { to: [{ operation: { paths: ['/b'] } }], when: [{ key: 'request.headers[x]', notValues: ['2'] }] },
        ),
      ],
    },
    ['AuthorizationPolicy shop/cart spec.rules[1]'],
  ],
  [
    'nothing at a waypoint of a rule without HTTP beside a wider one that ports without HTTP leave out for its other half',
    {
      objects: [
        ...shop,
        attached(
          'cart',
          toCart,
          { ...anybodyOf('a'), to: [{ operation: { ports: ['1'] } }] },
          { ...anybodyOf('a'), to: [{ operation: { ports: ['1'] } }, { operation: { methods: ['GET'] } }] },
        ),
      ],
    },
    [],
  ],
])

const app = (name: string) => ({ podSelector: { matchLabels: { app: name } } })
const tcp = (port: number, endPort?: number) => ({ protocol: 'TCP', port, ...(endPort !== undefined && { endPort }) })
const near = { podSelector: {} }
const anywhere = { namespaceSelector: {} }

table('no-shadowed-rule', [
  [
    'of NetworkPolicies, a rule within the wider ports and Pods of another, and a whole policy that one for more Pods makes up for',
    {
      objects: [
        networkPolicy('wide', {
          ...near,
          ingress: [{ from: [anywhere, near], ports: [tcp(1, 9)] }, { from: [app('b')] }],
        }),
        networkPolicy('whole', {
          ...app('cart'),
          ingress: [{ from: [{ ...app('a'), ...anywhere }], ports: [tcp(3)] }],
        }),
        networkPolicy('part', {
          ...app('cart'),
          ingress: [{ from: [app('b')], ports: [tcp(1)] }, { from: [app('c')] }],
        }),
      ],
    },
    ['NetworkPolicy shop/whole', 'NetworkPolicy shop/part spec.ingress[0]'],
  ],
  [
    'a rule for what leaves, within its own policy',
    {
      objects: [
        networkPolicy('out', {
          ...near,
          policyTypes: ['Egress'],
          egress: [{ to: [app('a')] }, { ports: [tcp(53)] }, {}],
        }),
      ],
    },
    ['NetworkPolicy shop/out spec.egress[0]', 'NetworkPolicy shop/out spec.egress[1]'],
  ],
  [
    'nothing of a NetworkPolicy that alone keeps something in',
    {
      objects: [
        networkPolicy('all', { ...near, ingress: [{}] }),
        networkPolicy('db', { ...app('db'), policyTypes: ['Ingress', 'Egress'], egress: [] }),
        networkPolicy('none', near),
      ],
    },
    [],
  ],
  [
    'only the rule where its NetworkPolicy also keeps in what the other does not',
    {
      objects: [
        networkPolicy('all', { ...near, ingress: [{}] }),
        networkPolicy('db', { ...app('db'), policyTypes: ['Ingress', 'Egress'], ingress: [{ from: [near] }] }),
      ],
    },
    ['NetworkPolicy shop/db spec.ingress[0]'],
  ],
  [
    'nothing of rules for another protocol, other Pods, ports beyond, a wider hole, or in a policy that does not hold in that direction',
    {
      objects: [
        networkPolicy('a', {
          ...app('a'),
          ingress: [
            { from: [near], ports: [{ protocol: 'UDP', port: 53 }] },
            { from: [near], ports: [tcp(53)] },
            { from: [near], ports: [tcp(50, 52)] },
            { from: [app('b')], ports: [tcp(51, 54)] },
            { from: [anywhere], ports: [tcp(60)] },
            { from: [near], ports: [tcp(60, 61)] },
            { from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] },
          ],
        }),
        networkPolicy('b', { ...app('b'), ingress: [{}] }),
        networkPolicy('c', { ...app('a'), policyTypes: ['Egress'], ingress: [{}] }),
        networkPolicy('d', {
          ...app('a'),
          ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] }],
        }),
        networkPolicy('e', { ...app('a'), ingress: [{}] }, 'other'),
      ],
    },
    ['NetworkPolicy shop/d'],
  ],
])
