import { listing } from '../../../graph/place'
import { own } from '../../../graph/plain'
import { groupBy } from '../../../model/group'
import type { Problem } from '../../../model/problem'
import { fitName } from '../../names'
import { sortedGroups } from '../../order'
import type { Context, Workload } from '../context'
import type { FlowLine } from '../../../graph/flows'
import { identityKey } from '../context'
import { planeOf } from '../plane'
import { isWaypointName } from '../settings'

/**
 * A Gateway of class `istio-waypoint`. Its Deployment, Service and ServiceAccount have its name (istio
 * `pilot/pkg/config/kube/gatewaycommon/gateway_utils.go` GetDefaultName, `classinfo.go`).
 */
export interface Waypoint {
  readonly namespace: string
  readonly name: string
}

/** A service behind a waypoint. */
export interface Bound {
  readonly workload: Workload
  readonly waypoint: Waypoint
  /** Who carries the label that binds it: its Namespace, for all Services there, or its own Service. */
  readonly by: 'namespace' | 'service'
  /** The calls that meet the waypoint. */
  readonly lines: readonly FlowLine[]
}

/** Which services are behind which waypoint. */
export interface Waypoints {
  /** By the service's name, sorted as the services are. At stage `strict` they stand too, and let everybody of the mesh pass. */
  readonly bound: ReadonlyMap<string, Bound>
  /**
   * Those that none stands before, with the waypoint that the first call to need one would bring, if it stands before nobody else: it comes, or goes, while an update
   * runs. By name, too.
   */
  readonly possible: ReadonlyMap<string, Bound>
  readonly problems: readonly Problem[]
}

/**
 * Waypoints, only where some call needs one: a route, which ztunnel cannot read, from a caller that waypoints see.
 * A namespace that is labelled for one is behind it with all its Services, but for headless ones, which have no address.
 *
 * Source: istio `pilot/pkg/serviceregistry/ambient/waypoints.go` fetchWaypointForService.
 */
export function waypointsOf(workloads: readonly Workload[], context: Context): Waypoints {
  const candidates = workloads.flatMap(workload => candidate(workload, context))
  const needed = new Set(candidates.filter(({ lines }) => lines.some(needsWaypoint)).map(labelled))
  const wanted = candidates.filter(each => needed.has(labelled(each)))
  const clashes = clashesOf(wanted, context)
  const free = wanted.filter(({ waypoint }) => !clashes.has(printWaypoint(waypoint)))
  const standing = new Set(wanted.map(({ waypoint }) => printWaypoint(waypoint)))
  const isPossible = ({ waypoint }: Bound): boolean => !standing.has(printWaypoint(waypoint))
  return {
    bound: new Map(free.map(each => [each.workload.name, each])),
    possible: new Map(candidates.filter(isPossible).map(each => [each.workload.name, each])),
    problems: [...clashes.values()].flat(),
  }
}

/** Whether only a waypoint can judge a call. A scrape is no reason for one: who scrapes goes to the Pods. */
export function needsWaypoint({ flow: { route, purpose } }: FlowLine): boolean {
  return (route.kind === 'http' || route.kind === 'grpc') && purpose === 'call'
}

/**
 * Whether a call to a Service meets its waypoint. Ambient callers' do, and gateways' where they are told to by
 * `istio.io/ingress-use-waypoint`; sidecars go straight to the Pods (istio `pilot/pkg/xds/endpoints/endpoint_builder.go`
 * findServiceWaypoint), and so does who is outside the mesh. A scraper may do either.
 */
export function meetsWaypoint({ flow: { from, purpose } }: FlowLine, { gateways, settings }: Context): boolean {
  if (from.kind !== 'workload') return false
  return purpose === 'scrape' || gateways.has(identityKey(from)) || planeOf(from.namespace, settings) === 'ambient'
}

/** `namespace/name`. */
export function printWaypoint({ namespace, name }: Waypoint): string {
  return `${namespace}/${name}`
}

function candidate(workload: Workload, context: Context): Bound[] {
  const { namespace, name, service } = workload
  if (planeOf(namespace, context.settings) === 'sidecar' || service.headless === true) return []
  const scope = own(context.settings.waypoints, namespace) ?? 'namespace'
  const lines = (context.into.get(name) ?? []).filter(line => meetsWaypoint(line, context))
  if (scope === 'service')
    return [{ workload, waypoint: { namespace, name: fitName(`waypoint-${name}`) }, by: scope, lines }]
  const waypoint = scope === 'namespace' ? { namespace, name: 'waypoint' } : scope
  return isWaypointName(waypoint) ? [{ workload, waypoint, by: 'namespace', lines }] : []
}

/** The object whose label binds: `namespace`, or `namespace/service`. */
function labelled({ by, workload: { namespace, name } }: Bound): string {
  return by === 'namespace' ? namespace : `${namespace}/${name}`
}

/**
 * Waypoints that cannot be told from somebody else: who runs under a waypoint's account would be admitted to all that is
 * behind it, and a Service of its name would be replaced. Nothing is bound to them.
 */
function clashesOf(wanted: readonly Bound[], { workloads, outOf }: Context): ReadonlyMap<string, readonly Problem[]> {
  const named = workloads.flatMap(workload =>
    [...new Set([workload.name, workload.serviceAccount])].map(name => ({
      workload,
      key: `${workload.namespace}/${name}`,
    })),
  )
  const holders = groupBy(named, ({ key }) => key)
  const keys = sortedGroups(wanted, ({ waypoint }) => printWaypoint(waypoint)).keys()
  return new Map(
    [...keys].flatMap(key => {
      const services = (holders.get(key) ?? []).map(({ workload }) => workload.name)
      if (services.length > 0) return [[key, [clash(key, `the name or account of ${listing(services)}`)]]]
      return outOf.has(key) ? [[key, [clash(key, 'the identity of a caller that is no service')]]] : []
    }),
  )
}

function clash(waypoint: string, taken: string): Problem {
  const message = `the waypoint \`${waypoint}\` would have ${taken}`
  const hint = 'rename it, or give the waypoint another name in `target.waypoints`'
  return { code: 'waypoint-clash', severity: 'error', at: `Gateway ${waypoint}`, message, hint }
}
