import type { Plane } from '../istio/data-plane'
import { sourceAddress } from '../istio/envoy-hop'
import type { Arrival } from '../istio/sidecar-hop'
import { alternative, note } from '../explain/trace'
import { agreement, inTurn, unknown, type Verdict } from '../istio/verdict'
import { waypointIdentity } from '../istio/waypoints'
import { overNetwork, overWaypoint } from '../network/hop'
import { intoZtunnel } from '../ztunnel/hop'
import { intoWaypoint } from './hop'
import { routesOf, type Route, type Stop } from './routes'

/** A workload as what stands before it lets calls in. */
export interface Door {
  /** What stands before it. */
  readonly plane: Plane
  straight(arrival: Arrival): Verdict
  /** A call that a waypoint passed on: the connection is then the waypoint's own, from an address not known. */
  passedOn(stop: Stop, arrival: Arrival): Verdict
}

/** Whether a request gets to a workload, by whichever route it takes. */
export function byAnyRoute(arrival: Arrival, door: Door): Verdict {
  return agreement(
    routesOf(arrival).map(route =>
      alternative(
        () => ways[route.kind],
        () => along(route, arrival, door),
      ),
    ),
  )
}

const ways: Readonly<Record<Route['kind'], string>> = {
  straight: 'it comes straight',
  waypoint: 'it comes through a waypoint',
  unknown: 'which way it comes is not known',
}

/** Both must let it pass: the waypoint its caller, then the workload's door the waypoint; and the network on each hop. The recordings asked the waypoint alone. */
function along(route: Route, arrival: Arrival, door: Door): Verdict {
  const approaching = { ...arrival, plane: door.plane, port: arrival.request.to.port }
  switch (route.kind) {
    case 'unknown':
      note(() => route.because, 'unknown')
      return unknown(route.because)
    case 'straight':
      return overNetwork(approaching, () => door.straight(arrival))
    case 'waypoint': {
      const passed = intoWaypoint(arrival.layer, route.stop, arrival.request)
      if (arrival.layer.assume === 'recorded') return passed
      return overWaypoint(approaching, route.stop.gateway, () => inTurn(passed, door.passedOn(route.stop, arrival)))
    }
  }
}

/** Why nobody can say as whom a waypoint calls. */
export const nameless = 'the trust domain of the mesh, and so of its waypoints, is unknown'

/** Whether a request gets to a workload that ztunnel guards. */
export function intoAmbient(arrival: Arrival): Verdict {
  return byAnyRoute(arrival, { plane: 'ztunnel', straight, passedOn })
}

function straight({ layer, workload, request }: Arrival): Verdict {
  const { from, to } = request
  const ip = sourceAddress(layer, request)
  return intoZtunnel(layer, workload, {
    port: to.port,
    ...(from.kind === 'identity' ? { caller: from.identity } : {}),
    ...(ip === undefined ? {} : { sourceIp: ip }),
  })
}

function passedOn({ gateway }: Stop, { layer, workload, request }: Arrival): Verdict {
  const waypoint = waypointIdentity(layer, gateway)
  return waypoint ? intoZtunnel(layer, workload, { caller: waypoint, port: request.to.port }) : unknown(nameless)
}
