import { groupBy } from '../../model/group'
import { Language } from '../../model/language'
import { absent } from '../../model/region'
import type { Demands } from './demands'
import { demandsOf } from './demands'
import type { Labels } from '../layer'
import type { NetworkPolicy } from './layer-network'
import { ownName } from './pods'

/** Labels that something asks for: of Pods, and of their namespaces; where it asks for none, in the policy's own namespace. */
export interface Asked {
  /** The policy's. */
  readonly namespace: string
  readonly pods: Demands
  readonly namespaces?: Demands
  /** The Pods of the policies that ask for it, which let these in to themselves whatever they say. */
  readonly subjects: readonly Demands[]
}

/** Stands for the name of every namespace that nobody has read and no selector names. */
export const elsewhere = '…'

/** What policies ask of those who call: the peers of their ingress rules, and whom they keep from leaving. Each once. */
export function askedBy(policies: readonly NetworkPolicy[]): readonly Asked[] {
  return distinct(
    policies.flatMap(({ namespace, selector, isolates, ingress }): readonly Asked[] => {
      const subjects = [demandsOf(selector)]
      return [
        ...ingress.flatMap(({ peers = [] }) =>
          peers.flatMap(peer => {
            if (peer.kind !== 'pods') return []
            const { pods, namespaces } = peer
            return [
              {
                namespace,
                subjects,
                pods: pods ? demandsOf(pods) : nothing,
                ...(namespaces && { namespaces: demandsOf(namespaces) }),
              },
            ]
          }),
        ),
        ...(isolates.includes('egress') ? [{ namespace, pods: demandsOf(selector), subjects: [] }] : []),
      ]
    }),
  )
}

const nothing: Demands = new Map()

/**
 * The same, and beside each what differs from it in one thing: each of several values that will do, a value that nobody names or has, each that will not, and a namespace that nobody has read. And
 * all of these with what rules of the same policies' namespace exclude by labels that they do not ask for. Whoever is asked of each finds every difference that one label makes, and those that
 * several exclusions make together.
 */
export function variantsOf(asked: readonly Asked[], { pods: read, namespaces: around }: Had): readonly Asked[] {
  const named = mentionedIn(
    asked.map(({ pods }) => pods),
    read,
  )
  const places = mentionedIn(
    asked.map(({ namespaces = nothing }) => namespaces),
    around,
  )
  const varied = asked.flatMap((one): readonly Asked[] => {
    const { namespaces } = one
    const own = [one, ...oneApart(one.pods, named).map(pods => ({ ...one, pods }))]
    if (!namespaces) return own
    const others = oneApart(namespaces, places).map(other => ({ ...one, namespaces: other }))
    return [...own, ...others, ...own.map(each => ({ ...each, namespaces: unread(namespaces) }))]
  })
  const byNamespace = groupBy(varied, ({ namespace }) => namespace)
  return distinct([...byNamespace.values()].flatMap(same => [...same, ...excludedBeside(same, named)]))
}

/** The labels that Pods and namespaces have which were read. */
export interface Had {
  readonly pods: readonly Labels[]
  readonly namespaces: readonly Labels[]
}

/** All values of a key that anything mentions, or has. */
type Mentioned = ReadonlyMap<string, Language>

function mentionedIn(all: readonly Demands[], had: readonly Labels[]): Mentioned {
  const words = new Map<string, Set<string>>()
  for (const demands of all) {
    for (const [key, values] of demands) {
      const own = words.get(key) ?? new Set([absent])
      for (const word of values.words ?? values.complement().words ?? []) own.add(word)
      words.set(key, own)
    }
  }
  for (const labels of had) for (const [key, value] of Object.entries(labels)) words.get(key)?.add(value)
  return new Map([...words].map(([key, own]) => [key, Language.literals(own)]))
}

/** Demands of which one is exactly one value, or a value that nobody mentions. */
function oneApart(demands: Demands, mentioned: Mentioned): readonly Demands[] {
  return [...demands].flatMap(([key, values]) =>
    partsOf(values, mentioned.get(key) ?? Language.none).map(part => new Map(demands).set(key, part)),
  )
}

function partsOf(values: Language, mentioned: Language): readonly Language[] {
  const { words } = values
  // Where a label has to be missing, it is that there is one which makes the difference.
  if (words?.has(absent)) return [mentioned.complement()]
  if (words) return words.size < 2 ? [] : [...words].map(word => Language.literal(word))
  const fresh = values.minus(mentioned)
  return [...excludedBy(values).map(word => Language.literal(word)), ...(fresh.isEmpty ? [] : [fresh])]
}

