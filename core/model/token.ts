import type { Language } from './language'
import { byText } from './order'

/** A header that carries tokens, and what stands before the token there. */
export interface TokenHeader {
  readonly name: string
  /** @default nothing */
  readonly prefix?: string
}

/** What a token must be for a flow: sound, of this issuer, with a subject, and all of the following. */
export interface IntendedToken {
  /** Its `iss`, to the letter. */
  readonly issuer: string
  /** Where it is carried: in one of these. Absent: in `Authorization`, after `Bearer `. */
  readonly headers?: readonly TokenHeader[]
  /** One of these is among its audiences, or the callee takes no token of this issuer at all; scheme and last slash do not count. */
  readonly trustedAudiences?: readonly string[]
  /** One of these is among its audiences. */
  readonly audiences?: readonly string[]
  /** All of these are among its scopes. */
  readonly scopes?: readonly string[]
  /** Each of these claims is, or has among its texts, one of the values. A name `[a][b]` means a claim within a claim. */
  readonly claims?: Readonly<Record<string, readonly string[]>>
}

/** A token as a flow asks for it. */
export interface FlowToken extends IntendedToken {
  /** The issuer's name in the graph, for reading; its `iss` decides. */
  readonly name: string
}

/** A required token in text: `jwt corp aud=shop scope=cart:write groups=admins|ops`. All parts must hold; `|` parts values of which one will do. */
export function printToken({ name, trustedAudiences, audiences = trustedAudiences, ...token }: FlowToken): string {
  const { scopes = [], claims = {} } = token
  const parts = [
    ...(audiences ? [`aud=${alternatives(audiences)}`] : []),
    ...sorted(scopes).map(scope => `scope=${printValue(scope)}`),
    ...sorted(Object.keys(claims)).map(claim => `${printValue(claim)}=${alternatives(claims[claim] ?? [])}`),
  ]
  return ['jwt', name, ...parts].join(' ')
}

function alternatives(values: readonly string[]): string {
  return sorted(values).map(printValue).join('|')
}

function sorted(values: readonly string[]): readonly string[] {
  return [...values].sort(byText)
}

/** As it stands, unless it could be taken for more than one value. */
function printValue(value: string): string {
  return /^[\w:./@+~[\]-]+$/.test(value) ? value : JSON.stringify(value)
}

/** The names that lead to a claim, outermost first: `groups` is one, `[realm][roles]` two. */
export function claimPath(claim: string): readonly string[] {
  return isNested(claim) ? claim.slice(1, -1).split('][') : [claim]
}

/** Whether a claim's name is a path of names in brackets. */
export function isNested(claim: string): boolean {
  return /^(\[[^[\]]+\])+$/.test(claim)
}

/*
 * The attributes that regions of requests have for tokens. A request may carry one token at each place that a callee reads; a place is a header
 * and a prefix, and the usual one, `Authorization: Bearer`, is the empty text.
 */

export type TokenPlace = string

export const usualPlace: TokenPlace = ''
/** Somewhere that requests do not show: parameters, cookies. */
export const unknownPlace: TokenPlace = '?'

/** The place that a header with a prefix is. */
export function placeOf({ name, prefix = '' }: TokenHeader): TokenPlace {
  const header = name.toLowerCase()
  return header === 'authorization' && prefix === 'Bearer ' ? usualPlace : `${header}:${prefix}`
}

/** Orders places as Envoy does, by header and prefix in one (envoy `source/extensions/filters/http/jwt_authn/extractor.cc` addHeaderConfig). */
export function inOrder(a: TokenPlace, b: TokenPlace): number {
  return byText(spelt(a), spelt(b))
}

function spelt(place: TokenPlace): string {
  return place === usualPlace ? 'authorizationBearer ' : place.replace(':', '')
}

/** The places where a token is carried. */
export function placesOf({ headers }: Pick<IntendedToken, 'headers'>): readonly TokenPlace[] {
  return headers ? [...new Set(headers.map(placeOf))] : [usualPlace]
}

/** The attribute that holds the issuer of a sound token, {@link noToken} or {@link badToken}. */
export function issuerAttribute(place: TokenPlace): string {
  return `token${suffix(place)}`
}

/** The attribute that holds the subject of a sound token. */
export function subjectAttribute(place: TokenPlace): string {
  return `token.sub${suffix(place)}`
}

/** The yes/no attribute of a question about a claim. */
export function claimAttribute({ path, values, read, place }: ClaimQuestion): string {
  return `claim:${path.join('.')}:${read}#${values.id}${suffix(place)}`
}

/** The place that the name of an issuer's or a subject's attribute ends with. */
export function placeIn(attribute: string): TokenPlace {
  const at = attribute.indexOf('@')
  return at < 0 ? usualPlace : attribute.slice(at + 1)
}

function suffix(place: TokenPlace): string {
  return place === usualPlace ? '' : `@${place}`
}

/** The issuer of no token, and of one that is not in order; no issuer is called so. */
export const noToken = ''
export const badToken = '\u0000'

/** A question asked of a claim of the token at a place. A claim may hold several texts at once: does one of them lie in the set? */
export interface ClaimQuestion {
  readonly place: TokenPlace
  readonly path: readonly string[]
  readonly values: Language
  /** `words`: a text is split on spaces first. `audience`: scheme and last slash do not count. */
  readonly read: 'whole' | 'words' | 'audience'
}

/** The claim attributes of regions, by name, and what each asks. */
export type Questions = Map<string, ClaimQuestion>

/** What a claim is called in sentences: `scope`, `audience`, `claim realm.roles`. */
export function claimNoun(path: readonly string[]): string {
  const name = path.join('.')
  return { scope: 'scope', aud: 'audience' }[name] ?? `claim ${name}`
}

/** Where a token is, to be put after it in a sentence; nothing for the usual place. */
export function placeWords(place: TokenPlace): string {
  if (place === usualPlace) return ''
  return place === unknownPlace ? ' in a parameter or cookie' : ` in the header ${place.slice(0, place.indexOf(':'))}`
}
