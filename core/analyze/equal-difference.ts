/** Which of two meshes. */
export type Side = 'a' | 'b'

/** Requests that two meshes do not treat alike, at one port. */
export interface Unequal {
  /** The one that admits them; `neither`: of neither it can be known whether it does. */
  readonly only: Side | 'neither'
  /**
   * `certain`: it lets them in for certain, and the other refuses. `possible`: it may let them in, and the other refuses. `unsure`: it lets them in for certain,
   * and the other may refuse.
   */
  readonly bound: 'certain' | 'possible' | 'unsure'
  /** `shop/cart:7070`; without a port where the other side does not have the workload at all. */
  readonly callee: string
  /** One of them: `shop/frontend → shop/cart:7070 GET /x`. */
  readonly text: string
  /** What decides about them, in each mesh. */
  readonly because: Readonly<Record<Side, readonly string[]>>
}

/** What a mesh lets in by the way it is made, whatever is meant; at an `open-port`, what is not the port's affair. */
export type ApartKind = 'probes' | 'foreign-domains' | 'grpc-suffix' | 'open-port'

/** Why that is, in words. */
export const apartReasons: Readonly<Record<ApartKind, string>> = {
  probes: "Linkerd's proxies know the kubelet by its address alone: whoever calls from there may ask what a probe asks",
  'foreign-domains':
    "Linkerd's proxies take whoever their trust anchors verify for a peer, of whatever trust domain: so may these, where any identity will do",
  'grpc-suffix':
    "Linkerd's routes of gRPC take whatever follows service and method, which is no method that a server of gRPC has",
  'open-port':
    'the other mesh lets in anybody, or anybody with an identity, too; but the own proxies of some callers are not certain to lead there',
}

/** Such requests of one mesh, which the other refuses. */
export interface ToldApart {
  readonly kind: ApartKind
  readonly only: Side
  readonly why: string
  /** One a port. */
  readonly texts: readonly string[]
}
