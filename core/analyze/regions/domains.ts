import type { Plane } from '../istio/data-plane'
import { planesOf } from '../istio/data-plane'
import type { Layer } from '../layer'

/** The mesh's own trust domain and its aliases; nothing where they are not all known. */
export function domainsOf({ mesh }: Layer): readonly string[] | undefined {
  return mesh.trustDomain !== undefined && mesh.trustDomainAliases
    ? [mesh.trustDomain, ...mesh.trustDomainAliases]
    : undefined
}

/** The trust domains whose peers pass an Envoy's handshake; nothing where they are not all known. */
export function acceptedBy(layer: Layer): readonly string[] | undefined {
  const { foreignTrustDomains } = layer.mesh
  const domains = domainsOf(layer)
  return domains && foreignTrustDomains ? [...domains, ...foreignTrustDomains] : undefined
}

/**
 * All trust domains that the layer's workloads can be of: Istio's where any of them is not behind a Linkerd proxy for certain, and Linkerd's where any may be. Nothing
 * where they are not all known.
 */
export function everyDomainOf(layer: Layer): readonly string[] | undefined {
  const planes = new Set(layer.workloads.flatMap(workload => planesOf(layer, workload).map(({ plane }) => plane)))
  if (!planes.has('linkerd')) return domainsOf(layer)
  const { trustDomain } = layer.linkerd.mesh
  const others = onLinkerdAlone(planes) ? [] : domainsOf(layer)
  return others && trustDomain !== undefined ? [...new Set([...others, trustDomain])] : undefined
}

/** What no mesh has is in no trust domain. */
function onLinkerdAlone(planes: ReadonlySet<Plane>): boolean {
  return [...planes].every(plane => plane === 'linkerd' || plane === 'none')
}
