import { ambientShop } from '../../policypacks/zero-trust/example-ambient'
import {
  annotated,
  authorizationPolicy,
  denyAll,
  deployment,
  namespace,
} from '../../policypacks/zero-trust/example-objects'
import { table } from '../support/rule-table'
import { sentinel } from '../support/unknowns'

const deny = (rules: readonly object[], name = 'deny', inNamespace = 'shop') =>
  authorizationPolicy(name, { action: 'DENY', rules }, inNamespace)
const byMethod = { to: [{ operation: { methods: ['DELETE'] } }] }
const byPort = { to: [{ operation: { ports: ['7070'] } }] }
const from = (source: object) => ({ from: [{ source }] })
const selecting = { selector: { matchLabels: { app: 'cart' } }, action: 'DENY', rules: [byMethod] }
const root = { mesh: { rootNamespace: 'istio-system' } }
const pod = (labels: Readonly<Record<string, string>>) => deployment('cart', { labels: { app: 'cart', ...labels } })

table('no-ineffective-deny', [
  [
    'finds conditions that ztunnel does not know, though an address or a ServiceAccount looks like L4',
    {
      objects: [
        ambientShop,
        ...[
          'request.headers[x-debug]',
          'connection.sni',
          'source.serviceAccount',
          'source.trustDomain',
          'remote.ip',
          'request.auth.claims[iss]',
        ].map((key, i) => deny([{ ...byPort, when: [{ key, values: ['x'] }] }], `deny-${i}`)),
      ],
    },
    [0, 1, 2, 3, 4, 5].map(i => `AuthorizationPolicy shop/deny-${i} spec.rules[0].when[0]`),
  ],
  [
    'accepts the conditions that ztunnel knows',
    {
      objects: [
        ambientShop,
        deny(
          ['source.ip', 'source.namespace', 'source.principal', 'destination.ip', 'destination.port'].map(key => ({
            when: [{ key, values: ['x'] }],
          })),
        ),
      ],
    },
    [],
  ],
  [
    'finds addresses of the client behind a proxy, tokens and trust domains, where they stand alone',
    {
      objects: [
        ambientShop,
        deny([
          from({ remoteIpBlocks: ['192.0.2.0/24'] }),
          from({ notRequestPrincipals: ['*'] }),
          from({ trustDomains: ['old.example'] }),
          from({ requestPrincipals: ['*'], principals: [] }),
          from({}),
        ]),
      ],
    },
    [0, 1, 2, 3, 4].map(i => `AuthorizationPolicy shop/deny spec.rules[${i}].from`),
  ],
  [
    'accepts what is denied more broadly than written: a method beside a port, a token beside an identity',
    {
      objects: [
        ambientShop,
        deny([
          { to: [{ operation: { ports: ['7070'], methods: ['DELETE'] } }] },
          from({ namespaces: ['test'], requestPrincipals: ['*'], trustDomains: ['mesh.example'] }),
        ]),
      ],
    },
    [],
  ],
  [
    'finds every clause that takes the rule with it, and then not the entries of others',
    {
      objects: [
        ambientShop,
        deny([
          {
            ...byMethod,
            from: [{ source: { principals: ['a'] } }, { source: { requestPrincipals: ['*'] } }],
            when: [{ key: 'request.headers[x]', values: ['1'] }],
          },
        ]),
      ],
    },
    ['AuthorizationPolicy shop/deny spec.rules[0].to', 'AuthorizationPolicy shop/deny spec.rules[0].when[0]'],
  ],
  [
    'finds one source of several of which ztunnel sees nothing',
    {
      objects: [
        ambientShop,
        deny([{ from: [{ source: { principals: ['a'] } }, { source: { requestPrincipals: ['*'] } }] }]),
      ],
    },
    ['AuthorizationPolicy shop/deny spec.rules[0].from[1]'],
  ],
  ['accepts a rule that denies everything', { objects: [ambientShop, deny([{}])] }, []],
  [
    'lets policies be that waypoints and gateways enforce',
    {
      objects: [
        ambientShop,
        authorizationPolicy('a', { ...selecting, selector: null, targetRefs: [{ kind: 'Service', name: 'cart' }] }),
        authorizationPolicy('b', {
          ...selecting,
          selector: { matchLabels: { 'gateway.networking.k8s.io/gateway-name': 'web' } },
        }),
      ],
    },
    [],
  ],
  [
    'finds a policy of the root namespace where any namespace is ambient',
    { objects: [ambientShop, deny([byMethod], 'deny', 'istio-system')], config: root },
    ['AuthorizationPolicy istio-system/deny spec.rules[0].to'],
  ],
  [
    'asks which namespace is the root, where the policy of one without ztunnel may be for all',
    { objects: [ambientShop, namespace('legacy'), deny([byMethod], 'deny', 'legacy')] },
    ['AuthorizationPolicy legacy/deny'],
  ],
  [
    'does not ask that where no namespace is ambient',
    { objects: [namespace('shop'), namespace('legacy'), deny([byMethod], 'deny', 'legacy')] },
    [],
  ],
  [
    'finds a policy of the root namespace where nobody knows of all namespaces',
    { objects: [namespace('shop'), deny([byMethod], 'deny', 'istio-system')], config: root },
    ['AuthorizationPolicy istio-system/deny spec.rules[0].to'],
  ],
  [
    'takes a namespace that is not registered for what the mesh is',
    { objects: [deny([byMethod])], config: { mesh: { kind: 'istio-sidecar', rootNamespace: 'istio-system' } } },
    [],
  ],
  [
    'takes it for ambient where the mesh is',
    { objects: [deny([byMethod])], config: { mesh: { kind: 'istio-ambient' } } },
    ['AuthorizationPolicy shop/deny spec.rules[0].to'],
  ],
  ['refuses what cannot be told', { objects: [deny([byMethod])] }, ['AuthorizationPolicy shop/deny spec.rules[0].to']],
  ['lets an exempt namespace be', { objects: [deny([byMethod])], config: { exempt: ['shop'] } }, []],
  [
    'finds a policy for a Pod that joins the ambient mesh by itself',
    {
      objects: [namespace('shop'), pod({ 'istio.io/dataplane-mode': 'ambient' }), authorizationPolicy('a', selecting)],
    },
    ['AuthorizationPolicy shop/a spec.rules[0].to'],
  ],
  [
    'lets a policy be whose Pods have all left it, and no other',
    {
      objects: [
        ambientShop,
        pod({ 'istio.io/dataplane-mode': 'none' }),
        authorizationPolicy('a', selecting),
        deny([byMethod], 'whole-namespace'),
      ],
      config: root,
    },
    ['AuthorizationPolicy shop/whole-namespace spec.rules[0].to'],
  ],
  [
    'names the Namespace whose labels are not known',
    { objects: [namespace('shop', { 'istio.io/dataplane-mode': sentinel }), deny([byMethod])] },
    ['Namespace shop metadata.labels["istio.io/dataplane-mode"]'],
  ],
  [
    'takes a Namespace of unknown name for any',
    { objects: [namespace(sentinel), deny([byMethod])] },
    ['Namespace object 0 metadata.name'],
  ],
])

