import type { Graph } from '../graph/graph'

/** What somebody has to decide: what lets through more today than the graph says, or what the graph cannot take over. */
export interface Decision {
  readonly kind: DecisionKind
  /** What it is about, as people name it: `shop/cart:7070`. */
  readonly about: string
  /** What is so today, and what the graph says of it. */
  readonly text: string
}

/**
 * `open`: today more may call than anybody declared. `cut`: a caller may ask something today that no route can say. `stale`: policies name somebody who does
 * not exist. `guessed`: a call that was taken from what a caller is configured with, and not from what it may do. `shared`: an identity of many. `left-out`: something that is not in the graph.
 */
export type DecisionKind = 'open' | 'cut' | 'stale' | 'guessed' | 'shared' | 'left-out'

/** A comment on a part of the graph. */
export interface Note {
  /** Keys from the root of the graph: `['services', 'cart', 'ports', 'grpc']`. */
  readonly path: readonly string[]
  readonly text: string
}

/** The mesh that manifests are written for, as far as a graph has to be compiled for the same. */
export interface FoundMesh {
  /** Of most services; `none` where no proxy stands before any. */
  readonly kind: 'istio-sidecar' | 'istio-ambient' | 'linkerd' | 'none'
  /** Namespaces on Istio's other data plane. */
  readonly dataPlanes: Readonly<Record<string, 'sidecar' | 'ambient'>>
  /** Namespaces on Linkerd beside Istio. */
  readonly onLinkerd: readonly string[]
  /** Absent where the mesh's settings are not among the objects. */
  readonly trustDomain?: string
  /** CIDR blocks that kubelets probe from, where the mesh says. */
  readonly nodeNetworks?: readonly string[]
}

/** A graph for what is there. */
export interface Adopted {
  readonly graph: Graph
  readonly notes: readonly Note[]
  readonly decisions: readonly Decision[]
  readonly mesh: FoundMesh
}
