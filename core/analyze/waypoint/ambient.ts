import { sourceAddress } from '../istio/envoy-hop'
import type { Arrival } from '../istio/sidecar-hop'
import { agreement, inTurn, unknown, unlessRefused, type Verdict } from '../istio/verdict'
import { waypointIdentity } from '../istio/waypoints'
import { intoZtunnel } from '../ztunnel/hop'
import { intoWaypoint } from './hop'
import { routesOf, type Route, type Stop } from './routes'

/** Whether a request gets to a workload that ztunnel guards, by whichever route it takes. */
export function intoAmbient(arrival: Arrival): Verdict {
  return agreement(routesOf(arrival).map(route => along(route, arrival)))
}

function along(route: Route, arrival: Arrival): Verdict {
  switch (route.kind) {
    case 'unknown':
      return unknown(route.because)
    case 'straight':
      return straight(arrival)
    case 'waypoint':
      return through(route.stop, arrival)
  }
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

/** Both must let it pass: the waypoint its caller, then the ztunnel the waypoint, from an address not known. The recordings asked the waypoint alone. */
function through(stop: Stop, { layer, workload, request }: Arrival): Verdict {
  const passed = intoWaypoint(layer, stop, request)
  if (layer.assume === 'recorded') return passed
  const waypoint = waypointIdentity(layer, stop.gateway)
  if (!waypoint) return unlessRefused(passed, 'the trust domain of the mesh, and so of its waypoints, is unknown')
  return inTurn(passed, intoZtunnel(layer, workload, { caller: waypoint, port: request.to.port }))
}
