import type { DataPlane, GatewayRouting, NetworkSettings, Stage, WaypointScope } from '../core/compile/target'
import type { Mesh } from '../core/compile/target-hybrid'
import type { Next } from '../core/rollout/upgrade'
import type { LinkerdSettings } from './linkerd-settings'
import type { TrustSettings } from './trust-settings'

export type {
  IssuerReference,
  LinkerdCniSettings,
  LinkerdGatewaySettings,
  LinkerdMultiClusterSettings,
  LinkerdSettings,
  TrustManagerSettings,
  VizSettings,
} from './linkerd-settings'
export type {
  CertManagerSettings,
  FederationSettings,
  IstioCsrSettings,
  PrivateCaSettings,
  TrustAlertSettings,
  TrustSettings,
} from './trust-settings'

/** Where the charts come from. */
export type Charts =
  /** A chart repository, `https://…` or `oci://…`. */
  | { readonly repository: string }
  /** A folder with the unpacked charts of the mesh (`istiod`, `linkerd-control-plane`, …), relative to the project; for closed networks. */
  | { readonly directory: string }
  /** A folder with the charts as `helm pull` leaves them, `istiod-1.30.3.tgz`, relative to the project; for closed networks. */
  | { readonly archives: string }

/** How paths are rewritten before a policy sees them, from least to most. */
export const pathNormalizations = ['NONE', 'BASE', 'MERGE_SLASHES', 'DECODE_AND_MERGE_SLASHES'] as const
export type PathNormalization = (typeof pathNormalizations)[number]

export const dataPlanes = ['sidecar', 'ambient'] as const satisfies readonly DataPlane[]

/** Where the CRDs of Gateway API come from, which waypoints are written in. */
export type GatewayApiSource =
  /** Somebody else installs them. */
  | 'existing'
  /** The project's release file `standard-install.yaml`, 1.5 or newer; the path is relative to the project. */
  | { readonly file: string }

export const telemetryLevels = ['off', 'denials', 'requests'] as const

/**
 * What Envoys (sidecars, waypoints, gateways) write to their log: nothing, what a policy refused, or every request.
 * Ztunnel always logs its connections, those it refuses included.
 */
export type Telemetry = (typeof telemetryLevels)[number]

/** Where the node's CNI plugin lies, on platforms that Istio has no name for. */
export interface CniSettings {
  /** Where the plugin's binary goes. @default what the chart says, `/opt/cni/bin` */
  readonly binDir?: string
  /** Where the plugins' configuration lies. @default what the chart says, `/etc/cni/net.d` */
  readonly confDir?: string
  /** Where the runtime keeps network namespaces. @default what the chart says, `/var/run/netns` */
  readonly netnsDir?: string
}

/**
 * This cluster's place in a mesh of several with one root. Identities hold no cluster: with one trust domain, the same
 * namespace and ServiceAccount of another cluster are the same caller to every policy.
 */
export interface MultiClusterSettings {
  /** The cluster's name, unique in the mesh. */
  readonly cluster: string
  /** Clusters with one network reach each other's Pods directly. @default none */
  readonly network?: string
  /** The mesh that the clusters form. @default the trust domain */
  readonly meshId?: string
}

/**
 * The control plane that is installed beside the one that stands, and how far it has been let in. The states of an
 * upgrade, and what to look at between them, are in `docs/upgrade.md`.
 */
export interface NextSettings extends Next {
  /** Where its charts come from; a folder of unpacked charts holds those of one version. @default as the other's */
  readonly charts?: Charts
}

/** Istio: what we install, or, with `install: false`, what somebody else installed. */
export interface IstioSettings {
  /** Istio's version, exact: `1.30.3`. */
  readonly version: string
  /** What identities start with. No default: every mesh would share `cluster.local`, and with it each other's identities. */
  readonly trustDomain: string
  /** Other trust domains that identities of this mesh may have, while it goes from one to another (docs/trust.md). @default [] */
  readonly trustDomainAliases?: readonly string[]
  /** Whether to install; otherwise the other settings describe the mesh that is there. @default true */
  readonly install?: boolean
  /** @default { repository: 'https://istio-release.storage.googleapis.com/charts' } */
  readonly charts?: Charts
  /** Where images come from, for closed networks. @default what the charts say */
  readonly hub?: string
  /** What Istio calls the platform, where it differs: `gke`, `k3d`, `k3s`, `microk8s`, `minikube`, `openshift`. @default none */
  readonly platform?: string
  /** Where istiod runs. @default 'istio-system' */
  readonly systemNamespace?: string
  /** Where policies hold for the whole mesh. @default the system namespace */
  readonly rootNamespace?: string
  /**
   * The control plane's revision, `1-30-3`. Changed by itself, the old control plane is removed at the end of the same
   * update, and what still follows it cannot renew its certificates: that is for meshes without workloads. A program does
   * not see what is deployed and cannot refuse it; `next` is the way from one revision to another. @default none
   */
  readonly revision?: string
  /** A tag that points at `revision` and that namespaces follow instead. @default none */
  readonly tag?: string
  /** The control plane to upgrade to, while that lasts. @default none */
  readonly next?: NextSettings
  /** The cluster's DNS domain. @default 'cluster.local' */
  readonly clusterDomain?: string
  /** @default 'DECODE_AND_MERGE_SLASHES' where we install, otherwise unknown */
  readonly pathNormalization?: PathNormalization
  /** What carries the calls of each namespace that `dataPlanes` does not name. @default 'sidecar' */
  readonly dataPlane?: DataPlane
  /** @default 'existing' */
  readonly gatewayApi?: GatewayApiSource
  /** @default 'off': what is logged costs, and a mesh has one such object, which may be somebody else's */
  readonly telemetry?: Telemetry
  /**
   * Whether the charts' own NetworkPolicies are installed: only the ports that istiod, the node agents and the gateways
   * serve are open, to everybody; all egress is. @default false
   */
  readonly networkPolicies?: boolean
  /** Secrets that images are pulled with, beside the ServiceAccounts that pull them. @default [] */
  readonly pullSecrets?: readonly string[]
  /** Where the node agents run, the CNI plugin's and ztunnel; some platforms allow such Pods in `kube-system` only. @default the system namespace */
  readonly nodeNamespace?: string
  /** @default what the charts say, or the platform */
  readonly cni?: CniSettings
  /** Whether traffic is redirected with nftables, for nodes without iptables. @default false */
  readonly nativeNftables?: boolean
  /** @default the mesh is this cluster */
  readonly multiCluster?: MultiClusterSettings
}

