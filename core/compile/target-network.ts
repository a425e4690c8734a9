import type { HybridTarget } from './target-hybrid'
import type { LinkerdTarget } from './target-linkerd'
import type { Capability, IstioTarget, Stage, Support } from './target'

/** The meshes that a graph is compiled for: what proxies hold, as against what the network below them does. */
export type MeshTarget = IstioTarget | LinkerdTarget | HybridTarget

/**
 * The network below a mesh, or of a cluster without one: NetworkPolicies, which a network plugin holds on the packets themselves, whatever a workload does to its proxy.
 *
 * They hold at stage `enforce` only. A namespace at an earlier stage has none, since there is no way to try them out: what they do not know they cut.
 */
export interface NetworkPolicyTarget extends NetworkSettings {
  readonly kind: 'network-policy'
  /** The mesh whose ports are on the wire. @default none: callers speak to the ports of Pods themselves */
  readonly mesh?: MeshTarget
}

/** What the network has to know beside the graph and the mesh. */
export interface NetworkSettings {
  /** Stage per namespace. @default the mesh's, `enforce` for each that is not named */
  readonly stages?: Readonly<Record<string, Stage>>
  /**
   * CIDR blocks of the nodes. Kubernetes lets in a Pod's own node whatever policies say, so that only plugins that do not need it, and declared callers of kind
   * `nodes`. @default none: probes rest on Kubernetes, and callers of kind `nodes` come from anywhere
   */
  readonly nodeNetworks?: readonly string[]
  /** Where the API server calls webhooks from. @default from anywhere */
  readonly apiServer?: { readonly cidrs: readonly string[] }
  /** CIDR blocks of the cluster's Pods and Services, as far as they are public addresses: no call to a host outside gets there. @default none */
  readonly clusterNetworks?: readonly string[]
  readonly dns?: DnsTarget
  /** The Pods that Envoys have their certificates from, where that is not istiod. @default none: istiod, or Linkerd's identity */
  readonly certificateAuthority?: AuthorityTarget
  /** CIDR blocks of an external's hosts, by its name in the graph. @default every public address */
  readonly externals?: Readonly<Record<string, readonly string[]>>
  /**
   * Labels of the Pods of callers that are no services, gateways and the scraper, by `namespace/serviceAccount`. @default of gateways on Istio those of its chart, or of the
   * Pods that istiod makes; of others none are known, and their whole namespace is let in
   */
  readonly callers?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Container ports that a gateway in a namespace of the graph listens on, by `namespace/serviceAccount`. @default 80 and 443 */
  readonly gatewayPorts?: Readonly<Record<string, readonly number[]>>
}

/** Who signs for the proxies of Istio in istiod's place: of istio-csr, namespace `cert-manager`, label `app: cert-manager-istio-csr`, port 6443. */
export interface AuthorityTarget {
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
  /** Container ports, over TCP. */
  readonly ports: readonly number[]
}

/** Whom Pods ask for names. */
export interface DnsTarget {
  /** @default 'kube-system' */
  readonly namespace?: string
  /** @default { 'k8s-app': 'kube-dns' }, which CoreDNS has too */
  readonly labels?: Readonly<Record<string, string>>
  /** Container ports, asked over UDP and TCP. @default 53 */
  readonly ports?: readonly number[]
  /** CIDR blocks that are asked besides, of a cache on the node: `169.254.20.10/32`. @default none */
  readonly cidrs?: readonly string[]
}

/** What NetworkPolicies can express. */
export const networkCapabilities: Readonly<Record<Capability, Support>> = {
  http: { how: 'partly', note: 'caller and port; what is asked is for a mesh to hold' },
  grpc: { how: 'partly', note: 'caller and port, as for http' },
  tcp: {
    how: 'partly',
    note: 'caller and port; where a mesh has one port on the wire, 15008 or 4143, all ports of a callee are open to whom one is',
  },
  tls: { how: 'partly', note: 'caller and port, as for tcp' },
  'segment-wildcard': { how: 'not', note: 'there are no paths' },
  'default-deny': { how: 'enforced', note: 'a NetworkPolicy without rules in each namespace, both ways' },
  'outside-callers': {
    how: 'enforced',
    note: 'by namespace or by address, or everybody where neither is given; which address a packet has is up to load balancers and the network plugin',
  },
  cidrs: { how: 'partly', note: 'whether a block takes in Pods by their addresses is up to the network plugin' },
  probes: {
    how: 'enforced',
    note: 'a Pod’s own node is let in whatever policies say; ztunnel’s probes by their link-local address',
  },
  egress: {
    how: 'partly',
    note: 'by port to every public address, or to those that are given; hosts are names, which a packet has not',
  },
  'dry-run': { how: 'not', note: 'stage `strict`: no policy at all' },
  jwt: { how: 'not', note: 'there are no requests' },
  traffic: { how: 'not', note: 'it only says who may reach whom' },
}
