import type * as pulumi from '@pulumi/pulumi'
import type { Stage } from '../core/compile/target'

/** Where the charts come from. */
export type Charts =
  /** A chart repository, `https://…` or `oci://…`. */
  | { readonly repository: string }
  /** A folder with the unpacked charts `base`, `istiod`, `cni` and `gateway`, relative to the project; for closed networks. */
  | { readonly directory: string }
  /** A folder with the charts as `helm pull` leaves them, `istiod-1.30.3.tgz`, relative to the project; for closed networks. */
  | { readonly archives: string }

/** How paths are rewritten before a policy sees them, from least to most. */
export const pathNormalizations = ['NONE', 'BASE', 'MERGE_SLASHES', 'DECODE_AND_MERGE_SLASHES'] as const
export type PathNormalization = (typeof pathNormalizations)[number]

/** The mesh: what we install, or, with `install: false`, what somebody else installed. */
export interface IstioSettings {
  /** Istio's version, exact: `1.30.3`. */
  readonly version: string
  /** What identities start with. No default: every mesh would share `cluster.local`, and with it each other's identities. */
  readonly trustDomain: string
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
   * The control plane's revision, `1-30-3`. A new one is installed beside the old one, which is removed at the end of the
   * same update: restart the workloads that still follow it before they need a new certificate. @default none
   */
  readonly revision?: string
  /** A tag that points at `revision` and that namespaces follow instead. @default none */
  readonly tag?: string
  /** The cluster's DNS domain. @default 'cluster.local' */
  readonly clusterDomain?: string
  /** @default 'DECODE_AND_MERGE_SLASHES' where we install, otherwise unknown */
  readonly pathNormalization?: PathNormalization
}

/** Whom the mesh trusts. Exactly one source of the signing certificate: `secret`, or `selfSigned`. */
export interface TrustSettings {
  /** The anchors in PEM, public. Without them `anchors` is empty, and nobody outside can verify the mesh. @default none */
  readonly bundle?: pulumi.Input<string>
  /** The Secret with istiod's signing certificate and key, made outside of Pulumi. Istio knows no name but `cacerts`. @default 'cacerts' */
  readonly secret?: string
  /** Istiod makes a root of its own, which nobody can know beforehand: for trying out. @default false */
  readonly selfSigned?: boolean
}

/** A gateway by the chart `gateway`; its name is that of the release and of the ServiceAccount. */
export interface GatewaySettings {
  /** @default the gateway's name */
  readonly namespace?: string
  /** The type of its Service. @default 'LoadBalancer' */
  readonly service?: 'LoadBalancer' | 'NodePort' | 'ClusterIP'
}

export const podSecurityLevels = ['privileged', 'baseline', 'restricted'] as const
export type PodSecurity = (typeof podSecurityLevels)[number]

/** The namespaces of the mesh. */
export interface NamespaceSettings {
  /** Those that are there already: they are given labels, and kept when the stack is destroyed. @default [] */
  readonly existing?: readonly string[]
  /** The Pod Security Standard that the services' namespaces enforce. @default none */
  readonly podSecurity?: PodSecurity
}

/** All that a mesh is made from, but the graph. */
export interface MeshSettings {
  readonly istio: IstioSettings
  readonly trust: TrustSettings
  /** Gateways by name. @default {} */
  readonly gateways?: Readonly<Record<string, GatewaySettings>>
  readonly namespaces?: NamespaceSettings
  /** Stage per namespace. @default 'enforce' for each that is not named */
  readonly stages?: Readonly<Record<string, Stage>>
  /** Codes of `narrowed` problems that are accepted: these flows will not work. @default [] */
  readonly acknowledged?: readonly string[]
}
