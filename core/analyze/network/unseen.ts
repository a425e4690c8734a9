import { Language } from '../../model/language'
import { absent } from '../../model/region'
import type { Labels, Layer } from '../layer'
import type { LabelSelector } from '../linkerd/layer-linkerd'
import { alternativesIn } from './alternatives'
import { meets } from './isolation'
import type { NetworkPeer } from './layer-network'
import { censusOf, isLimited, ownName, type Census, type Pod, type Seen } from './pods'

/** Stands for all values of `pod` that no other Pod has. No namespace is called so. */
export const unheardOf = '…/{}'

const found = new WeakMap<Census, readonly Pod[]>()

/**
 * Pods that nobody has read: without labels in each known namespace, and in one that is not; and those with the labels that a policy asks its callers for, where no Pod that was
 * read has them; and what a layer beside tells apart so.
 */
export function unseenPods(layer: Layer): readonly Pod[] {
  const census = censusOf(layer)
  const known = found.get(census) ?? findUnseen(layer, census)
  found.set(census, known)
  return known
}

function findUnseen({ network }: Layer, census: Census): readonly Pod[] {
  const bare = [...census.namespaces].map(([name, around]) => podLike({ name, around }, {}))
  const nowhere = { ...podLike({ around: seen({ [ownName]: '…' }) }, {}), key: unheardOf }
  const all = [...bare, nowhere]
  const byLabel = labelIndex(census)
  const asked = new Map(
    network.policies.flatMap(({ namespace, ingress }) =>
      ingress.flatMap(({ peers = [] }) =>
        peers.flatMap(peer => (peer.kind === 'pods' ? [[keyOf(peer, namespace), { peer, namespace }] as const] : [])),
      ),
    ),
  )
  const lonely = [...asked.values()].filter(({ peer, namespace }) => {
    const candidates = candidatesFor(peer, byLabel, census)
    const isMet = (pod: Pod): boolean => isPeer(peer, namespace, pod)
    return !candidates.some(isMet) && !all.some(isMet)
  })
  const told = lonely.flatMap(({ peer, namespace }) => representative(peer, namespace, census) ?? [])
  const own = new Map([...all, ...told].map(pod => [pod.key, pod]))
  const known = new Set([...own.keys(), ...census.pods.map(({ key }) => key)])
  const beside = (network.toldBeside ?? []).filter(({ key }) => !known.has(key))
  return [...own.values(), ...beside.map(pod => inPlace(pod, census))]
}

/** Of a namespace that was read here what was read here counts. */
function inPlace(pod: Pod, { namespaces }: Census): Pod {
  const around = pod.namespace === undefined ? undefined : namespaces.get(pod.namespace)
  return around ? { ...pod, around } : pod
}

/**
 * Two layers that are to be compared: what either tells apart of Pods that nobody has read, the other does too, so that nothing differs only because one has words for it. The same where
 * nothing limits the network of one of them.
 */
export function besideEachOther(a: Layer, b: Layer): readonly [Layer, Layer] {
  if (!isLimited(a) || !isLimited(b)) return [a, b]
  return [beside(a, b), beside(b, a)]
}

function beside(layer: Layer, other: Layer): Layer {
  return { ...layer, network: { ...layer.network, toldBeside: unseenPods(other) } }
}

type PodsPeer = Extract<NetworkPeer, { kind: 'pods' }>

function keyOf(peer: PodsPeer, namespace: string): string {
  return JSON.stringify([peer.namespaces ? '' : namespace, peer.pods ?? null, peer.namespaces ?? null])
}

function labelIndex({ pods }: Census): ReadonlyMap<string, readonly Pod[]> {
  const index = new Map<string, Pod[]>()
  for (const pod of pods) {
    for (const [key, value] of Object.entries(pod.labels)) {
      const list = index.get(`${key}=${value}`)
      if (list) list.push(pod)
      else index.set(`${key}=${value}`, [pod])
    }
  }
  return index
}

function candidatesFor(
  { pods }: PodsPeer,
  byLabel: ReadonlyMap<string, readonly Pod[]>,
  census: Census,
): readonly Pod[] {
  const [labels] = alternativesIn(pods)
  return labels ? labels.flatMap(label => byLabel.get(label) ?? []) : census.pods
}

function isPeer({ pods, namespaces }: PodsPeer, namespace: string, pod: Pod): boolean {
  const near = namespaces ? meets(namespaces, pod.around) === 'yes' : pod.namespace === namespace
  return near && (!pods || meets(pods, pod) === 'yes')
}

/** Nothing where nobody can meet the selectors. */
function representative({ pods, namespaces }: PodsPeer, namespace: string, census: Census): Pod | undefined {
  const labels = pods ? labelsFor(pods) : {}
  if (!labels) return undefined
  if (!namespaces) return podLike({ name: namespace, around: census.namespaces.get(namespace) ?? seen({}) }, labels)
  const places = [...census.namespaces].filter(([, around]) => meets(namespaces, around) === 'yes')
  const [place] = places
  if (place) return podLike({ name: place[0], around: place[1] }, labels)
  const wanted = labelsFor(namespaces)
  if (!wanted) return undefined
  const name = wanted[ownName]
  if (name !== undefined && census.namespaces.has(name)) return undefined
  return podLike({ ...(name !== undefined && { name }), around: seen(wanted) }, labels)
}

/** The least labels that meet a selector. */
function labelsFor({ labels, expressions }: LabelSelector): Labels | undefined {
  const values = new Map(Object.entries(labels).map(([key, value]) => [key, Language.literals([value])]))
  for (const { key, operator, values: listed = [] } of expressions) {
    const language = {
      In: Language.literals(listed),
      NotIn: Language.literals(listed).complement(),
      Exists: Language.literals([absent]).complement(),
      DoesNotExist: Language.literals([absent]),
    }[operator]
    values.set(key, (values.get(key) ?? Language.all).intersect(language))
  }
  const chosen = [...values].map(([key, language]) => {
    return [key, language.contains(absent) ? absent : language.witness()] as const
  })
  if (chosen.some(([, value]) => value === undefined)) return undefined
  return Object.fromEntries(chosen.flatMap(([key, value = absent]) => (value === absent ? [] : [[key, value]])))
}

interface Place {
  readonly name?: string
  readonly around: Seen
}

function seen(labels: Labels): Seen {
  return { labels, unsure: () => false }
}

function podLike({ name, around }: Place, labels: Labels): Pod {
  return {
    key: `${name ?? print(around.labels)}/${print(labels)}`,
    ...(name !== undefined && { namespace: name }),
    ...seen(labels),
    around,
    hostNetwork: false,
    ips: [],
    ports: [],
    single: false,
  }
}

function print(labels: Labels): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`)
  return `{${pairs.sort().join(',')}}`
}
