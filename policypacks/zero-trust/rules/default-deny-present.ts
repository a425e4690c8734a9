import { ambientShop, waypointsDenyAll } from '../example-ambient'
import { linkerdShop } from '../example-linkerd'
import { annotated, authorizationPolicy, cartPolicy, denyAll, deployment, namespace } from '../example-objects'
import { dataPlanes, type Planes } from '../facts/data-plane'
import { aboutNamespace, meshNamespaces, type Needed } from '../facts/namespaces'
import { authorizationPolicies, readAuthorization, type AuthorizationFact } from '../facts/policies'
import { ownProxies } from '../facts/own-proxies'
import { gather } from '../field'
import { unreadable } from '../mesh'
import { rule, type Context, type Finding } from '../rule'

/**
 * Every namespace of the mesh has a policy that admits nobody to anything: an ALLOW policy without a selector and without
 * rules. Without one, a workload that no ALLOW policy selects lets everybody in (istio
 * pilot/pkg/security/authz/builder/builder.go, ztunnel src/state.rs assert_rbac). At stage `strict` one in shadow mode is as good. Namespaces
 * on Linkerd have no such policies: they are `linkerd-default-deny`'s.
 */
export const defaultDenyPresent = rule({
  id: 'default-deny-present',
  severity: 'critical',
  scope: 'stack',
  controls: [
    'nist-800-53/SC-7(5)',
    'nist-800-53/AC-3',
    'nist-800-204/SM-DR1',
    'nist-800-204/APE-SR-3',
    'nist-800-207/tenet-6',
    'pci-dss/7.3.3',
    'soc-2/CC6.1',
    'iso-27001/A.8.3',
    'nsa-hardening/network-separation',
  ],
  why: 'a workload that no ALLOW policy selects admits everybody, so one label forgotten opens it',
  fix: 'add an AuthorizationPolicy with `spec: {}` to the namespace, without selector and without `istio.io/dry-run`',
  limits: 'namespaces on Linkerd, and those whose Pods are all on it by themselves, are left to `linkerd-default-deny`',
  config: ['exempt', 'elsewhere', 'mesh', 'stages', 'lock'],
  examples: {
    pass: [
      { title: 'the namespace has one', objects: [namespace('shop'), denyAll, cartPolicy] },
      { title: 'an ambient namespace has one, for its Pods', objects: [ambientShop, denyAll] },
      {
        title: 'the mesh has one, in its root namespace',
        objects: [namespace('shop'), authorizationPolicy('default-deny', {}, 'istio-system')],
        config: { mesh: { rootNamespace: 'istio-system' } },
      },
      {
        title: 'at stage `strict` it is only shadowed',
        objects: [namespace('shop'), annotated(denyAll, { 'istio.io/dry-run': 'true' })],
        config: { stages: { shop: 'strict' } },
      },
      { title: 'a namespace on Linkerd, which heeds no policy of Istio', objects: [linkerdShop] },
      {
        title: 'a namespace on no mesh, all of whose Pods ask for Linkerd by themselves',
        objects: [namespace('shop', {}), deployment('cart', { annotations: { 'linkerd.io/inject': 'enabled' } })],
      },
    ],
    fail: [
      { title: 'there is none', objects: [namespace('shop'), cartPolicy] },
      {
        title: 'there is none, and not all Pods of the namespace ask for Linkerd by themselves',
        objects: [
          namespace('shop', {}),
          deployment('cart', { annotations: { 'linkerd.io/inject': 'enabled' } }),
          deployment('web'),
        ],
      },
      {
        title: 'it is only shadowed',
        objects: [namespace('shop'), annotated(denyAll, { 'istio.io/dry-run': 'true' })],
      },
      {
        title: 'it is for one workload',
        objects: [
          namespace('shop'),
          authorizationPolicy('default-deny', { selector: { matchLabels: { app: 'cart' } } }),
        ],
      },
      {
        title: 'it admits everybody',
        objects: [namespace('shop'), authorizationPolicy('default-deny', { rules: [{}] })],
      },
      {
        title: 'its selector is empty, which for ztunnel selects nothing',
        objects: [ambientShop, authorizationPolicy('default-deny', { selector: {} })],
      },
      {
        title: 'it is for waypoints, and the Pods behind them have none',
        objects: [ambientShop, waypointsDenyAll],
        config: { mesh: { rootNamespace: 'istio-system' } },
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const { needed, findings } = meshNamespaces(context)
  const policies = gather(authorizationPolicies(context), readAuthorization)
  const denying = policies.facts.filter(deniesAll)
  const planes = dataPlanes(context)
  const own = ownProxies(context, planes)
  const open = needed
    .filter(one => !denying.some(policy => closes(policy, one, { context, planes })))
    .filter(({ namespace: name }) => planes(name).kind !== 'linkerd' && !own.ofNamespace(name))
  const unread =
    open.length > 0 ? [...unreadable(context.mesh('rootNamespace')), ...unreadable(context.mesh('kind'))] : []
  return [
    ...findings,
    ...policies.findings,
    ...own.findings(),
    ...unread,
    ...open.map(one => aboutNamespace(one, lacking)),
  ]
}

const lacking = 'has no default deny: no AuthorizationPolicy without selector and rules is enforced for all of it'

function deniesAll({ action, selector, targeted, rules }: AuthorizationFact): boolean {
  return action === 'ALLOW' && !targeted && rules.length === 0 && Object.keys(selector ?? {}).length === 0
}

interface Around {
  readonly context: Context
  readonly planes: Planes
}

/** `selector: {}` selects every workload for a sidecar and none for ztunnel (istio pilot/pkg/serviceregistry/ambient). */
function closes(
  { namespace: own, dryRun, selector }: AuthorizationFact,
  { namespace: name }: Needed,
  { context: { config, mesh }, planes }: Around,
): boolean {
  const root = mesh('rootNamespace')
  if (own !== name && !(root.kind === 'known' && own === root.value)) return false
  if (dryRun && config.stages[name] !== 'strict') return false
  return selector === undefined || planes(name).kind === 'sidecar'
}
