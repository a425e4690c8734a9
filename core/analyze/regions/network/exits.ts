import type { Ternary } from '../../istio/kleene'
import type { Layer } from '../../layer'
import type { NetworkPeer, NetworkPolicy, NetworkRule } from '../../network/layer-network'
import type { Pod } from '../../network/pods'
import { blockOf } from './blocks'
import type { PortRange } from '../../linkerd/port-set'
import { isFor, rangesTold } from './ports'
import { isMeant, placeOf, type Population } from './population'

/** A peer of an egress rule, or a rule without any. */
interface Exit {
  readonly policy: NetworkPolicy
  readonly rule: NetworkRule
  readonly peer?: NetworkPeer
}

/** Which policies let somebody out to a Pod: kept by what they ask of it, so that each Pod meets those alone that may mean it. */
export class Exits {
  private readonly shelves = new Map<string, Exit[]>()
  private readonly all: Exit[] = []
  /** What may mean any Pod. */
  private wide: { readonly ports: readonly number[]; readonly exits: readonly Exit[] } | undefined

  constructor(
    { network }: Layer,
    private readonly population: Population,
  ) {
    for (const policy of network.policies) {
      for (const rule of policy.egress) {
        const peers: readonly (NetworkPeer | undefined)[] = rule.peers ?? [undefined]
        for (const peer of peers) this.file({ policy, rule, ...(peer && { peer }) })
      }
    }
  }

  private file(exit: Exit): void {
    this.all.push(exit)
    for (const place of this.placesOf(exit)) {
      const shelf = this.shelves.get(place)
      if (shelf) shelf.push(exit)
      else this.shelves.set(place, [exit])
    }
  }

  private placesOf({ policy, rule, peer }: Exit): readonly string[] {
    if (peer?.kind === 'pods') {
      const labels = this.population.rarest(peer.pods)
      if (labels) return labels.map(label => `label ${label}`)
      const place = placeOf(peer, policy.namespace)
      if (place !== undefined) return [`namespace ${place}`]
    }
    const ports = rule.ports?.map(({ port, endPort }) => (typeof port === 'number' && endPort === undefined ? port : 0))
    return ports?.every(port => port > 0) === true ? ports.map(port => `port ${port}`) : ['any']
  }

  /** The rules that may mean a Pod on a port. */
  private concerning(pod: Pod, port: number): Iterable<Exit> {
    return pod.unsure('') ? this.all : this.from(['any', `port ${port}`, ...placesOf(pod)])
  }

  private from(places: readonly string[]): readonly Exit[] {
    return places.flatMap(place => this.shelves.get(place) ?? [])
  }

  /** The ranges of ports that rules which may mean a Pod tell from others. */
  rangesTold(pod: Pod): readonly PortRange[] {
    this.wide ??= {
      ports: [...this.shelves.keys()].flatMap(key =>
        key.startsWith('port ') ? [Number(key.slice('port '.length))] : [],
      ),
      exits: this.from(['any']).filter(({ rule }) => rule.ports),
    }
    const near = pod.unsure('') ? this.all : [...this.wide.exits, ...this.from(placesOf(pod))]
    return [...this.wide.ports.map(port => [port, port] as const), ...near.flatMap(({ rule }) => rangesTold(rule, pod))]
  }

  /** For each policy that may let a connection to a Pod's port out, whether it does. */
  to(pod: Pod, port: number): ReadonlyMap<NetworkPolicy, Ternary> {
    const answers = new Map<NetworkPolicy, Ternary>()
    for (const { policy, rule, peer } of this.concerning(pod, port)) {
      if (answers.get(policy) === 'yes') continue
      const open = isFor(rule, port, pod)
      const meant = open === 'no' ? 'no' : leadsTo(peer, policy, pod)
      if (meant === 'no') continue
      answers.set(policy, open === 'yes' && meant === 'yes' ? 'yes' : 'unknown')
    }
    return answers
  }
}

function placesOf({ namespace = '', labels }: Pod): readonly string[] {
  return [`namespace ${namespace}`, ...Object.entries(labels).map(([key, value]) => `label ${key}=${value}`)]
}

/** Whether a block takes in Pods by their addresses is up to the network plugin (kubernetes documentation, "Network Policies", "ipBlock"). */
function leadsTo(peer: NetworkPeer | undefined, { namespace }: NetworkPolicy, pod: Pod): Ternary {
  if (!peer) return 'yes'
  if (peer.kind === 'pods') return isMeant(peer, namespace, pod)
  return blockOf(peer).mayHold(pod) ? 'unknown' : 'no'
}
