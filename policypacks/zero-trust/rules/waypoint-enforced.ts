import { groupBy } from '../../../core/model/group'
import { ambientShop, cartAtWaypoint, cartGuard, cartService, shopBehindWaypoint, waypoint } from '../example-ambient'
import { authorizationPolicy, cartLock, denyAll, deployment } from '../example-objects'
import { gatherGateways } from '../facts/gateways'
import {
  guards,
  holdsFor,
  mayHoldFor,
  type CallersOfRule,
  type GuardFact,
  type NamedIdentity,
  type PodsOf,
} from '../facts/guards'
import { selects } from '../facts/policies'
import { waypointPolicies, type WaypointPolicy } from '../facts/waypoint-policies'
import type { Front } from '../facts/waypoints'
import { readWorkload, workloads, type WorkloadFact } from '../facts/workloads'
import { finding, gather, type Field } from '../field'
import { unknownSetting, unreadable } from '../mesh'
import { rule, type Context, type Finding } from '../rule'

/**
 * Nobody goes round a waypoint whose policies decide who may call: the Pods behind it admit single identities alone, and
 * the waypoint's is one of them. Only ambient clients that call the Service's address pass the waypoint; a plaintext
 * caller, a sidecar, or whoever calls a Pod's address goes straight to the Pods (istio
 * pilot/pkg/xds/endpoints/endpoint_builder.go findServiceWaypoint, ztunnel src/proxy/outbound.rs).
 */
export const waypointEnforced = rule({
  id: 'waypoint-enforced',
  severity: 'critical',
  scope: 'stack',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/AC-4',
    'nist-800-53/SC-7',
    'nist-800-204/SAUZ-SR-1',
    'nist-800-207/tenet-6',
    'pci-dss/7.2.2',
    'soc-2/CC6.1',
    'iso-27001/A.8.3',
    'dod-zero-trust/5.4',
  ],
  why: 'what a waypoint would refuse, the Pods behind it admit from whoever calls them directly',
  fix: 'admit the account of the waypoint, and single identities that have to come directly, by an ALLOW policy that selects the Pods',
  limits:
    'the Pods behind a Service are those of the stack, else those of the intent, else those with the labels that the Service selects by; which waypoint a Service is behind by its own label is seen where the stack has it; of a policy for all waypoints (a GatewayClass) nothing is asked of the Pods',
  config: ['exempt', 'elsewhere', 'mesh', 'stages', 'lock', 'open'],
  examples: {
    pass: [
      {
        title: 'the Pods admit the waypoint and nobody else',
        objects: [shopBehindWaypoint, waypoint, cartService, cartAtWaypoint, cartGuard],
      },
      {
        title: 'the Pods deny everybody but the waypoint',
        objects: [
          shopBehindWaypoint,
          cartService,
          cartAtWaypoint,
          authorizationPolicy('waypoint-only', {
            action: 'DENY',
            rules: [{ from: [{ source: { notPrincipals: ['mesh.example/ns/shop/sa/waypoint'] } }] }],
          }),
        ],
      },
      {
        title: 'a scraper comes directly, by its own identity',
        objects: [
          shopBehindWaypoint,
          deployment('cart'),
          denyAll,
          cartAtWaypoint,
          cartGuard,
          authorizationPolicy('scraper', {
            selector: { matchLabels: { app: 'cart' } },
            rules: [{ from: [{ source: { serviceAccounts: ['monitoring/prometheus'] } }] }],
          }),
        ],
        intent: cartLock,
      },
    ],
    fail: [
      {
        title: 'nothing guards the Pods',
        objects: [shopBehindWaypoint, cartService, cartAtWaypoint],
      },
      {
        title: 'the Pods admit a whole namespace',
        objects: [
          shopBehindWaypoint,
          cartService,
          cartAtWaypoint,
          cartGuard,
          authorizationPolicy('all-of-shop', { rules: [{ from: [{ source: { namespaces: ['shop'] } }] }] }),
        ],
      },
      {
        title: "the guard names an account that is not the waypoint's",
        objects: [
          shopBehindWaypoint,
          cartService,
          cartAtWaypoint,
          authorizationPolicy('guard', {
            rules: [{ from: [{ source: { principals: ['mesh.example/ns/shop/sa/waypoints'] } }] }],
          }),
        ],
      },
      {
        title: 'the Service is behind no waypoint at all',
        objects: [ambientShop, cartService, cartAtWaypoint, cartGuard],
      },
    ],
  },
  check,
})

/** What the Pods of the stack enforce, and who their waypoints are. */
interface Around {
  readonly context: Context
  readonly guards: ReadonlyMap<string, readonly GuardFact[]>
  readonly workloads: ReadonlyMap<string, readonly WorkloadFact[]>
  /** The accounts of the waypoints of the stack, by `namespace/name` of their Gateways. */
  readonly accounts: ReadonlyMap<string, Account>
}

type Account = Pick<NamedIdentity, 'namespace' | 'account'>

