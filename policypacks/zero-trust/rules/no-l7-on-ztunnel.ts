import { ambientShop, cartAtWaypoint } from '../example-ambient'
import { authorizationPolicy, cartPolicy, namespace } from '../example-objects'
import { authorizationPolicies, readAuthorization, type AuthorizationFact } from '../facts/policies'
import { clausesOf } from '../facts/ztunnel'
import { onZtunnel } from '../facts/ztunnel-targets'
import { finding, judgeEach } from '../field'
import { rule, type Context, type Finding } from '../rule'

/**
 * No policy asks ztunnel for what it cannot see: anything of a request, a trust domain, an SNI, or a condition on a
 * ServiceAccount. Of an ALLOW it drops the whole rule, of a DENY the field, and with it the rule where nothing else is left;
 * `trustDomains` it ignores, without a word (istio pilot/pkg/serviceregistry/ambient/authorization.go handleRule, ztunnel
 * src/rbac.rs).
 */
export const noL7OnZtunnel = rule({
  id: 'no-l7-on-ztunnel',
  severity: 'high',
  scope: 'stack',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/AC-24',
    'nist-800-53/CM-6',
    'nist-800-204/SAUZ-SR-1',
    'nist-800-207/tenet-4',
    'pci-dss/7.2.2',
    'soc-2/CC6.3',
    'iso-27001/A.8.9',
  ],
  why: 'in the ambient mesh a policy without a waypoint means less than it says: calls that it admits are refused, and calls that it denies get through',
  fix: 'attach the policy to the Service by `targetRefs` and put the Service behind a waypoint; on the Pods name ports and identities only',
  limits:
    "a Pod that joins or leaves the ambient mesh by its own label is seen where the stack makes it; a namespace that the stack does not register is taken to be on the mesh's own data plane (`mesh.kind`)",
  config: ['exempt', 'mesh', 'lock'],
  examples: {
    pass: [
      { title: 'the route is for the waypoint', objects: [ambientShop, cartAtWaypoint] },
      { title: 'a sidecar sees requests', objects: [namespace('shop'), cartPolicy] },
      {
        title: 'ports and identities are all it names',
        objects: [
          ambientShop,
          authorizationPolicy('cart', {
            rules: [
              {
                from: [{ source: { principals: ['mesh.example/ns/shop/sa/frontend'] } }],
                to: [{ operation: { ports: ['7070'] } }],
              },
            ],
          }),
        ],
      },
    ],
    fail: [
      { title: 'methods and paths, on Pods without a sidecar', objects: [ambientShop, cartPolicy] },
      {
        title: 'a trust domain, which is ignored: the `shop` of any other may call',
        objects: [
          ambientShop,
          authorizationPolicy('cart', {
            rules: [{ from: [{ source: { namespaces: ['shop'], trustDomains: ['mesh.example'] } }] }],
          }),
        ],
      },
      {
        title: 'a condition on the ServiceAccount, which as a source would have been seen',
        objects: [
          ambientShop,
          authorizationPolicy('cart', {
            action: 'DENY',
            rules: [{ when: [{ key: 'source.serviceAccount', values: ['test/loadgenerator'] }] }],
          }),
        ],
      },
      { title: 'nobody says which data plane the namespace has', objects: [cartPolicy] },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const enforced = onZtunnel(context)
  return judgeEach(authorizationPolicies(context), field => {
    const policy = readAuthorization(field)
    return enforced(policy, unheeded(policy))
  })
}

const effects: Readonly<Record<AuthorizationFact['action'], string | undefined>> = {
  ALLOW: 'is nothing ztunnel sees, so that it drops the rule and refuses what the rule admits',
  DENY: 'is nothing ztunnel sees, so that the rule denies more than this, or nothing at all',
  AUDIT: undefined,
  CUSTOM: undefined,
}

function unheeded({ action, rules }: AuthorizationFact): readonly Finding[] {
  const effect = effects[action]
  if (effect === undefined) return []
  return rules
    .flatMap(clausesOf)
    .flatMap(({ alternatives }) => alternatives)
    .flatMap(({ unheeded: fields }) => fields)
    .map(field => finding(field, isTrustDomain(field.path) ? 'is ignored by ztunnel, as if it were not there' : effect))
}

function isTrustDomain(path: string): boolean {
  return /\.(notT|t)rustDomains$/.test(path)
}
