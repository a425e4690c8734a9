import type { Layer } from '../layer'
import { isOddlyNamed, mayTakeFrom, sameChain } from './chains'
import type { BoundServer } from './servers'

/** The servers of one of a gateway's ports, as far as they go together. */
export interface PortServers {
  readonly port: number
  readonly servers: readonly BoundServer[]
}

const http = ['HTTP', 'HTTP2', 'HTTP_PROXY', 'GRPC', 'GRPC-WEB']

/** Whether a server reads HTTP in plaintext; a `tls` of its own only has it redirect. */
export function isPlainHttp({ server }: BoundServer): boolean {
  return http.includes(server.protocol)
}

/** Whether a server speaks TLS, or passes it on (istio `pkg/config/gateway/gateway.go` IsTLSServer). */
export function isTls(bound: BoundServer): boolean {
  return bound.server.tls !== undefined && !isPlainHttp(bound)
}

/** Whether a server takes TLS off and reads HTTP (`gateway.go` IsHTTPSServerWithTLSTermination). */
export function isHttps({ server }: BoundServer): boolean {
  const mode = server.tls?.mode
  return server.protocol === 'HTTPS' && mode !== undefined && mode !== 'PASSTHROUGH' && mode !== 'AUTO_PASSTHROUGH'
}

/**
 * Servers by port, without those that clash with an older one; where nobody can tell which is the older, both are there, and neither for certain.
 * Source: istio `pilot/pkg/model/gateway.go` mergeGateways.
 */
export function portsOf(layer: Layer, bound: readonly BoundServer[]): readonly PortServers[] {
  const ports = [...new Set(bound.map(({ port }) => port))].sort((a, b) => a - b)
  return ports.map(port => {
    const servers = merged(bound.filter(one => one.port === port))
    return { port, servers: servers.map(server => (isRejected(layer, server, servers) ? doubted(server) : server)) }
  })
}

/** Whether Envoy may reject the listener for the names of a server, which leaves whatever was there before; or another server may get those names. */
function isRejected(layer: Layer, server: BoundServer, all: readonly BoundServer[]): boolean {
  if (!isTls(server)) return false
  const others = all.filter(other => other !== server && isTls(other))
  return isOddlyNamed(server) || others.some(other => sameChain(other, server) || mayTakeFrom(layer, other, server))
}

function merged(servers: readonly BoundServer[]): readonly BoundServer[] {
  // Servers at addresses of their own do not clash, and no request says which it came to.
  if (servers.some(({ server }) => server.bind !== undefined)) return servers.map(doubted)
  return servers.reduce<readonly BoundServer[]>((kept, server) => {
    const rivals = kept.filter(other => clash(other, server))
    if (rivals.length === 0) return [...kept, server]
    if (rivals.some(rival => isBefore(rival, server))) return kept
    return [...kept.map(other => (rivals.includes(other) ? doubted(other) : other)), doubted(server)]
  }, [])
}

/** A server that may not be there, or not in this way. */
export function doubted(bound: BoundServer): BoundServer {
  return { ...bound, certain: 'unknown' }
}

/** Whether `a` certainly goes first, and is certainly there. In which namespaces istiod spells out the hosts of a Gateway of the Gateway API is not followed. */
function isBefore(a: BoundServer, b: BoundServer): boolean {
  if (a.certain !== 'yes' || isTls(a) !== isTls(b)) return false
  if (isTls(a) && [a, b].some(({ door }) => door.kind === 'gateway')) return false
  const [one, other] = [a.door.gateway, b.door.gateway]
  return one === other || (one.created !== undefined && other.created !== undefined)
}

function clash(a: BoundServer, b: BoundServer): boolean {
  if (a.server.tls && b.server.tls && a.server.hosts.some(host => b.server.hosts.includes(host))) return true
  return isTls(a) && isTls(b) ? false : !(isPlainHttp(a) && isPlainHttp(b))
}
