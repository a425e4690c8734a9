import { planesOf } from '../analyze/istio/data-plane'
import type { Layer } from '../analyze/layer'
import type { Reach } from '../analyze/reach'
import { groupBy } from '../model/group'
import type { FoundMesh } from './adopted'
import type { Group } from './groups'

type Plane = 'sidecar' | 'ztunnel' | 'linkerd' | 'none'

/** The mesh that the services are on, and where some of them are on another data plane. */
export function meshOf(layer: Layer, reached: Reach, groups: readonly Group[]): FoundMesh {
  const byNamespace = groupBy(groups, ({ namespace }) => namespace)
  const planes = new Map(
    [...byNamespace].map(([namespace, members]) => [namespace, usual(members.flatMap(each => planesIn(layer, each)))]),
  )
  const main = usual([...planes.values()])
  const istio =
    main === 'none' ? 'none' : main === 'ztunnel' ? 'istio-ambient' : main === 'linkerd' ? 'linkerd' : 'istio-sidecar'
  const others = [...planes].filter(([, plane]) => plane !== main && plane !== 'none' && main !== 'none')
  const dataPlanes = others.flatMap(([namespace, plane]) =>
    main === 'linkerd' || plane === 'linkerd'
      ? []
      : [[namespace, plane === 'ztunnel' ? 'ambient' : 'sidecar'] as const],
  )
  const [trustDomain] = reached.domains ?? []
  return {
    kind: istio,
    dataPlanes: Object.fromEntries(dataPlanes),
    onLinkerd: others.filter(([, plane]) => plane === 'linkerd').map(([namespace]) => namespace),
    ...(trustDomain !== undefined && { trustDomain }),
    ...(reached.nodeNetworks && { nodeNetworks: reached.nodeNetworks }),
  }
}

function planesIn(layer: Layer, { workloads }: Group): readonly Plane[] {
  return workloads.flatMap(workload =>
    planesOf(layer, workload).map(({ plane }) => (plane === 'gateway' ? 'none' : plane)),
  )
}

/** The one of most; a proxy before none. */
function usual(planes: readonly Plane[]): Plane {
  const counted = [...groupBy(planes, plane => plane)].filter(([plane]) => plane !== 'none')
  const [first] = counted.sort(([, a], [, b]) => b.length - a.length)
  return first?.[0] ?? 'none'
}
