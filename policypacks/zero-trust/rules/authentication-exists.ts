import {
  byMesh,
  byNetwork,
  cartCallers,
  frontend,
  linkerdPolicy,
  meshAuthentication,
  toServer,
} from '../example-linkerd'
import { deployment, serviceAccount } from '../example-objects'
import { knownAccounts } from '../facts/accounts'
import {
  readMeshAuthentication,
  type MeshAuthenticationFact,
  type NamedAccount,
} from '../facts/linkerd/authentications'
import {
  isSpared,
  linkerdPolicies,
  meshAuthentications,
  nameOf,
  networkAuthentications,
} from '../facts/linkerd/objects'
import { authenticationKind, readLinkerdPolicy, type LinkerdPolicyFact, type Ref } from '../facts/linkerd/refs'
import { namespaceOf } from '../facts/policies'
import { at, finding, gather, items, type Field } from '../field'
import { didYouMean } from '../../../core/model/problem'
import { unknownSetting } from '../mesh'
import { rule, type Context, type Finding } from '../rule'

const mesh = { linkerdTrustDomain: 'mesh.example' }
const cart = toServer('cart.port')
const byAccount = (name: string) => ({ kind: 'ServiceAccount', name })

/**
 * Everything is there that a policy of Linkerd asks callers for: the authentications that it names, and the ServiceAccounts that these or itself name. One
 * reference that leads nowhere, is of a kind that is none or is one too many switches the whole policy off, without a word (linkerd2
 * `policy-controller/k8s/index/src/inbound/index.rs` policy_client_authz, `authorization_policy.rs`, `meshtls_authentication.rs`; recorded). A ServiceAccount need not
 * exist, and whoever makes it becomes the caller.
 */
