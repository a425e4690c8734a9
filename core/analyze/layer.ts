/**
 * What was read from manifests, typed: the one thing that `decide` and `reach` look at.
 *
 * Lists that an object leaves out are empty here, because for Istio both mean the same. What could not be read, or is
 * not known before deployment, is marked (`unknown`, `unreadable`), never guessed: it widens what may be
 * reached and narrows what must be.
 */
import type { Ternary } from './istio/kleene'
import type { IstioGateway, ReferenceGrant, Routes, ServerTls } from './layer-routes'
import type { LinkerdLayer, LinkerdPod } from './linkerd/layer-linkerd'
import type { NetworkLayer } from './network/layer-network'
import type { AuthorizationPolicy, PeerAuthentication, RequestAuthentication, Selector } from './layer-policies'

export * from './layer-policies'
export * from './layer-routes'

/** What every object has. */
export interface Named {
  readonly kind: string
  readonly name: string
  /** Absent where the manifest names none: the object may then lie in any namespace. */
  readonly namespace?: string
  /** Where it stands, for messages: a file and line, or a URN. */
  readonly at: string
  /** `metadata.creationTimestamp` in milliseconds since 1970; absent where it was not given. The oldest object often wins. */
  readonly created?: number
}

/** Everything that was read. */
export interface Layer {
  readonly mesh: Mesh
  readonly namespaces: ReadonlyMap<string, Namespace>
  /** Pods and pod templates; the Pods of one controller are one workload, unless they differ. */
  readonly workloads: readonly Workload[]
  readonly services: readonly Service[]
  readonly serviceEntries: readonly ServiceEntry[]
  readonly sidecars: readonly Sidecar[]
  readonly destinationRules: readonly DestinationRule[]
  readonly authorizationPolicies: readonly AuthorizationPolicy[]
  readonly peerAuthentications: readonly PeerAuthentication[]
  readonly requestAuthentications: readonly RequestAuthentication[]
  /** Gateways of the Gateway API, waypoints among them. */
  readonly gateways: readonly Gateway[]
  /** Gateways of Istio's own API: what the Pods of a gateway listen on. */
  readonly istioGateways: readonly IstioGateway[]
  /** VirtualServices, HTTPRoutes and GRPCRoutes, as far as they route HTTP; of routes of bytes it is said only that they are there. */
  readonly routes: readonly Routes[]
  /** ReferenceGrants: which routes may lead into other namespaces. */
  readonly referenceGrants: readonly ReferenceGrant[]
  /** Objects and settings of Linkerd. */
  readonly linkerd: LinkerdLayer
  /** NetworkPolicies, which hold on the wire below any mesh. */
  readonly network: NetworkLayer
  /** `recorded`: judged as the recorded verdicts were made (every workload proxied, see `assumeRecorded`). */
  readonly assume: 'nothing' | 'recorded'
}

export type PathNormalization = 'NONE' | 'BASE' | 'MERGE_SLASHES' | 'DECODE_AND_MERGE_SLASHES'
export type OutboundMode = 'ALLOW_ANY' | 'REGISTRY_ONLY'

