import type { Region } from '../../../model/region'
import { homesOf } from '../../network/homes'
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
  const named = sourcesIn(region, layer)
  const callers = named.size > mostCallers ? [] : pods.filter(({ key }) => named.has(key))
  const limits = [
    ...(called ? limitsOf(layer, called, 'ingress') : []),
    ...callers.flatMap((pod: Pod) => limitsOf(layer, pod, 'egress')),
  ]
  return [...new Set(limits.map(({ policy }) => nameOf(policy)))]
}

/** The Pods that a region names; where it does not ask for them, those in which the callers run that it names. */
function sourcesIn(region: Region, layer: Layer): ReadonlySet<string> {
  const homes = homesOf(layer)
  return new Set(
    region.by('caller').flatMap(({ values, to }) => {
      const pods = to.valuesOf('pod').words
      if (pods) return [...pods]
      const callers = [...(values.words ?? [])].slice(0, mostCallers + 1)
      return callers.flatMap(name => [...(homes.get(name)?.words ?? [])])
    }),
  )
}
