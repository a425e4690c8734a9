import { Language } from '../../../model/language'
import type { Ternary } from '../../istio/kleene'
import type { Layer } from '../../layer'
import { limitsOf } from '../../network/isolation'
import type { NetworkPolicy, NetworkRule } from '../../network/layer-network'
import { isUnmodelled, type Pod } from '../../network/pods'
import { blockOf, type Block } from './blocks'
import type { Population } from './population'
import { isFor } from './ports'

/** Whom a Pod's own policies let in on a port. */
export interface Admission {
  /** What holds for whoever is in neither set, and in no block. */
  readonly others: Ternary
  readonly sure: ReadonlySet<number>
  readonly perhaps: ReadonlySet<number>
  /** Addresses that are let in of those that are no Pod's; of Pods, perhaps. */
  readonly blocks: { readonly sure: Language; readonly perhaps: Language }
  /** All that blocks mean, of Pods whose address is not known. */
  readonly ofPods: Language
}

const nobody: ReadonlySet<number> = new Set()
const noBlocks = { blocks: { sure: Language.none, perhaps: Language.none }, ofPods: Language.none }
const everybody: Admission = { others: 'yes', sure: nobody, perhaps: nobody, ...noBlocks }
const anybody: Admission = { ...everybody, others: 'unknown' }

/** What the ingress policies of a Pod let in: all, where none isolates it; else whom any of their rules means. */
export function admissionTo(layer: Layer, pod: Pod, { port, population }: Asked): Admission {
  if (isUnmodelled(layer, pod)) return anybody
  const limits = limitsOf(layer, pod, 'ingress')
  const of = (wanted: Ternary): readonly NetworkPolicy[] =>
    limits.filter(({ applies }) => applies === wanted).map(({ policy }) => policy)
  const [sure, perhaps] = [of('yes'), of('unknown')]
  const asked = { port, population, pod }
  if (sure.length === 0) return perhaps.length === 0 ? everybody : whicheverHolds(perhaps, asked)
  const own = admittedBy(sure.flatMap(rulesOf), asked)
  if (perhaps.some(({ unreadable }) => unreadable)) return { ...own, others: own.others === 'yes' ? 'yes' : 'unknown' }
  const more = admittedBy(perhaps.flatMap(rulesOf), asked)
  return {
    others: own.others === 'no' && more.others !== 'no' ? 'unknown' : own.others,
    sure: own.sure,
    perhaps: new Set([...own.perhaps, ...more.sure, ...more.perhaps]),
    blocks: {
      sure: own.blocks.sure,
      perhaps: Language.union([own.blocks.perhaps, more.blocks.sure, more.blocks.perhaps]),
    },
    ofPods: own.ofPods.union(more.ofPods),
  }
}

export interface Asked {
  /** On the wire. */
  readonly port: number
  readonly population: Population
}

interface Entering extends Asked {
  readonly pod: Pod
}

interface PlacedRule {
  readonly policy: NetworkPolicy
  readonly rule: NetworkRule
}

function rulesOf(policy: NetworkPolicy): readonly PlacedRule[] {
  return policy.ingress.map(rule => ({ policy, rule }))
}

/** Where no policy holds for certain, whoever all let in is sure to get in, and everybody may. */
function whicheverHolds(perhaps: readonly NetworkPolicy[], asked: Entering): Admission {
  if (perhaps.some(({ unreadable }) => unreadable)) return anybody
  const each = perhaps.map(policy => admittedBy(rulesOf(policy), asked))
  const isSure = (one: Admission, i: number): boolean => one.sure.has(i) || one.others === 'yes'
  const found = each.flatMap(({ sure }) => [...sure])
  const addresses = each.map(({ others, blocks }) => (others === 'yes' ? Language.all : blocks.sure))
  return {
    others: each.every(({ others }) => others === 'yes') ? 'yes' : 'unknown',
    sure: new Set(found.filter(i => each.every(one => isSure(one, i)))),
    perhaps: nobody,
    blocks: { sure: addresses.reduce((all, next) => all.intersect(next)), perhaps: Language.none },
    ofPods: Language.none,
  }
}

function admittedBy(rules: readonly PlacedRule[], { port, population, pod }: Entering): Admission {
  const found = { sure: new Set<number>(), perhaps: new Set<number>(), others: 'no' as Ternary }
  const blocks: { readonly block: Block; readonly open: Ternary }[] = []
  for (const { policy, rule } of rules) {
    const open = isFor(rule, port, pod)
    if (open === 'no') continue
    if (!rule.peers && found.others !== 'yes') found.others = open
    for (const peer of rule.peers ?? []) {
      if (peer.kind === 'block') blocks.push({ block: blockOf(peer), open })
      else take(population.meant(peer, policy.namespace), open, found)
    }
  }
  for (const { block } of blocks) for (const i of population.within(block)) found.perhaps.add(i)
  const of = (wanted: Ternary): Language =>
    Language.union(blocks.filter(({ open }) => open === wanted).map(({ block }) => block.addresses))
  return {
    ...found,
    blocks: { sure: of('yes'), perhaps: of('unknown') },
    ofPods: Language.union(blocks.map(({ block }) => block.ofPods)),
  }
}

function take(
  meant: { readonly sure: ReadonlySet<number>; readonly perhaps: ReadonlySet<number> },
  open: Ternary,
  found: { readonly sure: Set<number>; readonly perhaps: Set<number> },
): void {
  for (const i of meant.sure) (open === 'yes' ? found.sure : found.perhaps).add(i)
  for (const i of meant.perhaps) found.perhaps.add(i)
}
