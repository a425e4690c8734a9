import { ternary, type Ternary } from './kleene'
import { watched, type Cursor } from './cursor'
import type { Selector, TargetRef } from '../layer'

/**
 * `selector.matchLabels` of a policy. Absent means every workload; so does an empty one for sidecars, whose
 * labels always contain the empty set (istio `pilot/pkg/model/policyattachment.go` isSelected).
 */
export function readMatchLabels(selector: Cursor): Selector {
  const { value, damaged } = watched(selector.log, () => {
    selector.only(['matchLabels'])
    return wildcardFree(selector.get('matchLabels'))
  })
  if (damaged) return { kind: 'unknown' }
  if (Object.keys(value).length > 0) return { kind: 'labels', labels: value }
  if (selector.absent) return { kind: 'all' }
  return { kind: 'all', empty: selector.get('matchLabels').absent ? 'selector' : 'matchLabels' }
}

/**
 * `workloadSelector` of a Sidecar or a DestinationRule. One that is present but empty still counts as a selector: it matches
 * everything and goes before those without (istio `pilot/pkg/model/push_context.go` initSidecarScopes).
 */
export function readWorkloadSelector(selector: Cursor, field: 'labels' | 'matchLabels'): Selector {
  if (selector.absent) return { kind: 'all' }
  const { value, damaged } = watched(selector.log, () => wildcardFree(selector.get(field)))
  return damaged ? { kind: 'unknown' } : { kind: 'labels', labels: value }
}

/** Istio refuses `*` in selectors (istio `pkg/config/validation/validation.go` validateWorkloadSelector). */
function wildcardFree(labels: Cursor): Readonly<Record<string, string>> {
  const values = labels.labels()
  for (const [key, value] of Object.entries(values)) {
    if (key.includes('*') || value.includes('*')) labels.get(key).wrong('a label without `*`')
  }
  return values
}

/** What a policy says it is for. */
export interface Targeting {
  /** Whether it has `targetRef` or `targetRefs`, which takes it away from sidecars and ztunnel. */
  readonly targeted: Ternary
  /** What these name; not complete where `targeted` is unknown. */
  readonly targets: readonly TargetRef[]
}

/** `targetRefs`, or the older `targetRef` (istio `pilot/pkg/model/policyattachment.go` GetTargetRefs). */
export function readTargeting(spec: Cursor): Targeting {
  const { value: targets, damaged } = watched(spec.log, () => {
    const several = spec.get('targetRefs').items()
    const single = spec.get('targetRef')
    return [...several, ...(several.length > 0 || single.object() === undefined ? [] : [single])].map(targetOf)
  })
  return { targeted: damaged ? 'unknown' : ternary(targets.length > 0), targets }
}

const kindsByGroup: Readonly<Record<string, TargetRef['kind'] | undefined>> = {
  'gateway.networking.k8s.io/Gateway': 'Gateway',
  'gateway.networking.k8s.io/GatewayClass': 'GatewayClass',
  '/Service': 'Service',
  'core/Service': 'Service',
  'networking.istio.io/ServiceEntry': 'ServiceEntry',
}

/** One that names a namespace is refused on admission. */
function targetOf(ref: Cursor): TargetRef {
  ref.only(['group', 'kind', 'name', 'namespace'])
  if (!ref.get('namespace').absent) ref.get('namespace').wrong('no namespace: a policy is for what lies beside it')
  const kind = kindsByGroup[`${ref.get('group').string() ?? ''}/${ref.get('kind').string() ?? ''}`]
  return { kind: kind ?? 'other', name: ref.get('name').required()?.string() ?? '' }
}
