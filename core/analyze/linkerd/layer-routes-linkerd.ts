import type { Ternary } from '../istio/kleene'
import type { Named } from '../layer'

/*
 * Routes as Linkerd's inbound side reads them: which requests to a Server they name. Where they send requests (`backendRefs`) is no affair of the
 * receiving proxy.
 */

/** What an HTTPRoute and a GRPCRoute have in common. */
export interface Route<Match> extends Named {
  readonly group: string
  /** Servers it hangs on; parents of other kinds are left out. `unknown`: any. */
  readonly parents: readonly RouteParent[] | 'unknown'
  /** Empty: all. `*.example.com` stands for every host under it. */
  readonly hostnames: readonly string[]
  readonly rules: readonly RouteRule<Match>[]
  /** Whether the policy controller ignores it whole. It still counts as a route of its parents. */
  readonly ignored: Ternary
  /** Why it does, as a message ends. */
  readonly flaw?: string
  /** It may match anything, or nothing. */
  readonly unreadable: boolean
}

export type HttpRoute = Route<HttpMatch>
export type GrpcRoute = Route<GrpcMatch>

export interface RouteParent {
  readonly name: string
  /** @default the route's own */
  readonly namespace?: string
}

export interface RouteRule<Match> {
  /** Any of them; empty: every request. */
  readonly matches: readonly Match[]
  /** Whether the proxy may answer with a redirect instead of passing the request on. */
  readonly redirects: boolean
}

/** All that is given must hold. */
export interface HttpMatch {
  readonly path?: PathMatch
  readonly method?: string
  readonly headers: readonly ValueMatch[]
  readonly query: readonly ValueMatch[]
}

/** `prefix` means whole segments. */
export interface PathMatch {
  readonly kind: 'exact' | 'prefix' | 'regex'
  readonly value: string
}

/** A header, its name in lower case, or a parameter of the query. */
export interface ValueMatch {
  readonly kind: 'exact' | 'regex'
  readonly name: string
  readonly value: string
}

export interface GrpcMatch {
  readonly headers: readonly ValueMatch[]
  /** Absent: the proxy cannot read the match, nor the Server's policy with it. */
  readonly rpc?: { readonly service?: string; readonly method?: string }
}
