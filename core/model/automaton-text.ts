import { DFA, JS, NFA, TooManyNodesError } from 'refa'
import { automatonKey, options, small } from './automaton'

/*
 * Automata as text that is stored and read back. Equal sets give equal text, whatever they were built from.
 */

/** A regular expression longer than this says no more to a reader than the automaton does. */
const longest = 240
/** The library's expressions grow fast; beyond so many nodes they are long for certain. */
const mostNodes = 4000
const keyPrefix = 'regular '

/** The source of a JavaScript regular expression for the whole words; nothing where it would be long. */
export function sourceOf(dfa: DFA): string | undefined {
  try {
    const { source } = JS.toLiteral(fromText(textOf(dfa)).toRegex({ maxNodes: mostNodes }), {
      flags: { ignoreCase: false },
    })
    return source.length > longest ? undefined : source
  } catch (error) {
    if (error instanceof TooManyNodesError) return undefined
    throw error
  }
}

/** The automaton of what {@link sourceOf} wrote, or a person. Throws SyntaxError, and TooComplex. */
export function fromSource(source: string): DFA {
  const { expression } = JS.Parser.fromLiteral({ source, flags: '' }).parse({
    assertions: 'throw',
    backreferences: 'throw',
  })
  return small(() => DFA.fromFA(NFA.fromRegex(expression, options)))
}

/** The nodes, first the one where words begin: `!` where words may end, and which characters lead where: `97-122:1,45-45:2`. */
export function textOf(dfa: DFA): string {
  return automatonKey(dfa).slice(keyPrefix.length)
}

/** The automaton of what {@link textOf} wrote. Throws SyntaxError. */
export function fromText(text: string): DFA {
  const lines = text.split(';')
  const dfa = DFA.empty(options)
  const nodes = lines.map((_, i) => (i === 0 ? dfa.initial : new DFA.Node()))
  lines.forEach((line, i) => {
    const node = nodes[i]
    if (!node) return
    if (line.startsWith('!')) dfa.finals.add(node)
    for (const step of line.replace(/^!/, '').split(',').filter(Boolean)) {
      const [, min, max, to] = /^(\d{1,5})-(\d{1,5}):(\d+)$/.exec(step) ?? []
      const goal = nodes[Number(to)]
      if (!goal || Number(min) > Number(max) || Number(max) > options.maxCharacter)
        throw new SyntaxError(`no automaton: ${step}`)
      node.out.setRange({ min: Number(min), max: Number(max) }, goal)
    }
  })
  return dfa
}
