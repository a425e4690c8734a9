import { printIdentity } from '../model/identity'
import { planesOf } from './istio/data-plane'
import type { Layer, Workload } from './layer'

/** The identities that a workload's proxy may show: of its mesh's own trust domain, and of Linkerd's where it is, or may be, behind a proxy of that. */
export function identitiesOf(layer: Layer, workload: Workload): readonly string[] {
  const domains = planesOf(layer, workload).map(({ plane }) =>
    plane === 'linkerd' ? layer.linkerd.mesh.trustDomain : layer.mesh.trustDomain,
  )
  return [...new Set(domains.flatMap(domain => domain ?? []))].map(trustDomain =>
    printIdentity({ ...workload, trustDomain }),
  )
}
