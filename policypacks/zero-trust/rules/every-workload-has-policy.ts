import { linkerdShop } from '../example-linkerd'
import { annotated, authorizationPolicy, cartPolicy, deployment, denyAll, namespace } from '../example-objects'
import { dataPlanes } from '../facts/data-plane'
import {
  authorizationPolicies,
  readAuthorization,
  selects,
  type AuthorizationFact,
  type Labels,
} from '../facts/policies'
import { ownProxies, type OwnProxies } from '../facts/own-proxies'
import { readWorkload, workloads } from '../facts/workloads'
import { finding, gather } from '../field'
import { unreadable } from '../mesh'
import { rule, type Context, type Finding } from '../rule'

interface Guarded {
  readonly namespace: string
  readonly labels: Labels
  readonly finding: (message: string) => Finding
  /** Whether its Pods are on Linkerd by themselves. */
  readonly isLinkerds: () => boolean
}

/**
 * Every workload, of the stack and of the intent, is under an ALLOW policy that is enforced: its own, its namespace's or
 * the mesh's. With none, Istio lets everybody in (istio pilot/pkg/security/authz/builder/builder.go). At stage `strict` a
 * policy in shadow mode is as good. On Linkerd it is the default of the namespace that admits or refuses (`linkerd-default-deny`).
 */
export const everyWorkloadHasPolicy = rule({
  id: 'every-workload-has-policy',
  severity: 'critical',
  scope: 'stack',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/AC-24',
    'nist-800-204/SAUZ-SR-1',
    'nist-800-207/tenet-6',
    'soc-2/CC6.1',
    'iso-27001/A.8.3',
    'dod-zero-trust/5.4',
  ],
  why: 'a workload without an ALLOW policy admits everybody who reaches it',
  fix: 'write an AuthorizationPolicy whose selector names the labels of its Pods, or a default deny for its namespace',
  limits: 'workloads on Linkerd are left to `linkerd-default-deny`',
  config: ['exempt', 'elsewhere', 'mesh', 'stages', 'lock'],
  examples: {
    pass: [
      { title: 'its own', objects: [deployment('cart'), cartPolicy] },
      { title: "its namespace's", objects: [deployment('cart'), denyAll] },
      {
        title: "the mesh's",
        objects: [deployment('cart'), authorizationPolicy('default-deny', {}, 'istio-system')],
        config: { mesh: { rootNamespace: 'istio-system' } },
      },
      { title: 'none, in a namespace on Linkerd', objects: [linkerdShop, deployment('cart')] },
      {
        title: 'none, and its Pods ask for Linkerd by themselves, in a namespace on no mesh',
        objects: [namespace('shop', {}), deployment('cart', { annotations: { 'linkerd.io/inject': 'enabled' } })],
      },
    ],
    fail: [
      { title: 'none', objects: [deployment('cart')] },
      {
        title: 'none, and only those beside it ask for Linkerd',
        objects: [
          namespace('shop', {}),
          deployment('cart'),
          deployment('web', { annotations: { 'linkerd.io/inject': 'enabled' } }),
        ],
      },
      {
        title: 'none, and its namespace is on Istio whatever the Pod asks for',
        objects: [namespace('shop'), deployment('cart', { annotations: { 'linkerd.io/inject': 'enabled' } })],
      },
      {
        title: 'the selector misses it by a label',
        objects: [deployment('cart', { labels: { app: 'carts' } }), cartPolicy],
      },
      {
        title: 'it is only shadowed',
        objects: [deployment('cart'), annotated(cartPolicy, { 'istio.io/dry-run': 'true' })],
      },
      {
        title: 'a DENY policy, which admits whatever it does not name',
        objects: [
          deployment('cart'),
          authorizationPolicy('cart', { action: 'DENY', rules: [{ to: [{ operation: { ports: ['9090'] } }] }] }),
        ],
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const policies = gather(authorizationPolicies(context), readAuthorization)
  const real = gather(workloads(context), readWorkload)
  const planes = dataPlanes(context)
  const own = ownProxies(context, planes)
  const guarded: readonly Guarded[] = [
    ...real.facts.map(({ namespace, labels, field }) => ({
      namespace,
      labels,
      finding: (message: string) => finding(field, message),
      isLinkerds: () => own.ofWorkload(field),
    })),
    ...governed(context, own),
  ]
  const allows = policies.facts.filter(({ action, targeted }) => action === 'ALLOW' && !targeted)
  const bare = guarded
    .filter(one => isOurs(one, context) && !allows.some(policy => guards(policy, one, context)))
    .map(one => ({ ...one, plane: planes(one.namespace) }))
    .filter(({ plane, isLinkerds }) => plane.kind !== 'linkerd' && !isLinkerds())
  return [
    ...policies.findings,
    ...real.findings,
    ...own.findings(),
    ...(bare.length > 0 ? unreadable(context.mesh('rootNamespace')) : []),
    ...bare.flatMap(({ plane, finding: found }) => [
      ...(plane.kind === 'unknown' ? plane.findings : []),
      found('is under no ALLOW policy that is enforced, so it admits everybody'),
    ]),
  ]
}

function governed({ intent }: Context, own: OwnProxies): readonly Guarded[] {
  if (intent.kind === 'missing') return []
  return intent.intent.governed.map(({ service, namespace, labels }) => ({
    namespace,
    labels,
    finding: message => ({ at: '', resource: `service ${namespace}/${service}`, path: '', message }),
    isLinkerds: () => own.ofService({ namespace, labels }),
  }))
}

function isOurs({ namespace }: Guarded, { config }: Context): boolean {
  return !config.exempt.includes(namespace) && !config.elsewhere.includes(namespace)
}

function guards({ namespace, selector, dryRun }: AuthorizationFact, one: Guarded, { config, mesh }: Context): boolean {
  if (dryRun && config.stages[one.namespace] !== 'strict') return false
  if (!selects(selector, one.labels)) return false
  // For ztunnel an empty selector selects nothing, so it proves nothing (istio pilot/pkg/serviceregistry/ambient).
  if (selector !== undefined && Object.keys(selector).length === 0) return false
  if (namespace === one.namespace) return true
  const root = mesh('rootNamespace')
  return root.kind === 'known' && namespace === root.value
}
