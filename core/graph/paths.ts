import type { Expression } from '../model/language'

/** What is wrong with a path, to be put after its name: "has an empty segment". */
export interface Flaw {
  readonly message: string
  readonly hint?: string
}

/**
 * Everything that keeps `path` from being a pattern of canonical paths: paths that no proxy on the way rewrites, so that
 * all of them, and the service, understand the same by it. `*` stands for one segment, a last `**` for all that follows.
 */
export function pathFlaws(path: string): readonly Flaw[] {
  return [...shapeFlaws(path), ...wildcardFlaws(path), ...encodingFlaws(path)]
}

/** As `pathFlaws`, for a path that has to be a single one. */
export function literalPathFlaws(path: string): readonly Flaw[] {
  const wild = path.includes('*') ? [{ message: 'has a wildcard', hint: 'write one path out in full' }] : []
  return [...shapeFlaws(path), ...wild, ...encodingFlaws(path)]
}

function shapeFlaws(path: string): readonly Flaw[] {
  const inner = path.split('/').slice(1)
  const all: readonly (Flaw | false)[] = [
    !path.startsWith('/') && { message: 'does not start with `/`' },
    /[?#]/.test(path) && {
      message: 'has a query or a fragment',
      hint: 'routes are about paths: end it before the `?` or `#`',
    },
    /[{}]/.test(path) && { message: 'has a template', hint: 'write `*` for one segment' },
    path.includes('\\') && { message: 'has a backslash', hint: 'some servers take it for `/`; write `/`' },
    inner.slice(0, -1).includes('') && { message: 'has an empty segment', hint: 'write a single `/`' },
    inner.some(isDots) && {
      message: 'has a dot segment',
      hint: 'proxies resolve `.` and `..`; write what it resolves to',
    },
  ]
  return all.filter(flaw => flaw !== false)
}

function isDots(segment: string): boolean {
  return segment === '.' || segment === '..'
}

function wildcardFlaws(path: string): readonly Flaw[] {
  const segments = path.split('/')
  const early = segments.slice(0, -1).includes('**')
  const inside = segments.some(segment => segment.includes('*') && segment !== '*' && segment !== '**')
  const all: readonly (Flaw | false)[] = [
    early && {
      message: 'has `**` before its end',
      hint: '`**` stands for all that follows; write `*` for one segment',
    },
    inside && {
      message: 'has `*` inside a segment',
      hint: '`*` stands for one whole segment, a last `/**` for all that follows',
    },
  ]
  return all.filter(flaw => flaw !== false)
}

/** RFC 3986 section 3.3: what a path may hold as it is; the rest is written `%XX`. Other flaws speak of `?#{}\*`. */
const raw = /[^A-Za-z0-9\-._~!$&'()+,;=:@/%?#{}\\*]/u

function encodingFlaws(path: string): readonly Flaw[] {
  const odd = raw.exec(path)?.[0]
  const all: readonly (Flaw | false)[] = [
    odd !== undefined && { message: `has ${printCharacter(odd)}`, hint: `write \`${percent(odd)}\`` },
    /%(?![0-9A-Fa-f]{2})/.test(path) && {
      message: 'has a `%` that is no escape',
      hint: 'write `%25` for a percent sign',
    },
  ]
  const escapes = [...new Set(path.match(/%[0-9A-Fa-f]{2}/g) ?? [])]
  return [...all.filter(flaw => flaw !== false), ...escapes.flatMap(escapeFlaws)]
}

function printCharacter(character: string): string {
  return /[\s\p{C}]/u.test(character) ? 'white space or a control character' : `\`${character}\` as it is`
}

function percent(character: string): string {
  return /\p{Surrogate}/u.test(character) ? '%EF%BF%BD' : encodeURIComponent(character)
}

/** Escapes that a proxy may decode, so that two spellings are one path to some and two to others. */
function escapeFlaws(escape: string): readonly Flaw[] {
  const character = String.fromCharCode(parseInt(escape.slice(1), 16))
  if (/[A-Za-z0-9\-._~]/.test(character))
    return [{ message: `encodes \`${character}\` as \`${escape}\``, hint: `write \`${character}\`` }]
  if (character === '/' || character === '\\') {
    return [
      { message: `has an encoded slash, \`${escape}\``, hint: 'some servers take it for `/`; no route may hold it' },
    ]
  }
  if (/\p{Cc}/u.test(character) && character < '\x80')
    return [{ message: `encodes a control character, \`${escape}\`` }]
  return []
}

/** What a path pattern means: a literal, or segments with their wildcards spelt out. */
export function pathExpression(path: string): Expression {
  if (!path.includes('*')) return path
  const parts = path.split(/(?<=\/)(\*\*?)(?=\/|$)/).filter(part => part !== '')
  return { sequence: parts.map(partExpression) }
}

function partExpression(part: string): Expression {
  if (part === '**') return { star: { except: '?#' } }
  return part === '*' ? { plus: { except: '/?#' } } : part
}
