import type { LinkerdExport } from '../core/compile/target-linkerd'
import type { Charts, GatewayApiSource } from './settings'

/** A signer of cert-manager’s, as its Certificates name one. */
export interface IssuerReference {
  readonly name: string
  /** `Issuer` lies in the control plane’s namespace. A signer of somebody else’s has a kind of its own. @default 'ClusterIssuer' */
  readonly kind?: string
  /** @default 'cert-manager.io' */
  readonly group?: string
}

/** Whom trust-manager tells the control plane to trust. */
export interface TrustManagerSettings {
  /**
   * Secrets in trust-manager’s own namespace, of which it copies the certificate and nothing else: the anchor in force, and beside it
   * the one before or after while the anchor is rotated.
   */
  readonly secrets: readonly string[]
  /** Where in each Secret the certificate is. @default 'tls.crt' */
  readonly key?: string
}

/** The node’s CNI plugin, by which no workload’s Pod needs `NET_ADMIN`. */
export interface LinkerdCniSettings {
  /** @default 'linkerd-cni' */
  readonly namespace?: string
  /** Where the plugin’s binary goes. @default what the chart says, `/opt/cni/bin` */
  readonly binDir?: string
  /** Where the plugins’ configuration lies. @default what the chart says, `/etc/cni/net.d` */
  readonly confDir?: string
}

/** The dashboard and what it shows. */
export interface VizSettings {
  /** @default 'linkerd-viz' */
  readonly namespace?: string
  /** A Prometheus that is there already; without one the chart brings its own, which keeps nothing over a restart. @default none */
  readonly prometheusUrl?: string
  /** CIDR blocks from which the API server calls the extension. @default as the chart has it, anybody */
  readonly apiServerNetworks?: readonly string[]
}

/** The gateway that calls of other clusters come in through. */
export interface LinkerdGatewaySettings {
  /** CIDR blocks from which other clusters call, as the gateway sees them; the chart would let in anybody. */
  readonly sourceNetworks: readonly string[]
  /** Identities that may call through it, or suffixes `*.…` of them. @default every identity that the anchors vouch for */
  readonly identities?: readonly string[]
  /** The type of its Service. @default 'LoadBalancer' */
  readonly service?: 'LoadBalancer' | 'NodePort' | 'ClusterIP'
}

/** This cluster’s part in several that share an anchor. */
export interface LinkerdMultiClusterSettings {
  /** @default 'linkerd-multicluster' */
  readonly namespace?: string
  /** @default none, where clusters reach each other’s Pods directly, and callers keep their identity */
  readonly gateway?: LinkerdGatewaySettings
  /** Names of the Links to other clusters, whose exported Services are mirrored here. @default [] */
  readonly links?: readonly string[]
}

/** Linkerd: what we install, or, with `install: false`, what somebody else installed. */
export interface LinkerdSettings {
  /** An edge release, exact: `edge-26.6.3`. Where nothing is installed, `2.20` says as much. */
  readonly version: string
  /** What identities end with. No default: every mesh would share `cluster.local`, and with it each other's identities. */
  readonly trustDomain: string
  /** Whether to install; otherwise the other settings describe the mesh that is there. @default true */
  readonly install?: boolean
  /** @default { repository: 'https://helm.linkerd.io/edge' } */
  readonly charts?: Charts
  /** Where images come from, for closed networks. @default what the charts say, `cr.l5d.io/linkerd` */
  readonly hub?: string
  /** Secrets that images are pulled with, beside the ServiceAccounts that pull them. @default [] */
  readonly pullSecrets?: readonly string[]
  /** Where the control plane runs; part of every identity. @default 'linkerd' */
  readonly controlPlaneNamespace?: string
  /** The cluster's DNS domain. @default 'cluster.local' */
  readonly clusterDomain?: string
  /** CIDR blocks of Pods and Services, which is what policies call the cluster. @default what the chart says, all private addresses */
  readonly clusterNetworks?: readonly string[]
  /** CIDR blocks from which kubelets probe. @default from anywhere, so that anybody may ask what a probe asks */
  readonly nodeNetworks?: readonly string[]
  /** Who signs the certificate that the control plane issues identities with. Needed where we install, unless `trust` makes one. */
  readonly issuer?: IssuerReference
  /** Who tells the anchors, where `trust.bundle` does not. @default none */
  readonly trustManager?: TrustManagerSettings
  /** Three of each part of the control plane, on different nodes, none of which an eviction takes all of. @default false */
  readonly highAvailability?: boolean
  /** @default none: an init container with `NET_ADMIN` in each Pod sets up redirection */
  readonly cni?: LinkerdCniSettings
  /** Whether the proxy starts before, and stops after, all else in a Pod; the proxy of init containers and of Jobs, too. @default true */
  readonly nativeSidecars?: boolean
  /** Whether calls over IPv6 are redirected, too; on a cluster that has both, they otherwise go round the proxy. @default false */
  readonly ipv6?: boolean
  /** From its release 1.2.1 to 1.5.1: in routes of a newer one Linkerd may find words that it does not know, and passes over them. @default 'existing' */
  readonly gatewayApi?: GatewayApiSource
  /** Which of its CRDs are there; only the experimental ones let calls in TLS and calls of bytes leave the mesh one by one. @default 'standard' */
  readonly gatewayApiChannel?: (typeof gatewayApiChannels)[number]
  /** @default none */
  readonly viz?: VizSettings
  /** @default the mesh is this cluster */
  readonly multicluster?: LinkerdMultiClusterSettings
  /** Services, `namespace/service`, that other clusters may call, and how. @default {} */
  readonly exports?: Readonly<Record<string, LinkerdExport>>
}

export const gatewayApiChannels = ['standard', 'experimental'] as const

export const linkerdExports = ['pods', 'gateway', 'federated'] as const satisfies readonly LinkerdExport[]
