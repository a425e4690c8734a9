import type { Ternary } from './istio/kleene'
import type { Labels, Named } from './layer'

/*
 * What a layer says of gateways and routes: what listens, and where a request goes.
 */

/** A Gateway of Istio's own API (`networking.istio.io`): what the Pods it selects listen on. */
export interface IstioGateway extends Named {
  /** Empty: every gateway. */
  readonly selector: Labels
  readonly servers: readonly Server[]
  readonly unreadable: boolean
}

/** One entry of `servers`. */
export interface Server {
  /** A Service's port, or the Pod's own where no Service of the gateway has it. */
  readonly port: number
  /** As written, in upper case: `HTTP`, `HTTPS`, `TLS`, `TCP`, … */
  readonly protocol: string
  /** Absent: plaintext. */
  readonly tls?: ServerTls
  /** `namespace/host`; an entry without namespace is open to VirtualServices of all, one with `.` to those beside the Gateway. */
  readonly hosts: readonly string[]
  /** Only at this address of the Pod; absent: at all. */
  readonly bind?: string
}

/** How a server of a gateway speaks TLS. */
export interface ServerTls {
  readonly mode:
    'PASSTHROUGH' | 'SIMPLE' | 'MUTUAL' | 'AUTO_PASSTHROUGH' | 'ISTIO_MUTUAL' | 'OPTIONAL_MUTUAL' | 'unknown'
  /** Plaintext is answered with a redirect and nothing else. */
  readonly httpsRedirect: boolean
}

/** An object that routes requests: a VirtualService, an HTTPRoute or a GRPCRoute. */
export interface Routes extends Named {
  readonly source: 'VirtualService' | 'HTTPRoute' | 'GRPCRoute'
  /** In lower case; `*.example.com`, `*`. Of a VirtualService as proxies know them, short names spelt out. Empty: of a part of another VirtualService, or of a Route for all hosts. */
  readonly hosts: readonly string[]
  /** What it hangs on. A VirtualService without `gateways` hangs on `mesh`. */
  readonly parents: readonly Parent[]
  /** Of a VirtualService; empty: everybody. */
  readonly exportTo: readonly string[]
  /** In the order they are written in. The first that matches decides in a VirtualService; the most specific in a Route. */
  readonly rules: readonly RouteRule[]
  /** Whether it also routes bytes (`tcp`, `tls`), which is not followed. */
  readonly bytes: boolean
  readonly unreadable: boolean
}

/** What routes hang on. */
export type Parent =
  /** Whatever calls from within the mesh. */
  | { readonly kind: 'mesh' }
  /** A Gateway of Istio's own API. */
  | { readonly kind: 'istio-gateway'; readonly namespace: string; readonly name: string }
  /** A Gateway of the Gateway API, or one listener or port of it. */
  | {
      readonly kind: 'gateway'
      readonly namespace: string
      readonly name: string
      readonly section?: string
      readonly port?: number
    }
  /** A Service, whose callers or whose waypoint follow the route. */
  | { readonly kind: 'service'; readonly namespace: string; readonly name: string; readonly port?: number }
  | { readonly kind: 'unknown' }

/** One rule: which requests, and what becomes of them. */
export interface RouteRule {
  /** Any of them; empty: every request. */
  readonly matches: readonly RouteMatch[]
  readonly action: RouteAction
}

/** All that is given must hold. */
export interface RouteMatch {
  readonly path?: TextMatch
  readonly method?: TextMatch
  /** The `Host` header, of a VirtualService. */
  readonly authority?: TextMatch
  /** Header, in lower case → what it has to be. */
  readonly headers: Readonly<Record<string, TextMatch>>
  /** Of a VirtualService: only on this port of the gateway or of the destination. */
  readonly port?: number
  /** Of a VirtualService: only at these Gateways, `namespace/name`, or `mesh`; empty: at all it hangs on. */
  readonly gateways: readonly string[]
  /** How many query parameters are asked for, by which Routes are ordered. @default 0 */
  readonly queries?: number
  /** Something else is asked that is not followed (query parameters, absent headers, callers' labels, …): whether the match holds is unknown where the rest does. */
  readonly more: boolean
}

/** `segments`: the Gateway API's PathPrefix: `/a` is met by `/a` and `/a/b`, not by `/ab`. */
export interface TextMatch {
  readonly kind: 'exact' | 'prefix' | 'segments' | 'regex'
  readonly value: string
  /** @default false */
  readonly ignoreCase?: true
}

/** What becomes of a request that a rule matches. */
export type RouteAction =
  | {
      readonly kind: 'forward'
      /** Those with a share; a route that names several of them spreads requests. */
      readonly to: readonly Destination[]
      /** Who is sent a copy: what a copy does there is done, though nobody waits for its answer. @default nobody */
      readonly mirrors?: readonly Destination[]
      /** Whether the path or the host is another one for the destination. */
      readonly rewrites: boolean
      /** Whether some requests are refused on purpose (`fault.abort`). */
      readonly aborts: boolean
    }
  /** Redirected, or answered on the spot: it reaches nobody. */
  | { readonly kind: 'answer' }
  /** Somebody else decides (`delegate`), or it could not be read. */
  | { readonly kind: 'unknown' }

/** Where requests are sent. */
export interface Destination {
  /** The name proxies know it by, in lower case; short names spelt out. */
  readonly host: string
  /** Of the Service or host; absent where it has only one. */
  readonly port?: number
  readonly subset?: string
  /** Whether the route may lead there, from the namespace it is in (the Gateway API asks for a ReferenceGrant). */
  readonly allowed: Ternary
}

/** What may refer to objects of its own namespace from another one. */
export interface ReferenceGrant extends Named {
  readonly from: readonly { readonly group: string; readonly kind: string; readonly namespace: string }[]
  /** `name` absent: all of the kind. */
  readonly to: readonly { readonly group: string; readonly kind: string; readonly name?: string }[]
  readonly unreadable: boolean
}
