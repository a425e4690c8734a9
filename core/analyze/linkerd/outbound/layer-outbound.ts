import type { Ternary } from '../../istio/kleene'
import type { Named } from '../../layer'
import type { Network } from '../layer-linkerd'
import type { GrpcRoute, HttpRoute } from '../layer-routes-linkerd'

/*
 * What a layer says of calls that workloads behind a Linkerd proxy make: routes of Services and of EgressNetworks, which the callers' own proxies follow. Paths in this
 * folder's docstrings are those of linkerd2 (tag version-2.20); `outbound/` stands for `policy-controller/k8s/index/src/outbound/`, `grpc/` for `policy-controller/grpc/src/`.
 */

/** An EgressNetwork: addresses outside the cluster, and whether calls to them may leave that no route is for. */
export interface EgressNetwork extends Named {
  readonly trafficPolicy: 'Allow' | 'Deny'
  /** Absent: every address that is not of the cluster's networks. */
  readonly networks?: readonly Network[]
  /** `config.linkerd.io/opaque-ports`; absent: the installation's list. */
  readonly opaquePorts?: string
  readonly unreadable: boolean
}

/** A route that callers' proxies follow. Exactly one of `http` and `grpc` is there where it is one of requests. */
export interface OutboundRoute extends Named {
  readonly protocol: 'http' | 'grpc' | 'tls' | 'tcp'
  /** `unknown`: it may hang on any. */
  readonly hooks: readonly OutboundHook[] | 'unknown'
  /** Of a TLSRoute: the server names it is for; empty: all. */
  readonly serverNames: readonly string[]
  /** Which requests each of its rules takes. */
  readonly http?: HttpRoute
  readonly grpc?: GrpcRoute
  /** What each of its rules does with them, in the same order. */
  readonly actions: readonly OutboundAction[]
  /** Whether the policy controller follows it at all. */
  readonly counts: Ternary
}

/** What a route hangs on. */
export interface OutboundHook {
  readonly kind: 'service' | 'egress-network'
  /** @default the route's own */
  readonly namespace?: string
  readonly name: string
  /** Absent: at every port of a Service, and at none of an EgressNetwork. */
  readonly port?: number
}

/** What becomes of a call. */
export type OutboundAction =
  /** Passed on as it came, to any of these; to what the route hangs on, where there are none. */
  | { readonly kind: 'send'; readonly to: readonly Backend[] }
  /** Answered on the spot, or changed on the way. */
  | { readonly kind: 'other' }

/** Where a route sends calls. */
export interface Backend {
  /** `invalid`: a kind or form that answers with an error. */
  readonly kind: 'service' | 'egress-network' | 'invalid'
  /** @default that of what the route hangs on */
  readonly namespace?: string
  readonly name: string
  readonly port?: number
  readonly weight: number
}
