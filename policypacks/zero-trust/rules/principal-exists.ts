import { parseIdentity } from '../../../core/model/identity'
import { didYouMean } from '../../../core/model/problem'
import { linkerdShop } from '../example-linkerd'
import {
  authorizationPolicy,
  cartLock,
  cartPolicy,
  cartRule,
  deployment,
  gateway,
  serviceAccount,
} from '../example-objects'
import { knownAccounts } from '../facts/accounts'
import { dataPlanes, type Planes } from '../facts/data-plane'
import { authorizationPolicies, namespaceOf } from '../facts/policies'
import { valuesOf } from '../facts/rules-of-policies'
import { knownNamespaces } from '../facts/whole-cluster'
import { finding, gather, required, type Field } from '../field'
import { unknownSetting } from '../mesh'
import { rule, type Context, type Finding } from '../rule'

const mesh = { trustDomain: 'mesh.example' }

/**
 * Every ServiceAccount that a policy names exactly, there is or there will be: the stack registers it, a workload or a
 * gateway of the stack runs under it, or the intent names it. What `serviceAccounts` names without a namespace is of the
 * policy's own (istio pilot/pkg/security/authz/model/generator.go serviceAccountRegex). An account of a namespace on Linkerd is nobody to Istio,
 * which sees no certificate of it. Of a namespace that is named as such, and is not among the objects, a part of a cluster cannot judge: it is refused where the objects are a
 * whole cluster, or have one of nearly that name.
 */
export const principalExists = rule({
  id: 'principal-exists',
  severity: 'high',
  scope: 'stack',
  controls: [
    'nist-800-53/AC-6',
    'nist-800-53/IA-9',
    'nist-800-207/tenet-6',
    'kubescape/C-0307',
    'pci-dss/7.2.5',
    'pci-dss/8.6',
    'iso-27001/A.5.16',
  ],
  why: 'a name nobody has is a caller cut off, or a DENY that holds for nobody, and whoever makes a ServiceAccount of that name becomes the caller',
  fix: 'name a ServiceAccount that exists; if another stack creates it, name its namespace in `elsewhere`, or declare the caller in the graph',
  limits:
    'accounts that a chart brings are not seen, but for those of gateways; a namespace that is named without an account, and that is not among the objects, is refused where it is nearly that of another, or where the objects are a whole cluster, with the Namespace `kube-system`; identities of other trust domains, and of aliases of the own one, are not judged',
  config: ['exempt', 'elsewhere', 'mesh', 'lock'],
  examples: {
    pass: [
      {
        title: 'a workload of the stack runs under it',
        objects: [deployment('frontend'), cartPolicy],
        config: { mesh },
      },
      { title: 'the intent names it', objects: [cartPolicy], config: { mesh }, intent: cartLock },
      {
        title: 'the stack registers it, and a waypoint brings its own',
        objects: [
          serviceAccount('frontend'),
          gateway('waypoint', { gatewayClassName: 'istio-waypoint' }),
          authorizationPolicy('cart', {
            rules: [
              { ...cartRule, from: [{ source: { serviceAccounts: ['frontend'] } }] },
              { from: [{ source: { principals: ['mesh.example/ns/shop/sa/waypoint'] } }] },
            ],
          }),
        ],
        config: { mesh },
      },
    ],
    fail: [
      {
        title: 'a slip of the pen',
        objects: [deployment('fronted'), cartPolicy],
        config: { mesh },
      },
      { title: 'nobody says whether it is of this mesh at all', objects: [deployment('cart'), cartPolicy] },
      {
        title: 'without a namespace it is of the namespace of the policy',
        objects: [
          deployment('frontend'),
          authorizationPolicy('cart', { rules: [{ from: [{ source: { serviceAccounts: ['frontend'] } }] }] }, 'data'),
        ],
        config: { mesh },
      },
      {
        title: 'its namespace is on Linkerd, from where nobody comes with an identity of Istio',
        objects: [
          linkerdShop,
          deployment('frontend'),
          authorizationPolicy(
            'orders',
            { rules: [{ from: [{ source: { principals: ['mesh.example/ns/shop/sa/frontend'] } }] }] },
            'data',
          ),
        ],
        config: { mesh },
      },
      {
        title: 'a slip of the pen in a namespace that is named as such',
        objects: [
          deployment('frontend'),
          authorizationPolicy('all-of-shop', { rules: [{ from: [{ source: { namespaces: ['shopp'] } }] }] }),
        ],
      },
      {
        title: 'a namespace of which nothing is known here',
        objects: [
          authorizationPolicy('scrape', {
            rules: [{ from: [{ source: { principals: ['mesh.example/ns/monitoring/sa/prometheus'] } }] }],
          }),
        ],
        config: { mesh },
      },
    ],
  },
  check,
})

