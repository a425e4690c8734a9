import type { Language } from '../../model/language'

/** A `path` of an HTTPRoute's match. */
export interface PathMatch {
  readonly type: 'Exact' | 'PathPrefix' | 'RegularExpression'
  readonly value: string
}

/** Whether a declared path is a single one. */
export function isLiteral(path: string): boolean {
  return !path.includes('*')
}

/**
 * A declared path as a match. `/a/**` is an expression, since the prefix `/a` would take `/a` too; expressions have to match the whole path
 * (linkerd2-proxy `linkerd/http/route/src/http/match/path.rs`; recorded).
 */
export function patternMatch(path: string): PathMatch {
  if (isLiteral(path)) return { type: 'Exact', value: path }
  if (path === '/**') return { type: 'PathPrefix', value: '/' }
  return { type: 'RegularExpression', value: path.split('/').map(segment).join('/') }
}

function segment(text: string): string {
  if (text === '**') return '.*'
  return text === '*' ? '[^/]+' : text.replace(/[.+*?()|[\]{}^$\\]/g, '\\$&')
}

/** In place of an expression that would have more characters than a route may hold. */
export const tooLong: PathMatch = { type: 'RegularExpression', value: '…' }

/**
 * Paths that have no plainer name, as an expression. The leftmost match counts, and of those the first alternative: the `$` makes it look for one that
 * takes the whole path (recorded).
 */
export function expressionMatch(language: Language): PathMatch {
  const text = language.toString().replace(/\\\//g, '/')
  return { type: 'RegularExpression', value: `(?:${text})$` }
}
