import { authorizationPolicy, cartPolicy, cartRule } from '../example-objects'
import { actionOf, authorizationPolicies } from '../facts/policies'
import { at, finding, items, judgeEach, required, text, type Field } from '../field'
import { rule, type Finding } from '../rule'

/** Fields of a source, and keys of a condition, that name mesh identities. */
const identityFields = ['principals', 'namespaces', 'serviceAccounts', 'trustDomains']
const identityKeys = ['source.principal', 'source.namespace', 'source.serviceAccount', 'source.trustDomain']

/**
 * No ALLOW policy names callers by a pattern: `…/ns/prod*` is the namespace `prod-evil` too, `*` is every peer of every
 * trusted domain (istio pilot/pkg/security/authz/model/generator.go).
 */
export const noWildcardPrincipal = rule({
  id: 'no-wildcard-principal',
  severity: 'high',
  scope: 'object',
  controls: [
    'nist-800-53/AC-6',
    'nist-800-53/AC-3',
    'nist-800-204/SAUZ-SR-1',
    'nist-800-207/tenet-6',
    'pci-dss/7.2.2',
    'pci-dss/7.2.5',
    'soc-2/CC6.3',
    'iso-27001/A.5.15',
  ],
  why: 'a pattern admits identities that do not exist yet, and whoever may create a namespace or a ServiceAccount may become one',
  fix: 'name each caller: `<trust domain>/ns/<namespace>/sa/<service account>`',
  config: [],
  examples: {
    pass: [
      { title: 'one identity, in full', objects: [cartPolicy] },
      {
        title: 'a DENY policy, which a pattern only makes stricter',
        objects: [
          authorizationPolicy('no-strangers', {
            action: 'DENY',
            rules: [{ from: [{ source: { namespaces: ['test-*'] } }] }],
          }),
        ],
      },
    ],
    fail: [
      {
        title: 'every identity of a namespace, and of those whose names begin alike',
        objects: [
          authorizationPolicy('cart', {
            rules: [{ ...cartRule, from: [{ source: { principals: ['mesh.example/ns/shop*'] } }] }],
          }),
        ],
      },
      {
        title: 'the same as a condition',
        objects: [
          authorizationPolicy('cart', {
            rules: [{ to: cartRule.to, when: [{ key: 'source.namespace', values: ['*'] }] }],
          }),
        ],
      },
    ],
  },
  check: context => judgeEach(authorizationPolicies(context), judge),
})

function judge(policy: Field): readonly Finding[] {
  if (actionOf(policy) !== 'ALLOW') return []
  return items(at(policy, 'spec', 'rules')).flatMap(one => [...bySource(one), ...byCondition(one)])
}

function bySource(of: Field): readonly Finding[] {
  return items(at(of, 'from')).flatMap(from => identityFields.flatMap(name => patterns(at(from, 'source', name))))
}

function byCondition(of: Field): readonly Finding[] {
  return items(at(of, 'when')).flatMap(condition =>
    identityKeys.includes(text(at(condition, 'key')) ?? '') ? patterns(at(condition, 'values')) : [],
  )
}

function patterns(list: Field): readonly Finding[] {
  return items(list).flatMap(item =>
    required(item).includes('*') ? [finding(item, 'names callers by a pattern')] : [],
  )
}
