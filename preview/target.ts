import { systemNamespace } from '../components/istio-values'
import type { MeshSettings } from '../components/settings'
import type { Target } from '../core/compile/target'

/** The mesh of a stack's settings, as the compiler sees it. */
export function targetOf({ istio, stages }: MeshSettings): Target {
  const { version, trustDomain, rootNamespace, revision, tag, clusterDomain } = istio
  return {
    ...{ kind: 'istio-sidecar', version, trustDomain, systemNamespace: systemNamespace(istio) },
    ...(rootNamespace !== undefined && { rootNamespace }),
    ...(revision !== undefined && { revision }),
    ...(tag !== undefined && { tag }),
    ...(clusterDomain !== undefined && { clusterDomain }),
    ...(stages !== undefined && { stages }),
  }
}
