import type { Named } from '../layer'
import type { LinkerdLayer, LinkerdMesh } from './layer-linkerd'

/**
 * Linkerd as the recorded verdicts saw it: what its settings leave out is the chart's default, and the controller's order of objects without a timestamp,
 * Servers before all others (`policy-controller/k8s/index/src/inbound/index.rs` reindex_servers) and routes after them
 * (`policy-controller/grpc/src/inbound/http.rs` to_route_list).
 */
export function assumeRecordedLinkerd(layer: LinkerdLayer): LinkerdLayer {
  return {
    ...layer,
    mesh: { ...chartDefaults, ...layer.mesh },
    servers: dated(layer.servers, -Infinity),
    httpRoutes: dated(layer.httpRoutes, Infinity),
    grpcRoutes: dated(layer.grpcRoutes, Infinity),
  }
}

function dated<T extends Named>(objects: readonly T[], created: number): readonly T[] {
  return objects.map(object => (object.created === undefined ? { ...object, created } : object))
}

/** Source: `charts/linkerd-control-plane/values.yaml`. */
export const chartDefaults = {
  namespace: 'linkerd',
  trustDomain: 'cluster.local',
  clusterNetworks: ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16', 'fd00::/8'],
  probeNetworks: ['0.0.0.0/0', '::/0'],
  defaultPolicy: 'all-unauthenticated',
  skipInboundPorts: '4567,4568',
  skipOutboundPorts: '4567,4568',
  opaquePorts: '25,587,3306,4444,5432,6379,9300,11211',
  egressNamespace: 'linkerd-egress',
} as const satisfies LinkerdMesh

/** The ports that an installation leaves out of capture where annotations do not say, as the annotation spells them; the chart's where that is not known. */
export function skippedEverywhere({ skipInboundPorts = chartDefaults.skipInboundPorts }: LinkerdMesh): string {
  return skipInboundPorts
}
