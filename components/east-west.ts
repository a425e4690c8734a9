import { CustomResource } from '@pulumi/kubernetes/apiextensions'
import type * as pulumi from '@pulumi/pulumi'
import { managed } from '../core/model/managed'
import type { DataPlane } from '../core/compile/target'
import type { Problem } from '../core/model/problem'
import { blocking } from '../core/model/problem'
import type { Values } from './istio-values'
import type { GatewaySettings, IstioMeshSettings, IstioSettings } from './settings'

/** Whether calls of other networks of the mesh come in through a gateway, and none from outside the mesh. */
export function isEastWest({ kind = 'ingress' }: GatewaySettings): boolean {
  return kind === 'east-west'
}

/**
 * What the chart `gateway` is told beside what every gateway is: the network it stands for, and the ports that other networks'
 * proxies call. Not by `networkGateway`, which would open 15012 and 15017 too: those lead to istiod, for clusters without
 * one of their own (istio `manifests/charts/gateway/templates/service.yaml`, `samples/multicluster/gen-eastwest-gateway.sh`).
 */
export function eastWestValues({ multiCluster }: IstioSettings, { service = 'LoadBalancer' }: GatewaySettings): Values {
  const network = multiCluster?.network ?? ''
  const port = (name: string, number: number) => ({ name, port: number, targetPort: number, protocol: 'TCP' })
  return {
    labels: { 'istio.io/dataplane-mode': 'none', 'topology.istio.io/network': network },
    env: { ISTIO_META_REQUESTED_NETWORK_VIEW: network },
    service: { type: service, ports: [port('status-port', 15021), port('tls', 15443)] },
  }
}

/** A gateway between networks, and where its objects belong. */
export interface EastWest {
  readonly name: string
  readonly namespace: string
  readonly network: string
  readonly planes: ReadonlySet<DataPlane>
}

/**
 * What a gateway between networks listens on, for sidecars and for ambient.
 *
 * For sidecars it reads no more of a call than the name of the Service, and passes it on as it is: mTLS, identity and policies are
 * those of caller and callee (istio `samples/multicluster/expose-services.yaml`). For ambient istiod makes the Pods, and the
 * gateway ends the tunnel.
 */
export function registerEastWest(prefix: string, gateway: EastWest, options: pulumi.CustomResourceOptions): void {
  const { name, namespace, network, planes } = gateway
  if (planes.has('sidecar')) {
    const spec = { selector: { app: name }, servers: [crossNetwork] }
    const metadata = { name: `${name}-cross-network`, namespace, labels: managed }
    new CustomResource(
      `${prefix}-cross-network`,
      { apiVersion: 'networking.istio.io/v1', kind: 'Gateway', metadata, spec },
      options,
    )
  }
  if (planes.has('ambient')) {
    const metadata = { name, namespace, labels: { ...managed, 'topology.istio.io/network': network } }
    const spec = { gatewayClassName: 'istio-east-west', listeners: [tunnel] }
    new CustomResource(
      `${prefix}-hbone`,
      { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', metadata, spec },
      options,
    )
  }
}

const crossNetwork = {
  port: { number: 15443, name: 'tls', protocol: 'TLS' },
  tls: { mode: 'AUTO_PASSTHROUGH' },
  hosts: ['*.local'],
}

const tunnel = {
  name: 'mesh',
  port: 15008,
  protocol: 'HBONE',
  tls: { mode: 'Terminate', options: { 'gateway.istio.io/tls-terminate-mode': 'ISTIO_MUTUAL' } },
}

/** What is wrong with the gateways between networks. */
export function eastWestProblems({
  istio,
  gateways = {},
}: Pick<IstioMeshSettings, 'istio' | 'gateways'>): readonly Problem[] {
  if (istio.multiCluster?.network !== undefined) return []
  return Object.entries(gateways).flatMap(([name, gateway]) => {
    if (!isEastWest(gateway)) return []
    const message = 'a gateway between networks stands for one, and the cluster names none'
    return [
      blocking({ code: 'no-network', at: `gateways.${name}.kind`, message, hint: 'set `mesh.multiCluster.network`' }),
    ]
  })
}

/** What identities no longer tell apart where several clusters are one mesh: said once, as no layer of a mesh can mend it. */
export function spanningIdentities({ trustDomain, multiCluster }: IstioSettings): readonly Problem[] {
  if (multiCluster === undefined) return []
  const { cluster, meshId = trustDomain } = multiCluster
  const message = `\`<namespace>/<account>\` of every cluster of mesh \`${meshId}\` under trust domain \`${trustDomain}\` is one identity: what is let through here for a caller of \`${cluster}\` is let through for its namesake of each other cluster`
  const hint =
    'let one owner hand out the same namespaces in all clusters, or give a cluster that is trusted less a trust domain of its own'
  return [{ code: 'identity-spans-clusters', severity: 'delegated', at: 'mesh.multiCluster', message, hint }]
}
