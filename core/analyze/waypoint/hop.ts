import { waypointPoliciesFor, waypointTokensFor } from '../istio/attachment'
import { intoChain, pastHandshake } from '../istio/envoy-hop'
import { hop } from '../explain/trace'
import { nameOf, type Verdict } from '../istio/verdict'
import type { Layer } from '../layer'
import type { Request } from '../request'
import type { Stop } from './routes'

/**
 * Whether a waypoint lets a request on. It is entered by HBONE alone, so that the caller always shows an identity. Its policies see the port that was
 * called, a Service's or a Pod's own. Source: istio `pilot/pkg/networking/core/listener_waypoint.go` buildWaypointInternal, buildCommonConnectTLSContext.
 */
export function intoWaypoint(layer: Layer, stop: Stop, request: Request): Verdict {
  const { gateway, caller, service, port, chain } = stop
  const listening = {
    layer,
    port,
    policies: waypointPoliciesFor(layer, gateway, service),
    tokens: waypointTokensFor(layer, gateway, service),
    name: nameOf(gateway),
  }
  // The tunnel's own server name is not that of the connection in it, which is looked at only where its protocol is TLS.
  const serverNames = chain === 'tcp' ? [] : ['']
  const called = service ? `port ${port} of ${nameOf(service)}` : `port ${port} of the Pod`
  return hop(
    () => `waypoint ${gateway.namespace ?? ''}/${gateway.name}, called for ${called}`,
    () =>
      pastHandshake(layer.mesh, caller, () =>
        intoChain(listening, { request, chain, handshake: { caller, serverNames } }),
      ),
  )
}
