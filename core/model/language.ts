import type { DFA } from 'refa'
import {
  accepts,
  automatonKey,
  complemented,
  enumerate,
  fromExpression,
  intersected,
  isTotal,
  pattern,
  rebegun,
  shortest,
} from './automaton'
import { fromSource, fromText, sourceOf, textOf } from './automaton-text'
import { without } from './automaton-without'
import type { Expression } from './expression'
import type { Form } from './form'
import { intersection, toAutomaton, unlike, wordsKey } from './form'

export type { Expression }

/** INVARIANT: one entry per distinct set of strings. */
const interned = new Map<string, Language>()
/** Those of a single word, by that word. */
const singles = new Map<string, Language>()
let distinct = 0
/** What each expression was found to be; the same patterns come up for every port. */
const built = new Map<string, Language>()

/** Above so many words a finite set is kept as an automaton rather than as a list. Either way it is exact. */
const mostWords = 50_000

/**
 * An exact set of strings: of paths, methods, hosts, header values, callers. Immutable and interned, so two languages
 * with the same members are the same object (`===`), and each operation on the same operands is done once.
 *
 * Finite sets and their complements are kept as lists of words, everything else as a minimal automaton (refa).
 */
export class Language {
  static readonly none = Language.intern({ kind: 'finite', words: new Set() })
  static readonly all = Language.intern({ kind: 'cofinite', words: new Set() })

  private flipped: Language | undefined
  private shown: string | undefined
  private machine: DFA | undefined
  /** With which others it was intersected; most sets never are. */
  private intersections: Map<Language, Language> | undefined

  private constructor(
    /** Distinct for distinct sets, stable within a process: orders and keys, never to be stored. */
    readonly id: number,
    private readonly form: Form,
  ) {}

  /** The language of an expression. */
  static of(expression: Expression): Language {
    if (typeof expression === 'string') return Language.literals([expression])
    const key = JSON.stringify(expression)
    const known = built.get(key)
    if (known) return known
    const language = Language.fromDfa(fromExpression(expression))
    built.set(key, language)
    return language
  }

  /** Exactly these words. */
  static literals(words: Iterable<string>): Language {
    if (Array.isArray(words) && words.length === 1) return Language.literal(words[0] as string)
    return Language.fromWords(new Set(words), 'finite')
  }

  /** Exactly this word. */
  static literal(word: string): Language {
    return singles.get(word) ?? Language.single({ kind: 'finite', words: new Set([word]) }, word)
  }

  /** All members of all of `languages`. */
  static union(languages: readonly Language[]): Language {
    const [only = Language.none] = languages
    if (languages.length < 2) return only
    const words = new Set<string>()
    const others: Language[] = []
    for (const language of languages) {
      if (language.form.kind === 'finite') for (const word of language.form.words) words.add(word)
      else others.push(language)
    }
    const [first, ...more] = others
    if (!first) return Language.literals(words)
    const sum = more.reduce((known, next) => known.union(next), first)
    // Words are seldom new to a set that is no list.
    const rest = [...words].filter(word => !sum.contains(word))
    return rest.length === 0 ? sum : sum.union(Language.literals(rest))
  }

  get isEmpty(): boolean {
    return this === Language.none
  }

  /** The words themselves, where they are few enough to be a list. */
  get words(): ReadonlySet<string> | undefined {
    return this.form.kind === 'finite' ? this.form.words : undefined
  }

  contains(word: string): boolean {
    switch (this.form.kind) {
      case 'finite':
        return this.form.words.has(word)
      case 'cofinite':
        return !this.form.words.has(word)
      case 'regular':
        return accepts(this.form.dfa, word)
    }
  }

  complement(): Language {
    if (this.flipped) return this.flipped
    const flipped =
      this.form.kind === 'regular'
        ? Language.intern({ kind: 'regular', dfa: complemented(this.form.dfa) })
        : Language.fromWords(this.form.words, this.form.kind === 'finite' ? 'cofinite' : 'finite')
    this.flipped = flipped
    flipped.flipped = this
    return flipped
  }

  intersect(other: Language): Language {
    if (this === other || other === Language.all) return this
    if (this === Language.all) return other
    if (this.id > other.id) return other.intersect(this)
    const known = this.intersections?.get(other)
    if (known) return known
    const result = intersection(this.form, other.form)
    const language = result === 'automata' ? this.intersectAutomata(other) : Language.fromForm(result, this, other)
    this.intersections ??= new Map()
    this.intersections.set(other, language)
    return language
  }

