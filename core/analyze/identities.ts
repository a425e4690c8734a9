import { printIdentity } from '../model/identity'
import { planesOf } from './istio/data-plane'
import type { Layer, Workload } from './layer'

/**
 * The trust domains that a workload's proxy may show an identity of: its mesh's own, and Linkerd's where it is, or may be, behind a proxy of that. Without a proxy it is known by either name, so that
 * nobody takes it for one of whom nothing was read: it shows neither.
 */
export function trustDomainsOf(layer: Layer, workload: Workload): readonly string[] {
  const [own, other] = [layer.mesh.trustDomain, layer.linkerd.mesh.trustDomain]
  const domains = planesOf(layer, workload).flatMap(({ plane }) => {
    if (plane === 'none') return [own, other]
    return plane === 'linkerd' ? [other] : [own]
  })
  return [...new Set(domains.flatMap(domain => domain ?? []))]
}

/** The identities that a workload's proxy may show. */
export function identitiesOf(layer: Layer, workload: Workload): readonly string[] {
  return trustDomainsOf(layer, workload).map(trustDomain => printIdentity({ ...workload, trustDomain }))
}
