import type { KubernetesObject, Manifest } from '../model/manifest'
import type { Problem } from '../model/problem'
import { linkerdCapabilities } from './target-linkerd'
import type { MeshTarget, NetworkPolicyTarget } from './target-network'
import { networkCapabilities } from './target-network'

export type { HybridTarget, Mesh } from './target-hybrid'
export type { LinkerdTarget } from './target-linkerd'
export type { AuthorityTarget, DnsTarget, MeshTarget, NetworkPolicyTarget, NetworkSettings } from './target-network'

/** How far a namespace has been taken: `strict` requires mTLS and shadows the policies; `enforce` is allow-list and default deny. */
export type Stage = 'strict' | 'enforce'

/** What carries a namespace's calls: a sidecar beside every Pod, or the node's ztunnel with waypoints where a route asks for one. */
export type DataPlane = 'sidecar' | 'ambient'

/**
 * Where an ambient namespace's waypoint stands: one for all Services of the `namespace`, one of its own for each `service` that has routes, or one
 * that lies in another namespace and is shared.
 */
export type WaypointScope = 'namespace' | 'service' | { readonly namespace: string; readonly name: string }

/**
 * Who tells a gateway what to listen on and where to send it: we, by Istio's own API (`istio`: Gateway and VirtualService, for the Pods of Istio's
 * gateway chart) or by the Gateway API (`gateway-api`: Gateway and HTTPRoute, for Pods that istiod makes), or somebody else (`elsewhere`).
 */
export type GatewayRouting = 'istio' | 'gateway-api' | 'elsewhere'

/** A gateway of the graph, as the target has it. */
export interface GatewayTarget {
  /** @default 'istio' */
  readonly routing?: GatewayRouting
  /** The type of the Service that istiod makes; of `gateway-api` only. @default 'LoadBalancer' */
  readonly service?: 'LoadBalancer' | 'NodePort' | 'ClusterIP'
}

/** The mesh a graph is compiled for. */
export interface IstioTarget {
  /** The data plane of every namespace that `dataPlanes` does not name. */
  readonly kind: 'istio-sidecar' | 'istio-ambient'
  /** Istio's version, `1.30.3`. Supported: 1.29, 1.30, 1.31; another is a Problem. */
  readonly version: string
  /** The mesh's own trust domain; never assumed. */
  readonly trustDomain: string
  /**
   * Other trust domains that identities of this mesh may have, while it goes from one to another (`core/trust/migration`). Envoy takes each for the mesh's own; policies that
   * ztunnel holds, which takes principals as they stand, name both. @default none
   */
  readonly trustDomainAliases?: readonly string[]
  /** Where istiod runs. @default 'istio-system' */
  readonly systemNamespace?: string
  /** `meshConfig.rootNamespace`. @default the system namespace */
  readonly rootNamespace?: string
  /** The control plane's revision, `1-30-3`; namespaces follow it unless `tag` is given. Without either they say `istio-injection: enabled`. */
  readonly revision?: string
  /** A revision tag that points at `revision`; namespaces follow the tag, so that an upgrade moves the tag and touches no namespace. */
  readonly tag?: string
  /**
   * The control plane beside that of `revision`, while it is upgraded. Namespaces that are named follow its revision; those that follow the tag come
   * with the tag, which points at it once `tagged`.
   */
  readonly next?: { readonly revision: string; readonly tagged?: boolean; readonly namespaces?: readonly string[] }
  /** The cluster's DNS domain, which Services' host names end with. @default 'cluster.local' */
  readonly clusterDomain?: string
  /** Stage per namespace. @default 'enforce' for each that is not named */
  readonly stages?: Readonly<Record<string, Stage>>
  /** Data plane per namespace, where it is another than the target's own. */
  readonly dataPlanes?: Readonly<Record<string, DataPlane>>
  /** Waypoint per ambient namespace; there is one only where some call needs it. @default 'namespace' for each that is not named */
  readonly waypoints?: Readonly<Record<string, WaypointScope>>
  /** Each gateway, by `namespace/serviceAccount`. What may enter is limited at every one, whoever routes. @default {} for each that is not named */
  readonly gateways?: Readonly<Record<string, GatewayTarget>>
}

export type Target = MeshTarget | NetworkPolicyTarget

