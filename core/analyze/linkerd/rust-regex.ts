import { ternary, type Ternary } from '../istio/kleene'

/*
 * Regular expressions in the syntax of Rust's crate `regex`, by which the proxy matches, as JavaScript's. Both prefer the leftmost match and, of those,
 * the first alternative, so that on ASCII only the spelling differs.
 */

/** The expression; `invalid` where the crate refuses it, and `unknown` where it may read it in a way of its own. */
export type RustRegex = RegExp | 'invalid' | 'unknown'

/** What both write alike: plain characters, escapes, `.`, simple classes, groups, alternatives, anchors and repetition. */
const shared =
  /^(?:[\w\-/%@&=:;,~!#"'<> ]|\\[.+*?()|[\]{}^$\\/\-#&~dDwWsSbB]|\.|\^|\$|\||\((?:\?:)?|\)|\[\^?(?:[\w\-/%@=:;,.+*?!#() ]|\\[\]\\^\-./dDwWsS])+\]|[*+?]\??|\{\d+(?:,\d*)?\}\??)*$/

/** Lookaround, back references and atomic groups, which the crate does not have. */
const refused = /\(\?(?:<?[=!]|>)|\\[1-9]/

/** The crate subtracts one class from another by `--`. */
const subtraction = /\[[^\]]*--/

export function rustRegex(pattern: string): RustRegex {
  const [, flags = '', body = ''] = /^(?:\(\?(i)\))?(.*)$/s.exec(pattern) ?? []
  if (refused.test(pattern) || isUnbalanced(body) || hasHalfRange(body)) return 'invalid'
  if (!shared.test(body) || subtraction.test(body)) return 'unknown'
  try {
    return new RegExp(body, flags)
  } catch {
    return 'unknown'
  }
}

/** A range one end of which is a class, such as `[\w-.]`: JavaScript takes its dash for itself (regex-syntax `src/ast/parse.rs` parse_set_class_range). */
function hasHalfRange(body: string): boolean {
  const classes = body.matchAll(/\\.|\[\^?-*((?:[^\]\\]|\\.)*)\]/g)
  return [...classes].some(([, content = '']) => {
    const items = content.match(/\\.|[^\\]/g) ?? []
    for (let at = 0; at < items.length; at++) {
      const [first = '', dash, last = '-'] = items.slice(at, at + 3)
      if (dash !== '-' || last === '-') continue
      if ([first, last].some(end => /^\\[dDwWsS]$/.test(end))) return true
      at += 2
    }
    return false
  })
}

/** Brackets without their other half, and repetition of nothing. */
function isUnbalanced(body: string): boolean {
  const plain = body.replace(/\\./g, '_').replace(/\[\^?\]?[^\]]*\]/g, '_')
  if (plain.includes('[') || plain.endsWith('\\') || /^[*+?]|[(|][*+]|\|\?/.test(plain)) return true
  let depth = 0
  for (const char of plain) {
    depth += char === '(' ? 1 : char === ')' ? -1 : 0
    if (depth < 0) return true
  }
  return depth > 0
}

/** Whether the leftmost match is the whole text (proxy `linkerd/http/route/src/http/match/path.rs` match_length, `header.rs`, `query_param.rs`). */
export function matchesWhole(pattern: string, text: string): Ternary {
  const expression = rustRegex(pattern)
  if (expression === 'invalid') return 'no'
  if (expression === 'unknown' || /[^\0-\x7f]/.test(text)) return 'unknown'
  const match = expression.exec(text)
  return ternary(match?.index === 0 && match[0].length === text.length)
}