  union(other: Language): Language {
    return this === other ? this : this.complement().intersect(other.complement()).complement()
  }

  minus(other: Language): Language {
    return this.intersect(other.complement())
  }

  /** The members that begin with `prefix`, with `instead` in its place. */
  rebegun(prefix: string, instead: string): Language {
    const { words } = this
    if (!words) return Language.fromDfa(rebegun(this.automaton(), prefix, instead))
    return Language.literals(
      [...words].flatMap(word => (word.startsWith(prefix) ? [instead + word.slice(prefix.length)] : [])),
    )
  }

  /** Whether every member of this is one of `other`. */
  within(other: Language): boolean {
    return this.intersect(other) === this
  }

  /** A concrete member, short and readable where the set allows it; nothing when the set is empty. */
  witness(): string | undefined {
    this.shown ??= this.findWitness()
    return this.shown
  }

  private findWitness(): string | undefined {
    switch (this.form.kind) {
      case 'finite':
        return [...this.form.words].sort()[0]
      case 'cofinite':
        return unlike(this.form.words)
      case 'regular':
        return shortest(this.form.dfa)
    }
  }

  /** The set as a JavaScript regular expression, for sets that have no plainer name. */
  toString(): string {
    return pattern(this.automaton())
  }

  /** The same as a regular expression that {@link Language.like} reads back, equal for equal sets; nothing where it would be long. */
  get source(): string | undefined {
    return sourceOf(this.automaton())
  }

  /** The set as text that {@link Language.fromText} reads back, equal for equal sets: of any length, and for no reader. */
  get text(): string {
    return textOf(this.automaton())
  }

  /** The words that a JavaScript regular expression without flags matches as a whole. Throws SyntaxError, and TooComplex. */
  static like(source: string): Language {
    return Language.fromDfa(fromSource(source))
  }

  /** Throws SyntaxError. */
  static fromText(text: string): Language {
    return Language.fromDfa(fromText(text))
  }

  private intersectAutomata(other: Language): Language {
    return this.intersectWords(other) ?? other.intersectWords(this) ?? this.intersectFully(other)
  }

  /** Where only words are left out of an automaton. */
  private intersectWords({ form }: Language): Language | undefined {
    if (this.form.kind !== 'regular' || form.kind !== 'cofinite') return undefined
    const { dfa } = this.form
    // What is no list, but for one too long, is none with some words less either.
    const rest = dfa.isFinite
      ? undefined
      : without(
          dfa,
          [...form.words].filter(word => accepts(dfa, word)),
        )
    return rest && Language.intern({ kind: 'regular', dfa: rest })
  }

  private intersectFully(other: Language): Language {
    return Language.fromDfa(intersected(this.automaton(), other.automaton()))
  }

  private automaton(): DFA {
    this.machine ??= toAutomaton(this.form)
    return this.machine
  }

  private static fromForm(form: Form, left: Language, right: Language): Language {
    if (form === left.form) return left
    if (form === right.form) return right
    return form.kind === 'regular' ? Language.fromDfa(form.dfa) : Language.fromWords(form.words, form.kind)
  }

  private static fromWords(words: ReadonlySet<string>, kind: 'finite' | 'cofinite'): Language {
    if (words.size <= mostWords) return Language.intern({ kind, words })
    return Language.fromDfa(toAutomaton({ kind, words }))
  }

  private static fromDfa(dfa: DFA): Language {
    dfa.minimize()
    const finite = enumerate(dfa, mostWords)
    if (finite) return Language.intern({ kind: 'finite', words: finite })
    const cofinite = isTotal(dfa) ? enumerate(complemented(dfa), mostWords) : undefined
    if (cofinite) return Language.intern({ kind: 'cofinite', words: cofinite })
    return Language.intern({ kind: 'regular', dfa })
  }

  private static intern(form: Form): Language {
    const [single] = form.kind === 'finite' && form.words.size === 1 ? form.words : []
    return single === undefined ? Language.internAny(form) : Language.single(form, single)
  }

  /** Most sets are of one word, which is key enough. */
  private static single(form: Form, word: string): Language {
    const known = singles.get(word)
    if (known) return known
    const language = new Language(distinct++, form)
    singles.set(word, language)
    return language
  }

  private static internAny(form: Form): Language {
    const key = form.kind === 'regular' ? automatonKey(form.dfa) : `${form.kind} ${wordsKey(form.words)}`
    const known = interned.get(key)
    if (known) return known
    const language = new Language(distinct++, form)
    interned.set(key, language)
    return language
  }
}
