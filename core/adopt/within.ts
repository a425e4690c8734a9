import { canonicalRequests } from '../analyze/compare'
import { requestRegion } from '../analyze/expect'
import { housed } from '../analyze/network/at-home'
import type { Reach } from '../analyze/reach'
import type { Graph } from '../graph/graph'
import { intentOf } from '../graph/intent'
import { Language } from '../model/language'
import { printIdentity } from '../model/identity'
import { Region } from '../model/region'
import { containsLabels } from '../analyze/istio/attachment'
import type { FoundMesh } from './adopted'
import { homesIn } from './homes'
import { portsAt } from './today'

/** The calls of a graph that may not be made today, as flows in text: none, if it lets in no more than that. Probes and metrics are the platform's, and not among them. */
export function beyond(
  graph: Graph,
  today: Reach,
  { trustDomain = 'cluster.local' }: Pick<FoundMesh, 'trustDomain'>,
): readonly string[] {
  const { flows, governed } = intentOf(graph)
  const labels = new Map(governed.map(one => [`${one.namespace}/${one.service}`, one.labels]))
  const homes = homesIn(today, trustDomain)
  const workloads = new Set(today.ports.map(({ workload }) => workload))
  return flows.flatMap(({ from, to, text, http, purpose }) => {
    if (from.kind !== 'workload' || to.kind !== 'workload' || purpose !== undefined) return []
    const selector = labels.get(`${to.namespace}/${to.service}`) ?? {}
    const callees = [...workloads].filter(one => one.namespace === to.namespace && containsLabels(one.labels, selector))
    const caller = Region.where('caller', Language.literals([printIdentity({ ...from, trustDomain })]))
    const asked = Region.intersection([caller, requestRegion(http), canonicalRequests()])
    const bounds = portsAt(today, callees, to.port).map(port => housed(port.bounds.may, homes, 'must'))
    const may = Region.intersection(bounds)
    return callees.length > 0 && asked.within(may) ? [] : [text]
  })
}
