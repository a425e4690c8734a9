import type { GatewayRouting } from '../../target'
import { versionsOf } from '../../versions'
import type { Workload } from '../context'
import { planeOf } from '../plane'
import type { Settings } from '../settings'

/** Where calls to a service are sent, and how many of them. */
export interface WeightedDestination {
  /** A Service's full name, `reviews.shop.svc.cluster.local`. */
  readonly host: string
  /** The Service's own name and namespace, for APIs that name objects. */
  readonly service: string
  readonly namespace: string
  /** Of the DestinationRule for the host, whose name the service has; absent where the whole Service is meant. */
  readonly subset?: string
  /** Of all the calls, in percent; 100 together. */
  readonly weight: number
}

/** A Service's full name. */
export function fullName(service: string, namespace: string, { clusterDomain }: Settings): string {
  return `${service}.${namespace}.svc.${clusterDomain}`
}

/**
 * Where a proxy that reads routes sends calls to a service, one destination a version; the whole Service where it has none.
 *
 * A route of a gateway's own takes no notice of the service's: it would spread calls over all Pods alike, so it has to name the versions itself
 * (istio `pilot/pkg/networking/core/route/route.go` translateRoute: the destination's own cluster). `istio` names subsets, `gateway-api` Services, as a
 * Route has no word for a subset.
 *
 * Before an ambient service stands its waypoint, which gateways go through and which spreads the calls: there the whole Service is the one
 * destination (istio `pilot/pkg/xds/endpoints/endpoint_builder.go` findServiceWaypoint), and a version's would go round it.
 */
export function destinationsOf(
  workload: Workload,
  settings: Settings,
  routing: Exclude<GatewayRouting, 'elsewhere'>,
): WeightedDestination[] {
  const { name, namespace } = workload
  const versions = planeOf(namespace, settings) === 'ambient' ? [] : versionsOf(workload)
  if (versions.length === 0) return [destination(name, namespace, settings)]
  return versions.map(version =>
    routing === 'istio'
      ? { ...destination(name, namespace, settings), subset: version.name, weight: version.weight }
      : { ...destination(version.serviceName, namespace, settings), weight: version.weight },
  )
}

function destination(service: string, namespace: string, settings: Settings): WeightedDestination {
  return { host: fullName(service, namespace, settings), service, namespace, weight: 100 }
}
