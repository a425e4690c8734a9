import type { Capability, Stage, Support } from './target'

/**
 * How other clusters come to a service that is exported: to its Pods, under the callers' own identities (`pods`, where the clusters' networks are one), through
 * this cluster's multicluster gateway and under its identity (`gateway`), or as one with the services of its name there (`federated`).
 */
export type LinkerdExport = 'pods' | 'gateway' | 'federated'

/** A Linkerd that a graph is compiled for. */
export interface LinkerdTarget {
  readonly kind: 'linkerd'
  /** `2.20`, or the edge release it is, `edge-26.6.3`. Supported: 2.20, and edges from 26.6.3 on; another is a Problem. */
  readonly version: string
  /** The mesh's own trust domain; never assumed. */
  readonly trustDomain: string
  /** Where the control plane runs; part of every identity. @default 'linkerd' */
  readonly controlPlaneNamespace?: string
  /** The cluster's DNS domain, which Services' host names end with. @default 'cluster.local' */
  readonly clusterDomain?: string
  /** Stage per namespace. @default 'enforce' for each that is not named */
  readonly stages?: Readonly<Record<string, Stage>>
  /**
   * The channel of the Gateway API that is installed. Only the experimental one has the routes by which calls in TLS and calls of bytes leave through an
   * EgressNetwork; with the standard one these are cut off, each with a Problem. @default 'standard'
   */
  readonly gatewayApi?: 'standard' | 'experimental'
  /** Services, `namespace/service`, that other clusters may call, and how. @default none */
  readonly exports?: Readonly<Record<string, LinkerdExport>>
  /** CIDR blocks from which the kubelets probe. @default from anywhere, so that anybody may ask what a probe asks */
  readonly nodeNetworks?: readonly string[]
}

/** What Linkerd can express. */
export const linkerdCapabilities: Readonly<Record<Capability, Support>> = {
  http: {
    how: 'partly',
    note: 'method and path at the callee’s proxy, which reads paths as they are sent: a wildcard also takes spellings that a workload may resolve to another path',
  },
  grpc: { how: 'enforced', note: 'service and method, exactly' },
  tcp: { how: 'enforced', note: 'caller and port; any bytes' },
  tls: { how: 'enforced', note: 'caller and port; the inner TLS stays closed to the mesh' },
  'segment-wildcard': { how: 'enforced', note: 'regular expressions, which have to match the whole path' },
  'default-deny': {
    how: 'enforced',
    note: 'a Server for each port, and the namespace’s default for all others; the default holds for Pods injected after it was set',
  },
  'outside-callers': {
    how: 'enforced',
    note: 'on their routes alone; by address, or everybody where none are given',
  },
  cidrs: {
    how: 'enforced',
    note: 'the connection’s source address; a load balancer that rewrites it hides the caller',
  },
  probes: {
    how: 'partly',
    note: 'whoever comes from the nodes’ networks may ask what a probe asks, and everybody where none are given',
  },
  egress: {
    how: 'partly',
    note: 'the caller’s own proxy, by namespace: requests by host, method and path, TLS by server name, other bytes by port; TLS and bytes with the experimental channel of the Gateway API alone; a workload can go round its proxy, so it is no security boundary without a NetworkPolicy',
  },
  'dry-run': { how: 'partly', note: 'stage `strict`: mTLS required; nothing is told of what policies would do' },
  jwt: { how: 'not', note: 'tokens are not looked at, so that routes that need one admit nobody' },
  traffic: {
    how: 'partly',
    note: 'by callers’ proxies, for http and grpc, to a Service for each version; which Pods are left out is said on Services, by their owners; not for callers without a proxy, nor for connections of bytes',
  },
}