export const gatewayRoutings = ['istio', 'gateway-api', 'elsewhere'] as const satisfies readonly GatewayRouting[]

/**
 * A gateway; its name is that of its ServiceAccount, under which it calls services. By the chart `gateway` it is the release's too; with `routing:
 * gateway-api` istiod makes its Pods for a Gateway, under the account `<gateway>-istio`.
 */
export interface GatewaySettings {
  /**
   * For whom it stands: callers from outside the mesh, or, `east-west`, those of the mesh's other networks, with 15443 for sidecars and 15008 for
   * ambient; that takes `multiCluster.network`. @default 'ingress'
   */
  readonly kind?: 'ingress' | 'east-west'
  /** @default the gateway's name */
  readonly namespace?: string
  /**
   * Who says what it listens on and where it sends what it lets in: we, by Istio's own API or the Gateway API, or somebody else. What may enter is
   * limited by a policy all the same. @default 'istio'
   */
  readonly routing?: GatewayRouting
  /** The type of its Service. @default 'LoadBalancer' */
  readonly service?: 'LoadBalancer' | 'NodePort' | 'ClusterIP'
}

export const meshes = ['istio', 'linkerd'] as const satisfies readonly Mesh[]

export const podSecurityLevels = ['privileged', 'baseline', 'restricted'] as const
export type PodSecurity = (typeof podSecurityLevels)[number]

/** The namespaces of the mesh. */
export interface NamespaceSettings {
  /** Those that are there already: they are given labels, and kept when the stack is destroyed. @default [] */
  readonly existing?: readonly string[]
  /** The Pod Security Standard that the services' namespaces enforce. @default none */
  readonly podSecurity?: PodSecurity
}

/**
 * The network below the mesh. Its policies hold at stage `enforce` alone: a namespace at `strict` has none. Stages are the mesh's.
 */
export interface NetworkPolicySettings extends Omit<NetworkSettings, 'stages'> {
  /** Whether NetworkPolicies are written beside the mesh's own policies. They take a network plugin that holds them. */
  readonly enabled: boolean
}

/** All that a mesh is made from, but the graph. One of `istio` and `linkerd` at least. */
export interface MeshSettings {
  readonly istio?: IstioSettings
  readonly linkerd?: LinkerdSettings
  /** Which mesh each namespace is on, where both are there. @default 'istio' for each that is not named */
  readonly meshes?: Readonly<Record<string, Mesh>>
  readonly trust: TrustSettings
  /** Gateways by name. @default {} */
  readonly gateways?: Readonly<Record<string, GatewaySettings>>
  readonly namespaces?: NamespaceSettings
  /** Stage per namespace. @default 'enforce' for each that is not named */
  readonly stages?: Readonly<Record<string, Stage>>
  /** Data plane per namespace, where it is another than the mesh's own. @default {} */
  readonly dataPlanes?: Readonly<Record<string, DataPlane>>
  /** Waypoint per ambient namespace; there is one only where some call needs it. @default 'namespace' for each that is not named */
  readonly waypoints?: Readonly<Record<string, WaypointScope>>
  /** @default the network below the mesh is left open */
  readonly networkPolicy?: NetworkPolicySettings
  /** Codes of `narrowed` problems that are accepted: these flows will not work. @default [] */
  readonly acknowledged?: readonly string[]
  /**
   * A file or folder of CustomResourceDefinitions, relative to the project, which everything generated is held against before anything is registered.
   * @default those of Gateway API that the mesh brings; policies are held against what the analyzer reads of them in any case
   */
  readonly crds?: string
}

/** The settings of a mesh that has Istio. */
export interface IstioMeshSettings extends MeshSettings {
  readonly istio: IstioSettings
}

/** The settings of a mesh that has Linkerd. */
export interface LinkerdMeshSettings extends MeshSettings {
  readonly linkerd: LinkerdSettings
}
