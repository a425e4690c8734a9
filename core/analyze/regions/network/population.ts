import { Language } from '../../../model/language'
import { isGateway } from '../../istio/injection'
import type { Ternary } from '../../istio/kleene'
import type { Layer } from '../../layer'
import type { LabelSelector } from '../../linkerd/layer-linkerd'
import type { NetworkPeer } from '../../network/layer-network'
import { alternativesIn } from '../../network/alternatives'
import { demandsOf, fits } from '../../network/demands'
import { censusOf, ownName, type Pod } from '../../network/pods'
import { speakerOf, type Speaker } from '../../network/wires'
import { unheardOf, unseenPods } from '../../network/unseen'
import type { Block } from './blocks'

/** Pods by their place in a {@link Population}: those that certainly are meant, and those that perhaps are. */
export interface Chosen {
  readonly sure: ReadonlySet<number>
  readonly perhaps: ReadonlySet<number>
}

type PodsPeer = Extract<NetworkPeer, { kind: 'pods' }>

/** Everybody who may call, by labels, so that nobody looks at all of them for each policy. */
export class Population {
  /** Those that were read, then those that were not. */
  readonly pods: readonly Pod[]
  readonly places: ReadonlyMap<Pod, number>
  /** Stands for everybody else. */
  readonly rest: number
  /** Pods of which several have one value of the attribute `pod`. */
  readonly alike: ReadonlyMap<string, readonly number[]>
  private readonly byLabel = new Map<string, number[]>()
  private readonly byNamespace = new Map<string, number[]>()
  /** Whose labels could not be read. */
  private readonly doubtful: readonly number[]
  /** Whose addresses are known. */
  readonly addressed: readonly number[]
  private readonly known = new Map<string, Chosen>()
  private readonly inBlocks = new Map<Block, readonly number[]>()
  private spoken: ReadonlyMap<Speaker, Language> | undefined
  private doors: Language | undefined

  constructor(private readonly layer: Layer) {
    this.pods = [...censusOf(layer).pods, ...unseenPods(layer)]
    this.places = new Map(this.pods.map((pod, i) => [pod, i]))
    this.rest = this.pods.findIndex(({ key }) => key === unheardOf)
    const byKey = new Map<string, number[]>()
    this.pods.forEach((pod, i) => {
      for (const [key, value] of Object.entries(pod.labels)) file(this.byLabel, `${key}=${value}`, i)
      if (pod.namespace !== undefined) file(this.byNamespace, pod.namespace, i)
      file(byKey, pod.key, i)
    })
    this.alike = new Map([...byKey].filter(([, list]) => list.length > 1))
    this.addressed = [...this.pods.keys()].filter(i => (this.pods[i]?.ips.length ?? 0) > 0)
    this.doubtful = [...this.pods.keys()].filter(i => this.pods[i]?.unsure('') === true)
  }

  /** The Pods that a peer means, for a policy of a namespace. */
  meant(peer: PodsPeer, namespace: string): Chosen {
    const key = JSON.stringify([peer.namespaces ? '' : namespace, peer.pods ?? null, peer.namespaces ?? null])
    const known = this.known.get(key) ?? this.find(peer, namespace)
    this.known.set(key, known)
    return known
  }

  /** The Pods whose known addresses are in a block. */
  within(block: Block): readonly number[] {
    const found = this.inBlocks.get(block) ?? this.addressed.filter(i => block.mayHold(this.pods[i] ?? unaddressed))
    this.inBlocks.set(block, found)
    return found
  }

  private find(peer: PodsPeer, namespace: string): Chosen {
    const sure = new Set<number>()
    const perhaps = new Set<number>()
    for (const i of this.candidates(peer, namespace)) {
      const pod = this.pods[i]
      const answer = pod ? isMeant(peer, namespace, pod) : 'no'
      if (answer !== 'no') (answer === 'yes' ? sure : perhaps).add(i)
    }
    return { sure, perhaps }
  }

  private candidates(peer: PodsPeer, namespace: string): Iterable<number> {
    const labels = this.rarest(peer.pods)
    if (labels) return [...labels.flatMap(label => this.byLabel.get(label) ?? []), ...this.doubtful]
    const place = placeOf(peer, namespace)
    return place === undefined ? this.pods.keys() : (this.byNamespace.get(place) ?? [])
  }

  /** Labels of which a Pod must have one to meet a selector: of those that it asks for so, the ones that fewest Pods have. */
  rarest(selector: LabelSelector | undefined): readonly string[] | undefined {
    const size = (labels: readonly string[]): number =>
      labels.reduce((sum, label) => sum + (this.byLabel.get(label)?.length ?? 0), 0)
    const asked = alternativesIn(selector).map(labels => ({ labels, size: size(labels) }))
    return asked.sort((a, b) => a.size - b.size)[0]?.labels
  }

  /** What the proxies of those that were read speak; of two Pods of one name that differ, nobody knows. */
  speakers(): ReadonlyMap<Speaker, Language> {
    this.spoken ??= this.findSpeakers()
    return this.spoken
  }

  /** The Pods of gateways. */
  gateways(): Language {
    this.doors ??= Language.literals(
      this.pods.flatMap(({ key, workload }) => (workload && isGateway(workload) ? [key] : [])),
    )
    return this.doors
  }

  private findSpeakers(): ReadonlyMap<Speaker, Language> {
    const spoken = new Map<string, Speaker>()
    for (const { key, workload } of this.pods) {
      const speaker = speakerOf(this.layer, workload)
      spoken.set(key, (spoken.get(key) ?? speaker) === speaker ? speaker : 'unknown')
    }
    const of = (wanted: Speaker): Language =>
      Language.literals([...spoken].flatMap(([key, speaker]) => (speaker === wanted ? [key] : [])))
    const [ztunnel, proxy] = [of('ztunnel'), of('proxy')]
    return new Map([
      ['ztunnel', ztunnel],
      ['proxy', proxy],
      ['unknown', ztunnel.union(proxy).complement()],
    ])
  }
}

const unaddressed = { ips: [] }

function file<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}

/** The namespace that a peer means by its name alone. */
export function placeOf({ namespaces }: PodsPeer, namespace: string): string | undefined {
  return namespaces ? namespaces.labels[ownName] : namespace
}

/** Whether a peer means a Pod. Some plugins take a Pod on its node's network for the node. */
export function isMeant({ pods, namespaces }: PodsPeer, namespace: string, pod: Pod): Ternary {
  const near = namespaces ? fits(demandsOf(namespaces), pod.around) : pod.namespace === namespace ? 'yes' : 'no'
  if (near === 'no') return 'no'
  const own = pods ? fits(demandsOf(pods), pod) : 'yes'
  if (own === 'no') return 'no'
  return near === 'yes' && own === 'yes' && !pod.hostNetwork ? 'yes' : 'unknown'
}
