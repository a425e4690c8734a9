import type { Layer, Named } from '../layer'
import { assumeRecordedLinkerd } from '../linkerd/assume'

/**
 * The layer as the recorded verdicts saw it: Istio's own defaults where the mesh says nothing, every workload proxied, and
 * objects without a timestamp as old as time (Go's zero time), so that their names order them.
 */
export function assumeRecorded(layer: Layer): Layer {
  const cached = recorded.get(layer)
  if (cached) return cached
  const dated = <T extends Named>(objects: readonly T[]): readonly T[] =>
    objects.map(object => (object.created === undefined ? { ...object, created: -Infinity } : object))
  const result: Layer = {
    ...layer,
    assume: 'recorded',
    mesh: { ...defaults, ...layer.mesh },
    services: dated(layer.services),
    serviceEntries: dated(layer.serviceEntries),
    sidecars: dated(layer.sidecars),
    destinationRules: dated(layer.destinationRules),
    authorizationPolicies: dated(layer.authorizationPolicies),
    peerAuthentications: dated(layer.peerAuthentications),
    requestAuthentications: dated(layer.requestAuthentications),
    linkerd: assumeRecordedLinkerd(layer.linkerd),
  }
  recorded.set(layer, result)
  return result
}

const recorded = new WeakMap<Layer, Layer>()

/** Source: istio `pkg/config/mesh/mesh.go` DefaultMeshConfig. */
const defaults = {
  trustDomain: 'cluster.local',
  trustDomainAliases: [],
  foreignTrustDomains: [],
  rootNamespace: 'istio-system',
  pathNormalization: 'BASE',
  outbound: 'ALLOW_ANY',
  autoMtls: true,
} as const satisfies Partial<Layer['mesh']>
