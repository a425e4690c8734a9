import { groupBy } from '../../model/group'
import { sortedBy, sortedGroups } from '../order'
import type { Peer, PodsPeer } from './peers'
import { podsWithAny } from './peers'
import type { WirePort } from './ports'

/** A NetworkPolicy's `spec` (kubernetes `staging/src/k8s.io/api/networking/v1/types.go`). */
export interface NetworkPolicySpec {
  readonly podSelector: SelectorSpec
  readonly policyTypes: readonly ('Ingress' | 'Egress')[]
  readonly ingress?: readonly RuleSpec[]
  readonly egress?: readonly RuleSpec[]
}

interface RuleSpec {
  /** Absent: from whomever. Never empty, which means the same. */
  readonly from?: readonly PeerSpec[]
  readonly to?: readonly PeerSpec[]
  /** Never empty, which would mean every port. */
  readonly ports: readonly WirePort[]
}

interface PeerSpec {
  readonly namespaceSelector?: SelectorSpec
  readonly podSelector?: SelectorSpec
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] }
}

interface SelectorSpec {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly {
    readonly key: string
    readonly operator: 'In'
    readonly values: readonly string[]
  }[]
}

/** Somebody on the other end, and a port between. */
export interface Opening {
  readonly peer: Peer
  readonly ports: readonly WirePort[]
}

/** One rule for all that are open to each other on the same ports, in an order that depends on nothing else. */
export function rulesFor(openings: readonly Opening[], end: 'from' | 'to'): RuleSpec[] {
  const byPeer = [...groupBy(openings, ({ peer }) => peer.key).values()].flatMap(same => {
    const [first, other] = same
    if (!first) return []
    const all = other ? same.flatMap(({ ports }) => ports) : first.ports
    return [{ peer: first.peer, ports: all.length > 1 ? distinct(all) : all }]
  })
  const byPorts = sortedGroups(byPeer, ({ ports }) => ports.map(portKey).join())
  return [...byPorts.values()].map(same => {
    const peers = same.map(({ peer }) => peer)
    const ports = same[0]?.ports ?? []
    // Who stands beside everybody says nothing more.
    if (peers.some(({ kind }) => kind === 'anybody')) return { ports }
    const specs = sortedBy(merged(peers), ({ key }) => key).map(peerSpec)
    return end === 'from' ? { from: specs, ports } : { to: specs, ports }
  })
}

/** The Pods a policy holds for. */
export function selectorOf({ labels, anyOf }: Pick<PodsPeer, 'labels' | 'anyOf'>): SelectorSpec {
  return {
    ...(Object.keys(labels).length > 0 && { matchLabels: { ...labels } }),
    ...(anyOf && { matchExpressions: [{ key: anyOf.label, operator: 'In', values: anyOf.values }] }),
  }
}

function distinct(ports: readonly WirePort[]): WirePort[] {
  const numbered = new Map(ports.map(each => [each.port * 2 + (each.protocol === 'UDP' ? 1 : 0), each]))
  return [...numbered].sort(([a], [b]) => a - b).map(([, port]) => port)
}

function portKey({ protocol, port }: WirePort): string {
  return `${String(port).padStart(5, '0')} ${protocol}`
}

/** Pods of one namespace that one label tells apart are one peer, so that a service with a thousand callers has a policy that an API server takes. */
function merged(peers: readonly Peer[]): Peer[] {
  const single = groupBy(peers, labelOf)
  return [...single].flatMap(([label, same]) => {
    const pods = same.flatMap(peer => (peer.kind === 'pods' ? [peer] : []))
    const [first, other] = pods
    if (label === '' || !first || !other) return same
    const values = sortedBy(
      pods.flatMap(({ labels }) => Object.values(labels)),
      value => value,
    )
    return [podsWithAny(first.namespace, Object.keys(first.labels)[0] ?? '', values)]
  })
}

/** The namespace and the key of the only label; empty for what can be merged with nobody. */
function labelOf(peer: Peer): string {
  if (peer.kind !== 'pods' || peer.anyOf) return ''
  const [key, other] = Object.keys(peer.labels)
  return key === undefined || other !== undefined ? '' : `${peer.namespace} ${key}`
}

/** The namespace is told by the label that the API server itself gives it, and that nobody else may (kubernetes.io, well-known labels). */
function peerSpec(peer: Peer): PeerSpec {
  switch (peer.kind) {
    case 'anybody':
      return {}
    case 'blocks': {
      const { cidr, except } = peer
      return { ipBlock: { cidr, ...(except.length > 0 && { except }) } }
    }
    case 'pods': {
      const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': peer.namespace } }
      const all = Object.keys(peer.labels).length === 0 && !peer.anyOf
      return { namespaceSelector, ...(!all && { podSelector: selectorOf(peer) }) }
    }
  }
}
