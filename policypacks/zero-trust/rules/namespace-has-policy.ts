import { matchLabels } from '../../../core/analyze/linkerd/match-labels'
import { cartServer, linkerdShop } from '../example-linkerd'
import { closedShop } from '../example-linkerd-install'
import { authorizationPolicy, cartPolicy, denyAll, deployment, namespace, object } from '../example-objects'
import { dataPlanes } from '../facts/data-plane'
import { linkerdPolicies, servers } from '../facts/linkerd/objects'
import { defaultInboundPolicy } from '../facts/linkerd-install/annotations'
import { aboutNamespace, namespaces, type Needed } from '../facts/namespaces'
import { networkPolicies, readNetworkPolicy } from '../facts/network-policies'
import { authorizationPolicies, namespaceOf, readAuthorization, selects } from '../facts/policies'
import { readWorkload, workloads, type WorkloadFact } from '../facts/workloads'
import { at, gather, required, text, type Gathered } from '../field'
import { unreadable } from '../mesh'
import { rule, type Context, type Finding } from '../rule'

const isolated = object(['networking.k8s.io/v1', 'NetworkPolicy'], ['shop', 'default'], { spec: { podSelector: {} } })

/**
 * No namespace of the mesh is outside of any policy: some policy, of the mesh or of the network, is for one of its workloads at least. A mesh alone refuses nobody (istio
 * pilot/pkg/security/authz/builder/builder.go; linkerd2 policy-controller/k8s/index/src/defaults.rs), so that a namespace somebody forgot is open to the whole cluster.
 */
export const namespaceHasPolicy = rule({
  id: 'namespace-has-policy',
  severity: 'high',
  scope: 'stack',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/SC-7',
    'nist-800-204/SAUZ-SR-1',
    'nist-800-207/tenet-6',
    'nsa-hardening/network-separation',
    'iso-27001/A.8.22',
  ],
  why: 'a namespace that is in the mesh and under no policy at all, of the mesh or of the network, is one that somebody forgot: whoever is in the cluster may call all of it',
  fix: 'add a default deny to the namespace, and a policy for each of its workloads; list it in `elsewhere` if another stack guards it',
  limits:
    'one policy for one workload is enough for this rule, the others ask for all of them; policies in shadow mode do not count, nor do those of a network plugin’s own kinds, and what a chart brings is not seen',
  config: ['exempt', 'elsewhere', 'mesh'],
  examples: {
    pass: [
      { title: 'a policy for one of its workloads', objects: [namespace('shop'), deployment('cart'), cartPolicy] },
      { title: 'a policy for all of the namespace', objects: [namespace('shop'), deployment('cart'), denyAll] },
      { title: 'a NetworkPolicy', objects: [namespace('shop'), deployment('cart'), isolated] },
      {
        title: 'a policy of the root namespace',
        objects: [namespace('shop'), deployment('cart'), authorizationPolicy('default-deny', {}, 'istio-system')],
        config: { mesh: { rootNamespace: 'istio-system' } },
      },
      { title: 'a Server of Linkerd', objects: [linkerdShop, deployment('cart'), cartServer] },
      {
        title: 'a namespace of Linkerd that its annotation closes by default',
        objects: [closedShop, deployment('cart')],
      },
      { title: 'a namespace on no mesh', objects: [namespace('shop', {}), deployment('cart')] },
    ],
    fail: [
      { title: 'no policy', objects: [namespace('shop'), deployment('cart')] },
      { title: 'no policy, on Linkerd', objects: [linkerdShop, deployment('cart')] },
      {
        title: 'a policy and a NetworkPolicy that select none of its workloads',
        objects: [
          namespace('shop'),
          deployment('web'),
          cartPolicy,
          object(['networking.k8s.io/v1', 'NetworkPolicy'], ['shop', 'cart'], {
            spec: { podSelector: { matchLabels: { app: 'cart' } } },
          }),
        ],
      },
    ],
  },
  check,
})

/** Policies, by whether they are for a workload. */
type Guards = (workload: WorkloadFact) => boolean

function check(context: Context): readonly Finding[] {
  const { config, mesh } = context
  const real = gather(workloads(context), readWorkload)
  const mine = real.facts.filter(
    ({ namespace: own }) => !config.exempt.includes(own) && !config.elsewhere.includes(own),
  )
  const { guards, findings } = policiesOf(context)
  const planes = dataPlanes(context)
  const guarded = new Set(mine.filter(guards).map(one => one.namespace))
  const bare = new Map<string, Needed>()
  for (const { namespace: own, field } of mine)
    if (!guarded.has(own) && !bare.has(own)) bare.set(own, { namespace: own, because: field })
  const closed = closedByDefault(context)
  const open = [...bare.values()]
    .map(one => ({ one, plane: planes(one.namespace) }))
    .filter(({ plane }) => plane.kind !== 'none')
    .filter(({ one, plane }) => plane.kind !== 'linkerd' || !closed.facts.includes(one.namespace))
  return [
    ...real.findings,
    ...findings,
    ...closed.findings,
    ...(open.length > 0 ? unreadable(mesh('rootNamespace')) : []),
    ...open.flatMap(({ one, plane }) => [
      ...(plane.kind === 'unknown' ? plane.findings : []),
      aboutNamespace(
        one,
        'is under no policy at all: neither the mesh nor the network holds anybody off its workloads',
      ),
    ]),
  ]
}

/** The namespaces whose annotation says by default who may call, and does not say everybody; all of them where the control plane does. */
function closedByDefault(context: Context): Gathered<string> {
  const everywhere = context.mesh('defaultInboundPolicy')
  const isClosed = (policy: string | undefined): boolean => policy !== undefined && policy !== 'all-unauthenticated'
  const { facts, findings } = gather(namespaces(context), field => {
    const said = text(at(field, 'metadata', 'annotations', defaultInboundPolicy))
    const policy = said ?? (everywhere.kind === 'known' ? everywhere.value : undefined)
    return isClosed(policy) ? [required(at(field, 'metadata', 'name'))] : []
  })
  return { facts: facts.flat(), findings: [...findings, ...unreadable(everywhere)] }
}

function policiesOf(context: Context): { readonly guards: Guards; readonly findings: readonly Finding[] } {
  const mesh = gather(authorizationPolicies(context), readAuthorization)
  const linkerd = gather([...linkerdPolicies(context), ...servers(context)], namespaceOf)
  const network = gather(networkPolicies(context), readNetworkPolicy)
  const root = context.mesh('rootNamespace')
  const isFor = (own: string, { namespace: space }: WorkloadFact): boolean =>
    own === space || (root.kind === 'known' && own === root.value)
  const enforced = mesh.facts.filter(({ dryRun }) => !dryRun)
  const guards: Guards = workload =>
    enforced.some(
      policy => isFor(policy.namespace, workload) && (policy.targeted || selects(policy.selector, workload.labels)),
    ) ||
    linkerd.facts.includes(workload.namespace) ||
    network.facts.some(
      policy => policy.namespace === workload.namespace && matchLabels(policy.selector, workload.labels),
    )
  return { guards, findings: [...mesh.findings, ...linkerd.findings, ...network.findings] }
}
