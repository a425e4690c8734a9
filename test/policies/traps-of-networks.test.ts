import { deployment, namespace, object } from '../../policypacks/zero-trust/example-objects'
import { table } from '../support/rule-table'

const policy = (spec: Readonly<Record<string, unknown>>, own = 'shop') =>
  object(['networking.k8s.io/v1', 'NetworkPolicy'], [own, 'cart'], { spec })
const from = (...peers: readonly unknown[]) =>
  policy({ podSelector: { matchLabels: { app: 'cart' } }, ingress: [{ from: peers }] })
const cart = deployment('cart')
const named = (name: string) => ({ matchLabels: { 'kubernetes.io/metadata.name': name } })

table('network-policy-selects-pods', [
  [
    'nothing, where nothing is known to run in the namespace',
    { objects: [policy({ podSelector: named('x') }, 'data')] },
    [],
  ],
  [
    'a selector by expressions that no Pod meets',
    {
      objects: [
        cart,
        policy({ podSelector: { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['cart'] }] } }),
      ],
    },
    ['NetworkPolicy shop/cart spec.podSelector'],
  ],
  ['nothing of a block of addresses', { objects: [cart, from({ ipBlock: { cidr: '10.0.0.0/8' } })] }, []],
  [
    'Pods of another namespace that has others',
    {
      objects: [
        cart,
        namespace('shop'),
        from({ namespaceSelector: named('shop'), podSelector: { matchLabels: { app: 'web' } } }),
      ],
    },
    ['NetworkPolicy shop/cart spec.ingress[0].from[0].podSelector'],
  ],
  [
    'a peer of egress that no Pod is',
    {
      objects: [
        cart,
        policy({ podSelector: {}, egress: [{ to: [{ podSelector: { matchLabels: { app: 'redis' } } }] }] }),
      ],
    },
    ['NetworkPolicy shop/cart spec.egress[0].to[0].podSelector'],
  ],
  [
    'nothing of a namespace that is exempt, or set up elsewhere',
    {
      objects: [
        cart,
        namespace('kube-system', {}),
        namespace('shop'),
        from({ namespaceSelector: named('monitoring') }),
      ],
      config: { elsewhere: ['monitoring'] },
    },
    [],
  ],
  [
    'a label of namespaces that none of a whole cluster has',
    {
      objects: [
        cart,
        namespace('kube-system', {}),
        namespace('shop'),
        from({ namespaceSelector: named('monitoring') }),
      ],
    },
    ['NetworkPolicy shop/cart spec.ingress[0].from[0].namespaceSelector'],
  ],
  [
    'nothing, where the labels of a namespace are not known',
    { objects: [cart, from({ namespaceSelector: { matchLabels: { team: 'shop' } } })] },
    [],
  ],
])

table('namespace-has-policy', [
  [
    'each namespace once, however many workloads it has',
    { objects: [namespace('shop'), cart, deployment('web')] },
    ['Namespace shop'],
  ],
  [
    'nothing of a namespace that another stack guards',
    { objects: [namespace('shop'), cart], config: { elsewhere: ['shop'] } },
    [],
  ],
  [
    'a NetworkPolicy of another namespace does not count',
    { objects: [namespace('shop'), cart, policy({ podSelector: {} }, 'data')] },
    ['Namespace shop'],
  ],
])
