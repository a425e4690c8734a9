import { some, ternary, type Ternary } from './kleene'
import { watched, type Cursor } from './cursor'
import type { Selector } from '../layer'

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
  return Object.keys(value).length === 0 ? { kind: 'all' } : { kind: 'labels', labels: value }
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

/** Whether a policy has `targetRef` or `targetRefs`, which takes it away from sidecars (istio `pilot/pkg/model/policyattachment.go`). */
export function readTargeted(spec: Cursor): Ternary {
  const { value, damaged } = watched(spec.log, () =>
    some([ternary(spec.get('targetRef').object() !== undefined), ternary(spec.get('targetRefs').items().length > 0)]),
  )
  return damaged ? 'unknown' : value
}
