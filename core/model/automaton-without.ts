import { DFA } from 'refa'
import type { Node } from './automaton'
import { isFinal, liveNodes, options, steps } from './automaton'
import { groupBy } from './group'

/**
 * The words of `dfa` but for some of them. What follows a beginning of these is copied, and each copy that is like a node already there becomes that one, from the
 * ends on: so the automaton is as small as it can be, as the key of an automaton wants it. Nothing in the one case that this does not settle.
 */
export function without(dfa: DFA, words: readonly string[]): DFA | undefined {
  const { live, known } = nodesOf(dfa)
  const finals = new Set(dfa.finals)
  const own = new Map<string, DFA.Node>()
  const alike = (node: DFA.Node): DFA.Node | undefined => {
    const key = nodeKey(node, finals.has(node) ? '!' : '')
    return own.get(key) ?? known.get(key)
  }
  const copy = (node: Node, left: readonly string[], at: number): DFA.Node => {
    const made = new DFA.Node()
    for (const [range, to] of node.out) if (live.has(to)) made.out.setRange(range, to as DFA.Node)
    if (isFinal(dfa, node) && left.every(word => word.length > at)) finals.add(made)
    const longer = groupBy(left, word => (word.length > at ? word.charCodeAt(at) : undefined))
    for (const [code, some] of longer) {
      const to = code === undefined ? undefined : node.out.get(code)
      if (code === undefined || !to) continue
      const next = copy(to, some, at + 1)
      const dead = next.out.isEmpty && !finals.has(next)
      if (dead) made.out.delete(code)
      else made.out.set(code, settle(next))
    }
    return made
  }
  const settle = (node: DFA.Node): DFA.Node => {
    const same = alike(node)
    if (same) return same
    own.set(nodeKey(node, finals.has(node) ? '!' : ''), node)
    return node
  }
  const first = copy(dfa.initial, words, 0)
  if (alike(first)) return undefined
  const rest = DFA.empty(options)
  for (const [range, to] of first.out) rest.initial.out.setRange(range, to)
  if (finals.has(first)) rest.finals.add(rest.initial)
  for (const node of rest.nodes()) if (finals.has(node)) rest.finals.add(node)
  return rest
}

interface Nodes {
  readonly live: ReadonlySet<Node>
  readonly known: ReadonlyMap<string, DFA.Node>
}

const nodes = new WeakMap<DFA, Nodes>()

/** The nodes of an automaton by what they are like. */
function nodesOf(dfa: DFA): Nodes {
  const found = nodes.get(dfa)
  if (found) return found
  const live = liveNodes(dfa)
  const known = new Map([...live].map(node => [nodeKey(node, isFinal(dfa, node) ? '!' : '', live), node as DFA.Node]))
  nodes.set(dfa, { live, known })
  return { live, known }
}

const numbers = new WeakMap<Node, number>()
let numbered = 0

/** The same for nodes with the same goals. */
function nodeKey(node: Node, ending: '!' | '', live?: ReadonlySet<Node>): string {
  const goals = steps(node, live).map(({ min, max, to }) => {
    const number = numbers.get(to) ?? ++numbered
    numbers.set(to, number)
    return `${min}-${max}:${number}`
  })
  return ending + goals.join(',')
}
