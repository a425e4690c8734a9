/**
 * How the servers of one port that speak TLS are told apart: each is a filter chain of one listener, for the names that a handshake may have.
 */
import { isSubset } from '../istio/client'
import type { Layer, Routes } from '../layer'
import { doorName, names } from './attached-routes'
import { bareHosts, hostsForNamespace } from './hosts'
import type { BoundServer } from './servers'

/**
 * The server names that a server is for, in lower case; with `*` among its hosts it is for all that no other chain names.
 * Source: istio `pilot/pkg/networking/core/listener.go` toFilterChainMatch.
 */
export function serverNamesOf({ server }: Pick<BoundServer, 'server'>): readonly string[] {
  const names = bareHosts(server.hosts)
  return names.includes('*') ? ['*'] : names
}

/**
 * Whether two servers have a server name in common. istiod leaves the younger out only where both spell the host alike, namespace included, and chains have no
 * namespaces: of `./shop.example.com` and `shop.example.com` it makes two chains with the same match, for which Envoy rejects the whole listener.
 * Sources: istio `pilot/pkg/model/gateway.go` CheckDuplicates, GetSNIHostsForServer; envoy `source/common/listener_manager/filter_chain_manager_impl.cc`.
 */
export function sameChain(a: BoundServer, b: BoundServer): boolean {
  const theirs = serverNamesOf(b)
  return serverNamesOf(a).some(name => theirs.includes(name))
}

/**
 * Whether Envoy may not take the names of a server as they stand: it rejects a star that is not a whole label, and does not find capitals, since it knows those
 * of handshakes in lower case. Source: envoy `filter_chain_manager_impl.cc`.
 */
export function isOddlyNamed({ server }: BoundServer): boolean {
  return server.hosts.map(host => host.slice(host.indexOf('/') + 1)).some(host => /^\*[^.]|[A-Z]/.test(host))
}

/**
 * Whether a server that passes TLS on may have names of another one: its chains are those that VirtualServices name, and not its own hosts. Such a name is the
 * same as one of the other's (and the listener rejected), or goes before it.
 * Source: istio `pilot/pkg/networking/core/gateway.go` buildGatewayNetworkFiltersFromTLSRoutes.
 */
export function mayTakeFrom(layer: Layer, passing: BoundServer, other: BoundServer): boolean {
  if (passing.server.tls?.mode !== 'PASSTHROUGH') return false
  const wanted = serverNamesOf(other)
  return layer.routes.some(
    route => route.unreadable || (route.bytes && isPassedBy(route, passing) && meets(route.hosts, wanted)),
  )
}

function isPassedBy({ namespace = '', hosts, parents }: Routes, passing: BoundServer): boolean {
  const gateway = doorName(passing)
  return (
    parents.some(parent => names(parent, gateway)) && meets(hosts, hostsForNamespace(passing.server.hosts, namespace))
  )
}

function meets(ours: readonly string[], theirs: readonly string[]): boolean {
  return ours.some(our => theirs.some(their => isSubset(our, their) || isSubset(their, our)))
}
