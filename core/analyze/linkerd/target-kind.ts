import type { Cursor } from '../istio/cursor'

/** What a reference points at, as far as its group and kind say. */
export interface KindRef {
  readonly group: string
  readonly kind: string
}

/**
 * Whether a reference's group and kind are these, in whatever case. Without a group, or with an empty one, it means the core group, whose name is `core`
 * (`policy-controller/k8s/api/src/policy.rs` targets_kind).
 */
export function targetsKind(ref: KindRef, group: string, kind: string): boolean {
  const found = ref.group === '' ? 'core' : ref.group
  return found.toLowerCase() === group && ref.kind.toLowerCase() === kind.toLowerCase()
}

export function readKindRef(ref: Cursor): KindRef {
  return { group: ref.get('group').string() ?? '', kind: ref.get('kind').string() ?? '' }
}

export const policyGroup = 'policy.linkerd.io'
export const gatewayGroup = 'gateway.networking.k8s.io'
