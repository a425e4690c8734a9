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
import { openTo, table } from '../support/rule-table'

const shadow = { 'istio.io/dry-run': 'true' }

table('default-deny-present', [
  [
    'does not count one that only gateways or waypoints follow',
    { objects: [namespace('shop'), authorizationPolicy('deny', { targetRefs: [{ kind: 'Service', name: 'cart' }] })] },
    ['Namespace shop'],
  ],
  [
    'does not count a DENY policy',
    { objects: [namespace('shop'), authorizationPolicy('deny', { action: 'DENY', rules: [{}] })] },
    ['Namespace shop'],
  ],
  [
    'does not count a shadow by another spelling of true, nor one that is no boolean',
    {
      objects: [
        namespace('shop'),
        annotated(denyAll, { 'istio.io/dry-run': 'T' }),
        annotated(denyAll, { 'istio.io/dry-run': 'yes' }),
      ],
    },
    ['Namespace shop'],
  ],
  [
    'counts one whose shadow is turned off',
    { objects: [namespace('shop'), annotated(denyAll, { 'istio.io/dry-run': 'false' })] },
    [],
  ],
  [
    'counts an empty selector where the mesh is known to be of sidecars',
    {
      objects: [namespace('shop'), authorizationPolicy('deny', { selector: {} })],
      config: { mesh: { kind: 'istio-sidecar' } },
    },
    [],
  ],
  [
    'asks for a shadow at least at stage strict',
    { objects: [namespace('shop')], config: { stages: { shop: 'strict' } } },
    ['Namespace shop'],
  ],
])

table('every-workload-has-policy', [
  [
    'does not count the policy of another namespace',
    {
      objects: [
        deployment('cart'),
        authorizationPolicy('cart', { selector: { matchLabels: { app: 'cart' } } }, 'other'),
      ],
    },
    ['Deployment shop/cart'],
  ],
  [
    'counts a shadow at stage strict only',
    { objects: [deployment('cart'), annotated(cartPolicy, shadow)], config: { stages: { shop: 'strict' } } },
    [],
  ],
  [
    'asks it for services of the intent that are not in the stack',
    { objects: [cartPolicy], intent: cartLock },
    ['service shop/frontend'],
  ],
  [
    'does not count an empty selector, which for ztunnel selects nothing',
    { objects: [deployment('cart'), authorizationPolicy('x', { selector: { matchLabels: {} } })] },
    ['Deployment shop/cart'],
  ],
])

table('no-allow-all-policy', [
  [
    'counts a condition on the caller as naming callers, one on the request not',
    {
      objects: [
        authorizationPolicy('a', {
          rules: [{ to: cartRule.to, when: [{ key: 'source.principal', values: ['m/ns/a/sa/b'] }] }],
        }),
        authorizationPolicy('b', { rules: [{ when: [{ key: 'request.headers[x]', values: ['1'] }] }] }),
      ],
    },
    ['AuthorizationPolicy shop/b spec.rules[0]'],
  ],
  [
    'sees through paths and methods that are all there are',
    { objects: [authorizationPolicy('a', { rules: [{ to: [{ operation: { paths: ['/*'], methods: ['*'] } }] }] })] },
    ['AuthorizationPolicy shop/a spec.rules[0]'],
  ],
  [
    'never accepts an empty rule, even of a policy that may be open',
    { objects: [authorizationPolicy('a', { rules: [{}] })], config: { open: ['shop/a'] } },
    ['AuthorizationPolicy shop/a spec.rules[0]'],
  ],
  [
    'sees every address of IPv6 too',
    {
      objects: [
        authorizationPolicy('a', {
          rules: [{ from: [{ source: { remoteIpBlocks: ['10.0.0.0/8', '::/0'] } }], to: cartRule.to }],
        }),
      ],
    },
    ['AuthorizationPolicy shop/a spec.rules[0]'],
  ],
  [
    'does not mind DENY, AUDIT and CUSTOM',
    {
      objects: [
        authorizationPolicy('a', { action: 'DENY', rules: [{}] }),
        authorizationPolicy('b', { action: 'AUDIT', rules: [{}] }),
      ],
    },
    [],
  ],
  [
    'accepts a port that the intent opens to anybody, and no other',
    {
      objects: ['7070', '7071'].map(port =>
        authorizationPolicy(`p${port}`, {
          selector: { matchLabels: { app: 'cart' } },
          rules: [{ to: [{ operation: { ports: [port] } }] }],
        }),
      ),
      intent: openTo([]),
    },
    ['AuthorizationPolicy shop/p7071 spec.rules[0]'],
  ],
  [
    'does not accept it where the intent opens the port to some addresses',
    {
      objects: [
        authorizationPolicy('a', {
          selector: { matchLabels: { app: 'cart' } },
          rules: [{ to: [{ operation: { ports: ['7070'] } }] }],
        }),
      ],
      intent: openTo(['10.0.0.0/8']),
    },
    ['AuthorizationPolicy shop/a spec.rules[0]'],
  ],
])

table('no-wildcard-principal', [
  [
    'finds suffixes, bare stars and stars in the middle, in every field that names identities',
    {
      objects: [
        authorizationPolicy('a', {
          rules: [
            {
              from: [
                {
                  source: {
                    principals: ['*/sa/x', '*', 'a/*/b'],
                    namespaces: ['*-a'],
                    serviceAccounts: ['a/*'],
                    trustDomains: ['*'],
                  },
                },
              ],
            },
          ],
        }),
      ],
    },
    ['principals[0]', 'principals[1]', 'principals[2]', 'namespaces[0]', 'serviceAccounts[0]', 'trustDomains[0]'].map(
      path => `AuthorizationPolicy shop/a spec.rules[0].from[0].source.${path}`,
    ),
  ],
  [
    'lets stars in paths and hosts be',
    {
      objects: [
        authorizationPolicy('a', {
          rules: [{ ...cartRule, to: [{ operation: { paths: ['/a/*'], hosts: ['*.example'] } }] }],
        }),
      ],
    },
    [],
  ],
])

table('no-negative-match-in-allow', [
  [
    'lets an empty list be, which says nothing',
    {
      objects: [
        authorizationPolicy('a', { rules: [{ from: [{ source: { notPrincipals: [], principals: ['a'] } }] }] }),
      ],
    },
    [],
  ],
])
