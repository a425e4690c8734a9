import { authorizationPolicy, cartPolicy, cartRule } from '../example-objects'
import { authorizationPolicies } from '../facts/policies'
import { valuesOf } from '../facts/rules-of-policies'
import { finding, judgeEach, required, type Field } from '../field'
import { rule, type Finding } from '../rule'

/**
 * Every principal of a policy can match, and matches what it looks like. It is a SPIFFE id without its scheme, compared
 * as text: one star at its begin or its end stands for any characters, slashes too, and elsewhere for itself (istio
 * pilot/pkg/security/authz/matcher/string.go StringMatcherWithPrefix; ztunnel src/rbac.rs).
 */
export const principalFormat = rule({
  id: 'principal-format',
  severity: 'high',
  scope: 'object',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/AC-6',
    'nist-800-53/IA-9',
    'nist-800-204/SAUZ-SR-1',
    'pci-dss/7.2.2',
    'soc-2/CC6.3',
    'iso-27001/A.5.15',
  ],
  why: 'a principal that is nobody makes a DENY policy void and an ALLOW policy an outage, and one that is more than it looks like admits strangers',
  fix: 'write `<trust domain>/ns/<namespace>/sa/<service account>`, without `spiffe://`; put a star, if there must be one, next to a slash',
  config: [],
  examples: {
    pass: [
      { title: 'one identity, in full', objects: [cartPolicy] },
      {
        title: 'a DENY policy for all of a namespace, and for all that have no identity',
        objects: [
          authorizationPolicy('no-strangers', {
            action: 'DENY',
            rules: [
              { from: [{ source: { principals: ['mesh.example/ns/test/*', '*/ns/legacy/sa/cart'] } }] },
              { from: [{ source: { notPrincipals: ['*'] } }] },
            ],
          }),
        ],
      },
    ],
    fail: [
      {
        title: 'the scheme, which Istio adds by itself',
        objects: [
          authorizationPolicy('cart', {
            rules: [{ ...cartRule, from: [{ source: { principals: ['spiffe://mesh.example/ns/shop/sa/frontend'] } }] }],
          }),
        ],
      },
      {
        title: 'a star in the middle is a letter like any other',
        objects: [
          authorizationPolicy('no-test', {
            action: 'DENY',
            rules: [{ from: [{ source: { principals: ['mesh.example/ns/*/sa/test'] } }] }],
          }),
        ],
      },
      {
        title: 'a star that means `prod-evil`, too',
        objects: [
          authorizationPolicy('cart', {
            rules: [{ to: cartRule.to, when: [{ key: 'source.principal', values: ['mesh.example/ns/prod*'] }] }],
          }),
        ],
      },
      {
        title: 'a namespace and an account, as other fields would have them',
        objects: [
          authorizationPolicy('only-frontend', {
            action: 'DENY',
            rules: [{ from: [{ source: { notPrincipals: ['shop/frontend'] } }] }],
          }),
        ],
      },
    ],
  },
  check: context => judgeEach(authorizationPolicies(context), policy => valuesOf(policy, 'principals').flatMap(faults)),
})

function faults(principal: Field): readonly Finding[] {
  const fault = faultOf(required(principal))
  return fault === undefined ? [] : [finding(principal, fault)]
}

const whole = /^[^/]+\/ns\/[^/]+\/sa\/[^/]+$/

/** What may stand before a star, and after one: an identity cut at a slash. */
const head = /^[^/]+\/(?:ns\/(?:[^/]+\/(?:sa\/)?)?)?$/
const tail = /^\/(?:(?:(?:ns\/)?[^/]+\/)?sa\/)?[^/]+$/

function faultOf(principal: string): string | undefined {
  if (principal.startsWith('spiffe://')) return 'matches nobody: identities are compared without `spiffe://`'
  if (principal === '*') return undefined
  const parts = principal.split('*')
  const [before = '', after = ''] = parts
  if (parts.length > 2 || (before !== '' && after !== ''))
    return 'matches nobody: only one star, at the begin or the end, stands for anything'
  if (parts.length === 1) return whole.test(principal) ? undefined : notShaped
  if (before === '' ? !after.startsWith('/') : !before.endsWith('/'))
    return 'matches more than it looks like: its star is not next to a slash, so that it cuts through a name'
  return head.test(before) || tail.test(after) ? undefined : notShaped
}

const notShaped = 'matches nobody: it is not of the form `<trust domain>/ns/<namespace>/sa/<service account>`'
