import type { LinkerdTarget } from './target-linkerd'
import type { IstioTarget } from './target'

/** The meshes that a namespace can be on. */
export type Mesh = 'istio' | 'linkerd'

/**
 * Istio and Linkerd in one cluster, each namespace on one of them. Neither mesh knows the identities of the other: what a call across the border
 * is worth, the graph says (`border`).
 */
export interface HybridTarget {
  readonly kind: 'hybrid'
  readonly istio: IstioTarget
  readonly linkerd: LinkerdTarget
  /** Which mesh each namespace is on. @default 'istio' for each that is not named */
  readonly namespaces: Readonly<Record<string, Mesh>>
  /** CIDR blocks of the cluster's Pods, from which calls across the border come. @default from anywhere */
  readonly podNetworks?: readonly string[]
}
