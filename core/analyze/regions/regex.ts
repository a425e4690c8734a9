import type { Expression } from '../../model/language'

/**
 * A regular expression of a route as an expression, or nothing where it asks for more than is followed here. It has to match the whole text. Source:
 * envoy `source/common/common/regex.cc` CompiledGoogleReMatcher (RE2::FullMatch).
 *
 * Followed are characters, `.`, classes, groups, alternatives and repetitions, of ASCII. Not followed are flags, anchors elsewhere than at the ends, borders
 * of words, Unicode classes, and repetitions of more than a few.
 */
export function regexExpression(source: string): Expression | undefined {
  const parser = new Parser(source)
  const expression = parser.whole()
  return parser.done ? expression : undefined
}

const digits = '0123456789'
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
/** Source: RE2 `doc/syntax.txt`, Perl character classes, ASCII only. */
const perl: Readonly<Record<string, string>> = { d: digits, w: `${digits}${letters}_`, s: '\t\n\f\r ' }
/** More is no easier to compute than unknown. */
const mostRepeated = 16

class Parser {
  private at = 0
  private failed = false

  constructor(private readonly source: string) {}

  get done(): boolean {
    return !this.failed && this.at === this.source.length
  }

  /** `^` and `$` ask for nothing more, where an alternative has to be the whole text. */
  whole(): Expression {
    return this.alternatives(() => {
      this.take('^')
      const sequence = this.sequence()
      this.take('$')
      return sequence
    })
  }

  private alternatives(alternative: () => Expression): Expression {
    const choice = [alternative()]
    while (this.take('|')) choice.push(alternative())
    return choice.length === 1 && choice[0] !== undefined ? choice[0] : { choice }
  }

  private sequence(): Expression {
    const sequence: Expression[] = []
    while (!this.failed && this.at < this.source.length && !'|)$'.includes(this.peek())) sequence.push(this.repeated())
    return { sequence }
  }

  private repeated(): Expression {
    const one = this.single()
    const times = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})/.exec(this.source.slice(this.at))
    if (!times) return one
    const [text, least, comma, most] = times
    this.at += text.length
    // Lazy or not, the same texts match as a whole; a second repetition is refused by RE2.
    this.take('?')
    if ('*+?{'.includes(this.peek() || 'x')) return this.fail()
    if (text === '*') return { star: one }
    if (text === '+') return { plus: one }
    if (text === '?') return { choice: ['', one] }
    return this.counted(one, Number(least), comma === '' ? Number(least) : most === '' ? undefined : Number(most))
  }

  private counted(one: Expression, least: number, most: number | undefined): Expression {
    if (least > mostRepeated || (most ?? 0) > mostRepeated || (most !== undefined && most < least)) return this.fail()
    const times = (count: number): readonly Expression[] => Array.from({ length: count }, () => one)
    if (most === undefined) return { sequence: [...times(least), { star: one }] }
    return { sequence: [...times(least), ...times(most - least).map(optional => ({ choice: ['', optional] }))] }
  }

  private single(): Expression {
    const character = this.peek()
    this.at++
    if (character === '(') return this.group()
    if (character === '[') return this.characters()
    if (character === '.') return { except: '\n' }
    if (character === '\\') return this.escaped()
    return '^$*+?{}]'.includes(character) || character > '~' ? this.fail() : character
  }

  private group(): Expression {
    if (this.take('?') && !this.take(':')) return this.fail()
    const inside = this.alternatives(() => this.sequence())
    return this.take(')') ? inside : this.fail()
  }

  private escaped(): Expression {
    const character = this.peek()
    this.at++
    const known = perl[character]
    if (known !== undefined) return { chars: known }
    const negated = character === character.toLowerCase() ? undefined : perl[character.toLowerCase()]
    if (negated !== undefined) return { except: negated }
    return /^[!-/:-@[-`{-~]$/.test(character) ? character : this.fail()
  }

  private characters(): Expression {
    const [whole, negated, body] = /^(\^?)((?:[^\]\\[]|\\[dws!-/:-@[-`{-~])+)\]/.exec(this.source.slice(this.at)) ?? []
    if (whole === undefined || body === undefined || /[^ -~]/.test(body)) return this.fail()
    this.at += whole.length
    const members = membersOf(body)
    if (members === undefined) return this.fail()
    return negated === '^' ? { except: members } : { chars: members }
  }

  private peek(): string {
    return this.source.charAt(this.at)
  }

  private take(character: string): boolean {
    const found = this.peek() === character
    if (found) this.at++
    return found
  }

  private fail(): Expression {
    this.failed = true
    return ''
  }
}

/** The characters of a class: single ones, escapes, and ranges of digits or letters. */
function membersOf(body: string): string | undefined {
  const parts = [...body.matchAll(/\\(.)|([^\\])-([^\\])|([^\\])/g)].map(([, escape, from, to, one]) => {
    if (escape !== undefined) return perl[escape] ?? escape
    return from !== undefined && to !== undefined ? rangeOf(from, to) : one
  })
  return parts.every(part => part !== undefined) ? parts.join('') : undefined
}

function rangeOf(from: string, to: string): string | undefined {
  const [first, last] = [from.charCodeAt(0), to.charCodeAt(0)]
  if (first > last) return undefined
  return Array.from({ length: last - first + 1 }, (_, i) => String.fromCharCode(first + i)).join('')
}
