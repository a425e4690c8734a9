import { annotated, authorizationPolicy, cartRule, requestAuthentication } from '../example-objects'
import {
  authorizationPolicies,
  readAuthorization,
  namespaceOf,
  requestAuthentications,
  selectorOf,
  selects,
  type AuthorizationFact,
  type Labels,
} from '../facts/policies'
import { conditionsOf, keyOf, lists, namesCallers, sourcesOf } from '../facts/rules-of-policies'
import { targetRefs, type TargetRef } from '../facts/target-refs'
import { entries, finding, gather, items, type Field } from '../field'
import { unreadable } from '../mesh'
import { rule, type Context, type Finding } from '../rule'

const selector = { matchLabels: { app: 'cart' } }
const issuer = { issuer: 'https://login.example', jwksUri: 'https://login.example/keys' }
const tokens = requestAuthentication('cart', { selector, jwtRules: [issuer] })
const withToken = { from: [{ source: { requestPrincipals: ['https://login.example/*'] } }] }
const backing = authorizationPolicy('cart', { selector, rules: [withToken] })

/**
 * Where a RequestAuthentication says which tokens are good, a policy says that there must be one. On its own it refuses
 * bad tokens only, and a request without any is let through (istio security/v1beta1/request_authentication.proto).
 *
 * Such a policy is an ALLOW policy that asks for a token in some rule and in every other names its callers otherwise, or
 * a DENY policy for requests without one; for the same workloads or more, and enforced. At stage `strict` one in shadow
 * mode is as good.
 */
export const requestAuthenticationBackedByPolicy = rule({
  id: 'request-authentication-backed-by-policy',
  severity: 'high',
  scope: 'stack',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/AC-24',
    'nist-800-53/SC-23',
    'nist-800-204/APE-SR-3',
    'nist-800-207/tenet-6',
    'pci-dss/7.2.1',
    'soc-2/CC6.1',
    'iso-27001/A.8.5',
    'dod-zero-trust/3.4',
  ],
  why: 'a RequestAuthentication refuses bad tokens and lets through whoever shows none',
  fix: 'ask for `requestPrincipals` or a claim in the ALLOW policy of the same workloads, or deny what has `notRequestPrincipals: ["*"]`',
  limits:
    'a policy with `targetRefs` and one with a selector are not taken to be for the same Pods, though they may be; which requests of a workload need a token is not judged',
  config: ['exempt', 'mesh', 'stages'],
  examples: {
    pass: [
      { title: 'callers have to show a token', objects: [tokens, backing] },
      {
        title: 'so have some, and the others are named',
        objects: [tokens, authorizationPolicy('cart', { selector, rules: [withToken, cartRule] })],
      },
      {
        title: 'what has none is denied, in the whole namespace',
        objects: [
          tokens,
          authorizationPolicy('token', {
            action: 'DENY',
            rules: [
              {
                from: [{ source: { notRequestPrincipals: ['*'] } }],
                to: [{ operation: { ports: ['7070'], notPaths: ['/healthz'] } }],
              },
            ],
          }),
        ],
      },
      {
        title: 'a gateway, and a policy for the same one',
        objects: [
          requestAuthentication('web', {
            targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'web' }],
            jwtRules: [issuer],
          }),
          authorizationPolicy('web', {
            targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'web' }],
            rules: [{ when: [{ key: 'request.auth.claims[groups]', values: ['shoppers'] }] }],
          }),
        ],
      },
    ],
    fail: [
      { title: 'no policy at all', objects: [tokens] },
      {
        title: 'a policy that asks nobody for a token',
        objects: [tokens, authorizationPolicy('cart', { selector, rules: [cartRule] })],
      },
      {
        title: 'one rule of the policy asks nobody for anything',
        objects: [tokens, authorizationPolicy('cart', { selector, rules: [withToken, { to: cartRule.to }] })],
      },
      { title: 'the policy is only shadowed', objects: [tokens, annotated(backing, { 'istio.io/dry-run': 'true' })] },
      {
        title: 'the policy is for fewer workloads',
        objects: [requestAuthentication('all', { jwtRules: [issuer] }), backing],
      },
    ],
  },
  check,
})