/** What a graph became for one target. */
export interface Compiled {
  /** What to deploy, canonically sorted. */
  readonly manifests: readonly Manifest[]
  /** What was assumed about objects that somebody else deploys: namespaces, Pods, Services, the mesh's settings. */
  readonly assumptions: readonly KubernetesObject[]
  /** The labels by which each namespace of the graph joins the mesh, by namespace; among the assumptions, and ours to set. */
  readonly namespaces: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** The annotations by which it does, in the same way; absent where the mesh goes by labels alone. */
  readonly annotations?: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly problems: readonly Problem[]
}

/** Something a graph can ask for and a target can or cannot say. */
export type Capability =
  | 'http'
  | 'grpc'
  | 'tcp'
  | 'tls'
  | 'segment-wildcard'
  | 'default-deny'
  | 'outside-callers'
  | 'cidrs'
  | 'probes'
  | 'egress'
  | 'dry-run'
  | 'jwt'
  | 'traffic'

/** How well a target says it: `enforced` exactly, `partly` (the note says what is left out), `not` at all. */
export interface Support {
  readonly how: 'enforced' | 'partly' | 'not'
  readonly note: string
}

/** What each target can express, printed as a table in the documentation. */
export const capabilities: Readonly<Record<Exclude<Target['kind'], 'hybrid'>, Readonly<Record<Capability, Support>>>> =
  {
    'istio-sidecar': {
      http: { how: 'enforced', note: 'method and path at the callee’s sidecar' },
      grpc: { how: 'enforced', note: '`POST /package.Service/Method`' },
      tcp: { how: 'enforced', note: 'caller and port; any bytes' },
      tls: { how: 'enforced', note: 'caller and port; the inner TLS stays closed to the mesh' },
      'segment-wildcard': {
        how: 'partly',
        note: '`{*}` templates match URI path characters only, and so must the literal segments beside them',
      },
      'default-deny': { how: 'enforced', note: 'an AuthorizationPolicy without rules in each namespace' },
      'outside-callers': {
        how: 'partly',
        note: 'the port accepts plaintext, and everybody where no addresses are given',
      },
      cidrs: {
        how: 'enforced',
        note: 'the connection’s source address; a load balancer that rewrites it hides the caller',
      },
      probes: { how: 'enforced', note: 'injection sends the kubelet to the agent, so that no policy is needed' },
      egress: {
        how: 'partly',
        note: 'the caller’s own sidecar, or a gateway that reads who asks what; a workload can go round both, so it is no security boundary without a NetworkPolicy',
      },
      'dry-run': { how: 'enforced', note: 'stage `strict`: policies in shadow, mTLS required' },
      jwt: {
        how: 'enforced',
        note: 'at the callee’s sidecar; a bad token is refused on every route of a callee that asks for tokens on one',
      },
      traffic: {
        how: 'partly',
        note: 'by callers’ sidecars and gateways, for http and grpc; not for callers without a sidecar, nor for connections of bytes',
      },
    },
    'istio-ambient': {
      http: {
        how: 'partly',
        note: 'method and path at a waypoint, which only ambient callers and gateways go through',
      },
      grpc: { how: 'partly', note: '`POST /package.Service/Method` at a waypoint, as for http' },
      tcp: { how: 'enforced', note: 'caller and port; any bytes' },
      tls: { how: 'enforced', note: 'caller and port; the inner TLS stays closed to the mesh' },
      'segment-wildcard': {
        how: 'partly',
        note: '`{*}` templates match URI path characters only, and so must the literal segments beside them',
      },
      'default-deny': {
        how: 'enforced',
        note: 'an AuthorizationPolicy without rules in each namespace, and one for all waypoints in the root namespace',
      },
      'outside-callers': {
        how: 'partly',
        note: 'tcp and tls only: they go round waypoints; the port accepts plaintext, and everybody where no addresses are given',
      },
      cidrs: {
        how: 'enforced',
        note: 'the connection’s source address; a load balancer that rewrites it hides the caller',
      },
      probes: {
        how: 'enforced',
        note: 'ztunnel lets the kubelet pass by the address of its node, so that no policy is needed',
      },
      egress: { how: 'not', note: 'ztunnel passes on calls to hosts that it does not know' },
      'dry-run': {
        how: 'partly',
        note: 'stage `strict`: mTLS required; ztunnel leaves shadowed policies out and reports nothing',
      },
      jwt: {
        how: 'enforced',
        note: 'at the waypoint; a bad token is refused on every route of a Service that asks for tokens on one',
      },
      traffic: {
        how: 'partly',
        note: 'by the waypoint, for http and grpc, to a Service for each version; no retries, for which its routes have no word',
      },
    },
    linkerd: linkerdCapabilities,
    'network-policy': networkCapabilities,
  }
