import { printCallee } from '../../../model/flow'
import type { Problem } from '../../../model/problem'
import type { Context, Workload } from '../context'
import type { FlowLine } from '../../../graph/flows'
import { inexpressible } from '../grants'
import type { Bound } from './waypoints'
import { meetsWaypoint } from './waypoints'

/** How the calls to an ambient service come in; one may come both ways. */
export interface Arrivals {
  /** Through the service's waypoint, which reads requests and passes them on under its own identity. */
  readonly through: readonly FlowLine[]
  /** Straight to the Pods, where ztunnel tells callers and ports apart and nothing else. */
  readonly direct: readonly FlowLine[]
  /** What comes in neither way, or less exactly than it is declared. */
  readonly problems: readonly Problem[]
}

/**
 * Sorts the calls to an ambient service by their way. A route that would come straight to the Pods comes in no way: on
 * ztunnel an HTTP field drops its whole rule (istio `pilot/pkg/serviceregistry/ambient/authorization.go` handleRule), and
 * without it the rule would admit every request.
 *
 * Calls that carry any bytes are admitted straight too, where a waypoint stands: it says no more of them than ztunnel does, and
 * they go on while their Service gets its first waypoint, or loses its last.
 */
export function arrivals(callee: Workload, bound: Bound | undefined, context: Context): Arrivals {
  const each = (context.into.get(callee.name) ?? []).map(line => wayOf(line, { callee, bound, context }))
  return {
    through: each.flatMap(({ through = [] }) => through),
    direct: each.flatMap(({ direct = [] }) => direct),
    problems: each.flatMap(({ problems = [] }) => problems),
  }
}

interface Place {
  readonly callee: Workload
  readonly bound: Bound | undefined
  readonly context: Context
}

function wayOf(line: FlowLine, place: Place): Partial<Arrivals> {
  const { route, purpose } = line.flow
  const meets = place.bound !== undefined && meetsWaypoint(line, place.context)
  if (purpose === 'scrape') return { ...(meets && { through: [line] }), ...scrape(line, place) }
  const anyBytes = route.kind === 'tcp' || route.kind === 'tls'
  if (meets || anyBytes) return { ...(meets && { through: [line] }), ...(anyBytes && { direct: [line] }) }
  return { problems: [unread(line, place)] }
}

/**
 * Who scrapes goes from Pod to Pod, past any waypoint. Where nobody else calls the port, the scraper is admitted to all of
 * it; elsewhere that would open to it what others are meant to ask.
 */
function scrape(line: FlowLine, { callee, context }: Place): Partial<Arrivals> {
  const { to } = line.flow
  const calls = (context.into.get(callee.name) ?? []).filter(({ flow }) => flow.purpose !== 'scrape')
  if (calls.some(({ flow }) => flow.to.port === to.port)) {
    const why = 'a scraper goes straight to the Pods, where ztunnel cannot tell it from callers of the same port'
    return { problems: [inexpressible(line, why, 'give metrics a port of their own')] }
  }
  const message = `\`${line.text}\` admits the scraper to the whole port: ztunnel cannot tell a scrape from other bytes`
  const hint = 'serve nothing but metrics there'
  return {
    direct: [line],
    problems: [{ code: 'scrape-at-l4', severity: 'delegated', at: printCallee(to), message, hint }],
  }
}

function unread(line: FlowLine, { callee, context }: Place): Problem {
  const { from } = line.flow
  if (callee.service.headless === true) {
    const why = 'a headless Service has no address that a waypoint could stand before'
    return inexpressible(line, why, 'give the Service an address, or move its namespace to sidecars')
  }
  if (from.kind === 'outside') {
    const why = 'who is outside the mesh goes round waypoints, and ztunnel reads no requests'
    return inexpressible(line, why, 'let it in through a gateway')
  }
  if (meetsWaypoint(line, context)) return inexpressible(line, 'no waypoint stands before the service')
  const why = 'a sidecar goes round waypoints, and ztunnel reads no requests'
  return inexpressible(line, why, 'move both namespaces to the same data plane')
}
