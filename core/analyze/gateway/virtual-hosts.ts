import { nameOf } from '../istio/verdict'
import type { Layer, RouteMatch } from '../layer'
import { attachedTo, type AttachedRoutes } from './attached-routes'
import type { OrderedRule, VirtualHost } from './listener'
import { isPlainHttp } from './ports'
import { isCatchAll, mayBeCatchAll } from './route-order'
import type { BoundServer } from './servers'

/** Servers that share their virtual hosts: all HTTP servers of a port, or one of HTTPS. */
export interface HostAsking {
  readonly layer: Layer
  /** The namespace of the Pods. */
  readonly near: string
  /** How many proxies before them are trusted; absent where that is not known. */
  readonly trusted: number | undefined
  readonly servers: readonly BoundServer[]
  /** Whether routes count of which it is not certain that they hang there. */
  readonly routes: 'certain' | 'possible'
}

/** What one server has for a host. */
interface Part {
  readonly bound: BoundServer
  readonly routes: AttachedRoutes
}

/**
 * The virtual hosts of servers, each host once. A host of a VirtualService is one where the server's hosts cover it, or it covers them.
 * Source: istio `pilot/pkg/networking/core/gateway.go` buildGatewayHTTPRouteConfig.
 */
export function virtualHosts(asking: HostAsking): readonly VirtualHost[] {
  const parts = partsOf(asking)
  const redirected = redirectedHosts(asking, parts)
  const hosts = [...new Set([...parts.map(({ routes }) => routes.host), ...redirected.keys()])]
  return hosts.map(host => {
    const by = redirected.get(host)
    const own = virtualHost(
      host,
      parts.filter(({ routes }) => routes.host === host),
    )
    return by === undefined ? own : redirecting(own, by, asking.trusted)
  })
}

/**
 * A virtual host that plaintext only gets a redirect from. But a proxy before the gateway that is trusted is believed when it says that it took TLS off.
 * Source: envoy `source/common/http/conn_manager_utility.cc` mutateRequestHeaders (x-forwarded-proto), `source/common/router/config_impl.cc` (require_tls).
 */
function redirecting(host: VirtualHost, from: string, trusted: number | undefined): VirtualHost {
  const answer: OrderedRule = { matches: [], action: { kind: 'answer' }, from }
  const believed = trusted === 0 ? [] : host.rules.map(rule => inTls(rule, trusted))
  return { ...host, rules: [...believed, answer], doubtful: trusted === 0 ? false : host.doubtful }
}

function inTls(rule: OrderedRule, trusted: number | undefined): OrderedRule {
  const doubted = trusted === undefined
  const everything: RouteMatch = { headers: {}, gateways: [], more: false }
  const matches = rule.matches.length === 0 ? [everything] : rule.matches
  const https = { 'x-forwarded-proto': { kind: 'exact', value: 'https' } } as const
  return {
    ...rule,
    matches: matches.map(match => ({ ...match, headers: { ...match.headers, ...https }, more: match.more || doubted })),
  }
}

/** Whether there are routes of which it is not certain that they hang on the servers. */
export function hasUncertainRoutes({ layer, near, servers }: Omit<HostAsking, 'routes' | 'trusted'>): boolean {
  return servers.some(bound => attachedTo(layer, bound, near).some(({ certain }) => certain !== 'yes'))
}

function partsOf({ layer, near, servers, routes: wanted }: HostAsking): readonly Part[] {
  return servers.flatMap(bound =>
    attachedTo(layer, bound, near)
      .filter(({ certain }) => wanted === 'possible' || certain === 'yes')
      .map(routes => ({ bound, routes })),
  )
}

/** Routes in turn, those for every request last; an object that hangs there twice says the same twice. */
function virtualHost(host: string, parts: readonly Part[]): VirtualHost {
  const rules = parts.flatMap(({ routes }) => routes.rules)
  const several = parts.length > 1
  const doubtful =
    parts.some(({ routes }) => !routes.ordered) ||
    parts.some((part, index) => inDoubt(part, parts[index + 1])) ||
    (several && rules.some(mayBeCatchAll))
  return { host, rules: catchAllsLast(rules), doubtful }
}

/** Source: istio `pilot/pkg/networking/core/route/route.go` SortVHostRoutes. */
function catchAllsLast(rules: readonly OrderedRule[]): readonly OrderedRule[] {
  return [...rules.filter(rule => !isCatchAll(rule)), ...rules.filter(isCatchAll)]
}

/** Whether nobody can tell which of two goes first. */
function inDoubt(a: Part, b: Part | undefined): boolean {
  if (!b || a.routes.oldest === b.routes.oldest) return false
  const [one, other] = [a.bound.door.gateway, b.bound.door.gateway]
  if (one !== other) return one.created === undefined || other.created === undefined
  const undated = a.routes.oldest.created === undefined || b.routes.oldest.created === undefined
  return a.routes.rank === b.routes.rank && undated
}

/**
 * Hosts that are only told to come back in TLS, and the Gateway that says so: those of a redirecting server that have routes, and those that it names
 * for all namespaces.
 */
function redirectedHosts({ servers }: HostAsking, parts: readonly Part[]): ReadonlyMap<string, string> {
  const plain = servers.filter(bound => isPlainHttp(bound) && bound.server.tls?.httpsRedirect === true)
  return new Map(
    plain.flatMap(bound => {
      const routed = parts.filter(part => part.bound === bound).map(({ routes }) => routes.host)
      const named = bound.server.hosts.filter(host => !host.includes('/')).map(host => host.toLowerCase())
      return [...routed, ...named].map(host => [host, nameOf(bound.door.gateway)] as const)
    }),
  )
}
