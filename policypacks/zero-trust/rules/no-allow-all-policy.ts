import type { KubernetesObject } from '../../../core/model/manifest'
import { authorizationPolicy, cartDigest, cartPolicy, cartRule, denyAll } from '../example-objects'
import { isDeclared } from '../facts/declared'
import { letsInEntries } from '../facts/entries'
import { actionOf, authorizationPolicies, namespaceOf, selectorOf } from '../facts/policies'
import { conditionsOf, namesCallers, operationsOf, rulesOf } from '../facts/rules-of-policies'
import { targetRefs } from '../facts/target-refs'
import { at, finding, judgeEach, required, texts, type Field } from '../field'
import type { IntentSource } from '../lock'
import { rule, type Context, type Finding } from '../rule'

const negatives = ['notHosts', 'notPorts', 'notMethods', 'notPaths']

/** What may enter by a gateway, by the labels of Istio's chart. */
function entering(host: string): KubernetesObject {
  return authorizationPolicy(
    'entries-of-istio-ingress',
    {
      selector: { matchLabels: { app: 'istio-ingress', istio: 'ingress' } },
      rules: [{ to: [{ operation: { hosts: [host, `${host}:*`], methods: ['GET'], paths: ['/cart'] } }] }],
    },
    'istio-ingress',
  )
}

const shopLock: IntentSource = {
  kind: 'found',
  digest: cartDigest,
  intent: {
    version: 1,
    governed: [],
    flows: [],
    entries: [
      {
        text: 'shop.example GET /cart → istio-ingress/istio-ingress → shop/cart:8080',
        gateway: { namespace: 'istio-ingress', serviceAccount: 'istio-ingress' },
        host: 'shop.example',
        to: { kind: 'workload', service: 'cart', namespace: 'shop', serviceAccount: 'cart', port: 8080 },
        http: { methods: ['GET'], path: '/cart' },
      },
    ],
  },
}

/** Values that every request has. */
const anything = ['*', '/*', '/{**}']

/**
 * No ALLOW policy admits everybody: a rule without `from` does, callers without identity included, and `rules: [{}]`
 * admits them to everything (istio security/v1beta1/authorization_policy.proto).
 */
export const noAllowAllPolicy = rule({
  id: 'no-allow-all-policy',
  severity: 'critical',
  scope: 'object',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/AC-6',
    'nist-800-53/SC-7(5)',
    'nist-800-204/APE-SR-3',
    'nist-800-204/SAUZ-SR-1',
    'nist-800-207/tenet-6',
    'pci-dss/7.2.2',
    'pci-dss/7.3.3',
    'soc-2/CC6.1',
    'iso-27001/A.5.15',
  ],
  why: 'policies that allow add up, so one that admits everybody undoes all the others of its workloads',
  fix: 'name the callers in `from`; declare callers outside the mesh under `outside` in the graph, and what enters by a gateway under `ingress`; name the policy of any other gateway in `open`',
  config: ['lock', 'open', 'stages'],
  examples: {
    pass: [
      { title: 'callers are named', objects: [cartPolicy] },
      { title: 'no rules at all admit nobody', objects: [denyAll] },
      {
        title: 'an ingress gateway is there for everybody',
        objects: [
          authorizationPolicy('public', { rules: [{ to: [{ operation: { hosts: ['shop.example'] } }] }] }, 'ingress'),
        ],
        config: { open: ['ingress/public'] },
      },
      {
        title: 'the intent has what enters by this gateway',
        objects: [entering('shop.example')],
        intent: shopLock,
      },
      {
        title: 'at a waypoint, where only the mesh gets, while the namespace is not yet enforced',
        objects: [
          authorizationPolicy('open-to-the-mesh', {
            targetRefs: [{ group: '', kind: 'Service', name: 'cart' }],
            rules: [{}],
          }),
        ],
        config: { stages: { shop: 'strict' } },
      },
    ],
    fail: [
      { title: 'an empty rule', objects: [authorizationPolicy('cart', { rules: [{}] })] },
      {
        title: 'requests are named, callers are not',
        objects: [authorizationPolicy('cart', { rules: [{ to: cartRule.to }] })],
      },
      {
        title: 'a host that enters by no gateway of the intent',
        objects: [entering('admin.example')],
        intent: shopLock,
      },
      {
        title: 'every address there is',
        objects: [
          authorizationPolicy('cart', {
            rules: [{ from: [{ source: { ipBlocks: ['0.0.0.0/0'] } }], to: cartRule.to }],
          }),
        ],
      },
      {
        title: 'one source of several is empty',
        objects: [authorizationPolicy('cart', { rules: [{ ...cartRule, from: [...cartRule.from, { source: {} }] }] })],
      },
    ],
  },
  check: context => judgeEach(authorizationPolicies(context), policy => judge(policy, context)),
})

function judge(policy: Field, context: Context): readonly Finding[] {
  if (actionOf(policy) !== 'ALLOW' || isShadowed(policy, context)) return []
  return rulesOf(policy).flatMap(one => {
    if (namesCallers(one)) return []
    if (asksAnything(one)) return [finding(one, 'admits everybody to everything')]
    return isMeant(policy, one, context)
      ? []
      : [finding(one, 'names no caller, so it admits everybody, callers without identity too')]
  })
}

/** At stage `strict` a waypoint lets every identity of the mesh pass to the Services of the namespace; nobody else gets to one. */
function isShadowed(policy: Field, { config }: Context): boolean {
  if (config.stages[namespaceOf(policy)] !== 'strict') return false
  const refs = targetRefs(policy)
  return refs.length > 0 && refs.every(({ kind }) => kind === 'Service')
}

function asksAnything(one: Field): boolean {
  const operations = operationsOf(one)
  return conditionsOf(one).length === 0 && (operations.length === 0 || operations.some(isAnyRequest))
}

function isAnyRequest(operation: Field): boolean {
  if (texts(at(operation, 'ports')).length > 0 || negatives.some(name => texts(at(operation, name)).length > 0))
    return false
  return ['hosts', 'methods', 'paths'].every(name => {
    const values = texts(at(operation, name))
    return values.length === 0 || values.some(value => anything.includes(value))
  })
}

/** Callers whom nothing tells apart are declared for these ports, or at this gateway, or the policy is one that is meant to be open. */
function isMeant(policy: Field, one: Field, { config, intent }: Context): boolean {
  const namespace = namespaceOf(policy)
  if (config.open.length > 0 && config.open.includes(`${namespace}/${required(at(policy, 'metadata', 'name'))}`))
    return true
  if (letsInEntries(policy, operationsOf(one), intent)) return true
  const selector = selectorOf(policy)
  const ports = operationsOf(one).map(operation => texts(at(operation, 'ports')))
  const isOpen = (port: string): boolean =>
    isDeclared(intent, { namespace, selector, port: Number(port), by: 'anybody' })
  return ports.length > 0 && ports.every(some => some.length > 0 && some.every(isOpen))
}
