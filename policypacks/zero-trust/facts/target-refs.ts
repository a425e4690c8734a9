import { at, given, items, required, text, type Field } from '../field'

/** What a policy is attached to, instead of to Pods. */
export interface TargetRef {
  readonly field: Field
  /** Empty for the core group, which may also be written `core` (istio pkg/config CanonicalGroup). */
  readonly group: string
  readonly kind: string
  readonly name: string
}

/**
 * The objects that an AuthorizationPolicy or RequestAuthentication names, `targetRef` of old among them, which counts
 * only without `targetRefs` (istio pilot/pkg/model/policyattachment.go GetTargetRefs).
 */
export function targetRefs(policy: Field): readonly TargetRef[] {
  const many = items(at(policy, 'spec', 'targetRefs'))
  const one = at(policy, 'spec', 'targetRef')
  return [...many, ...(many.length === 0 && given(one) ? [one] : [])].map(readTargetRef)
}

function readTargetRef(field: Field): TargetRef {
  const group = text(at(field, 'group')) ?? ''
  return {
    field,
    group: group === 'core' ? '' : group,
    kind: required(at(field, 'kind')),
    name: required(at(field, 'name')),
  }
}

/** What Istio follows, by group (istio pilot/pkg/model/policyattachment.go ShouldAttachPolicy). */
const followed: Readonly<Record<string, readonly string[]>> = {
  '': ['Service'],
  'networking.istio.io': ['ServiceEntry'],
  'gateway.networking.k8s.io': ['Gateway', 'GatewayClass'],
}

/** Whether a proxy can be what the reference names. */
export function isFollowed({ group, kind }: TargetRef): boolean {
  return Object.hasOwn(followed, group) && (followed[group]?.includes(kind) ?? false)
}

/** The class of all waypoints, the only one a policy may name. */
export const waypointClass = 'istio-waypoint'
