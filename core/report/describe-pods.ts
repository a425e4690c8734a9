import { groupBy } from '../model/group'
import type { Language } from '../model/language'
import { byText, few } from './words'

/** A value of the attribute `pod`, taken apart. The empty one, which is no Pod, has no namespace. */
interface PodName {
  /** A name, or labels in braces. */
  readonly namespace: string
  /** A name, labels in braces, or `{}` for a Pod without any that a policy asks for. */
  readonly pod: string
}

/** What is no Pod, in words. */
export const outside = 'nodes and what is outside the cluster'

/**
 * Where requests come from, in words, each of which holds on its own: `Pods of shop/frontend`, `Pods labelled app=frontend of shop`, `any Pod of shop`,
 * `nodes and what is outside the cluster`. `known` are the Pods that any set tells apart; all of a namespace together are any Pod of it.
 */
export function describePods(pods: Language, known: ReadonlySet<string>): readonly string[] {
  const { words } = pods
  if (words) return [...(words.has('') ? [outside] : []), ...describeNames([...words].filter(Boolean), known)]
  const missing = pods.complement().words
  if (!missing) return [`Pods like /^${String(pods)}$/`]
  const names = describeNames([...missing].filter(Boolean), known)
  const all = pods.contains('') ? 'anybody' : 'any Pod'
  return [names.length === 0 ? all : `${all} but ${few(names).join(', ')}`]
}

/** Whether a set holds no more than Pods that are named, or named by their labels, of namespaces that are named. */
export function isNamed(pods: Language): boolean {
  const { words } = pods
  return words !== undefined && [...words].every(word => word !== '' && !isResidual(taken(word)))
}

/** Whether a set holds Pods of one namespace alone. */
export function isWithin(pods: Language, namespace: string): boolean {
  const { words } = pods
  return words !== undefined && [...words].every(word => word !== '' && taken(word).namespace === namespace)
}

function isResidual({ namespace, pod }: PodName): boolean {
  return pod === '{}' || namespace.startsWith('{') || namespace === '…'
}

/** Labels may have a slash in their keys; it is the one after the namespace that counts. */
function taken(word: string): PodName {
  const at = word.startsWith('{') ? word.indexOf('}/') + 1 : word.indexOf('/')
  return { namespace: word.slice(0, at), pod: word.slice(at + 1) }
}

function describeNames(words: readonly string[], known: ReadonlySet<string>): readonly string[] {
  const universe = groupBy([...known].filter(Boolean), word => taken(word).namespace)
  return [...groupBy(words, word => taken(word).namespace)]
    .sort(([a], [b]) => byText(a, b))
    .flatMap(([namespace, mine]) => {
      const whole =
        mine.includes(`${namespace}/{}`) && (universe.get(namespace) ?? []).every(word => mine.includes(word))
      return whole ? [`any Pod of ${place(namespace)}`] : ofNamespace(namespace, mine)
    })
}

function ofNamespace(namespace: string, words: readonly string[]): readonly string[] {
  const pods = words.map(word => taken(word).pod).sort(byText)
  const named = pods.filter(pod => !pod.startsWith('{')).map(pod => `${namespace}/${pod}`)
  const labelled = pods.filter(pod => pod.startsWith('{') && pod !== '{}')
  return [
    ...(named.length > 0 ? [`Pods of ${named.join(', ')}`] : []),
    ...labelled.map(pod => `Pods labelled ${labels(pod)} of ${place(namespace)}`),
    ...(pods.includes('{}') ? [`other Pods of ${place(namespace)}`] : []),
  ]
}

function place(namespace: string): string {
  if (namespace === '{}' || namespace === '…') return 'other namespaces'
  return namespace.startsWith('{') ? `namespaces labelled ${labels(namespace)}` : namespace
}

function labels(braced: string): string {
  return braced.slice(1, -1)
}
