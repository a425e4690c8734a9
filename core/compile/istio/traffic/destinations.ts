import type { Version } from '../../../graph/graph'
import { fitName } from '../../names'
import { sortedBy } from '../../order'
import type { GatewayRouting } from '../../target'
import type { Workload } from '../context'
import type { Labels } from '../labels'
import { planeOf } from '../plane'
import type { Settings } from '../settings'

/** A version of a service, as Istio knows it: a subset of its Pods, and a Service of its own where routes can name nothing smaller. */
export interface VersionOf {
  /** The name of the subset. */
  readonly name: string
  /** What its Pods have beside the service's labels. */
  readonly own: Labels
  /** Its Service: `reviews-v1`. */
  readonly serviceName: string
  /** Share of the calls, 0–100. */
  readonly weight: number
}

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

/** The versions of a service, by name; none where its Pods are all alike. */
export function versionsOf({ name, service }: Workload): VersionOf[] {
  const versions = Object.entries(service.traffic?.versions ?? {})
  return sortedBy(versions, ([version]) => version).map(([version, declared]) => ({
    name: version,
    own: labelsOfVersion(version, declared),
    serviceName: fitName(`${name}-${version}`),
    weight: declared.weight,
  }))
}

/** The service once for each of its versions, with the labels its Pods have. The service's own go first: they are what its policies select by. */
export function podsOfVersions(workload: Workload): Workload[] {
  return versionsOf(workload).map(({ own }) => ({ ...workload, labels: { ...own, ...workload.labels } }))
}

function labelsOfVersion(name: string, { labels = { version: name } }: Version): Labels {
  return Object.fromEntries(sortedBy(Object.entries(labels), ([key]) => key))
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