table('no-l7-on-ztunnel', [
  [
    'names every field, in every rule, of ALLOW and DENY',
    {
      objects: [
        ambientShop,
        authorizationPolicy('allow', {
          rules: [
            { to: [{ operation: { ports: ['1'], hosts: ['a'], notPaths: ['/x'] } }] },
            { ...byPort, ...from({ principals: ['a'], notTrustDomains: ['b'] }) },
          ],
        }),
        deny([{ ...byPort, when: [{ key: 'connection.sni', values: ['x'] }] }]),
      ],
    },
    [
      'AuthorizationPolicy shop/allow spec.rules[0].to[0].operation.hosts',
      'AuthorizationPolicy shop/allow spec.rules[0].to[0].operation.notPaths',
      'AuthorizationPolicy shop/allow spec.rules[1].from[0].source.notTrustDomains',
      'AuthorizationPolicy shop/deny spec.rules[0].when[0].key',
    ],
  ],
  [
    'lets empty lists be, which say nothing',
    {
      objects: [
        ambientShop,
        authorizationPolicy('a', { rules: [{ to: [{ operation: { ports: ['1'], paths: [] } }] }] }),
      ],
    },
    [],
  ],
  [
    'leaves CUSTOM and AUDIT, of which ztunnel is not told at all, to another rule',
    { objects: [ambientShop, authorizationPolicy('a', { action: 'AUDIT', rules: [byMethod] })] },
    [],
  ],
  [
    'takes a field that it does not know for one that ztunnel does not know either',
    { objects: [ambientShop, authorizationPolicy('a', { rules: [from({ principals: ['a'], clusters: ['b'] })] })] },
    ['AuthorizationPolicy shop/a spec.rules[0].from[0].source.clusters'],
  ],
  [
    'refuses a list that is not known yet',
    {
      objects: [ambientShop, authorizationPolicy('a', { rules: [{ to: [{ operation: { paths: sentinel } }] }] })],
    },
    ['AuthorizationPolicy shop/a spec.rules[0].to[0].operation.paths'],
  ],
])

table('no-custom-on-ztunnel', [
  [
    'sees a shadow by any spelling of true, and by what is no boolean',
    {
      objects: [
        ambientShop,
        ...['T', '1', 'yes'].map(value => annotated(denyAll, { 'istio.io/dry-run': value })),
        annotated(denyAll, { 'istio.io/dry-run': 'false' }),
      ],
    },
    Array.from({ length: 3 }, () => 'AuthorizationPolicy shop/default-deny metadata.annotations["istio.io/dry-run"]'),
  ],
  [
    'finds CUSTOM at stage strict too: no stage makes ztunnel ask anybody',
    {
      objects: [ambientShop, authorizationPolicy('a', { action: 'CUSTOM', provider: { name: 'opa' }, rules: [{}] })],
      config: { stages: { shop: 'strict' } },
    },
    ['AuthorizationPolicy shop/a spec.action'],
  ],
])
