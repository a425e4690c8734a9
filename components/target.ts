import type { Target } from '../core/compile/target'
import { systemNamespace } from './istio-values'
import type { MeshSettings } from './settings'

/** The mesh of a stack's settings, as the compiler sees it. */
export function targetOf(settings: Pick<MeshSettings, 'istio' | 'stages' | 'dataPlanes' | 'waypoints'>): Target {
  const { istio, stages, dataPlanes, waypoints } = settings
  const { version, trustDomain, rootNamespace, revision, tag, clusterDomain } = istio
  return {
    kind: `istio-${istio.dataPlane ?? 'sidecar'}`,
    version,
    trustDomain,
    systemNamespace: systemNamespace(istio),
    ...(rootNamespace !== undefined && { rootNamespace }),
    ...(revision !== undefined && { revision }),
    ...(tag !== undefined && { tag }),
    ...(clusterDomain !== undefined && { clusterDomain }),
    ...(stages !== undefined && { stages }),
    ...(dataPlanes !== undefined && { dataPlanes }),
    ...(waypoints !== undefined && { waypoints }),
  }
}
