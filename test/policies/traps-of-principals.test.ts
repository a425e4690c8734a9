import type { KubernetesObject } from '../../core/model/manifest'
import {
  annotated,
  authorizationPolicy,
  cartIntent,
  cartLock,
  configMap,
  deployment,
  gateway,
  namespace,
  release,
  serviceAccount,
} from '../../policypacks/zero-trust/example-objects'
import type { IntentSource } from '../../policypacks/zero-trust/lock'
import { table } from '../support/rule-table'
import { sentinel } from '../support/unknowns'

/** A policy with one rule, from sources. */
function from(...sources: readonly object[]): KubernetesObject {
  return authorizationPolicy('cart', { rules: [{ from: sources.map(source => ({ source })) }] })
}

const source = (i: number, field: string) => `AuthorizationPolicy shop/cart spec.rules[0].from[${i}].source.${field}[0]`

table('principal-format', [
  [
    'knows each star that is nothing but a letter',
    {
      objects: [
        from(
          { principals: ['td/ns/*/sa/cart'] },
          { principals: ['*x*'] },
          { notPrincipals: ['**'] },
          { principals: ['td/*/shop/sa/*'] },
        ),
      ],
    },
    [source(0, 'principals'), source(1, 'principals'), source(2, 'notPrincipals'), source(3, 'principals')],
  ],
  [
    'knows a star that cuts through a name, at either end',
    {
      objects: [
        from(
          { principals: ['td/ns/prod*'] },
          { principals: ['td*'] },
          { principals: ['*cart'] },
          { principals: ['*td/ns/shop/sa/cart'] },
        ),
      ],
    },
    [0, 1, 2, 3].map(i => source(i, 'principals')),
  ],
  [
    'lets patterns be that are cut at a slash',
    {
      objects: [
        from({
          principals: [
            '*',
            'td/*',
            'td/ns/*',
            'td/ns/shop/*',
            'td/ns/shop/sa/*',
            '*/ns/shop/sa/cart',
            '*/shop/sa/cart',
            '*/sa/cart',
            '*/cart',
          ],
        }),
      ],
    },
    [],
  ],
  [
    'knows a pattern that no identity has',
    {
      objects: [
        from(
          { principals: ['td/namespace/*'] },
          { principals: ['td/ns/shop/cart/*'] },
          { principals: ['*/ns/shop'] },
          { principals: ['*/shop/cart'] },
        ),
      ],
    },
    [0, 1, 2, 3].map(i => source(i, 'principals')),
  ],
  [
    'knows what is no identity',
    {
      objects: [
        from(
          { principals: ['cart'] },
          { principals: ['td/ns/shop/sa/cart/'] },
          { principals: ['spiffe://*'] },
          { principals: ['ns/shop/sa/cart'] },
        ),
      ],
    },
    [0, 1, 2, 3].map(i => source(i, 'principals')),
  ],
  [
    'looks at conditions, what they do not mean too',
    {
      objects: [
        authorizationPolicy('cart', {
          rules: [
            {
              when: [
                { key: 'source.principal', notValues: ['shop/cart'] },
                { key: 'source.namespace', values: ['shop*'] },
              ],
            },
          ],
        }),
      ],
    },
    ['AuthorizationPolicy shop/cart spec.rules[0].when[0].notValues[0]'],
  ],
  [
    'refuses a principal that is not known yet, and an empty one',
    {
      objects: [
        from({ principals: [sentinel] }),
        authorizationPolicy('other', { rules: [{ from: [{ source: { principals: [''] } }] }] }),
      ],
    },
    [source(0, 'principals'), 'AuthorizationPolicy shop/other spec.rules[0].from[0].source.principals[0]'],
  ],
])

const mesh = { trustDomain: 'mesh.example' }
const known = { config: { mesh } }
const principal = (account: string, td = 'mesh.example') =>
  from({ principals: [`${td}/ns/${account.replace('/', '/sa/')}`] })
const named = source(0, 'principals')
const prober = { kind: 'workload', service: 'prober', namespace: 'ops', serviceAccount: 'prober' } as const
const chart = {
  chart: 'gateway',
  namespace: 'ingress',
  repositoryOpts: { repo: 'https://istio-release.storage.googleapis.com/charts' },
}

