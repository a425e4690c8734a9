import type { Labels, Named } from '../layer'
import type { GrpcRoute, HttpRoute } from './layer-routes-linkerd'
import type { EgressNetwork, OutboundRoute } from './outbound/layer-outbound'

/*
 * What a layer says of Linkerd: its own objects, and the settings it was installed with. Paths in this folder's docstrings are those of linkerd2 (tag
 * version-2.20) and, where marked `proxy`, of linkerd2-proxy (tag release/v2.359.0).
 */

export * from './layer-routes-linkerd'
export * from './outbound/layer-outbound'

/** Everything of Linkerd that was read. */
export interface LinkerdLayer {
  readonly mesh: LinkerdMesh
  readonly namespaces: ReadonlyMap<string, LinkerdNamespace>
  readonly servers: readonly Server[]
  readonly authorizationPolicies: readonly LinkerdAuthorizationPolicy[]
  readonly serverAuthorizations: readonly ServerAuthorization[]
  readonly meshTlsAuthentications: readonly MeshTlsAuthentication[]
  readonly networkAuthentications: readonly NetworkAuthentication[]
  /** Of both groups, `policy.linkerd.io` and `gateway.networking.k8s.io`. */
  readonly httpRoutes: readonly HttpRoute[]
  readonly grpcRoutes: readonly GrpcRoute[]
  /** Read, not judged: they limit what a caller may send, not who may send it. */
  readonly rateLimits: readonly RateLimit[]
  readonly egressNetworks: readonly EgressNetwork[]
  /** Routes that callers' proxies follow: those of Services and of EgressNetworks. */
  readonly outboundRoutes: readonly OutboundRoute[]
}

/** Whom a port without a Server lets in, and what a Server's own `accessPolicy` adds (`policy-controller/k8s/index/src/defaults.rs`). */
export const defaultPolicies = [
  'all-unauthenticated',
  'all-authenticated',
  'cluster-unauthenticated',
  'cluster-authenticated',
  'deny',
  'audit',
] as const

export type DefaultPolicy = (typeof defaultPolicies)[number]

/** The installation's settings, from ConfigMap `linkerd-config`. Each is absent where it is not known; the chart writes them all. */
export interface LinkerdMesh {
  /** Where the control plane runs; part of every identity. */
  readonly namespace?: string
  readonly trustDomain?: string
  /** What `cluster-*` policies call the cluster: networks, which need not be its own. */
  readonly clusterNetworks?: readonly string[]
  /** Who may ask the paths of probes; empty: nobody does without an authorization. */
  readonly probeNetworks?: readonly string[]
  readonly defaultPolicy?: DefaultPolicy
  /** `proxyInit.ignoreInboundPorts`, as the annotation spells it. */
  readonly skipInboundPorts?: string
  /** `proxyInit.ignoreOutboundPorts`, as the annotation spells it. */
  readonly skipOutboundPorts?: string
  /** `proxy.opaquePorts`, as the annotation spells it. */
  readonly opaquePorts?: string
  /** Whose EgressNetworks are for every namespace that has none of its own (`egress.globalEgressNetworkNamespace`). */
  readonly egressNamespace?: string
}

/** What the injector looks at in a Namespace. */
export interface LinkerdNamespace {
  readonly labels: Labels
  readonly annotations: Labels
  /** Whether some labels could not be read. */
  readonly labelsUnreadable: boolean
  /** Whether some annotations could not be read. */
  readonly unreadable: boolean
}

/** What Linkerd looks at in a Pod, beside what every mesh does. */
export interface LinkerdPod {
  /** Whether a container named `linkerd-proxy` is among those written down. */
  readonly proxyContainer: boolean
  /** Whether another mesh's containers, or a proxy without its name, keep the injector away. */
  readonly foreignSidecar: boolean
  /** TCP ports with names, of containers and init containers. A name may stand for several. */
  readonly namedPorts: readonly { readonly name: string; readonly port: number }[]
  /** What `httpGet` probes ask; their ports' names were looked up in the probe's own container. */
  readonly probes: readonly { readonly port: number; readonly path: string }[]
}

/** Pods and one port of theirs (`policy-controller/k8s/api/src/policy/server.rs`). */
export interface Server extends Named {
  readonly labels: Labels
  /** `external`: machines outside the cluster, never Pods. */
  readonly selector: LabelSelector | 'external'
  /** A number, or the name of container ports; digits in quotes are a name. */
  readonly port: number | string
  readonly protocol: ServerProtocol
  /** Absent: as `deny`, which adds nothing. */
  readonly accessPolicy?: DefaultPolicy
  /** It may be for any Pod and any port beside it. */
  readonly unreadable: boolean
}

export const serverProtocols = ['unknown', 'HTTP/1', 'HTTP/2', 'gRPC', 'opaque', 'TLS'] as const

/** `unknown`: found out for each connection. */
export type ServerProtocol = (typeof serverProtocols)[number]

/** All labels and all expressions hold; an empty one takes everything (`policy-controller/k8s/api/src/labels.rs`). */
export interface LabelSelector {
  readonly labels: Labels
  readonly expressions: readonly LabelExpression[]
}

export interface LabelExpression {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
  /** Absent is not the same as empty. */
  readonly values?: readonly string[]
}

/** An AuthorizationPolicy of `policy.linkerd.io`: it admits who meets all its authentications. */
export interface LinkerdAuthorizationPolicy extends Named {
  readonly target: PolicyTarget
  /** Empty: everybody, from everywhere. */
  readonly authentications: readonly AuthenticationRef[]
  /** It may admit anybody, or nobody, to anything beside it. */
  readonly unreadable: boolean
}

export type PolicyTarget =
  | { readonly kind: 'server'; readonly name: string }
  /** Every Server of the policy's namespace, whatever name it gives. */
  | { readonly kind: 'namespace' }
  | { readonly kind: 'route'; readonly group: string; readonly routeKind: string; readonly name: string }
  | { readonly kind: 'unsupported' }

export interface AuthenticationRef {
  readonly kind: 'mesh-tls' | 'network' | 'service-account' | 'unsupported'
  readonly name: string
  /** @default the policy's own; an empty one is a namespace too, which does not exist */
  readonly namespace?: string
}

/** A ServerAuthorization: the older form, client and Server in one. */
export interface ServerAuthorization extends Named {
  /** The name goes before the selector. */
  readonly server: { readonly name: string } | { readonly selector: LabelSelector }
  /** Empty: the cluster's. */
  readonly networks: readonly Network[]
  /** `nobody`: the controller ignores it. */
  readonly client: 'anyone' | 'tls' | 'nobody' | readonly IdentityMatch[]
  readonly unreadable: boolean
}

export interface MeshTlsAuthentication extends Named {
  /** Any of them. Empty, or with a reference of an unknown kind: as if it did not exist. */
  readonly identities: readonly IdentityMatch[]
  readonly unreadable: boolean
}

/** Whose certificate will do. */
export type IdentityMatch =
  /** A whole identity, `*`, or `*.` and its last labels. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'account'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'namespace'; readonly name: string }

export interface NetworkAuthentication extends Named {
  /** Any of them. Empty: as if it did not exist. */
  readonly networks: readonly Network[]
  readonly unreadable: boolean
}

export interface Network {
  /** A CIDR block or an address. */
  readonly cidr: string
  readonly except: readonly string[]
}

/** An HTTPLocalRateLimitPolicy: how often a Server's clients may ask. */
export interface RateLimit extends Named {
  readonly target: string
}