export const authenticationExists = rule({
  id: 'authentication-exists',
  severity: 'high',
  scope: 'stack',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/CM-6',
    'nist-800-53/IA-9',
    'nist-800-207/tenet-6',
    'kubescape/C-0307',
    'pci-dss/7.2.5',
    'soc-2/CC6.1',
    'iso-27001/A.5.16',
  ],
  why: 'a policy with one reference that leads nowhere admits nobody, and nothing says so; a name that no ServiceAccount has is free for whoever may create one',
  fix: 'name authentications that exist, in full: `group: policy.linkerd.io` and the namespace they lie in, one about identity and one about networks at most; if another stack has them, name the namespace in `elsewhere`',
  limits: 'what a chart brings is not seen; identities of other trust domains are not judged',
  config: ['exempt', 'elsewhere', 'mesh', 'lock'],
  examples: {
    pass: [
      {
        title: 'an identity of a workload',
        objects: [deployment('frontend'), frontend, cartCallers],
        config: { mesh },
      },
      {
        title: 'ServiceAccounts by reference',
        objects: [
          serviceAccount('frontend'),
          meshAuthentication('frontend', { identityRefs: [byAccount('frontend')] }),
          cartCallers,
          linkerdPolicy('by-account', cart, [byAccount('frontend')]),
        ],
      },
      {
        title: 'an authentication of a namespace that another stack sets up',
        objects: [linkerdPolicy('callers-of-cart', cart, [byMesh('frontend', { namespace: 'identities' })])],
        config: { elsewhere: ['identities'] },
      },
      {
        title: 'an identity of another trust domain',
        objects: [
          meshAuthentication('frontend', {
            identities: ['a.b.serviceaccount.identity.linkerd.partner.example', 'spiffe://partner.example/a'],
          }),
          cartCallers,
        ],
        config: { mesh },
      },
    ],
    fail: [
      { title: 'an authentication that is not there', objects: [cartCallers] },
      {
        title: 'one of another namespace',
        objects: [meshAuthentication('frontend', { identities: ['*'] }, 'data'), cartCallers],
      },
      {
        title: 'one of two is not there',
        objects: [
          deployment('frontend'),
          meshAuthentication('frontend', { identityRefs: [byAccount('frontend')] }),
          linkerdPolicy('callers-of-cart', cart, [byMesh('frontend'), byNetwork('office')]),
        ],
      },
      {
        title: 'two about identity',
        objects: [
          deployment('frontend'),
          meshAuthentication('frontend', { identityRefs: [byAccount('frontend')] }),
          linkerdPolicy('callers-of-cart', cart, [byMesh('frontend'), byAccount('frontend')]),
        ],
      },
      {
        title: 'the group is left out, so that it is of no kind that there is',
        objects: [linkerdPolicy('callers-of-cart', cart, [{ kind: 'NetworkAuthentication', name: 'office' }])],
      },
      {
        title: 'a slip of the pen in an identity',
        objects: [deployment('fronted'), frontend, cartCallers],
        config: { mesh },
      },
      { title: 'nobody says whether an identity is of this mesh at all', objects: [frontend] },
      {
        title: 'a ServiceAccount that nothing has',
        objects: [
          deployment('cart'),
          meshAuthentication('frontend', { identityRefs: [byAccount('frontend')] }),
          linkerdPolicy('by-account', cart, [byAccount('frontend')]),
        ],
      },
      {
        title: 'an authentication that names nobody, or by a reference of a kind that is none',
        objects: [
          meshAuthentication('nobody', { identities: [] }),
          meshAuthentication('somebody', { identityRefs: [{ kind: 'Deployment', name: 'frontend' }] }),
        ],
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const policies = gather(linkerdPolicies(context), readLinkerdPolicy)
  const identities = gather(meshAuthentications(context), readMeshAuthentication)
  const networks = gather(networkAuthentications(context), readNetworkCount)
  const present = new Set([
    ...identities.facts.map(({ key }) => `mesh-tls ${key}`),
    ...networks.facts.map(({ key }) => `network ${key}`),
  ])
  const accounts = [...policies.facts.flatMap(accountsOf), ...identities.facts.flatMap(fact => fact.accounts)]
  return [
    ...policies.findings,
    ...identities.findings,
    ...networks.findings,
    ...policies.facts.flatMap(policy => [...surplus(policy), ...missing(policy, present, context)]),
    ...identities.facts.flatMap(voided),
    ...networks.facts.flatMap(({ isEmpty, field }) =>
      isEmpty ? [finding(field, 'names no networks, so it counts for none')] : [],
    ),
    ...unknownAccounts(accounts, context),
  ]
}

function readNetworkCount(field: Field) {
  return {
    field,
    key: `${namespaceOf(field)}/${nameOf(field)}`,
    isEmpty: items(at(field, 'spec', 'networks')).length === 0,
  }
}

/** At most one may be about identity and one about networks (linkerd2 `authorization_policy.rs`). */
function surplus({ authentications }: LinkerdPolicyFact): readonly Finding[] {
  const about = (isOne: (ref: Ref) => boolean) => authentications.filter(isOne).slice(1)
  return [
    ...about(ref => ['mesh-tls', 'service-account'].includes(authenticationKind(ref))),
    ...about(ref => authenticationKind(ref) === 'network'),
  ].map(({ field }) => finding(field, 'is one too many, which switches the whole policy off'))
}

function missing(
  { authentications }: LinkerdPolicyFact,
  present: ReadonlySet<string>,
  context: Context,
): readonly Finding[] {
  return authentications.flatMap(ref => {
    const kind = authenticationKind(ref)
    if (kind === 'unsupported')
      return [
        finding(ref.field, 'is of a group and kind that are no authentication, which switches the whole policy off'),
      ]
    const key = `${kind} ${ref.namespace}/${ref.name}`
    if (kind === 'service-account' || present.has(key) || isSpared(context, ref.namespace)) return []
    const { hint } = didYouMean(
      key,
      [...present].filter(name => name.startsWith(`${kind} `)),
    )
    const near = hint === undefined ? '' : `; ${hint.replace(`${kind} `, '')}`
    return [
      finding(ref.field, `is a ${ref.kind} that the stack does not have, which switches the whole policy off${near}`),
    ]
  })
}

function voided({ field, isEmpty, unsupported }: MeshAuthenticationFact): readonly Finding[] {
  return [
    ...(isEmpty ? [finding(field, 'names nobody, so it counts for none')] : []),
    ...unsupported.map(ref =>
      finding(ref, 'is of a kind that is no identity, so that the whole object counts for none'),
    ),
  ]
}

function accountsOf({ authentications }: LinkerdPolicyFact): readonly NamedAccount[] {
  return authentications
    .filter(ref => authenticationKind(ref) === 'service-account')
    .map(({ field, namespace, name }) => ({ field, namespace, name }))
}

function unknownAccounts(named: readonly NamedAccount[], context: Context): readonly Finding[] {
  if (named.length === 0) return []
  const known = knownAccounts(context)
  const accounts = new Set(known.facts)
  return [
    ...known.findings,
    ...named.flatMap(one =>
      accounts.has(`${one.namespace}/${one.name}`) ? [] : unknownAccount(one, accounts, context),
    ),
  ]
}

function unknownAccount(one: NamedAccount, known: ReadonlySet<string>, context: Context): readonly Finding[] {
  const { field, namespace, name, trustDomain } = one
  if (isSpared(context, namespace)) return []
  if (trustDomain !== undefined) {
    const own = context.mesh('linkerdTrustDomain')
    if (own.kind === 'unknown') return unknownSetting(own, field)
    if (own.value !== trustDomain) return []
  }
  const { hint } = didYouMean(`${namespace}/${name}`, known)
  return [
    finding(
      field,
      `names a ServiceAccount that nothing in the stack or the intent has${hint === undefined ? '' : `; ${hint}`}`,
    ),
  ]
}
