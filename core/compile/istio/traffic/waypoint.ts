import type { Manifest } from '../../../model/manifest'
import type { Problem } from '../../../model/problem'
import { fitName } from '../../names'
import type { Context, Workload } from '../context'
import type { FlowLine } from '../../../graph/flows'
import type { Outcome } from '../../objects'
import { manifest } from '../../objects'
import type { ServicePort } from '../service-ports'
import { versionsOf } from '../../versions'
import { fullName } from './destinations'
import { destinationRule, reasons, shownTo } from './rules'
import { bytesUnread, carriesRequests, unread } from '../../unread'
import type { Bound } from '../waypoint/waypoints'
import { needsWaypoint } from '../waypoint/waypoints'

/**
 * The traffic of an ambient service: an HTTPRoute of its Service for each port that carries requests, which its waypoint follows, and
 * DestinationRules for the Services it leads to, which a waypoint reads too (istio `pilot/pkg/networking/core/cluster_waypoint.go`
 * buildWaypointInboundVIP, by the destination's own host).
 *
 * A Route has no word for a subset, so that each version has a Service of its own. Nor has it one for repeating: `retry` is not in the standard channel
 * of the Gateway API before v1.7. A VirtualService would have both, but is alpha at waypoints, and what becomes of it beside a Route is undefined
 * (istio.io, ambient, migrate policies): somebody's Route for the same Service would then decide by chance. So there is one kind only, and retries are a Problem.
 *
 * Traffic asks for no waypoint of its own. Requests always have one, since ztunnel could not read their routes either; where none stands,
 * nobody's requests come in. And who goes round it is refused at the Pods, whichever Service he names: also a version's.
 */
export function waypointTraffic(callee: Workload, bound: Bound | undefined, context: Context): Outcome {
  const { traffic } = callee.service
  if (traffic === undefined) return { manifests: [], problems: [] }
  const calls = (context.into.get(callee.name) ?? []).filter(({ flow }) => flow.purpose === 'call')
  const requests = requestsThrough(bound)
  return {
    manifests: bound ? [...routes(callee, requests), ...rules(callee, bound, context)] : [],
    problems: [
      ...(requests.length > 0 && traffic.retries ? [unrepeated(callee)] : []),
      ...(traffic.versions ? bytesUnread(callee, calls) : bytesUnejected(callee, calls)),
    ],
  }
}

function routes(callee: Workload, requests: readonly FlowLine[]): Manifest[] {
  const { versions, timeout } = callee.service.traffic ?? {}
  if ((versions ?? timeout) === undefined) return []
  return callee.servicePorts.flatMap(port => {
    const lines = requests.filter(({ flow }) => flow.to.port === port.targetPort)
    return lines.length === 0 ? [] : [routeOf(callee, port, lines)]
  })
}

/** The requests that a service's waypoint passes on. */
export function requestsThrough(bound: Bound | undefined): FlowLine[] {
  return bound ? bound.lines.filter(needsWaypoint) : []
}

/**
 * One for each port, since a rule cannot ask for one. It has the port's name after a dot, which no service's name holds.
 */
function routeOf(callee: Workload, { name: portName, port }: ServicePort, lines: readonly FlowLine[]): Manifest {
  const { name, namespace, service } = callee
  const versions = versionsOf(callee)
  const backendRefs =
    versions.length > 0
      ? versions.map(({ serviceName, weight }) => ({ name: serviceName, port, weight }))
      : [{ name, port }]
  const { timeout } = service.traffic ?? {}
  const spec = {
    parentRefs: [{ group: '', kind: 'Service', name, port }],
    rules: [{ backendRefs, ...(timeout !== undefined && { timeouts: { request: timeout } }) }],
  }
  return manifest({ kind: 'HTTPRoute', namespace, name: fitName(name, `.${portName}`), spec, because: reasons(lines) })
}

/** For each Service that the waypoint may choose Pods of: each version's, and the service's own for what no Route spreads. */
function rules(callee: Workload, { waypoint, lines: all }: Bound, { settings }: Context): Manifest[] {
  const { name, namespace, service } = callee
  const lines = all.filter(({ flow }) => flow.purpose === 'call')
  const { outlierDetection } = service.traffic ?? {}
  if (!outlierDetection || lines.length === 0) return []
  const requests = lines.filter(carriesRequests)
  const versions = requests.length > 0 ? versionsOf(callee).map(({ serviceName }) => serviceName) : []
  const whole = versions.length === 0 || requests.length < lines.length ? [name] : []
  return [...whole, ...versions].map(host =>
    destinationRule({
      name: fitName(host),
      namespace,
      host: fullName(host, namespace, settings),
      exportTo: shownTo([waypoint.namespace], namespace),
      versions: [],
      outlierDetection,
      because: reasons(lines),
    }),
  )
}

function unrepeated({ name, namespace }: Workload): Problem {
  const message = `calls to \`${namespace}/${name}\` are repeated as the mesh's own default says: a waypoint's routes have no word for it`
  const hint = 'leave `retries` out, or move the namespaces to sidecars'
  return { code: 'unread-traffic', severity: 'narrowed', at: `services.${name}.traffic.retries`, message, hint }
}

function bytesUnejected(callee: Workload, calls: readonly FlowLine[]): Problem[] {
  if (callee.service.traffic?.outlierDetection === undefined) return []
  return unread({
    callee,
    lines: calls.filter(line => !carriesRequests(line)),
    why: 'connections that carry any bytes may go to its Pods straight, and ztunnel leaves none out',
    hint: 'leave `outlierDetection` out, or move the namespaces to sidecars',
  })
}
