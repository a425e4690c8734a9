import { Language } from '../../model/language'
import { absent } from '../../model/region'
import type { Labels, Layer } from '../layer'
import type { Asked } from './asked'
import { askedBy, elsewhere, variantsOf } from './asked'
import type { Demands } from './demands'
import { fits } from './demands'
import { censusOf, isLimited, ownName, type Census, type Pod, type Seen } from './pods'

/** Stands for all values of `pod` that no other Pod has. No namespace is called so. */
export const unheardOf = `${elsewhere}/{}`

const found = new WeakMap<Census, readonly Pod[]>()

/**
 * Pods that nobody has read: without labels in each known namespace, and in one that is not; and those with the labels that a policy asks its callers for, where no Pod that was
 * read has them; and what a layer beside tells apart so ({@link besideEachOther}).
 */
export function unseenPods(layer: Layer): readonly Pod[] {
  if (layer.network.unseen) return layer.network.unseen
  const census = censusOf(layer)
  const known = found.get(census) ?? findUnseen(layer, census)
  found.set(census, known)
  return known
}

function findUnseen({ network }: Layer, census: Census): readonly Pod[] {
  const bare = [...census.namespaces].map(([name, around]) => podLike({ name, around }, {}))
  const all = [...bare, podLike({ around: seen({ [ownName]: elsewhere }) }, {})]
  const read = byLabels(census.pods)
  const had = {
    pods: census.pods.map(({ labels }) => labels),
    namespaces: [...census.namespaces.values()].map(({ labels }) => labels),
  }
  const asked = variantsOf([...askedBy(network.policies), ...(network.askedBeside ?? [])], had)
  const lonely = asked.filter(one => !standsAlready(read(one.pods), one) && !all.some(pod => isMeant(one, pod)))
  const told = lonely.flatMap(one => representative(one, census) ?? [])
  return [...new Map([...all, ...told].map(pod => [pod.key, pod])).values()]
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
  const [first, second] = [asking(a, b), asking(b, a)]
  return [telling(first, second), telling(second, first)]
}

function asking(layer: Layer, other: Layer): Layer {
  return { ...layer, network: { ...layer.network, askedBeside: askedBy(other.network.policies) } }
}

function telling(layer: Layer, other: Layer): Layer {
  const census = censusOf(layer)
  const own = unseenPods(layer)
  const known = new Set([...own, ...census.pods].map(({ key }) => key))
  const beside = unseenPods(other).filter(({ key }) => !known.has(key))
  return { ...layer, network: { ...layer.network, unseen: [...own, ...beside.map(pod => inPlace(pod, census))] } }
}

/** Pods that may have labels as they are asked for: all of them, but where one label alone has to have one of some values. */
function byLabels(pods: readonly Pod[]): (demands: Demands) => readonly Pod[] {
  const index = new Map<string, Pod[]>()
  for (const pod of pods) {
    for (const [key, value] of Object.entries(pod.labels)) {
      const list = index.get(`${key}=${value}`)
      if (list) list.push(pod)
      else index.set(`${key}=${value}`, [pod])
    }
  }
  return demands => {
    for (const [key, { words }] of demands)
      if (words && !words.has(absent)) return [...words].flatMap(word => index.get(`${key}=${word}`) ?? [])
    return pods
  }
}

/** Whether one that was read stands for those who are as is asked, at whatever such a policy is for: a Pod always reaches itself. */
function standsAlready(pods: readonly Pod[], asked: Asked): boolean {
  const [first, second] = pods.filter(pod => isMeant(asked, pod))
  if (!first || second) return second !== undefined
  return first.namespace !== asked.namespace || asked.subjects.every(subject => fits(subject, first) === 'no')
}

function isMeant({ namespace, pods, namespaces }: Asked, pod: Pod): boolean {
  const near = namespaces ? fits(namespaces, pod.around) === 'yes' : pod.namespace === namespace
  return near && fits(pods, pod) === 'yes'
}

/** Nothing where nobody can be as is asked. */
function representative({ namespace, pods, namespaces }: Asked, census: Census): Pod | undefined {
  const labels = labelsFor(pods)
  if (!labels) return undefined
  if (!namespaces) return podLike({ name: namespace, around: census.namespaces.get(namespace) ?? seen({}) }, labels)
  const place = [...census.namespaces].find(([, around]) => fits(namespaces, around) === 'yes')
  if (place) return podLike({ name: place[0], around: place[1] }, labels)
  const around = unreadNamespace(namespaces)
  const name = around?.[ownName]
  if (!around || name === undefined || census.namespaces.has(name)) return undefined
  const isNamedAlone = name !== elsewhere && Object.keys(around).length === 1
  const pod = podLike({ ...(isNamedAlone && { name }), around: seen(around) }, labels)
  return name === elsewhere ? pod : { ...pod, namespace: name }
}

/** The labels of a namespace that nobody has read, which has a name as every namespace has. */
function unreadNamespace(demands: Demands): Labels | undefined {
  const names = (demands.get(ownName) ?? Language.all).minus(Language.literal(absent))
  const unnamed = Language.literal(elsewhere)
  return labelsFor(new Map(demands).set(ownName, unnamed.within(names) ? unnamed : names))
}

/** The least labels that are as is asked. */
function labelsFor(demands: Demands): Labels | undefined {
  const chosen = [...demands].map(
    ([key, values]) => [key, values.contains(absent) ? absent : values.witness()] as const,
  )
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
    key: `${name ?? placeName(around)}/${printLabels(labels)}`,
    ...(name !== undefined && { namespace: name }),
    ...seen(labels),
    around,
    hostNetwork: false,
    ips: [],
    ports: [],
    single: false,
  }
}

/** A namespace that nobody has read is told by its labels, its name among them where it has others. */
function placeName({ labels: { [ownName]: name = elsewhere, ...labels } }: Seen): string {
  if (name !== elsewhere) return printLabels({ [ownName]: name, ...labels })
  return Object.keys(labels).length === 0 ? elsewhere : printLabels(labels)
}

/** Labels as they stand in values of the attribute `pod`. */
export function printLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`)
  return `{${pairs.sort().join(',')}}`
}
