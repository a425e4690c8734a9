/** A path in Istio's syntax, or why there is none. */
export type Translated =
  { readonly kind: 'path'; readonly path: string } | { readonly kind: 'inexpressible'; readonly why: string }

/** What a template's literal segment may hold: istio `pkg/config/security/security.go`, validLiteral; Envoy rejects a listener with another. */
const literal = /^[A-Za-z0-9\-._~%!$&'()+,;:@=]+$/
/** What no canonical path holds: the query and fragment are not matched, braces make Istio refuse the policy, the rest is always encoded. */
const foreign = /[^\x21-\x7e]|[?#{}\\]/

/**
 * A route's path in the syntax of AuthorizationPolicy `paths`: a literal stays, `/a/**` becomes the prefix `/a/*`, and a
 * path with a `*` segment becomes a template, `/a/{*}/b/{**}`.
 *
 * A `*` that is only part of a segment is refused: Istio would read a leading or trailing one as a prefix or suffix match,
 * which is wider than anything a route means.
 */
export function istioPath(path: string): Translated {
  const no = (why: string): Translated => ({ kind: 'inexpressible', why })
  if (!path.startsWith('/')) return no('a path starts with `/`')
  if (foreign.test(path)) return no('a path is made of printable ASCII characters without `?`, `#`, `{`, `}` and `\\`')
  const segments = path.slice(1).split('/')
  const last = segments.length - 1
  if (segments.some((s, i) => s === '.' || s === '..' || (s === '' && i < last))) return no('the path is not canonical')
  if (segments.some((s, i) => s === '**' && i < last)) return no('`**` stands only at the end')
  if (segments.some(s => s.includes('*') && s !== '*' && s !== '**')) return no('`*` stands for a whole segment')
  if (!segments.includes('*')) return { kind: 'path', path: path.replace(/\*\*$/, '*') }
  const odd = segments.find((s, i) => !s.startsWith('*') && !(s === '' && i === last) && !literal.test(s))
  if (odd !== undefined) return no(`beside a \`*\` segment, \`${odd}\` holds a character that templates do not know`)
  return { kind: 'path', path: '/' + segments.map(s => (s.startsWith('*') ? `{${s}}` : s)).join('/') }
}