table('principal-exists', [
  [
    'knows the account that a gateway of the Gateway API brings, by its class',
    {
      objects: [
        gateway('web', { gatewayClassName: 'istio' }),
        annotated(gateway('inner', { gatewayClassName: 'istio' }), { 'gateway.istio.io/service-account': 'inside' }),
        from({ principals: ['web-istio', 'inside'].map(name => `mesh.example/ns/shop/sa/${name}`) }),
      ],
      ...known,
    },
    [],
  ],
  [
    'does not take a gateway for an account that istiod does not make',
    {
      objects: [
        gateway('web', { gatewayClassName: 'somebody-elses' }),
        gateway('old', { gatewayClassName: 'istio', addresses: [{ type: 'Hostname', value: 'ingress.example' }] }),
        principal('shop/web'),
        from({ principals: ['mesh.example/ns/shop/sa/old-istio'] }),
      ],
      ...known,
    },
    [named, named],
  ],
  [
    "knows the account of Istio's gateway chart, by its values or its name",
    {
      objects: [
        release('a', { ...chart, name: 'web' }),
        release('b', { ...chart, name: 'other', values: { serviceAccount: { name: 'edge' } } }),
        from({ serviceAccounts: ['ingress/web', 'ingress/edge'] }),
      ],
      ...known,
    },
    [],
  ],
  [
    'does not take the word of another chart, or of a gateway without an account of its own',
    {
      objects: [
        release('a', { ...chart, chart: 'gateway', repositoryOpts: {}, name: 'web' }),
        release('b', { ...chart, name: 'other', values: { serviceAccount: { create: false } } }),
        from({ serviceAccounts: ['ingress/web'] }),
        from({ serviceAccounts: ['ingress/other'] }),
      ],
      ...known,
    },
    [source(0, 'serviceAccounts'), source(0, 'serviceAccounts')],
  ],
  [
    'takes a bare name for one of the namespace of the policy',
    {
      objects: [
        serviceAccount('frontend', 'web'),
        from({ serviceAccounts: ['frontend'] }),
        authorizationPolicy('cart', { rules: [{ from: [{ source: { notServiceAccounts: ['frontend'] } }] }] }, 'web'),
      ],
      ...known,
    },
    [source(0, 'serviceAccounts')],
  ],
  [
    'knows `default` in a namespace of which anything is known, and there only',
    {
      objects: [namespace('web'), principal('web/default'), principal('other/default')],
      ...known,
    },
    [named],
  ],
  [
    'takes `cluster.local` for the own trust domain, whatever that is',
    { objects: [principal('shop/cart', 'cluster.local')] },
    [named],
  ],
  [
    'leaves other trust domains, exempt namespaces and those of other stacks alone',
    {
      objects: [
        principal('shop/cart', 'other.example'),
        principal('kube-system/dns'),
        principal('monitoring/prometheus'),
      ],
      config: { mesh, elsewhere: ['monitoring'] },
    },
    [],
  ],
  [
    'leaves patterns and what is no identity to the rules for these',
    { objects: [from({ principals: ['*', 'mesh.example/ns/shop/*', 'cart'] })] },
    [],
  ],
  [
    'asks whose the identity is where an account is not known',
    { objects: [principal('shop/cart')] },
    ['AuthorizationPolicy shop/cart'],
  ],
  [
    'finds the trust domain that is not known yet, and what names nobody',
    {
      objects: [principal('shop/cart'), configMap('zero-trust-mesh-intent', { trustDomain: sentinel })],
    },
    ['ConfigMap istio-system/zero-trust-mesh-intent data.trustDomain'],
  ],
  [
    'knows a caller of the intent whom the intent does not govern',
    {
      objects: [principal('ops/prober')],
      config: { mesh },
      intent: {
        ...cartLock,
        intent: { ...cartIntent, flows: cartIntent.flows.map(flow => ({ ...flow, from: prober })) },
      } as IntentSource,
    },
    [],
  ],
  [
    'does not take a workload whose account is not known for anybody',
    {
      objects: [deployment('frontend', { pod: { serviceAccountName: sentinel } }), principal('shop/frontend')],
      ...known,
    },
    ['Deployment shop/frontend spec.template.spec.serviceAccountName', named],
  ],
])
