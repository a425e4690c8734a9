import {
  linkerdPolicy,
  byMesh,
  cartCallers,
  cartServer,
  frontend,
  frontendIdentity,
  meshAuthentication,
  toServer,
} from '../../policypacks/zero-trust/example-linkerd'
import { closedShop } from '../../policypacks/zero-trust/example-linkerd-install'
import {
  annotated,
  authorizationPolicy,
  cartLock,
  cartPolicy,
  cartRule,
  denyAll,
  deployment,
  namespace,
} from '../../policypacks/zero-trust/example-objects'
import { table } from '../support/rule-table'
import { anybodyOf, mesh, shop } from '../support/shadowed-shop'

const selector = { matchLabels: { app: 'cart' } }
const cart = (...rules: readonly unknown[]) => authorizationPolicy('cart', { selector, rules })

table('no-shadowed-rule', [
  [
    'nothing of a default deny, which admits nobody and refuses what is to come',
    { objects: [...shop, denyAll, cartPolicy] },
    [],
  ],
  [
    'of two rules that say the same, the later one',
    { objects: [...shop, cart(cartRule, cartRule)] },
    ['AuthorizationPolicy shop/cart spec.rules[1]'],
  ],
  [
    'a rule that two others make up for together',
    { objects: [...shop, cart(anybodyOf('a'), anybodyOf('b'), anybodyOf('a', 'b'))] },
    ['AuthorizationPolicy shop/cart spec.rules[2]'],
  ],
  [
    'nothing where callers overlap and each rule has one of its own',
    { objects: [...shop, cart(anybodyOf('a', 'b'), anybodyOf('b', 'c'))] },
    [],
  ],
  [
    'nothing of a policy in shadow mode, nor what it would make up for',
    {
      objects: [
        ...shop,
        cartPolicy,
        annotated(authorizationPolicy('all', { rules: [{}] }), { 'istio.io/dry-run': 'true' }),
      ],
    },
    [],
  ],
  [
    'nothing that a DENY policy makes up for in part',
    { objects: [...shop, cartPolicy, authorizationPolicy('no', { action: 'DENY', rules: [anybodyOf('other')] })] },
    [],
  ],
  [
    'of a rule and a broader one, the narrower, whichever comes first',
    { objects: [...shop, cart(anybodyOf('a'), anybodyOf('a', 'b'))] },
    ['AuthorizationPolicy shop/cart spec.rules[0]'],
  ],
  [
    'nothing of a policy that selects nobody, which another rule tells',
    { objects: [namespace('shop'), mesh, cartPolicy, cartPolicy] },
    [],
  ],
  [
    'a workload that only the intent has',
    { objects: [namespace('shop'), mesh, cart(cartRule, cartRule)], intent: cartLock },
    ['AuthorizationPolicy shop/cart spec.rules[1]'],
  ],
  [
    'on Linkerd, one of two policies that ask for the same identity by different names',
    {
      objects: [
        closedShop,
        deployment('cart'),
        cartServer,
        frontend,
        cartCallers,
        meshAuthentication('web', { identities: [frontendIdentity] }),
        linkerdPolicy('again', toServer('cart.port'), [byMesh('web')]),
      ],
    },
    ['AuthorizationPolicy shop/again'],
  ],
  [
    'on Linkerd, nothing of policies for different identities',
    {
      objects: [
        closedShop,
        deployment('cart'),
        cartServer,
        frontend,
        cartCallers,
        meshAuthentication('web', { identities: ['web.shop.serviceaccount.identity.linkerd.mesh.example'] }),
        linkerdPolicy('web', toServer('cart.port'), [byMesh('web')]),
      ],
    },
    [],
  ],
])

const operation = (of: Readonly<Record<string, readonly string[]>>) =>
  cart({ ...anybodyOf('a'), to: [{ operation: of }] })

table('no-cross-product-grant', [
  [
    'nothing of a host with its port, which is one',
    { objects: [operation({ hosts: ['a', 'a:*'], paths: ['/a', '/b', '/c'] })] },
    [],
  ],
  [
    'nothing of a DENY policy',
    {
      objects: [
        authorizationPolicy('no', {
          action: 'DENY',
          rules: [{ to: [{ operation: { methods: ['A', 'B'], paths: ['/a', '/b', '/c'] } }] }],
        }),
      ],
    },
    [],
  ],
  [
    'each operation by itself',
    {
      objects: [
        cart({
          ...anybodyOf('a'),
          to: [
            { operation: { methods: ['GET'], paths: ['/a', '/b', '/c'] } },
            { operation: { methods: ['GET', 'PUT'], paths: ['/a', '/b', '/c'] } },
          ],
        }),
      ],
    },
    ['AuthorizationPolicy shop/cart spec.rules[0].to[1].operation'],
  ],
])

table('one-service-account-name', [
  [
    'nothing where the deprecated name is empty',
    { objects: [deployment('cart', { pod: { serviceAccount: '' } })] },
    [],
  ],
])

table('dedicated-service-account', [
  [
    'the deprecated name counts where the other is empty',
    { objects: [deployment('cart', { pod: { serviceAccountName: '', serviceAccount: 'web' } }), deployment('web')] },
    ['Deployment shop/cart', 'Deployment shop/web'],
  ],
  [
    'and for nothing beside another',
    { objects: [deployment('cart', { pod: { serviceAccount: 'web' } }), deployment('web')] },
    [],
  ],
])

table('principal-exists', [
  [
    'nothing of a namespace that is not among the objects of a part',
    { objects: [...shop, cart({ from: [{ source: { namespaces: ['monitoring'] } }] })] },
    [],
  ],
  [
    'a namespace that a whole cluster does not have',
    { objects: [...shop, namespace('kube-system', {}), cart({ from: [{ source: { namespaces: ['monitoring'] } }] })] },
    ['AuthorizationPolicy shop/cart spec.rules[0].from[0].source.namespaces[0]'],
  ],
])