interface NamedAccount {
  readonly field: Field
  /** Absent where the policy asks for none. */
  readonly trustDomain?: string
  readonly namespace: string
  readonly serviceAccount: string
}

function check(context: Context): readonly Finding[] {
  const named = gather(authorizationPolicies(context), namedBy)
  return [...lostNamespaces(context), ...named.findings, ...lostAccounts(named.facts.flat(), context)]
}

/** The namespaces that a policy names as such, exactly, and that nobody knows. */
function lostNamespaces(context: Context): readonly Finding[] {
  const named = gather(authorizationPolicies(context), policy =>
    valuesOf(policy, 'namespaces').map(field => ({ field, name: required(field) })),
  )
  const { exempt, elsewhere } = context.config
  const exact = named.facts
    .flat()
    .filter(({ name }) => ![...exempt, ...elsewhere].includes(name) && !name.includes('*'))
  if (exact.length === 0) return named.findings
  const { names, whole, findings } = knownNamespaces(context)
  const lost = exact.flatMap(({ field, name }) => {
    const { hint } = didYouMean(name, names)
    if (names.has(name) || (hint === undefined && !whole)) return []
    const near = hint === undefined ? '' : `; ${hint}`
    return [finding(field, `names a namespace that nothing in the stack or the intent has${near}`)]
  })
  return [...named.findings, ...findings, ...lost]
}

function lostAccounts(all: readonly NamedAccount[], context: Context): readonly Finding[] {
  if (all.length === 0) return []
  const known = knownAccounts(context)
  const accounts = new Set(known.facts)
  const planes = dataPlanes(context)
  return [...known.findings, ...all.flatMap(one => judge(one, accounts, { context, planes }))]
}

/** The accounts a policy names exactly; patterns are `no-wildcard-principal`'s, and what is no identity `principal-format`'s. */
function namedBy(policy: Field): readonly NamedAccount[] {
  const principals = valuesOf(policy, 'principals').flatMap(field => {
    const identity = parseIdentity(required(field))
    return identity === undefined ? [] : [{ field, ...identity }]
  })
  const accounts = valuesOf(policy, 'serviceAccounts').map(field => {
    const [first = '', second] = required(field).split('/')
    return second === undefined
      ? { field, namespace: namespaceOf(policy), serviceAccount: first }
      : { field, namespace: first, serviceAccount: second }
  })
  return [...principals, ...accounts].filter(
    ({ namespace, serviceAccount }) => !`${namespace}/${serviceAccount}`.includes('*'),
  )
}

interface Around {
  readonly context: Context
  readonly planes: Planes
}

/** In a policy `cluster.local` stands for the mesh's own trust domain (istio pilot/pkg/security/trustdomain/bundle.go). */
function judge(one: NamedAccount, known: ReadonlySet<string>, { context, planes }: Around): readonly Finding[] {
  const { config, mesh } = context
  const { field, trustDomain = 'cluster.local', namespace, serviceAccount } = one
  const account = `${namespace}/${serviceAccount}`
  if (config.exempt.includes(namespace) || config.elsewhere.includes(namespace)) return []
  if (known.has(account)) {
    const plane = planes(namespace)
    if (plane.kind === 'unknown') return plane.findings
    return plane.kind === 'linkerd'
      ? [finding(field, 'names an account of a namespace on Linkerd, whose identity Istio never sees')]
      : []
  }
  if (trustDomain !== 'cluster.local') {
    const own = mesh('trustDomain')
    if (own.kind === 'unknown') return unknownSetting(own, field)
    if (own.value !== trustDomain) return []
  }
  const { hint } = didYouMean(account, known)
  const near = hint === undefined ? '' : `; ${hint}`
  return [finding(field, `names a ServiceAccount that nothing in the stack or the intent has${near}`)]
}
