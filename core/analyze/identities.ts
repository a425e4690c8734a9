import { printIdentity } from '../model/identity'
import { planesOf } from './istio/data-plane'
import type { Layer, Workload } from './layer'

/** The trust domains that a workload's proxy may show an identity of: its mesh's own, and Linkerd's where it is, or may be, behind a proxy of that. */
export function trustDomainsOf(layer: Layer, workload: Workload): readonly string[] {
  const domains = planesOf(layer, workload).map(({ plane }) =>
    plane === 'linkerd' ? layer.linkerd.mesh.trustDomain : layer.mesh.trustDomain,
  )
  return [...new Set(domains.flatMap(domain => domain ?? []))]
}

/** The identities that a workload's proxy may show. */
export function identitiesOf(layer: Layer, workload: Workload): readonly string[] {
  return trustDomainsOf(layer, workload).map(trustDomain => printIdentity({ ...workload, trustDomain }))
}