/** The values that will not do, of what takes all but some. */
function excludedBy(values: Language): readonly string[] {
  return values.words ? [] : [...(values.complement().words ?? [])]
}

function unread(namespaces: Demands): Demands {
  const values = namespaces.get(ownName) ?? Language.all
  return new Map(namespaces).set(ownName, values.intersect(Language.literal(elsewhere)))
}

/** Values that one label may have, of Pods or of their namespaces. */
interface Part {
  readonly of: 'pods' | 'namespaces'
  readonly key: string
  readonly values: Language
}

/** Each with values that others exclude, where it leaves that open: one key at a time, and all of them together. */
function excludedBeside(all: readonly Asked[], named: Mentioned): readonly Asked[] {
  const excluded = [
    ...byKey(all.map(({ pods }) => pods)).map(([key, each]) => ({
      of: 'pods' as const,
      key,
      parts: ofPods(each, named.get(key) ?? Language.none),
    })),
    ...byKey(all.map(({ namespaces = nothing }) => namespaces)).map(([key, each]) => ({
      of: 'namespaces' as const,
      key,
      parts: ofNamespaces(each),
    })),
  ].filter(({ parts }) => parts.length > 0)
  return all.flatMap(one => {
    const open = excluded.flatMap(({ of, key, parts }) => {
      const own = one[of]?.get(key) ?? Language.all
      const left = own.words ? [] : parts.map(values => values.intersect(own)).filter(values => !values.isEmpty)
      return one[of] && left.length > 0 ? [left.map((values): Part => ({ of, key, values }))] : []
    })
    const most = Math.max(0, ...open.map(({ length }) => length))
    const together = Array.from({ length: open.length > 1 ? most : 0 }, (_, i) =>
      open.flatMap(parts => parts[i % parts.length] ?? []),
    )
    return [...open.flat().map(part => [part]), ...together].map(parts => withParts(one, parts))
  })
}

function withParts(one: Asked, parts: readonly Part[]): Asked {
  const of = (wanted: Part['of'], demands: Demands): Demands =>
    new Map([...demands, ...parts.flatMap(part => (part.of === wanted ? [[part.key, part.values] as const] : []))])
  const { namespaces } = one
  return { ...one, pods: of('pods', one.pods), ...(namespaces && { namespaces: of('namespaces', namespaces) }) }
}

function byKey(all: readonly Demands[]): (readonly [key: string, each: readonly Language[]])[] {
  const groups = groupBy(
    all.flatMap(demands => [...demands]),
    ([key]) => key,
  )
  return [...groups].map(([key, same]) => [key, [...new Set(same.map(([, values]) => values))]])
}

/** A label that is missing will do for none but those that ask for one; so it is the others that have to be told apart. */
function ofPods(each: readonly Language[], mentioned: Language): readonly Language[] {
  const words = new Set(each.flatMap(values => excludedBy(values).filter(word => word !== absent)))
  const isMissing = each.some(values => values.words?.has(absent))
  return [
    ...[...words].map(word => Language.literal(word)),
    ...(isMissing ? [mentioned.union(Language.literal(absent)).complement()] : []),
  ]
}

/** Of namespaces there are some, with labels of their own. */
function ofNamespaces(all: readonly Language[]): readonly Language[] {
  const each = all.filter(values => values !== Language.literal(elsewhere))
  const single = each.flatMap(values =>
    values.words ? [values.complement()] : excludedBy(values).map(word => Language.literal(word)),
  )
  const none = each.reduce((left, values) => left.minus(values), Language.all)
  return [...new Set([...single, none])].filter(values => !values.isEmpty)
}

function distinct(all: readonly Asked[]): readonly Asked[] {
  return [...groupBy(all, keyOf).values()].flatMap(([first, ...others]) => {
    if (!first) return []
    return [
      others.length === 0
        ? first
        : { ...first, subjects: [...new Set([first, ...others].flatMap(({ subjects }) => subjects))] },
    ]
  })
}

function keyOf({ namespace, pods, namespaces }: Asked): string {
  return `${namespaces ? `{${print(namespaces)}}` : namespace}/{${print(pods)}}`
}

/** Languages are distinct for distinct sets. */
function print(demands: Demands): string {
  if (demands.size === 1) for (const [key, { id }] of demands) return `${key}:${id}`
  return [...demands]
    .map(([key, { id }]) => `${key}:${id}`)
    .sort()
    .join()
}