function check(context: Context): readonly Finding[] {
  const { all, onPods, findings } = waypointPolicies(context)
  const mine = all.filter(({ namespace }) => !isSpared(namespace, context))
  if (mine.length === 0) return findings
  const root = context.mesh('rootNamespace')
  const concerned = new Set([...mine.map(({ namespace }) => namespace), ...(root.kind === 'known' ? [root.value] : [])])
  const guarding = guards(
    onPods.filter(({ namespace }) => concerned.has(namespace)),
    context,
  )
  const real = gather(workloads(context), readWorkload)
  const gateways = gatherGateways(context)
  const around: Around = {
    context,
    guards: groupBy(guarding.facts, ({ policy }) => policy.namespace),
    workloads: groupBy(real.facts, ({ namespace }) => namespace),
    accounts: new Map(
      gateways.facts
        .filter(({ waypoint }) => waypoint)
        .map(({ namespace, name, account = name }) => [`${namespace}/${name}`, { namespace, account }]),
    ),
  }
  return [
    ...findings,
    ...guarding.findings,
    ...real.findings,
    ...unreadable(context.mesh('trustDomain')),
    // A policy of another namespace may be for the whole mesh.
    ...(root.kind === 'unknown' && onPods.some(({ namespace }) => !concerned.has(namespace))
      ? unknownSetting(root, mine[0]?.policy.field)
      : []),
    ...mine.flatMap(one => judge(one, around)),
  ]
}

function isSpared(namespace: string, { config }: Context): boolean {
  return config.exempt.includes(namespace) || config.elsewhere.includes(namespace)
}

function judge(one: WaypointPolicy, around: Around): readonly Finding[] {
  const { behind, front, ref, service, namespace } = one
  const name = `\`${namespace}/${service}\``
  if (behind.kind === 'unknown')
    return behind.findings.length > 0 ? behind.findings : [finding(ref, `cannot be proven: ${behind.why}`)]
  if (behind.kind === 'none')
    return [finding(ref, `is for ${name}, which nothing of the stack puts behind a waypoint that would enforce it`)]
  if (front === undefined)
    return [
      finding(ref, `cannot be proven: neither the stack nor the intent has ${name}, so that nobody knows its Pods`),
    ]
  const pods = podsOf(front, around)
  if (pods === undefined) return []
  const { namespace: place, name: account } = behind.waypoint
  const waypoint = around.accounts.get(`${place}/${account}`) ?? { namespace: place, account }
  return unguarded(ref, { pods, name, waypoint, around })
}

/** The Pods behind a Service; none where it selects none of its own. */
function podsOf({ namespace, selector }: Front, { workloads: all }: Around): PodsOf | undefined {
  if (selector === undefined) return undefined
  const own = (all.get(namespace) ?? []).filter(({ labels }) => selects(selector, labels))
  return own.length > 0
    ? { namespace, labels: own.map(({ labels }) => labels), known: 'all' }
    : { namespace, labels: [selector], known: 'at least' }
}

interface Guarded {
  readonly pods: PodsOf
  readonly name: string
  readonly waypoint: Account
  readonly around: Around
}

function unguarded(ref: Field, { pods, name, waypoint, around }: Guarded): readonly Finding[] {
  const own = enforced(pods, around)
  const isWaypoint = ({ identities }: CallersOfRule): boolean =>
    identities.some(one => isSame(one, waypoint, around.context))
  const sure = own.filter(({ policy }) => holdsFor(policy, pods))
  const denying = sure.filter(({ policy }) => policy.action === 'DENY').flatMap(({ rules }) => rules)
  if (denying.some(isWaypoint)) return []
  if (!sure.some(({ policy }) => policy.action === 'ALLOW'))
    return [finding(ref, `holds at the waypoint alone: the Pods of ${name} admit whoever calls them directly`)]
  const admitting = own.filter(({ policy }) => policy.action === 'ALLOW').flatMap(({ rules }) => rules)
  const never = `is for calls that never arrive: the Pods of ${name} do not admit their waypoint`
  return [
    ...admitting
      .filter(({ open }) => open)
      .map(({ field }) =>
        finding(field, `admits more than single identities to the Pods of ${name}, past the waypoint and its policies`),
      ),
    ...(admitting.some(isWaypoint) ? [] : [finding(ref, never)]),
  ]
}

/** What may be enforced by any of the Pods. A shadow is, at stage `strict`, as good as what it will be. */
function enforced(pods: PodsOf, { guards: all, context }: Around): readonly GuardFact[] {
  const root = context.mesh('rootNamespace')
  const shadowed = context.config.stages[pods.namespace] === 'strict'
  const meshWide = root.kind === 'known' && root.value !== pods.namespace ? (all.get(root.value) ?? []) : []
  return [...(all.get(pods.namespace) ?? []), ...meshWide].filter(
    ({ policy }) => (!policy.dryRun || shadowed) && mayHoldFor(policy, pods),
  )
}

/** ztunnel honours no alias of a trust domain, so that another one than the mesh's is nobody's (ztunnel src/tls/workload.rs). */
function isSame(one: NamedIdentity, { namespace, account }: Account, { mesh }: Context): boolean {
  if (one.namespace !== namespace || one.account !== account) return false
  const own = mesh('trustDomain')
  return one.trustDomain === undefined || own.kind === 'unknown' || one.trustDomain === own.value
}
