import { canonicalJson } from '../../model/canonical'
import { sortedBy } from '../order'

export type Labels = Readonly<Record<string, string>>

/** One end of what goes over the wire, as NetworkPolicies can name it. */
export type Peer = PodsPeer | BlocksPeer | AnybodyPeer

interface Keyed {
  /** The same for what is the same, so that peers can be told apart and sorted. */
  readonly key: string
}

/** Pods of one namespace. */
export interface PodsPeer extends Keyed {
  readonly kind: 'pods'
  readonly namespace: string
  /** Sorted by key; empty for every Pod of the namespace. */
  readonly labels: Labels
  /** Where one value of a label would not do. */
  readonly anyOf?: { readonly label: string; readonly values: readonly string[] }
}

/** Addresses. */
export interface BlocksPeer extends Keyed {
  readonly kind: 'blocks'
  readonly cidr: string
  /** Blocks within it that are left out. */
  readonly except: readonly string[]
}

/** Whoever can reach the port: Pods, nodes and what is outside the cluster. */
export interface AnybodyPeer extends Keyed {
  readonly kind: 'anybody'
}

export const anybody: AnybodyPeer = { kind: 'anybody', key: '' }

/** The Pods that carry all of some labels, or the whole namespace where there are none. */
export function podsIn(namespace: string, labels: Labels = {}): PodsPeer {
  const all = Object.fromEntries(sortedBy(Object.entries(labels), ([key]) => key))
  return { kind: 'pods', key: `pods ${namespace}/${canonicalJson(all)}`, namespace, labels: all }
}

/** The Pods that carry one of several values of a label. */
export function podsWithAny(namespace: string, label: string, values: readonly string[]): PodsPeer {
  const key = `pods ${namespace}/${label} in ${values.join(' ')}`
  return { kind: 'pods', key, namespace, labels: {}, anyOf: { label, values } }
}

/** The addresses of a block but for some. */
export function addressesIn(cidr: string, except: readonly string[] = []): BlocksPeer {
  return { kind: 'blocks', key: `block ${cidr} but ${except.join(' ')}`, cidr, except }
}
