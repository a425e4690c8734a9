import { CharSet, DFA, JS, NFA, TooManyNodesError } from 'refa'
import type { Concatenation, Element, NoParent } from 'refa'
import type { Expression } from './expression'

/*
 * What `Language` needs of the automata library and the library does not name: a canonical key, words of strings, a
 * readable shortest word. Automata here are minimal and deterministic.
 */

/** Too many distinctions to be exact within the given budget: the answer is unknown, never wrong. */
export class TooComplex extends Error {
  constructor() {
    super('the set of requests is too complex to be computed exactly')
  }
}

/** Strings are sequences of UTF-16 code units. */
const maxCharacter = 0xffff
export const options = { maxCharacter }
/** Characters in the order in which a witness should use them. */
const readable = codes('xabcdefghijklmnopqrstuvwyz0123456789/-._:@ABCDEFGHIJKLMNOPQRSTUVWXYZ=%')

/** Where words can be at. */
export type Node = DFA.ReadonlyNode
interface Step {
  readonly min: number
  readonly max: number
  readonly to: Node
}

/** The automaton of an expression. */
export function fromExpression(expression: Expression): DFA {
  return small(() =>
    DFA.fromFA(NFA.fromRegex({ type: 'Expression', alternatives: [concatenation([expression])] }, options)),
  )
}

/** The automaton of exactly these words. */
export function fromWords(words: Iterable<string>): DFA {
  const dfa = small(() => DFA.fromWords([...words].map(codes), options))
  dfa.minimize()
  return dfa
}

/** The words that both accept. */
export function intersected(a: DFA, b: DFA): DFA {
  return small(() => DFA.fromIntersection(a, b))
}

/** All the words that `dfa` refuses. */
export function complemented(dfa: DFA): DFA {
  const copy = dfa.copy()
  copy.complement()
  copy.minimize()
  return copy
}

/** What follows `prefix` in the words of `dfa` that begin with it, each behind `instead`. */
export function rebegun(dfa: DFA, prefix: string, instead: string): DFA {
  let node: Node | undefined = dfa.initial
  for (const code of codes(prefix)) node = node?.out.get(code)
  if (!node) return fromWords([])
  const initial = node
  return small(() => {
    const transitionIterator = () => ({ ...dfa.transitionIterator(), initial })
    const rest = NFA.fromFA<Node>({ maxCharacter, transitionIterator })
    rest.prepend(NFA.fromWords([codes(instead)], options))
    return DFA.fromFA(rest)
  })
}

/** Whether `word` is in the language of `dfa`. */
export function accepts(dfa: DFA, word: string): boolean {
  let node: Node | undefined = dfa.initial
  for (let i = 0; node && i < word.length; i++) node = node.out.get(word.charCodeAt(i))
  return node !== undefined && dfa.finals.has(node as DFA.Node)
}

/** Whether no beginning of a word is a dead end. A set that lacks finitely many words has none: whatever begins as a dead end does, it lacks. */
export function isTotal(dfa: DFA): boolean {
  const live = liveNodes(dfa)
  const goesOn = (node: Node): boolean =>
    steps(node, live).reduce((sum, { min, max }) => sum + max - min + 1, 0) === maxCharacter + 1
  return live.has(dfa.initial) && [...live].every(goesOn)
}

/** The words of `dfa` where there are at most `limit`; nothing where there are more. */
export function enumerate(dfa: DFA, limit: number): ReadonlySet<string> | undefined {
  const live = liveNodes(dfa)
  if (!live.has(dfa.initial)) return new Set()
  if (!dfa.isFinite || countWords(dfa, live) > limit) return undefined
  const words = new Set<string>()
  const visit = (node: Node, prefix: string): void => {
    if (isFinal(dfa, node)) words.add(prefix)
    for (const step of steps(node, live)) {
      for (let code = step.min; code <= step.max; code++) visit(step.to, prefix + String.fromCharCode(code))
    }
  }
  visit(dfa.initial, '')
  return words
}

/** Equal for two automata exactly when their languages are equal: the minimal automaton without dead ends, numbered breadth first. */
export function automatonKey(dfa: DFA): string {
  const live = liveNodes(dfa)
  const numbers = new Map<Node, number>([[dfa.initial, 0]])
  const lines: string[] = []
  for (const node of numbers.keys()) {
    const out = steps(node, live).map(({ min, max, to }) => {
      const number = numbers.get(to) ?? numbers.size
      numbers.set(to, number)
      return `${min}-${max}:${number}`
    })
    lines.push(`${isFinal(dfa, node) ? '!' : ''}${out.join(',')}`)
  }
  return `regular ${lines.join(';')}`
}

