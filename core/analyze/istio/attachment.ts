import type {
  AuthorizationPolicy,
  Gateway,
  Labels,
  Layer,
  Mesh,
  RequestAuthentication,
  Selector,
  Service,
  TargetRef,
  Workload,
} from '../layer'
import { nearby, remembering } from '../remember'
import { every, not, some, ternary, type Ternary } from './kleene'

/** Whether a selector takes a workload of the same namespace: all its labels are there, with the same values. */
export function selects(selector: Selector, labels: Labels): Ternary {
  switch (selector.kind) {
    case 'all':
      return 'yes'
    case 'labels':
      return ternary(containsLabels(labels, selector.labels))
    case 'unknown':
      return 'unknown'
  }
}

/** The labels that a selector asks for, where it is known to ask for any. */
export function labelsOf(selector: Selector): Labels | undefined {
  return selector.kind === 'labels' ? selector.labels : undefined
}

export function containsLabels(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value)
}

/** Whether an object of `namespace` speaks for a workload: it lies beside it, or in the mesh's root namespace. */
function reaches(mesh: Mesh, namespace: string | undefined, workload: Workload): Ternary {
  if (namespace === undefined) return 'unknown'
  if (namespace === workload.namespace) return 'yes'
  return mesh.rootNamespace === undefined ? 'unknown' : ternary(namespace === mesh.rootNamespace)
}

/**
 * Whether a policy applies to a workload's sidecar: one of its namespace or of the root namespace, whose selector takes
 * it (an absent or empty one takes all; in the root namespace a selector works mesh-wide), and which names no targetRef.
 * Sources: istio `pilot/pkg/model/policyattachment.go` ShouldAttachPolicy, `pilot/pkg/model/authorization.go`.
 */
function applies(mesh: Mesh, policy: AuthorizationPolicy | RequestAuthentication, workload: Workload): Ternary {
  return every([
    reaches(mesh, policy.namespace, workload),
    selects(policy.selector, workload.labels),
    not(policy.targeted),
  ])
}

/** A policy that applies to a workload, or may. */
export interface Attached<P> {
  readonly policy: P
  readonly applies: 'yes' | 'unknown'
}

/**
 * Of those that apply to an Envoy, the policies that decide. AUDIT decides nothing. CUSTOM with an authorizer that the mesh does not define denies
 * what it matches, however many others there are; not so in a dry run. Source: istio `pilot/pkg/security/authz/builder/builder.go` getBadCustomDenyRules.
 */
function deciding(mesh: Mesh, policies: readonly Attached<AuthorizationPolicy>[]): typeof policies {
  return policies
    .filter(({ policy }) => policy.action !== 'AUDIT')
    .map(({ policy, applies }) => ({
      policy: hasNobodyToAsk(mesh, policy) ? { ...policy, action: 'DENY' } : policy,
      applies,
    }))
}

function hasNobodyToAsk({ authorizers }: Mesh, { action, provider, dryRun }: AuthorizationPolicy): boolean {
  const missing = authorizers !== undefined && provider !== undefined && !authorizers.includes(provider)
  return action === 'CUSTOM' && dryRun === 'no' && missing
}

/** AuthorizationPolicies that decide for a workload, or may. */
export function authorizationFor(layer: Layer, workload: Workload): readonly Attached<AuthorizationPolicy>[] {
  return knownPolicies(layer, workload, undefined)
}

const policiesNear = nearby(
  layer => layer.authorizationPolicies,
  ({ selector }) => labelsOf(selector),
)
const tokensNear = nearby(
  layer => layer.requestAuthentications,
  ({ selector }) => labelsOf(selector),
)

const knownPolicies = remembering((layer, workload) =>
  deciding(
    layer.mesh,
    attached(policiesNear(layer, workload), policy => applies(layer.mesh, policy, workload)),
  ),
)

export function requestAuthenticationFor(layer: Layer, workload: Workload): readonly Attached<RequestAuthentication>[] {
  return knownTokens(layer, workload, undefined)
}

const knownTokens = remembering((layer, workload) =>
  attached(tokensNear(layer, workload), policy => applies(layer.mesh, policy, workload)),
)

/**
 * AuthorizationPolicies that decide at a workload's ztunnel, or may. Those with targetRefs, in a dry run, and other than ALLOW and DENY never get
 * there. Sources: istio `pilot/pkg/serviceregistry/ambient/authorization.go` convertAuthorizationPolicy, ztunnel `src/state.rs` assert_rbac.
 */
export function ztunnelPoliciesFor(layer: Layer, workload: Workload): readonly Attached<AuthorizationPolicy>[] {
  return knownZtunnelPolicies(layer, workload, undefined)
}

const knownZtunnelPolicies = remembering((layer, workload) =>
  attached(policiesNear(layer, workload), policy =>
    every([
      reaches(layer.mesh, policy.namespace, workload),
      ztunnelSelects(policy.selector, workload),
      not(policy.targeted),
      not(policy.dryRun),
    ]),
  ).filter(({ policy }) => policy.action !== 'AUDIT' && policy.action !== 'CUSTOM'),
)

/**
 * Without a selector a policy is for its namespace, or from the root namespace for the mesh. `selector: {}` is for nobody, since it is no
 * namespace's then, and names no labels to attach by; with empty `matchLabels` it names some, which every workload has. A Pod without any label gets every
 * policy with labels, since where there is nothing to filter by nothing is filtered.
 * Sources: istio `pilot/pkg/serviceregistry/ambient/workloads.go` buildWorkloadPolicies, `pkg/kube/krt/filter.go` FilterSelects.
 */
