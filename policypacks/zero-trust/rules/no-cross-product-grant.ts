import type { Intent } from '../../../core/model/intent'
import { authorizationPolicy, cartLock, cartPolicy, cartRule } from '../example-objects'
import { governedBy } from '../facts/declared'
import { authorizationPolicies, readAuthorization, type AuthorizationFact } from '../facts/policies'
import { operationsOf } from '../facts/rules-of-policies'
import { at, finding, judgeEach, texts, type Field } from '../field'
import { rule, type Context, type Finding } from '../rule'

/**
 * No operation of an ALLOW policy multiplies its lists by each other: each value of `paths` is admitted with each of `methods`, `hosts` and `ports` (istio
 * pilot/pkg/security/authz/model/model.go: fields are ANDed, values ORed). Whoever wrote the lists meant each of their values at least once, so an operation is
 * refused only where it admits more combinations than it has values: two methods of two paths may well all be meant. What the intent declares of the workloads is held
 * against it combination by combination (`reach-equals-intent`), so that nothing is guessed of those.
 */
export const noCrossProductGrant = rule({
  id: 'no-cross-product-grant',
  severity: 'low',
  scope: 'object',
  controls: ['nist-800-53/AC-6', 'nist-800-53/AC-3', 'nist-800-207/tenet-6', 'pci-dss/7.2.2', 'soc-2/CC6.3'],
  why: 'one operation with several paths and several methods admits each path by each method, more combinations than anybody wrote down',
  fix: 'write an operation for each set of methods, hosts or ports, with the paths that are meant for it; or declare the calls in the graph',
  limits:
    'whether a combination is meant is known of services of the intent alone, which are left to `reach-equals-intent`; callers and operations of one rule are multiplied too, and are not judged',
  config: ['lock'],
  examples: {
    pass: [
      { title: 'one method of several paths', objects: [cartPolicy] },
      {
        title: 'two methods of two paths, which may all be meant',
        objects: [
          authorizationPolicy('cart', {
            rules: [{ from: cartRule.from, to: [{ operation: { methods: ['GET', 'POST'], paths: ['/a', '/b'] } }] }],
          }),
        ],
      },
      {
        title: 'GET and HEAD, which ask for the same',
        objects: [
          authorizationPolicy('cart', {
            rules: [
              { from: cartRule.from, to: [{ operation: { methods: ['GET', 'HEAD'], paths: ['/a', '/b', '/c'] } }] },
            ],
          }),
        ],
      },
      {
        title: 'a service of the intent, which says what is meant',
        objects: [
          authorizationPolicy('cart', {
            selector: { matchLabels: { app: 'cart' } },
            rules: [
              { from: cartRule.from, to: [{ operation: { methods: ['GET', 'POST'], paths: ['/a', '/b', '/c'] } }] },
            ],
          }),
        ],
        intent: cartLock,
      },
    ],
    fail: [
      {
        title: 'three paths, each by each of two methods',
        objects: [
          authorizationPolicy('cart', {
            rules: [
              {
                from: cartRule.from,
                to: [{ operation: { methods: ['GET', 'DELETE'], paths: ['/items', '/items/*', '/health'] } }],
              },
            ],
          }),
        ],
      },
      {
        title: 'two hosts, on two ports, by two methods',
        objects: [
          authorizationPolicy('cart', {
            rules: [
              {
                from: cartRule.from,
                to: [
                  {
                    operation: { hosts: ['a.example', 'b.example'], ports: ['8080', '9090'], methods: ['GET', 'PUT'] },
                  },
                ],
              },
            ],
          }),
        ],
      },
    ],
  },
  check: context => judgeEach(authorizationPolicies(context), policy => judge(policy, context)),
})

function judge(policy: Field, { intent }: Context): readonly Finding[] {
  const { action, namespace, selector, rules } = readAuthorization(policy)
  if (action !== 'ALLOW') return []
  const isMeant = intent.kind === 'found' && isOfIntent(intent.intent, { namespace, selector })
  return isMeant ? [] : rules.flatMap(operationsOf).flatMap(multiplied)
}

/** Whether a policy is for services of the intent, or for a gateway by which it says who enters. */
function isOfIntent(
  intent: Intent,
  { namespace, selector }: Pick<AuthorizationFact, 'namespace' | 'selector'>,
): boolean {
  const { entries = [] } = intent
  return (
    governedBy(intent, namespace, selector).length > 0 || entries.some(({ gateway }) => gateway.namespace === namespace)
  )
}

/** The lists that an operation multiplies. */
const lists = ['hosts', 'ports', 'methods', 'paths'] as const

function multiplied(operation: Field): readonly Finding[] {
  const counted = lists
    .map(name => ({ name, count: distinct(texts(at(operation, name))) }))
    .filter(({ count }) => count > 1)
  const values = counted.reduce((sum, { count }) => sum + count, 0)
  const combinations = counted.reduce((product, { count }) => product * count, 1)
  if (counted.length < 2 || combinations <= values) return []
  const factors = counted.map(({ name, count }) => `${count} ${name}`).join(' by ')
  return [
    finding(operation, `admits ${combinations} combinations, ${factors}, of which nobody says that all are meant`),
  ]
}

/** HEAD asks for what GET does, and a host with a port for what it does without. */
function distinct(values: readonly string[]): number {
  const told = values.filter(value => value !== 'HEAD' || !values.includes('GET'))
  return new Set(told.map(value => value.replace(/:(?:\d+|\*)$/, ''))).size
}