/** A shortest word of `dfa`, in characters that people read easily where there is a choice. */
export function shortest(dfa: DFA): string | undefined {
  const live = liveNodes(dfa)
  const words = new Map<Node, string>([[dfa.initial, '']])
  for (const [node, word] of words) {
    if (isFinal(dfa, node)) return word
    for (const { code, to } of readableSteps(node, live)) {
      if (!words.has(to)) words.set(to, word + String.fromCharCode(code))
    }
  }
  return undefined
}

/** The library refuses to build automata beyond 10,000 nodes; for us that means the answer is unknown. */
export function small(build: () => DFA): DFA {
  try {
    return build()
  } catch (error) {
    throw error instanceof TooManyNodesError ? new TooComplex() : error
  }
}

/** The language as the source of a JavaScript regular expression without flags; where that would be endless, a member and an ellipsis. */
export function pattern(dfa: DFA): string {
  try {
    return JS.toLiteral(dfa.toRegex(), { flags: { ignoreCase: false } }).source
  } catch (error) {
    if (error instanceof TooManyNodesError) return `${shortest(dfa) ?? ''}|…`
    throw error
  }
}

/** Whether a word may end there. */
export function isFinal(dfa: DFA, node: Node): boolean {
  return dfa.finals.has(node as DFA.Node)
}

/** The nodes from which a final one can be reached. */
export function liveNodes(dfa: DFA): ReadonlySet<Node> {
  const sources = new Map<Node, Node[]>()
  const reached = new Set<Node>([dfa.initial])
  for (const node of reached) {
    for (const to of node.out.values()) {
      const known = sources.get(to)
      if (known) known.push(node)
      else sources.set(to, [node])
      reached.add(to)
    }
  }
  const live = new Set<Node>([...reached].filter(node => isFinal(dfa, node)))
  for (const node of live) for (const source of sources.get(node) ?? []) live.add(source)
  return live
}

/** The transitions of a node that do not lead to a dead end, by character, neighbours with one goal joined. */
export function steps(node: Node, live?: ReadonlySet<Node>): readonly Step[] {
  const joined: Step[] = []
  for (const [{ min, max }, to] of node.out) {
    if (live && !live.has(to)) continue
    const last = joined.at(-1)
    if (last?.to === to && last.max + 1 === min) joined[joined.length - 1] = { min: last.min, max, to }
    else joined.push({ min, max, to })
  }
  return joined
}

function readableSteps(node: Node, live: ReadonlySet<Node>): readonly { readonly code: number; readonly to: Node }[] {
  const choices = steps(node, live).map(({ min, max, to }) => {
    const rank = readable.findIndex(code => code >= min && code <= max)
    return { rank: rank < 0 ? readable.length : rank, code: readable[rank] ?? min, to }
  })
  return choices.sort((a, b) => a.rank - b.rank)
}

function countWords(dfa: DFA, live: ReadonlySet<Node>): number {
  const counts = new Map<Node, number>()
  const count = (node: Node): number => {
    const known = counts.get(node)
    if (known !== undefined) return known
    let sum = isFinal(dfa, node) ? 1 : 0
    for (const { min, max, to } of steps(node, live)) sum += (max - min + 1) * count(to)
    counts.set(node, sum)
    return sum
  }
  return count(dfa.initial)
}

function concatenation(expressions: readonly Expression[]): NoParent<Concatenation> {
  return { type: 'Concatenation', elements: expressions.flatMap(elements) }
}

function elements(expression: Expression): NoParent<Element>[] {
  if (typeof expression === 'string')
    return codes(expression).map(code => characters(CharSet.empty(maxCharacter).union([{ min: code, max: code }])))
  if ('any' in expression) return [quantifier([characters(CharSet.all(maxCharacter))], 0)]
  if ('chars' in expression) return [characters(charSet(expression.chars))]
  if ('except' in expression) return [characters(charSet(expression.except).negate())]
  if ('sequence' in expression) return expression.sequence.flatMap(elements)
  if ('choice' in expression)
    return [{ type: 'Alternation', alternatives: expression.choice.map(e => concatenation([e])) }]
  if ('star' in expression) return [quantifier(elements(expression.star), 0)]
  return [quantifier(elements(expression.plus), 1)]
}

function characters(set: CharSet): NoParent<Element> {
  return { type: 'CharacterClass', characters: set }
}

function quantifier(repeated: NoParent<Element>[], min: number): NoParent<Element> {
  return {
    type: 'Quantifier',
    alternatives: [{ type: 'Concatenation', elements: repeated }],
    min,
    max: Infinity,
    lazy: false,
  }
}

function charSet(chars: string): CharSet {
  return CharSet.empty(maxCharacter).union(codes(chars).map(code => ({ min: code, max: code })))
}

function codes(word: string): number[] {
  return Array.from({ length: word.length }, (_, i) => word.charCodeAt(i))
}
