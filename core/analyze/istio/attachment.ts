import type { AuthorizationPolicy, Labels, Layer, Mesh, RequestAuthentication, Selector, Workload } from '../layer'
import { every, not, ternary, type Ternary } from './kleene'

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

/** AuthorizationPolicies that decide for a workload, or may. AUDIT decides nothing. */
export function authorizationFor(layer: Layer, workload: Workload): readonly Attached<AuthorizationPolicy>[] {
  return attached(layer.authorizationPolicies, policy => applies(layer.mesh, policy, workload)).filter(
    ({ policy }) => policy.action !== 'AUDIT',
  )
}

export function requestAuthenticationFor(layer: Layer, workload: Workload): readonly Attached<RequestAuthentication>[] {
  return attached(layer.requestAuthentications, policy => applies(layer.mesh, policy, workload))
}

function attached<P>(policies: readonly P[], applies: (policy: P) => Ternary): readonly Attached<P>[] {
  return policies.flatMap(policy => {
    const answer = applies(policy)
    return answer === 'no' ? [] : [{ policy, applies: answer }]
  })
}