function ztunnelSelects(selector: Selector, { kind, labels }: Workload): Ternary {
  if (selector.kind === 'all') return ternary(selector.empty !== 'selector')
  // What a controller makes of a template has the controller's own labels at least.
  const unlabelled = kind === 'Pod' && Object.keys(labels).length === 0
  return unlabelled && selector.kind === 'labels' ? 'yes' : selects(selector, labels)
}

/**
 * AuthorizationPolicies that decide for a call through a waypoint, or may: one to a Service, or without one to a Pod.
 * Source: istio `pilot/pkg/model/authorization.go` ListAuthorizationPolicies.
 */
export function waypointPoliciesFor(
  layer: Layer,
  gateway: Gateway,
  service?: Service,
): readonly Attached<AuthorizationPolicy>[] {
  const call = callThrough(layer.mesh, gateway, service)
  return deciding(
    layer.mesh,
    attached(layer.authorizationPolicies, policy => appliesAtWaypoint(policy, call)),
  )
}

/** RequestAuthentications that read the tokens of calls through a waypoint, or may. */
export function waypointTokensFor(
  layer: Layer,
  gateway: Gateway,
  service?: Service,
): readonly Attached<RequestAuthentication>[] {
  const call = callThrough(layer.mesh, gateway, service)
  return attached(layer.requestAuthentications, policy => appliesAtWaypoint(policy, call))
}

/** What the policies of one call through a waypoint may name, and the namespace each must lie in; absent where that is not known. */
type Callable = readonly { readonly kind: TargetRef['kind']; readonly name: string; readonly beside?: string }[]

function callThrough({ rootNamespace }: Mesh, gateway: Gateway, service?: Service): Callable {
  const beside = (namespace: string | undefined) => (namespace === undefined ? {} : { beside: namespace })
  return [
    { kind: 'GatewayClass', name: 'istio-waypoint', ...beside(rootNamespace) },
    { kind: 'Gateway', name: gateway.name, ...beside(gateway.namespace) },
    ...(service ? [{ kind: 'Service' as const, name: service.name, ...beside(service.namespace) }] : []),
  ]
}

/**
 * Whether a policy applies to a call through a waypoint: one that names the Service, or the Gateway, from beside it, or from the root namespace the
 * class of all waypoints. Selectors, and policies without targetRefs, mean nothing there.
 * Source: istio `pilot/pkg/model/policyattachment.go` ShouldAttachPolicy.
 */
function appliesAtWaypoint({ namespace, targeted, targets }: Targeting, call: Callable): Ternary {
  const liesBeside = ({ beside }: Callable[number]): Ternary =>
    namespace === undefined || beside === undefined ? 'unknown' : ternary(namespace === beside)
  // What it names could not be read in full: it may be any of these, where it lies beside one.
  if (targeted === 'unknown') return every(['unknown', some(call.map(liesBeside))])
  const named = call.filter(({ kind, name }) => targets.some(target => target.kind === kind && target.name === name))
  return some(named.map(liesBeside))
}

type Targeting = Pick<AuthorizationPolicy | RequestAuthentication, 'namespace' | 'targeted' | 'targets'>

/** AuthorizationPolicies that decide at a gateway's Pods, or may. AUDIT decides nothing. */
export function gatewayPoliciesFor(layer: Layer, workload: Workload): readonly Attached<AuthorizationPolicy>[] {
  return attached(layer.authorizationPolicies, policy => appliesAtGateway(layer.mesh, policy, workload)).filter(
    ({ policy }) => policy.action !== 'AUDIT',
  )
}

/** RequestAuthentications that read the tokens of what comes to a gateway's Pods, or may. */
export function gatewayTokensFor(layer: Layer, workload: Workload): readonly Attached<RequestAuthentication>[] {
  return attached(layer.requestAuthentications, policy => appliesAtGateway(layer.mesh, policy, workload))
}

/**
 * Whether a policy applies to a gateway's Pods: by its selector as to any workload, and where they are those of a Gateway of the Gateway API, by a targetRef to
 * that, from beside it. Such Pods can be told not to follow selectors (`ENABLE_SELECTOR_BASED_K8S_GATEWAY_POLICY`), which by default they do.
 * Source: istio `pilot/pkg/model/policyattachment.go` ShouldAttachPolicy.
 */
function appliesAtGateway(
  mesh: Mesh,
  policy: AuthorizationPolicy | RequestAuthentication,
  workload: Workload,
): Ternary {
  const gateway = workload.labels['gateway.networking.k8s.io/gateway-name']
  const selected = applies(mesh, policy, workload)
  if (gateway === undefined || policy.targeted === 'no') return selected
  const beside: Ternary = policy.namespace === undefined ? 'unknown' : ternary(policy.namespace === workload.namespace)
  if (policy.targeted === 'unknown') return some([selected, every(['unknown', beside])])
  const named = policy.targets.some(({ kind, name }) => kind === 'Gateway' && name === gateway)
  return every([beside, ternary(named)])
}

function attached<P>(policies: readonly P[], applies: (policy: P) => Ternary): readonly Attached<P>[] {
  return policies.flatMap(policy => {
    const answer = applies(policy)
    return answer === 'no' ? [] : [{ policy, applies: answer }]
  })
}
