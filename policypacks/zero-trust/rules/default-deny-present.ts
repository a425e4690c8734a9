import { annotated, authorizationPolicy, cartPolicy, denyAll, namespace } from '../example-objects'
import { aboutNamespace, meshNamespaces, type Needed } from '../facts/namespaces'
import { authorizationPolicies, readAuthorization, type AuthorizationFact } from '../facts/policies'
import { gather } from '../field'
import { unreadable } from '../mesh'
import { rule, type Context, type Finding } from '../rule'

/**
 * Every namespace of the mesh has a policy that admits nobody to anything: an ALLOW policy without a selector and without
 * rules. Without one, a workload that no ALLOW policy selects lets everybody in (istio
 * pilot/pkg/security/authz/builder/builder.go). At stage `strict` one in shadow mode is as good.
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
  config: ['exempt', 'elsewhere', 'mesh', 'stages', 'lock'],
  examples: {
    pass: [
      { title: 'the namespace has one', objects: [namespace('shop'), denyAll, cartPolicy] },
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
    ],
    fail: [
      { title: 'there is none', objects: [namespace('shop'), cartPolicy] },
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
        title: 'its selector is empty, which for ztunnel selects nothing, and the data plane is not known',
        objects: [namespace('shop'), authorizationPolicy('default-deny', { selector: {} })],
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const { needed, findings } = meshNamespaces(context)
  const policies = gather(authorizationPolicies(context), readAuthorization)
  const denying = policies.facts.filter(policy => deniesAll(policy, context))
  const open = needed.flatMap(one => lacking(one, denying, context))
  const unread =
    open.length > 0 ? [...unreadable(context.mesh('rootNamespace')), ...unreadable(context.mesh('kind'))] : []
  return [...findings, ...policies.findings, ...unread, ...open]
}

function lacking(needed: Needed, denying: readonly AuthorizationFact[], { config, mesh }: Context): readonly Finding[] {
  const shadowed = config.stages[needed.namespace] === 'strict'
  const root = mesh('rootNamespace')
  const found = denying.some(
    ({ namespace, dryRun }) =>
      (!dryRun || shadowed) && (namespace === needed.namespace || (root.kind === 'known' && namespace === root.value)),
  )
  return found
    ? []
    : [
        aboutNamespace(
          needed,
          'has no default deny: no AuthorizationPolicy without selector and rules is enforced for all of it',
        ),
      ]
}

/** `selector: {}` selects every workload for a sidecar and none for ztunnel (istio pilot/pkg/serviceregistry/ambient). */
function deniesAll({ action, selector, targeted, rules }: AuthorizationFact, { mesh }: Context): boolean {
  if (action !== 'ALLOW' || targeted || rules.length > 0) return false
  if (selector === undefined) return true
  const kind = mesh('kind')
  return Object.keys(selector).length === 0 && kind.kind === 'known' && kind.value === 'istio-sidecar'
}
