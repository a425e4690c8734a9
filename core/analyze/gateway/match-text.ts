import type { Ternary } from '../istio/kleene'
import { ternary } from '../istio/kleene'
import type { TextMatch } from '../layer'

/** Whether a text is what a route asks for (istio/api `networking/v1alpha3/virtual_service.proto` StringMatch; gateway-api PathPrefix). */
export function matchText(match: TextMatch, text: string): Ternary {
  const [wanted, given] = match.ignoreCase ? [match.value.toLowerCase(), text.toLowerCase()] : [match.value, text]
  switch (match.kind) {
    case 'exact':
      return ternary(given === wanted)
    case 'prefix':
      return ternary(given.startsWith(wanted))
    case 'segments':
      return ternary(given === wanted || given.startsWith(`${wanted}/`))
    case 'regex':
      return matchRegex(match.value, text)
  }
}

/**
 * RE2 of the whole text, where JavaScript reads the expression the same way and in reasonable time; `unknown` for anything beside.
 * Source: envoy `source/common/common/regex.cc` (full match).
 */
function matchRegex(expression: string, text: string): Ternary {
  if (!isCommon(expression)) return 'unknown'
  try {
    return ternary(new RegExp(`^(?:${expression})$`, 'u').test(text))
  } catch {
    return 'unknown'
  }
}

/** Neither what only one of the two knows, nor what could take JavaScript for ever: a repetition within a repetition, or very many of them. */
function isCommon(expression: string): boolean {
  const onlyInOne = /\(\?(?!:)|\[\[?:|\\[^.\\/dDwW+*?()[\]{}|^$-]|[*+?}]\+/
  const nested = /[*+}?]\)+[*+{]/
  const inGroup = /\([^()]*[*+{][^()]*\)[*+{]/
  const repetitions = expression.match(/[*+{]/g)?.length ?? 0
  return !onlyInOne.test(expression) && !nested.test(expression) && !inGroup.test(expression) && repetitions <= 6
}
