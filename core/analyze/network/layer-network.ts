import type { Language } from '../../model/language'
import type { LabelSelector } from '../linkerd/layer-linkerd'
import type { Named } from '../layer'
import type { Asked } from './asked'
import type { Pod } from './pods'

/*
 * What a layer says of the network below the mesh: NetworkPolicies, which a network plugin holds on the real packet. They see where it comes from (a Pod's
 * labels and namespace, or an address) and the port it goes to on the wire, never an identity or a path.
 * Source: kubernetes `staging/src/k8s.io/api/networking/v1/types.go` and the documentation page "Network Policies".
 */

/** Everything of the network that was read. */
export interface NetworkLayer {
  readonly policies: readonly NetworkPolicy[]
  /** Namespaces in which objects that only a network plugin knows (Cilium's, Calico's) may open or close anything; `everywhere` where such an object is the cluster's. */
  readonly unmodelled: ReadonlySet<string> | 'everywhere'
  /** What the policies of another layer ask of Pods, with which this one is to be compared. @default nothing */
  readonly askedBeside?: readonly Asked[]
  /** Pods that nobody has read, where it was found out before which there are to be told apart. @default those that the policies tell apart */
  readonly unseen?: readonly Pod[]
}

export type Direction = 'ingress' | 'egress'

/** A policy: the Pods it selects may be entered, or left, only as some policy's rules say. */
export interface NetworkPolicy extends Named {
  readonly namespace: string
  /** Empty: every Pod of the namespace. */
  readonly selector: LabelSelector
  /** Directions in which it isolates the Pods it selects. */
  readonly isolates: readonly Direction[]
  readonly ingress: readonly NetworkRule[]
  readonly egress: readonly NetworkRule[]
  /** Some of it could not be read: the Pods it selects, or any of the namespace, may be closed or open. */
  readonly unreadable: boolean
}

/** One entry of `ingress` or `egress`: any of the peers on any of the ports. */
export interface NetworkRule {
  /** Absent: whoever it is, Pods and addresses. */
  readonly peers?: readonly NetworkPeer[]
  /** Absent: every port of every protocol. */
  readonly ports?: readonly NetworkPort[]
}

export type NetworkPeer =
  | {
      readonly kind: 'pods'
      /** Absent: every Pod of the namespaces. */
      readonly pods?: LabelSelector
      /** Absent: the policy's own namespace. */
      readonly namespaces?: LabelSelector
    }
  | { readonly kind: 'block'; readonly cidr: string; readonly except: readonly string[] }

export interface NetworkPort {
  readonly protocol: 'TCP' | 'UDP' | 'SCTP'
  /** A number, the name of a container port of the Pod that is entered, or absent: every port. */
  readonly port?: number | string
  /** The end of a range that starts at `port`. */
  readonly endPort?: number
}

/**
 * Pods as values of the attribute `pod`, by which a region tells where a request comes from:
 * - `shop/frontend`: a workload among the objects, by namespace and name;
 * - `shop/{app=frontend}`, `{team=web}/{app=frontend}`, `…/{app=frontend}`: a Pod nobody has read, with labels that some policy asks for or excludes and no known Pod has, in a namespace
 *   that is known, or told by its labels alone, or of which nothing is known;
 * - `shop/{}`: a Pod nobody has read, without labels;
 * - `''`: no Pod: a node, or something outside the cluster, told by its `address`;
 * - any other: a Pod nobody has read, without labels, in a namespace nobody has read.
 */
export type Pods = Language

/** Where those run that show an identity: the values of `pod` for each principal (`spiffe`-less, as the attribute `caller` has it) with workloads among the objects. */
export type Homes = ReadonlyMap<string, Pods>
