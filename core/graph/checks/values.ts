import type { Problem } from '../../model/problem'
import { defect, place } from '../place'
import type { Step } from '../place'

/** Texts that a token's claim is to have, and what they are called. */
export interface Values {
  readonly values: readonly string[]
  readonly path: readonly Step[]
  /** `audience`, `scope`, `value`. */
  readonly noun: string
  /** Whether the claim is read as words, none of which has a space in it. */
  readonly words?: true
}

/** What is wrong with a list of texts for Istio to match: each has to be one text exactly, or it would match others. */
export function valueProblems({ values, path, noun, words }: Values): readonly Problem[] {
  if (values.length === 0) {
    const hint = 'leave the list out where any will do'
    return [defect({ code: 'empty-values', at: place(...path), message: `no ${noun}s are listed`, hint })]
  }
  return values.flatMap((value, index) => {
    const at = place(...path, index)
    const twice = values.indexOf(value) < index
    if (twice) return [defect({ code: 'duplicate-value', at, message: `\`${value}\` is listed twice` })]
    const flaw = flawOf(value, words === true ? /\s/ : /\p{Cc}/u)
    return flaw ? [{ ...flaw, at, message: `${noun} ${flaw.message}` }] : []
  })
}

function flawOf(value: string, odd: RegExp): Omit<Problem, 'at'> | undefined {
  const malformed = (message: string): Omit<Problem, 'at'> => ({ code: 'malformed-value', severity: 'error', message })
  if (value === '') return malformed('is empty text')
  if (odd.test(value)) return malformed('has white space or a control character, which no such text has')
  if (!value.includes('*')) return undefined
  const hint = 'to Istio it stands for any text; list the texts'
  return { code: 'wildcard-value', severity: 'error', message: `\`${value}\` has a \`*\``, hint }
}
