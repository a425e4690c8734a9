import type { GatewayTarget, IstioTarget, LinkerdTarget, MeshTarget, NetworkSettings } from '../core/compile/target'
import { blocking } from '../core/model/problem'
import { istioCsrPods } from './istio-csr'
import { systemNamespace } from './istio-names'
import { Refused } from './refused'
import type { GatewaySettings, IstioMeshSettings, LinkerdMeshSettings, MeshSettings } from './settings'

type Described = Pick<MeshSettings, 'istio' | 'linkerd' | 'meshes' | 'stages' | 'dataPlanes' | 'waypoints' | 'gateways'>

/**
 * The mesh of a stack's settings, as the compiler sees it.
 *
 * @throws Refused where they name none
 */
export function targetOf(settings: Described): MeshTarget {
  const { istio, linkerd, meshes = {} } = settings
  if (!linkerd) {
    if (!istio) throw new Refused('there is no mesh', [noMesh])
    return istioTarget({ ...settings, istio })
  }
  if (!istio) return linkerdTarget({ ...settings, linkerd })
  return {
    kind: 'hybrid',
    istio: istioTarget({ ...settings, istio }),
    linkerd: linkerdTarget({ ...settings, linkerd }),
    namespaces: meshes,
    ...(linkerd.clusterNetworks && { podNetworks: linkerd.clusterNetworks }),
  }
}

/**
 * The network below the mesh, as the compiler sees it; nothing where it is left open. Where nodes and the cluster's own networks are, Linkerd's settings may say already, and
 * who signs identities `trust` does.
 */
export function networkOf({
  networkPolicy,
  linkerd,
  trust,
}: Pick<Partial<MeshSettings>, 'networkPolicy' | 'linkerd' | 'trust'>): NetworkSettings | undefined {
  if (!networkPolicy?.enabled) return undefined
  const { enabled: _, ...settings } = networkPolicy
  return {
    ...(linkerd?.nodeNetworks && { nodeNetworks: linkerd.nodeNetworks }),
    ...(linkerd?.clusterNetworks && { clusterNetworks: linkerd.clusterNetworks }),
    ...(trust?.istioCsr && { certificateAuthority: istioCsrPods(trust.istioCsr) }),
    ...settings,
  }
}

/** What is wrong with settings that name no mesh. */
export const noMesh = blocking({
  code: 'no-mesh',
  at: 'mesh',
  message: 'nothing says which mesh this is',
  hint: '`mesh` for Istio, `linkerd` for Linkerd, or both: `version` and `trustDomain` at least',
})

function linkerdTarget({ linkerd, stages }: Described & Pick<LinkerdMeshSettings, 'linkerd'>): LinkerdTarget {
  const { version, trustDomain, controlPlaneNamespace, clusterDomain, nodeNetworks, gatewayApiChannel } = linkerd
  return {
    kind: 'linkerd',
    version,
    trustDomain,
    ...(controlPlaneNamespace !== undefined && { controlPlaneNamespace }),
    ...(clusterDomain !== undefined && { clusterDomain }),
    ...(nodeNetworks !== undefined && { nodeNetworks }),
    ...(gatewayApiChannel !== undefined && { gatewayApi: gatewayApiChannel }),
    ...(linkerd.exports !== undefined && { exports: linkerd.exports }),
    ...(stages !== undefined && { stages }),
  }
}

function istioTarget(settings: Described & Pick<IstioMeshSettings, 'istio'>): IstioTarget {
  const { istio, stages, dataPlanes, waypoints } = settings
  const gateways = gatewaysOf(settings.gateways ?? {})
  const { version, trustDomain, trustDomainAliases, rootNamespace, revision, tag, next, clusterDomain } = istio
  return {
    kind: `istio-${istio.dataPlane ?? 'sidecar'}`,
    version,
    trustDomain,
    ...(trustDomainAliases !== undefined && { trustDomainAliases }),
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
