import { waypointTokensFor } from '../istio/attachment'
import type { Plane } from '../istio/data-plane'
import type { Arrival } from '../istio/sidecar-hop'
import { agreement, nameOf, unknown, type Verdict } from '../istio/verdict'
import { waypointIdentity } from '../istio/waypoints'
import type { Gateway, Layer } from '../layer'
import { overNetwork } from '../network/hop'
import type { Request, RequestSource } from '../request'
import { byAnyRoute, nameless } from './ambient'
import { habitOf } from './habits'
import type { Stop } from './routes'

/** A workload that ztunnel does not guard. */
export interface Unguarded {
  readonly plane: Plane
  /** Whether what stands before it takes HBONE; absent where that is not known. */
  readonly tunnel: boolean | undefined
  readonly straight: (arrival: Arrival) => Verdict
}

/**
 * Whether a request gets to a workload that ztunnel does not guard. Its Services may have a waypoint all the same, which ztunnel takes its own callers to
 * without a look at what is behind. The waypoint calls on by HBONE where that is taken, and otherwise in plaintext, since it knows no mTLS but in
 * a tunnel. Sources: ztunnel `src/proxy/outbound.rs` build_request, istio `pilot/pkg/xds/endpoints/endpoint_builder.go` buildEnvoyLbEndpoint,
 * `pilot/pkg/networking/core/cluster_waypoint.go` buildWaypointInboundVIPCluster.
 */
export function byDetour(arrival: Arrival, { plane, tunnel, straight }: Unguarded): Verdict {
  const { layer, request } = arrival
  const goesStraight = request.from.kind === 'plaintext' || habitOf(layer, request.from.identity) === 'straight'
  if (goesStraight || layer.assume === 'recorded')
    return overNetwork({ ...arrival, plane, port: request.to.port }, () => straight(arrival))
  const passedOn = (stop: Stop): Verdict => {
    // To the address of a Pod waypoints speak nothing but HBONE.
    if (tunnel !== true && !stop.service) return unknown(`whether ${nameOf(stop.gateway)} gets there is unknown`)
    const sources = callersAs(layer, stop.gateway, tunnel)
    if (sources.length === 0) return unknown(nameless)
    const requests = sources.flatMap(from => left(arrival, stop, from))
    return agreement(requests.map(one => straight({ ...arrival, request: one })))
  }
  return byAnyRoute(arrival, { plane, straight, passedOn })
}

/** As whom a waypoint may call; as nobody without a tunnel. */
function callersAs(layer: Layer, gateway: Gateway, tunnel: boolean | undefined): readonly RequestSource[] {
  const identity = waypointIdentity(layer, gateway)
  const tunnelled: readonly RequestSource[] = identity ? [{ kind: 'identity', identity }] : []
  const plaintext: RequestSource = { kind: 'plaintext' }
  if (tunnel === undefined) return identity ? [...tunnelled, plaintext] : []
  return tunnel ? tunnelled : [plaintext]
}

/** The request as it leaves a waypoint, without TLS of its own; where the waypoint reads tokens, it may keep them to itself (`forwardOriginalToken`). */
function left({ layer, request }: Arrival, { gateway, service }: Stop, from: RequestSource): readonly Request[] {
  const { jwt, ...rest } = { ...request, from, sni: '' }
  const readsTokens = waypointTokensFor(layer, gateway, service).length > 0
  return [...(jwt && readsTokens ? [rest] : []), { ...rest, ...(jwt && { jwt }) }]
}
