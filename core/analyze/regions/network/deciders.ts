import type { Region } from '../../../model/region'
import { nameOf } from '../../istio/verdict'
import type { Layer, Workload } from '../../layer'
import { limitsOf } from '../../network/isolation'
import { censusOf, isLimited, type Pod } from '../../network/pods'

/** More callers than that are not asked one by one for their own policies. */
const mostCallers = 20

/** The NetworkPolicies that decide about requests of a region: those that limit the Pods they go to, and those of the callers that it names. */
export function networkDeciders(
  { layer, workload }: { readonly layer: Layer; readonly workload: Workload },
  region: Region,
): readonly string[] {
  if (!isLimited(layer)) return []
  const { byWorkload, pods } = censusOf(layer)
  const called = byWorkload.get(workload)
  const named = region.valuesOf('pod').words ?? new Set<string>()
  const callers = named.size > mostCallers ? [] : pods.filter(({ key }) => named.has(key))
  const limits = [
    ...(called ? limitsOf(layer, called, 'ingress') : []),
    ...callers.flatMap((pod: Pod) => limitsOf(layer, pod, 'egress')),
  ]
  return [...new Set(limits.map(({ policy }) => nameOf(policy)))]
}
