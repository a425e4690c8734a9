import type { FlowToken } from './token'
import { printToken } from './token'

/** One of our services as the caller: what its certificate says, plus the name the graph gives it. */
export interface WorkloadCaller {
  readonly kind: 'workload'
  /** The service's name in the graph, for reading; the identity decides. */
  readonly service: string
  readonly namespace: string
  readonly serviceAccount: string
  /** An ingress gateway that is no service of the graph; how it comes to a callee is up to labels. */
  readonly gateway?: true
}

/** A caller that no mesh knows: it shows no certificate, so only its address can be told, and that only where `cidrs` are given. */
export interface OutsideCaller {
  readonly kind: 'outside'
  readonly name: string
  /** Addresses it calls from; empty means that it cannot be told from anybody else, so everybody may call. */
  readonly cidrs: readonly string[]
}

/** The kubelet of the callee's node, performing the probes that the Pod declares. */
export interface KubeletCaller {
  readonly kind: 'kubelet'
}

export type Caller = WorkloadCaller | OutsideCaller | KubeletCaller

/** A port of one of our services. Two services never share an identity, unless that was acknowledged. */
export interface WorkloadCallee {
  readonly kind: 'workload'
  readonly service: string
  readonly namespace: string
  readonly serviceAccount: string
  /** The container port, which is what a sidecar sees; never the Service's. */
  readonly port: number
}

/** A host outside the cluster. */
export interface ExternalCallee {
  readonly kind: 'external'
  readonly name: string
  readonly host: string
  readonly port: number
  /** The gateway that the call leaves through, where it is decided who may call and what; absent where it leaves from the caller's own proxy. */
  readonly via?: { readonly namespace: string; readonly serviceAccount: string }
  /** The mesh speaks TLS to the host for callers that ask in plaintext, so that proxies can read what they ask. @default false */
  readonly originated?: true
}

export type Callee = WorkloadCallee | ExternalCallee

/** What may be asked of the callee's port. */
export type Route =
  | { readonly kind: 'http'; readonly method: string; readonly path: string }
  | { readonly kind: 'grpc'; readonly service: string; readonly method: string }
  | { readonly kind: 'tcp' }
  | { readonly kind: 'tls' }

/** Why a flow is there: somebody declared the call, or the platform makes it on its own. */
export type Purpose = 'call' | 'probe' | 'scrape'

/** One declared call: who, whom, on which port, which route. */
export interface Flow {
  readonly from: Caller
  readonly to: Callee
  readonly route: Route
  readonly purpose: Purpose
  /** The token that the request has to carry; absent where it needs none. */
  readonly jwt?: FlowToken
}

/** A flow's caller in text: `shop/frontend`, `outside legacy (10.0.0.0/8)`, `kubelet`. */
export function printCaller(caller: Caller): string {
  switch (caller.kind) {
    case 'workload':
      return `${caller.namespace}/${caller.service}`
    case 'outside':
      return `outside ${caller.name} (${caller.cidrs.length === 0 ? 'any address' : caller.cidrs.join(' ')})`
    case 'kubelet':
      return 'kubelet'
  }
}

/** A flow's callee in text: `shop/cart:7070`, `external api.stripe.com:443`, `external api.stripe.com:80 through egress/egress`. */
export function printCallee(callee: Callee): string {
  switch (callee.kind) {
    case 'workload':
      return `${callee.namespace}/${callee.service}:${callee.port}`
    case 'external': {
      const { host, port, via } = callee
      return `external ${host}:${port}${via ? ` through ${via.namespace}/${via.serviceAccount}` : ''}`
    }
  }
}

/** A route in text: `GET /cart`, `grpc hipstershop.CartService/GetCart`, `tcp`, `tls`. */
export function printRoute(route: Route): string {
  switch (route.kind) {
    case 'http':
      return `${route.method} ${route.path}`
    case 'grpc':
      return `grpc ${route.service}/${route.method}`
    case 'tcp':
    case 'tls':
      return route.kind
  }
}

/** The one-line form people read in diffs: `shop/frontend → shop/cart:7070 grpc hipstershop.CartService/GetCart`, ` if jwt …` where it needs a token. */
export function printFlow({ from, to, route, purpose, jwt }: Flow): string {
  const note = purpose === 'call' ? '' : ` (${purpose})`
  const condition = jwt ? ` if ${printToken(jwt)}` : ''
  return `${printCaller(from)} → ${printCallee(to)} ${printRoute(route)}${note}${condition}`
}
