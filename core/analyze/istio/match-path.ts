import type { PathNormalization } from '../layer'
import { matchString, quote } from './match-string'

/** The path without its query; a fragment never gets so far. */
function withoutQuery(path: string): string {
  return path.split(/[?#]/, 1)[0] ?? ''
}

/** What a template's operator takes of one segment: the characters a path may hold unescaped, and `%`. No brackets, quotes, bars. */
const segment = "[a-zA-Z0-9._~%!$&'()+,;:@=*-]"

/**
 * `paths` match the normalised path without its query: as a template where `{*}` or `{**}` occurs, else like any text.
 * In a template `{*}` is one or more characters of a segment, `{**}` any number of those and slashes, none included.
 * Sources: istio `pilot/pkg/security/authz/model/generator.go` pathGenerator, `authz/matcher/template.go`;
 * envoy `source/extensions/path/uri_template_lib/uri_template_internal.cc` (with `*` among the characters since 1.35).
 */
export function matchPath(pattern: string, path: string): boolean {
  const plain = withoutQuery(path)
  if (!/\{\*\*?\}/.test(pattern)) return matchString(pattern, plain)
  const source = pattern
    .split(/(\{\*\*?\})/)
    .map(part => (part === '{*}' ? `${segment}+` : part === '{**}' ? `(${segment}|/)*` : quote(part)))
    .join('')
  return new RegExp(`^${source}$`).test(plain)
}

/**
 * The path as policies see it, or nothing where Envoy answers 400. `DECODE_…` first turns `%2F` and `%5C` into slashes,
 * all but `NONE` canonicalise, the two strictest then merge slashes. The query stays as it is.
 * Sources: istio `pilot/pkg/networking/core/listener_builder.go`; envoy `source/common/http/conn_manager_utility.cc`
 * maybeNormalizePath, `path_utility.cc`.
 */
export function normalise(path: string, mode: PathNormalization): string | undefined {
  if (mode === 'NONE') return path
  const end = !path.includes('?') ? path.length : path.indexOf('?')
  const query = path.slice(end)
  const decoded = mode === 'DECODE_AND_MERGE_SLASHES' ? unescapeSlashes(path.slice(0, end)) : path.slice(0, end)
  const canonical = canonicalise(decoded)
  if (canonical === undefined) return undefined
  return (mode === 'BASE' ? canonical : mergeSlashes(canonical)) + query
}

function unescapeSlashes(path: string): string {
  return path.replace(/%2f/gi, '/').replace(/%5c/gi, '\\')
}

/** Empty segments go, but for a slash at either end: `//` alone stays as it is (envoy `path_utility.cc` mergeSlashes). */
function mergeSlashes(path: string): string {
  if (!path.includes('//')) return path
  const segments = path.split('/').filter(segment => segment !== '')
  return `${path.startsWith('/') ? '/' : ''}${segments.join('/')}${path.endsWith('/') ? '/' : ''}`
}

/**
 * As browsers do it (googleurl `url/url_canon_path.cc`): backslashes become slashes, dot segments (also spelt `%2e`) are
 * resolved, escapes of letters, digits and `-._~` are decoded, other escapes stay as they are, characters that no
 * path may hold are escaped. `//` stays, and so do `%2F` and `%5C`. A NUL makes it fail.
 */
function canonicalise(path: string): string | undefined {
  const escaped = [...path.replaceAll('\\', '/')].map(escapeCharacter).join('')
  if (escaped.includes('%00')) return undefined
  return resolveDots(escaped.replace(/%([0-9a-fA-F]{2})/g, decodeUnreserved))
}

/** Characters no path may hold; a lone `%` passes. */
function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code > 0x7e) return encodeURIComponent(isLoneSurrogate(code) ? '\ufffd' : character)
  return code <= 0x20 || '"#<>?^`{|}'.includes(character) ? hex(code) : character
}

function isLoneSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff
}

function hex(code: number): string {
  return `%${code.toString(16).toUpperCase().padStart(2, '0')}`
}

function decodeUnreserved(escape: string, digits: string): string {
  const character = String.fromCharCode(parseInt(digits, 16))
  return /[A-Za-z0-9._~-]/.test(character) ? character : escape
}

/** `.` and `..` segments; `..` also takes an empty segment with it, and never leaves the root. */
function resolveDots(path: string): string {
  const [first = '', ...segments] = path.split('/')
  const kept: string[] = []
  segments.forEach((segment, index) => {
    const last = index === segments.length - 1
    if (segment === '..') kept.pop()
    if (segment !== '.' && segment !== '..') kept.push(segment)
    else if (last) kept.push('')
  })
  return [first, ...kept].join('/')
}
