import type { HttpRequest, Request } from '../request'
import { mostSpecific } from './hosts'
import type { GatewayListener, VirtualHost } from './listener'

/**
 * The host a request is for, as virtual hosts are looked up: in lower case, and without what stands behind the last colon, be it a port or not.
 * Sources: istio `pilot/pkg/networking/core/gateway.go` buildGatewayHTTPRouteConfig (IgnorePortInHostMatching), envoy `source/common/http/header_utility.cc`
 * getPortStart.
 */
export function hostOf(http: HttpRequest | undefined): string {
  return (http?.host ?? '').toLowerCase().replace(/:[^:\]]*$/, '')
}

/** The virtual host that serves a request; none does without a `Host`, which is answered 400 (envoy `source/common/http/conn_manager_impl.cc`). */
export function virtualHostFor(hosts: readonly VirtualHost[], http: HttpRequest): VirtualHost | undefined {
  if (http.host === undefined || http.host === '') return undefined
  const chosen = mostSpecific(
    hosts.map(({ host }) => host),
    hostOf(http),
  )
  return hosts.find(({ host }) => host === chosen)
}

/**
 * The listeners of a port that may take a request. Those of TLS are told apart by the server name of the handshake, which is the host where the request
 * does not say. Source: envoy `source/common/listener_manager/filter_chain_manager_impl.cc`.
 */
export function takenBy(listeners: readonly GatewayListener[], request: Request): readonly GatewayListener[] {
  const named = (request.sni ?? hostOf(request.http)).toLowerCase()
  const names = listeners.flatMap(({ serverNames = [] }) => serverNames)
  const chosen = mostSpecific(names, named)
  return listeners.filter(
    ({ serverNames }) => serverNames === undefined || (chosen !== undefined && serverNames.includes(chosen)),
  )
}
