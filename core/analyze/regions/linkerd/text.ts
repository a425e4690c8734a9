import type { Expression } from '../../../model/language'
import { Language } from '../../../model/language'
import { TooComplex } from '../../../model/region'
import type { PathMatch, ValueMatch } from '../../linkerd/layer-linkerd'
import { regexExpression } from '../regex'

/** Texts that certainly match, and those that may. */
export interface Texts {
  readonly must: Language
  readonly may: Language
}

const doubtful: Texts = { must: Language.none, may: Language.all }

/** The texts of an exact value or of an expression. */
export function textsOf({ kind, value }: Pick<ValueMatch | PathMatch, 'kind' | 'value'>): Texts {
  if (kind !== 'regex') return { must: Language.literals([value]), may: Language.literals([value]) }
  const known = read.get(value) ?? attempt(() => regexTexts(value)) ?? doubtful
  read.set(value, known)
  return known
}

/** One expression that asks too much need not make all the rest unknown. */
function attempt<T>(compute: () => T): T | undefined {
  try {
    return compute()
  } catch (error) {
    if (error instanceof TooComplex) return undefined
    throw error
  }
}

/** The same expressions come up for every port. */
const read = new Map<string, Texts>()

/**
 * The texts that are the leftmost match of an expression in the syntax of Rust's crate `regex`, of whose alternatives the first that matches any part from
 * the start has the say (proxy `linkerd/http/route/src/http/match/path.rs` match_length). Certain only where it is sure which part that is; where classes may
 * mean more than ASCII, on ASCII alone.
 */
function regexTexts(source: string): Texts {
  const [, flag, pattern = ''] = /^(\(\?i\))?(.*)$/s.exec(source) ?? []
  const readable = !/\\[sSbB]/.test(pattern)
  const whole = readable ? regexExpression(pattern) : undefined
  if (whole === undefined) return doubtful
  const cased = (expression: Expression): Expression => (flag === undefined ? expression : eitherCase(expression))
  const plain = flag === undefined && meansOneThing(pattern)
  const { must, may = Language.of(cased(whole)) } = leftmost(alternativesOf(pattern), cased)
  return plain ? { must, may } : { must: must.intersect(ascii), may: may.union(ascii.complement()) }
}

const ascii = Language.of({ star: { chars: Array.from({ length: 128 }, (_, i) => String.fromCharCode(i)).join('') } })

/** Whether it is the same on any text, whatever a character of it is: classes that leave some out may then only stand for any number of characters. */
function meansOneThing(pattern: string): boolean {
  const rest = pattern.replace(/\\[^\w]/g, '_').replace(/(?:\.|\[\^[^\]\\]*\])[*+]/g, '_')
  return !/\.|\[\^|\\/.test(rest)
}

/** An alternative counts where none before it matches a part; one whose own match is not sure makes all that follows uncertain, and `may` is absent then. */
function leftmost(
  alternatives: readonly string[],
  cased: (expression: Expression) => Expression,
): { readonly must: Language; readonly may?: Language } {
  let taken = Language.none
  let must = Language.none
  for (const alternative of alternatives) {
    const expression = regexExpression(alternative)
    if (expression === undefined || !isSure(alternative)) return { must }
    must = must.union(Language.of(cased(expression)).minus(taken))
    if (!alternative.endsWith('$')) taken = taken.union(Language.of({ sequence: [cased(expression), { any: true }] }))
  }
  return { must, may: must }
}

/**
 * Whether whatever matches as a whole also is the part that is found: it must end at the end, or no part of a match is one, but for what its last repetition may
 * leave out, which takes as much as it can.
 */
function isSure(alternative: string): boolean {
  if (/(?:^|[^\\])\$$/.test(alternative)) return true
  const { head, item, sign } = lastRepetition(tokensOf(alternative))
  if (!isPrefixFree(head)) return false
  if (sign === '' || isPrefixFree(item)) return true
  const inner = item.replace(/^\((?:\?:)?/, '').replace(/\)$/, '')
  return sign === '?' && alternativesOf(inner).length === 1 && isSure(inner)
}

/** What stands before the last item, where that is repeated, the item, and how often it may come. */
function lastRepetition(tokens: readonly string[]): {
  readonly head: string
  readonly item: string
  readonly sign: string
} {
  const sign = tokens.at(-1) ?? ''
  const lazy = ['*', '+', '?', '}'].includes(tokens.at(-2) ?? '')
  if (lazy || !['*', '+', '?'].includes(sign)) return { head: tokens.join(''), item: '', sign: '' }
  const before = tokens.slice(0, -1)
  let depth = 0
  const start = before.findLastIndex(token => {
    depth += token === ')' ? 1 : token === '(' ? -1 : 0
    return depth === 0
  })
  return { head: before.slice(0, Math.max(start, 0)).join(''), item: before.slice(Math.max(start, 0)).join(''), sign }
}

/** Whether no part of a match, from its start, is one too. */
function isPrefixFree(pattern: string): boolean {
  const expression = regexExpression(pattern)
  if (expression === undefined) return false
  const longer = Language.of({ sequence: [expression, { except: '' }, { any: true }] })
  return Language.of(expression).intersect(longer).isEmpty
}

/** Escapes, classes and characters. */
function tokensOf(pattern: string): readonly string[] {
  return pattern.match(/\\.|\[\^?(?:\\.|[^\]\\])*\]|[^]/g) ?? []
}

/** The alternatives of the whole expression; those inside groups and classes stay. */
function alternativesOf(pattern: string): readonly string[] {
  const alternatives = ['']
  let depth = 0
  for (const token of tokensOf(pattern)) {
    depth += token === '(' ? 1 : token === ')' ? -1 : 0
    if (token === '|' && depth === 0) alternatives.push('')
    else alternatives.push(`${alternatives.pop() ?? ''}${token}`)
  }
  return alternatives
}

function eitherCase(expression: Expression): Expression {
  const both = (text: string): string => text.toLowerCase() + text.toUpperCase()
  if (typeof expression === 'string') return { sequence: [...expression].map(chars => ({ chars: both(chars) })) }
  if ('chars' in expression) return { chars: both(expression.chars) }
  if ('except' in expression) return { except: both(expression.except) }
  if ('sequence' in expression) return { sequence: expression.sequence.map(eitherCase) }
  if ('choice' in expression) return { choice: expression.choice.map(eitherCase) }
  if ('star' in expression) return { star: eitherCase(expression.star) }
  return 'plus' in expression ? { plus: eitherCase(expression.plus) } : expression
}
