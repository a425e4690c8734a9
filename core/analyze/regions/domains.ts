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
