import type { DFA } from 'refa'
import { accepts, complemented, fromWords } from './automaton'

/** How a set of strings is kept: a list, all but a list, or a minimal automaton. */
export type Form =
  | { readonly kind: 'finite'; readonly words: ReadonlySet<string> }
  | { readonly kind: 'cofinite'; readonly words: ReadonlySet<string> }
  | { readonly kind: 'regular'; readonly dfa: DFA }

/** Equal for equal sets; lengths keep words apart whatever they contain. */
export function wordsKey(words: ReadonlySet<string>): string {
  const list = [...words]
  if (list.length > 1) list.sort()
  let key = ''
  for (const word of list) key += `${word.length}:${word}`
  return key
}

/** The set as an automaton. */
export function toAutomaton(form: Form): DFA {
  switch (form.kind) {
    case 'finite':
      return fromWords(form.words)
    case 'cofinite':
      return complemented(fromWords(form.words))
    case 'regular':
      return form.dfa
  }
}

/** The intersection where lists of words suffice to find it, which is nearly always. */
export function intersection(a: Form, b: Form): Form | 'automata' {
  if (a.kind === 'finite') {
    // A caller in a list of all: the shorter list says which of the other to look for.
    if (b.kind === 'finite' && b.words.size < a.words.size) return intersection(b, a)
    const words = filter(a.words, word => has(b, word))
    return words.size === a.words.size ? a : { kind: 'finite', words }
  }
  if (b.kind === 'finite') return intersection(b, a)
  if (a.kind === 'cofinite' && b.kind === 'cofinite')
    return { kind: 'cofinite', words: new Set([...a.words, ...b.words]) }
  if (a.kind === 'cofinite') return [...a.words].some(word => has(b, word)) ? 'automata' : b
  return b.kind === 'cofinite' ? intersection(b, a) : 'automata'
}

function has(form: Form, word: string): boolean {
  if (form.kind === 'regular') return accepts(form.dfa, word)
  return form.words.has(word) === (form.kind === 'finite')
}

function filter(words: ReadonlySet<string>, keep: (word: string) => boolean): ReadonlySet<string> {
  const kept = new Set<string>()
  for (const word of words) if (keep(word)) kept.add(word)
  return kept
}

/** A short word that is none of `words`. */
export function unlike(words: ReadonlySet<string>): string {
  for (let i = 0; ; i++) {
    const word = i === 0 ? 'x' : `x${i}`
    if (!words.has(word)) return word
  }
}
