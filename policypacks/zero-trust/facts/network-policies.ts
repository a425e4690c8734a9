import type { LabelSelector } from '../../../core/analyze/linkerd/layer-linkerd'
import { at, given, items, type Field } from '../field'
import { ofKind, type Context } from '../rule'
import { readLabelSelector } from './label-selectors'
import { namespaceOf } from './policies'

/** A NetworkPolicy of Kubernetes: which Pods it is for, and the Pods that its rules name. */
export interface NetworkPolicyFact {
  readonly field: Field
  readonly namespace: string
  readonly selector: LabelSelector
  readonly peers: readonly PeerFact[]
}

/** Pods that a rule names, of the policy's own namespace or of those it selects; address blocks are none. */
export interface PeerFact {
  readonly field: Field
  /** Absent: every Pod. */
  readonly pods?: LabelSelector
  /** Absent: the policy's own namespace. */
  readonly namespaces?: LabelSelector
}

export function networkPolicies(context: Context): readonly Field[] {
  return ofKind(context, 'networking.k8s.io', 'NetworkPolicy')
}

/** Reads a NetworkPolicy (kubernetes staging/src/k8s.io/api/networking/v1/types.go). Without a `podSelector` it is for every Pod of its namespace. */
export function readNetworkPolicy(field: Field): NetworkPolicyFact {
  const spec = at(field, 'spec')
  const peers = [
    ...items(at(spec, 'ingress')).flatMap(one => items(at(one, 'from'))),
    ...items(at(spec, 'egress')).flatMap(one => items(at(one, 'to'))),
  ]
  return {
    field,
    namespace: namespaceOf(field),
    selector: readLabelSelector(at(spec, 'podSelector')),
    peers: peers.filter(peer => !given(at(peer, 'ipBlock'))).map(readPeer),
  }
}

function readPeer(field: Field): PeerFact {
  const pods = at(field, 'podSelector')
  const namespaces = at(field, 'namespaceSelector')
  return {
    field,
    ...(given(pods) && { pods: readLabelSelector(pods) }),
    ...(given(namespaces) && { namespaces: readLabelSelector(namespaces) }),
  }
}

/** Whether a selector asks for anything. */
export function asksLabels({ labels, expressions }: LabelSelector): boolean {
  return Object.keys(labels).length > 0 || expressions.length > 0
}