/** What a RequestAuthentication is for. */
interface Guarded {
  readonly field: Field
  readonly namespace: string
  readonly selector: Labels | undefined
  readonly targets: readonly TargetRef[]
}

/** A policy that lets through no request without a token but from callers it names. */
interface Guard extends Guarded {
  readonly dryRun: boolean
}

function check(context: Context): readonly Finding[] {
  const guarded = gather(requestAuthentications(context), scopeOf)
  const mine = guarded.facts.filter(({ namespace }) => !context.config.exempt.includes(namespace))
  if (mine.length === 0) return guarded.findings
  const policies = gather(authorizationPolicies(context), guardOf)
  const bare = mine.filter(one => !isBacked(one, policies.facts.flat(), context))
  return [
    ...guarded.findings,
    ...policies.findings,
    ...(bare.length > 0 ? unreadable(context.mesh('rootNamespace')) : []),
    ...bare.map(({ field }) =>
      finding(
        field,
        'refuses no request without a token: no policy that is enforced for the same workloads asks for one',
      ),
    ),
  ]
}

function scopeOf(field: Field): Guarded {
  return { field, namespace: namespaceOf(field), selector: selectorOf(field), targets: targetRefs(field) }
}

function guardOf(field: Field): readonly Guard[] {
  const policy = readAuthorization(field)
  return asksForToken(policy) ? [{ ...scopeOf(field), dryRun: policy.dryRun }] : []
}

function asksForToken({ action, rules }: AuthorizationFact): boolean {
  if (action === 'ALLOW') return rules.some(requiresToken) && rules.every(namesCallers)
  return action === 'DENY' && rules.some(refusesTokenless)
}

function isTokenKey(condition: Field): boolean {
  return keyOf(condition).startsWith('request.auth.')
}

function requiresToken(one: Field): boolean {
  const sources = sourcesOf(one)
  return (
    (sources.length > 0 && sources.every(source => lists(source, 'requestPrincipals'))) ||
    conditionsOf(one).some(condition => isTokenKey(condition) && lists(condition, 'values'))
  )
}

/** Whether a rule holds for every request without a token, of those its operations are for: `not` holds for what is not there. */
function refusesTokenless(one: Field): boolean {
  const sources = sourcesOf(one)
  const conditions = conditionsOf(one)
  const refuses = (condition: Field) => isTokenKey(condition) && !lists(condition, 'values')
  if (!conditions.every(condition => refuses(condition) || keyOf(condition) === 'destination.port')) return false
  return sources.length === 0 ? conditions.some(refuses) : sources.some(isOnlyTokenless)
}

function isOnlyTokenless(source: Field): boolean {
  const asked = entries(source).flatMap(([name, list]) => (items(list).length > 0 ? [name] : []))
  return asked.length > 0 && asked.every(name => name === 'notRequestPrincipals')
}

function isBacked(one: Guarded, guards: readonly Guard[], { config, mesh }: Context): boolean {
  const root = mesh('rootNamespace')
  const isRoot = (namespace: string) => root.kind === 'known' && namespace === root.value
  const enforced = guards.filter(({ dryRun }) => !dryRun || config.stages[one.namespace] === 'strict')
  if (one.targets.length === 0) {
    return enforced.some(
      ({ namespace, selector, targets }) =>
        targets.length === 0 &&
        (namespace === one.namespace || isRoot(namespace)) &&
        selects(selector, one.selector ?? {}),
    )
  }
  return one.targets.every(target =>
    enforced.some(({ namespace, targets }) =>
      targets.some(
        other =>
          (isSame(other, target) && namespace === one.namespace) ||
          (isOfAllWaypoints(other, target) && isRoot(namespace)),
      ),
    ),
  )
}

function isSame(one: TargetRef, other: TargetRef): boolean {
  return one.group === other.group && one.kind === other.kind && one.name === other.name
}

/** Services and ServiceEntries are targets at waypoints only, all of which a GatewayClass stands for. */
function isOfAllWaypoints({ kind }: TargetRef, target: TargetRef): boolean {
  return kind === 'GatewayClass' && (target.kind === 'Service' || target.kind === 'ServiceEntry')
}