/** The mesh's own settings. Each is absent where it is not known; no default is ever filled in for a mesh nobody described. */
export interface Mesh {
  readonly trustDomain?: string
  readonly trustDomainAliases?: readonly string[]
  /** Where mesh-wide policies live. */
  readonly rootNamespace?: string
  readonly pathNormalization?: PathNormalization
  /** What becomes of calls to hosts no configuration names. */
  readonly outbound?: OutboundMode
  readonly autoMtls?: boolean
  /** Whether sidecars speak HBONE (`ISTIO_META_ENABLE_HBONE`), without which ztunnel and they meet in plaintext. */
  readonly hbone?: boolean
  /** Trust domains of further roots (`caCertificates[].trustDomains`), whose peers pass the handshake too. */
  readonly foreignTrustDomains?: readonly string[]
  /** How many proxies before a gateway are trusted to have written `X-Forwarded-For` (`gatewayTopology.numTrustedProxies`). */
  readonly trustedProxies?: number
  /** What Service names end in, after `.svc.`. @default 'cluster.local' is taken where it is absent */
  readonly clusterDomain?: string
  /** Namespaces a Service, ServiceEntry, DestinationRule or VirtualService is exported to where it does not say (`default*ExportTo`). @default ['*'] */
  readonly exportTo: {
    readonly service: readonly string[]
    readonly destinationRule: readonly string[]
    readonly virtualService?: readonly string[]
  }
  /** Names of the external authorizers that CUSTOM policies may ask (`extensionProviders`). */
  readonly authorizers?: readonly string[]
  /** Ports the injector captures where a Pod's annotations do not say, as the annotations spell them; absent where not known. */
  readonly capture?: {
    readonly include: string
    readonly exclude: string
    /** Whether it captures all calls that go out, or some only. */
    readonly outbound: 'all' | 'some'
  }
  /** How the injector has traffic led to proxies where a Pod does not say; absent where not known. */
  readonly interception?: string
  /** Control-plane revisions and revision tags that were seen; empty where none was. */
  readonly revisions: ReadonlySet<string>
}

export interface Namespace extends Named {
  readonly labels: Labels
  readonly unreadable: boolean
}

export type Labels = Readonly<Record<string, string>>

export type WorkloadKind = 'Pod' | 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'ReplicaSet' | 'Job' | 'CronJob'

/** A Pod, or the Pods that a template makes. */
export interface Workload extends Named {
  readonly kind: WorkloadKind
  readonly namespace: string
  /** All names it goes by: its own, and those of the objects that were united with it. */
  readonly names: readonly string[]
  readonly labels: Labels
  readonly annotations: Labels
  /** @default 'default', as Kubernetes has it */
  readonly serviceAccount: string
  readonly hostNetwork: boolean
  /** Of all containers but the proxy's own. */
  readonly ports: readonly ContainerPort[]
  readonly probes: readonly Probe[]
  /** Whether a container named `istio-proxy` is among those written down. */
  readonly proxyContainer: boolean
  /** What Linkerd looks at beside. */
  readonly linkerd: LinkerdPod
  /** Whether this Pod was seen running (it has a uid, a node or a status), so that its containers are what there is. */
  readonly live: boolean
  /** Of a running Pod; empty for templates, and where Pods differ. */
  readonly ips: readonly string[]
  /** Some field that matters could not be read: nothing may be said of this workload. */
  readonly unreadable: boolean
}

export interface ContainerPort {
  readonly port: number
  readonly name?: string
  readonly protocol: 'TCP' | 'UDP' | 'SCTP'
  /** Declared by an init container that ends before the others start; one that keeps running (a native sidecar) counts as ordinary. */
  readonly init: boolean
}

/** What the kubelet asks. */
export interface Probe {
  readonly kind: 'http' | 'tcp' | 'grpc'
  readonly port: number | string
  /** Of an http probe. */
  readonly path?: string
}

export interface Service extends Named {
  readonly labels: Labels
  /** Absent or empty: it selects no Pods. */
  readonly selector: Labels
  readonly ports: readonly ServicePort[]
  readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName'
  readonly headless: boolean
  /** From `networking.istio.io/exportTo`; absent where the annotation is. */
  readonly exportTo?: readonly string[]
  readonly unreadable: boolean
}

export interface ServicePort {
  readonly name?: string
  readonly port: number
  /** A container port or the name of one. @default the same number as `port` */
  readonly target: number | string
  readonly protocol: 'TCP' | 'UDP' | 'SCTP'
  readonly appProtocol?: string
}

