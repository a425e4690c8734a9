import { authorizationPolicy, cartPolicy, cartRule } from '../example-objects'
import { actionOf, authorizationPolicies } from '../facts/policies'
import { at, entries, finding, items, judgeEach, type Field } from '../field'
import { rule, type Finding } from '../rule'

/**
 * No ALLOW policy says whom or what it does not mean. A caller without identity satisfies every `not…` of a source
 * (istio pilot/pkg/security/authz/model/generator.go), and what was not thought of satisfies every other one.
 */
export const noNegativeMatchInAllow = rule({
  id: 'no-negative-match-in-allow',
  severity: 'high',
  scope: 'object',
  controls: [
    'nist-800-53/AC-6',
    'nist-800-53/SC-7(5)',
    'nist-800-53/CM-7',
    'nist-800-204/APE-SR-3',
    'pci-dss/7.3.3',
    'soc-2/CC6.3',
    'iso-27001/A.8.3',
  ],
  why: 'everything but the exception is admitted, callers without identity among it',
  fix: 'say what is admitted; put what is forbidden into a DENY policy',
  config: [],
  examples: {
    pass: [
      { title: 'callers and requests are named', objects: [cartPolicy] },
      {
        title: 'a DENY policy may except the one caller that is meant',
        objects: [
          authorizationPolicy('only-frontend', {
            action: 'DENY',
            rules: [{ from: [{ source: { notPrincipals: ['mesh.example/ns/shop/sa/frontend'] } }] }],
          }),
        ],
      },
    ],
    fail: [
      {
        title: 'everybody but one namespace, plaintext included',
        objects: [
          authorizationPolicy('cart', { rules: [{ ...cartRule, from: [{ source: { notNamespaces: ['test'] } }] }] }),
        ],
      },
      {
        title: 'every path but one',
        objects: [
          authorizationPolicy('cart', { rules: [{ ...cartRule, to: [{ operation: { notPaths: ['/admin'] } }] }] }),
        ],
      },
      {
        title: 'every value of a header but one',
        objects: [
          authorizationPolicy('cart', {
            rules: [{ ...cartRule, when: [{ key: 'request.headers[x-debug]', notValues: ['on'] }] }],
          }),
        ],
      },
    ],
  },
  check: context => judgeEach(authorizationPolicies(context), judge),
})

function judge(policy: Field): readonly Finding[] {
  if (actionOf(policy) !== 'ALLOW') return []
  return items(at(policy, 'spec', 'rules')).flatMap(one => [
    ...items(at(one, 'from')).flatMap(from => negatives(at(from, 'source'))),
    ...items(at(one, 'to')).flatMap(to => negatives(at(to, 'operation'))),
    ...items(at(one, 'when')).flatMap(negatives),
  ])
}

function negatives(of: Field): readonly Finding[] {
  return entries(of).flatMap(([key, list]) =>
    /^not[A-Z]/.test(key) && items(list).length > 0 ? [finding(list, 'admits everything but what it names')] : [],
  )
}
