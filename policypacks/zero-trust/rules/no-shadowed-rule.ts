import { byMesh, cartCallers, cartServer, frontend, linkerdPolicy, toServer } from '../example-linkerd'
import { closedShop } from '../example-linkerd-install'
import {
  authorizationPolicy,
  cartPolicy,
  cartRule,
  configMap,
  deployment,
  namespace,
  networkPolicy,
} from '../example-objects'
import { analyzed, isObject } from '../facts/analyzed'
import { assumedFor } from '../facts/assumed'
import { meshesOf } from '../facts/intent-meshes'
import { linkerdPolicies } from '../facts/linkerd/objects'
import { networkPolicies } from '../facts/network-policies'
import { authorizationPolicies } from '../facts/policies'
import { shadowed, type Shadowed } from '../facts/shadowed'
import { shadowedByWider } from '../facts/shadowed-by-wider'
import { rule, type Context, type Finding } from '../rule'

const selector = { matchLabels: { app: 'cart' } }
const meshConfig = configMap('istio', { mesh: 'trustDomain: mesh.example\nrootNamespace: istio-system\n' })
const shop = [namespace('shop'), meshConfig, deployment('cart')]
const [source] = cartRule.from
const get = { operation: { ports: ['7070'], methods: ['GET'], paths: ['/items/*'] } }

/**
 * Every rule that admits callers decides about something: without it some workload would be reached otherwise. Computed by taking it away and asking who may call what
 * (core/analyze), so that it does not matter how the others say it; at waypoints and gateways and in NetworkPolicies, which decide with what lies behind or of what is not
 * seen, by a rule beside it that is wider as it is written.
 */
export const noShadowedRule = rule({
  id: 'no-shadowed-rule',
  severity: 'low',
  scope: 'stack',
  controls: ['nist-800-53/CM-6', 'nist-800-53/AC-6', 'nist-800-207/tenet-5', 'pci-dss/7.2.2', 'iso-27001/A.8.9'],
  why: 'a rule that changes no decision looks as if it limited or allowed something, and hides the broader one that does: whoever takes it away to cut a caller off cuts nobody off',
  fix: 'take the rule away, or the broader one that admits the same callers',
  limits:
    'rules of ALLOW policies on Pods are judged, and policies of Linkerd, each alone, but none for more than 12 workloads, and no more than 150 of a stack; what is attached to waypoints and gateways, and NetworkPolicies, only where one other rule admits all that a rule does as it is written, wherever that is in force; DENY policies, and NetworkPolicies without rules, guard what is to come, and are not',
  config: ['exempt', 'mesh', 'stages', 'lock'],
  examples: {
    pass: [
      { title: 'one rule', objects: [...shop, cartPolicy] },
      {
        title: 'two rules for one caller, which admit different requests',
        objects: [...shop, authorizationPolicy('cart', { selector, rules: [cartRule, { from: [source], to: [get] }] })],
      },
    ],
    fail: [
      {
        title: 'a rule, and a broader one beside it',
        objects: [
          ...shop,
          authorizationPolicy('cart', {
            selector,
            rules: [cartRule, { from: [source], to: [{ operation: { ports: ['7070'] } }] }],
          }),
        ],
      },
      {
        title: 'a policy, and one for the whole namespace that admits the same caller and more',
        objects: [
          ...shop,
          cartPolicy,
          authorizationPolicy('all', { rules: [{ from: [{ source: { namespaces: ['shop'] } }] }] }),
        ],
      },
      {
        title: 'a NetworkPolicy, and a rule of one for the whole namespace that lets in the same Pods',
        objects: [
          networkPolicy('cart', { podSelector: selector, ingress: [{ from: [{ podSelector: selector }] }] }),
          networkPolicy('all', { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] }),
        ],
      },
      {
        title: 'the same policy of Linkerd once more',
        objects: [
          closedShop,
          deployment('cart'),
          cartServer,
          frontend,
          cartCallers,
          linkerdPolicy('again', toServer('cart.port'), [byMesh('frontend')]),
        ],
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const policies = [authorizationPolicies(context), linkerdPolicies(context), networkPolicies(context)]
  if (policies.every(list => list.length === 0)) return []
  const { intent } = context
  const assumed =
    intent.kind === 'found'
      ? assumedFor(intent.intent, context, meshesOf(intent.intent, context))
      : { objects: [], findings: [] }
  const { layer, findings } = analyzed(context, assumed.objects)
  const all = [...shadowed(layer), ...shadowedByWider(layer)]
  return [...assumed.findings, ...findings, ...all.flatMap(one => described(one, context))]
}

function described({ at: place, path, because }: Shadowed, context: Context): readonly Finding[] {
  const field = context.objects.filter(isObject).find(({ of }) => of.at === place)
  if (field === undefined) return []
  const others = because.filter(name => name !== field.of.label)
  const reasons = others.length === 0 ? '' : ` (${others.join('; ')})`
  const message = `changes no decision: without it the same callers get through, and no others${reasons}`
  return [{ at: place, resource: field.of.label, path, message }]
}