export interface ServiceEntry extends Named {
  readonly labels: Labels
  readonly hosts: readonly string[]
  readonly ports: readonly {
    readonly number: number
    readonly protocol?: string
    readonly name?: string
    readonly target?: number
  }[]
  readonly addresses: readonly string[]
  readonly location: 'MESH_EXTERNAL' | 'MESH_INTERNAL'
  readonly resolution: string
  readonly exportTo: readonly string[]
  /** Labels of workloads behind it; it then counts as one of their Services. */
  readonly workloadSelector?: Labels
  readonly unreadable: boolean
}

/** A Gateway of the Gateway API; one of class `istio-waypoint` stands before Services or Pods of ambient namespaces. */
export interface Gateway extends Named {
  /** `gatewayClassName`. */
  readonly className: string
  readonly labels: Labels
  /** The ServiceAccount its Pods run under, by which the next hop knows it. */
  readonly serviceAccount: string
  readonly listeners: readonly Listener[]
  /** Its Deployment and Service, where istiod makes them. */
  readonly deployment?: string
  /** Hosts of the Services whose Pods it is for; absent where istiod makes Pods for it. */
  readonly addresses?: readonly string[]
  /** Labels that istiod puts on what it makes for it (`infrastructure.labels`). */
  readonly podLabels?: Labels
  /** `no` where its status says that it is not programmed; `unknown` where it has no status yet. */
  readonly programmed: Ternary
  readonly unreadable: boolean
}

export interface Listener {
  readonly name: string
  readonly port: number
  readonly protocol: string
  readonly hostname?: string
  /** Absent: none is written. */
  readonly tls?: ServerTls
  /** Kinds of routes that may attach, `HTTPRoute`; absent: those that suit its protocol. */
  readonly kinds?: readonly string[]
  /** The namespaces whose routes, or whose Services where it is a waypoint's, may attach. */
  readonly from: 'All' | 'Same' | 'Selector' | 'unknown'
  /** Of `from: Selector`. */
  readonly selector?: LabelQuery
}

/** A label's key, and the values it may have. */
export interface OneOf {
  readonly key: string
  readonly values: readonly string[]
}

/** Labels a namespace must have, and keys whose value must be one of several; other operators are not followed. */
export type LabelQuery =
  { readonly kind: 'query'; readonly labels: Labels; readonly oneOf: readonly OneOf[] } | { readonly kind: 'unknown' }

/** What the proxies of some workloads may call. */
export interface Sidecar extends Named {
  readonly selector: Selector
  /** Absent: the object leaves egress alone, so that everything exported is visible. */
  readonly egress?: readonly EgressListener[]
  /** Absent or empty: inbound ports follow the Services. */
  readonly ingress: readonly { readonly port: number; readonly protocol: string }[]
  readonly outbound?: OutboundMode
  readonly unreadable: boolean
}

export interface EgressListener {
  /** `namespace/host`, with `.`, `*` and `~` as namespaces. */
  readonly hosts: readonly string[]
  /** Only calls to this port. */
  readonly port?: number
}

export type ClientTls = 'DISABLE' | 'SIMPLE' | 'MUTUAL' | 'ISTIO_MUTUAL'

export interface DestinationRule extends Named {
  readonly host: string
  readonly exportTo: readonly string[]
  readonly selector: Selector
  /** `trafficPolicy.tls.mode`; absent where it leaves TLS to the mesh. */
  readonly tls?: ClientTls
  /** `trafficPolicy.portLevelSettings`: Service port → mode; an entry without `tls` leaves it to the mesh. */
  readonly ports: ReadonlyMap<number, ClientTls | undefined>
  /** `sni` of those settings, by Service port, and of `trafficPolicy.tls` by 0; only where one is written. */
  readonly serverNames: ReadonlyMap<number, string>
  readonly subsets: readonly Subset[]
  readonly unreadable: boolean
}

/** Some of a host's endpoints, which routes may name. */
export interface Subset {
  readonly name: string
  /** What they have beside what the host's Service selects by. */
  readonly labels: Labels
  /** Modes it sets for them; none where it leaves TLS to what holds for the host. */
  readonly tls: readonly ClientTls[]
}
