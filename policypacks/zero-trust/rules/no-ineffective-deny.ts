import { ambientShop } from '../example-ambient'
import { authorizationPolicy, namespace } from '../example-objects'
import { authorizationPolicies, readAuthorization, type AuthorizationFact } from '../facts/policies'
import { clausesOf, type Clause } from '../facts/ztunnel'
import { onZtunnel } from '../facts/ztunnel-targets'
import { finding, judgeEach, type Field } from '../field'
import { rule, type Context, type Finding } from '../rule'

const noDelete = authorizationPolicy('no-delete', {
  action: 'DENY',
  rules: [{ to: [{ operation: { methods: ['DELETE'] } }] }],
})

/**
 * No DENY is lost on ztunnel. It matches each clause of a rule (the list `to`, the list `from`, each of `when`) by what it
 * can see, and an entry of which it sees nothing never matches: a clause of such entries alone takes the whole rule with
 * it, and every call gets through (istio pilot/pkg/serviceregistry/ambient/authorization.go handleRule, ztunnel
 * src/rbac.rs). Up to 1.31 istiod says of such a policy that it was stricter than asked for.
 */
export const noIneffectiveDeny = rule({
  id: 'no-ineffective-deny',
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
  ],
  why: 'in the ambient mesh a DENY by method, path, header or token denies nothing, though the same policy holds on a sidecar',
  fix: 'attach the DENY to the Service by `targetRefs`, behind a waypoint; or deny by port and identity, in every entry of every clause',
  limits:
    "a Pod that joins or leaves the ambient mesh by its own label is seen where the stack makes it; a namespace that the stack does not register is taken to be on the mesh's own data plane (`mesh.kind`)",
  config: ['exempt', 'mesh', 'lock'],
  examples: {
    pass: [
      {
        title: 'a port and an identity, which ztunnel sees',
        objects: [
          ambientShop,
          authorizationPolicy('no-tests', {
            action: 'DENY',
            rules: [
              {
                from: [{ source: { namespaces: ['test'] } }],
                to: [{ operation: { ports: ['7070'] } }],
              },
            ],
          }),
        ],
      },
      { title: 'sidecars see methods', objects: [namespace('shop'), noDelete] },
    ],
    fail: [
      { title: 'a method alone', objects: [ambientShop, noDelete] },
      {
        title: 'an identity beside a path: the path takes the rule with it',
        objects: [
          ambientShop,
          authorizationPolicy('no-admin', {
            action: 'DENY',
            rules: [
              {
                from: [{ source: { notPrincipals: ['mesh.example/ns/shop/sa/admin'] } }],
                to: [{ operation: { paths: ['/admin/*'] } }],
              },
            ],
          }),
        ],
      },
      {
        title: 'two operations, of which one only is denied',
        objects: [
          ambientShop,
          authorizationPolicy('no-debug', {
            action: 'DENY',
            rules: [{ to: [{ operation: { ports: ['9090'] } }, { operation: { paths: ['/debug/*'] } }] }],
          }),
        ],
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const enforced = onZtunnel(context)
  return judgeEach(authorizationPolicies(context), field => {
    const policy = readAuthorization(field)
    return enforced(policy, lost(policy))
  })
}

function lost({ action, rules }: AuthorizationFact): readonly Finding[] {
  return action === 'DENY' ? rules.flatMap(lostOf) : []
}

function lostOf(one: Field): readonly Finding[] {
  const clauses = clausesOf(one)
  const dead = clauses.filter(({ alternatives }) => !alternatives.some(({ effective }) => effective))
  if (dead.length > 0)
    return dead.map(({ field }) => finding(field, 'never matches at ztunnel, so that the rule denies nothing'))
  return clauses.flatMap(partly)
}

function partly({ alternatives }: Clause): readonly Finding[] {
  return alternatives
    .filter(({ effective }) => !effective)
    .map(({ field }) => finding(field, 'never matches at ztunnel, so that what it names is not denied'))
}
