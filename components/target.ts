import type { GatewayTarget, IstioTarget } from '../core/compile/target'
import { systemNamespace } from './istio-values'
import type { GatewaySettings, MeshSettings } from './settings'

/** The mesh of a stack's settings, as the compiler sees it. */
export function targetOf(
  settings: Pick<MeshSettings, 'istio' | 'stages' | 'dataPlanes' | 'waypoints' | 'gateways'>,
): IstioTarget {
  const { istio, stages, dataPlanes, waypoints } = settings
  const gateways = gatewaysOf(settings.gateways ?? {})
  const { version, trustDomain, rootNamespace, revision, tag, next, clusterDomain } = istio
  return {
    kind: `istio-${istio.dataPlane ?? 'sidecar'}`,
    version,
    trustDomain,
    systemNamespace: systemNamespace(istio),
    ...(rootNamespace !== undefined && { rootNamespace }),
    ...(revision !== undefined && { revision }),
    ...(tag !== undefined && { tag }),
    ...(next !== undefined && { next }),
    ...(clusterDomain !== undefined && { clusterDomain }),
    ...(stages !== undefined && { stages }),
    ...(dataPlanes !== undefined && { dataPlanes }),
    ...(waypoints !== undefined && { waypoints }),
    ...(Object.keys(gateways).length > 0 && { gateways }),
  }
}

/** Those of which there is something to say; a chart's own Service is the chart's. */
function gatewaysOf(gateways: Readonly<Record<string, GatewaySettings>>): Record<string, GatewayTarget> {
  const routed = Object.entries(gateways).filter(([, { routing = 'istio' }]) => routing !== 'istio')
  return Object.fromEntries(
    routed.map(([name, { namespace = name, routing, service }]) => {
      const own = routing === 'gateway-api' && service !== undefined
      return [`${namespace}/${name}`, { ...(routing && { routing }), ...(own && { service }) }]
    }),
  )
}
