import type { DataPlane } from '../core/compile/target'
import type { IstioMeshSettings } from './settings'

/**
 * What carries the calls of a mesh's namespaces, and so which charts it takes: the node agents' part for ambient, and
 * ztunnel, are installed where any namespace is ambient. Injection is always there, as gateways are injected, too.
 */
export function planesOf({
  istio,
  dataPlanes = {},
}: Pick<IstioMeshSettings, 'istio' | 'dataPlanes'>): ReadonlySet<DataPlane> {
  return new Set([istio.dataPlane ?? 'sidecar', ...Object.values(dataPlanes)])
}
