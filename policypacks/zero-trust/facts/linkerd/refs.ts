import { targetsKind } from '../../../../core/analyze/linkerd/target-kind'
import { at, items, required, text, type Field } from '../../field'
import { namespaceOf } from '../policies'
import { nameOf, policyGroup } from './objects'

/** What a Linkerd object points at. */
export interface Ref {
  readonly field: Field
  readonly group: string
  readonly kind: string
  readonly name: string
  /** The one it says, else that of the object that says it; an empty one is a namespace that does not exist. */
  readonly namespace: string
}

export function readRef(field: Field, beside: string): Ref {
  return {
    field,
    group: text(at(field, 'group')) ?? '',
    kind: required(at(field, 'kind')),
    name: required(at(field, 'name')),
    namespace: text(at(field, 'namespace')) ?? beside,
  }
}

/** What an authentication of a policy is about; `unsupported` ones switch the policy off. */
export type AuthenticationKind = 'mesh-tls' | 'network' | 'service-account' | 'unsupported'

/** Kinds and groups compare without case, and an empty group is `core` (linkerd2 `policy-controller/k8s/api/src/policy.rs` targets_kind). */
export function authenticationKind(ref: Ref): AuthenticationKind {
  if (targetsKind(ref, policyGroup, 'MeshTLSAuthentication')) return 'mesh-tls'
  if (targetsKind(ref, policyGroup, 'NetworkAuthentication')) return 'network'
  return targetsKind(ref, 'core', 'ServiceAccount') ? 'service-account' : 'unsupported'
}

/** An AuthorizationPolicy of Linkerd: it admits who meets all its references, and everybody where it has none. */
export interface LinkerdPolicyFact {
  readonly field: Field
  readonly namespace: string
  readonly name: string
  readonly target: Ref
  readonly authentications: readonly Ref[]
}

export function readLinkerdPolicy(field: Field): LinkerdPolicyFact {
  const namespace = namespaceOf(field)
  return {
    field,
    namespace,
    name: nameOf(field),
    target: readRef(at(field, 'spec', 'targetRef'), namespace),
    authentications: items(authenticationRefs(field)).map(ref => readRef(ref, namespace)),
  }
}

/** The list of what has to be met. */
export function authenticationRefs(policy: Field): Field {
  return at(policy, 'spec', 'requiredAuthenticationRefs')
}

/** Whether callers need an identity to meet a policy; otherwise it is enough to come from somewhere, or to come at all. */
export function asksIdentity({ authentications }: LinkerdPolicyFact): boolean {
  return authentications.some(ref => authenticationKind(ref) !== 'network')
}
