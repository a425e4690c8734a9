import { addressesOf, anyAddress, printAddress } from './address'
import { Language } from './language'
import { byText } from './order'
import { absent } from './region'

/**
 * A set of strings as it is stored: plain data, exact, and equal for equal sets. A word or a list of words (null: not carried at all); `not`: all but these; `starts`,
 * `ends`: whatever begins or ends so; `like`: a regular expression for the whole text, less the words of `but`; `automaton`: where no short one says it. Of addresses,
 * words are CIDR blocks.
 */
export type LanguageForm =
  | string
  | null
  | readonly (string | null)[]
  | { readonly not: LanguageForm }
  | { readonly starts: string }
  | { readonly ends: string }
  | { readonly like: string; readonly but?: readonly (string | null)[] }
  | { readonly automaton: string }

/** How sets of one attribute are written. `bases`: sets that others are told by what they lack, such as all identities. */
export interface FormOptions {
  readonly isAddress: boolean
  readonly bases: readonly Language[]
}

const any = { any: true } as const

/** How single values are written: as they are, or, of addresses, as CIDR blocks. */
export type Written = 'words' | 'blocks'

/** A set of strings as it is stored. */
export function languageForm(language: Language, { isAddress, bases }: FormOptions): LanguageForm {
  if (isAddress) {
    const blocks = blocksOf(language)
    if (blocks) return short(blocks)
    const others = blocksOf(language.complement())
    if (others) return { not: short(others) }
  }
  const plain = simple(language)
  // `null` is a form, too.
  if (plain !== undefined) return plain
  return (
    negated(simple(language.complement())) ??
    lacking(language, bases) ??
    patterned(language) ?? { automaton: language.text }
  )
}

/** What {@link languageForm} wrote; nothing where it is none. */
export function parseLanguage(form: unknown, written: Written): Language | undefined {
  if (typeof form === 'string' || form === null || Array.isArray(form))
    return wordsIn(Array.isArray(form) ? form : [form], written)
  if (typeof form !== 'object') return undefined
  const entries = Object.entries(form)
  const [[kind, value] = ['', undefined], ...others] = entries
  const text = typeof value === 'string' ? value : undefined
  if (kind === 'not' && others.length === 0) return parseLanguage(value, written)?.complement()
  if (text === undefined || others.length > (kind === 'like' ? 1 : 0)) return undefined
  const but =
    others.length === 0 ? Language.none : others[0]?.[0] === 'but' ? wordsIn(others[0][1], 'words') : undefined
  return but && attempt(() => read(kind, text)?.minus(but))
}

function read(kind: string, text: string): Language | undefined {
  switch (kind) {
    case 'starts':
      return Language.of({ sequence: [text, any] })
    case 'ends':
      return Language.of({ sequence: [any, text] })
    case 'like':
      return Language.like(text)
    case 'automaton':
      return Language.fromText(text)
    default:
      return undefined
  }
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && /too complex|not supported/i.test(error.message)))
      return undefined
    throw error
  }
}

function wordsIn(list: unknown, written: Written): Language | undefined {
  if (!Array.isArray(list)) return undefined
  const sets = list.map((word: unknown) => {
    if (word === null) return Language.literals([absent])
    if (typeof word !== 'string') return undefined
    return written === 'blocks' ? addressesOf(word) : Language.literals([word])
  })
  const known = sets.filter(set => set !== undefined)
  return known.length === sets.length ? Language.union(known) : undefined
}

function short(words: readonly (string | null)[]): LanguageForm {
  const [first, ...others] = words
  return first !== undefined && others.length === 0 ? first : words
}

function wordForms(words: Iterable<string>): readonly (string | null)[] {
  return [...words].sort(byText).map(word => (word === absent ? null : word))
}

/** Words, or what all begin or end with. */
function simple(language: Language): LanguageForm | undefined {
  if (language.words) return short(wordForms(language.words))
  // The shortest word of all that begins so, or ends so, is what they begin or end with.
  const common = language.witness() ?? ''
  if (Language.of({ sequence: [common, any] }) === language) return { starts: common }
  if (Language.of({ sequence: [any, common] }) === language) return { ends: common }
  return undefined
}

function negated(form: LanguageForm | undefined): LanguageForm | undefined {
  return form === undefined ? undefined : { not: form }
}

function lacking(language: Language, bases: readonly Language[]): LanguageForm | undefined {
  for (const base of bases) {
    const { source } = base
    if (source === undefined || !language.within(base)) continue
    const missing = base.minus(language)
    if (missing.isEmpty) return { like: source }
    if (missing.words && missing.words.size <= 200) return { like: source, but: wordForms(missing.words) }
  }
  return undefined
}

function patterned(language: Language): LanguageForm | undefined {
  const [own, other] = [language.source, language.complement().source]
  if (own !== undefined && (other === undefined || own.length <= other.length)) return { like: own }
  return other === undefined ? undefined : { not: { like: other } }
}

/** More blocks than anybody reads are left to an automaton. */
const mostBlocks = 64

/** A set of addresses as CIDR blocks, as few as will do; nothing where it holds what is no address, or is too scattered. */
function blocksOf(language: Language): readonly string[] | undefined {
  if (!language.within(anyAddress())) return undefined
  const found: string[] = []
  const visit = (rest: Language, start: string, left: number): void => {
    if (rest.isEmpty || found.length > mostBlocks) return
    if (left === 0 || rest === bits(left)) {
      const length = start.length - 1
      found.push(`${printAddress(start.padEnd(start.length + left, '0'))}/${length}`)
      return
    }
    for (const bit of ['0', '1']) visit(rest.rebegun(bit, ''), start + bit, left - 1)
  }
  visit(language.rebegun('4', ''), '4', 32)
  visit(language.rebegun('6', ''), '6', 128)
  return found.length > mostBlocks ? undefined : found
}

const full = new Map<number, Language>()

function bits(count: number): Language {
  const bit = { chars: '01' }
  const known = full.get(count) ?? Language.of({ sequence: Array.from({ length: count }, () => bit) })
  full.set(count, known)
  return known
}
