import type { TokenPlace } from '../../model/token'
import { inOrder, usualPlace } from '../../model/token'
import type { JwtRule, RequestAuthentication } from '../layer'
import type { HttpRequest, Token } from '../request'
import type { Attached } from './attachment'
import { payloadOf, type Payload } from './match-jwt'

/** What the JWT filter makes of a request's token. */
export type TokenOutcome =
  /** There is none, or nothing reads it. */
  | { readonly kind: 'ignored' }
  /** The claims that policies see, should the request pass; whether it does is up to these where there are any. */
  | { readonly kind: 'read'; readonly payload: Payload; readonly unless: readonly RequestAuthentication[] }
  | { readonly kind: 'refused'; readonly by: readonly RequestAuthentication[] }
  | { readonly kind: 'unknown'; readonly by: readonly RequestAuthentication[] }

/**
 * A request without a token passes. One with a token passes if one of the rules that apply takes it: its issuer is the rule's, its
 * audience one of the rule's (where it has any), and its signature and times are in order; otherwise it is refused,
 * also where the issuer is merely unknown. Without a rule that reads it there the token is nothing but a header. CORS preflights
 * pass unread. Source: istio `pilot/pkg/security/authn/policy_applier.go` convertToEnvoyJwtConfig.
 *
 * A rule may read other headers instead. Text that has not the form of a token is a bad one; of text that has, nothing more is known. Of
 * several tokens that one rule reads the first decides; whether the request passes where another is bad depends on what the other rules make
 * of it. Source: envoy `source/extensions/filters/http/jwt_authn/authenticator.cc` startVerify, doneWithStatus.
 */
export function judgeToken(
  token: Token | undefined,
  http: HttpRequest,
  policies: readonly Attached<RequestAuthentication>[],
): TokenOutcome {
  if (isPreflight(http)) return { kind: 'ignored' }
  const asked = policies.filter(attached => isAsked(attached, token, http))
  const opaque = asked.filter(({ policy }) => policy.issuers.some(rule => textsFor(rule, http).some(hasTokenForm)))
  if (opaque.length > 0) return { kind: 'unknown', by: opaque.map(({ policy }) => policy) }
  const certain = asked.filter(isCertain).map(({ policy }) => policy)
  const doubtful = asked.filter(attached => !isCertain(attached)).map(({ policy }) => policy)
  const taking = certain.flatMap(policy => policy.issuers).filter(rule => takes(rule, token, http))
  const wholly = taking.find(rule => textsFor(rule, http).length === 0)
  const taken = wholly ?? taking.at(-1)
  if (taken && token?.kind === 'sound') {
    const payload = payloadOf(token.claims, taken.spaceDelimited)
    return { kind: 'read', payload, unless: wholly ? [] : certain }
  }
  // What is refused as it is, is refused whoever else may be asked, unless that may find a better one elsewhere.
  const settled = certain.length > 0 && token?.kind !== 'sound' && doubtful.every(readsInFull)
  if (doubtful.length > 0 && !settled) return { kind: 'unknown', by: doubtful }
  return certain.length === 0 ? { kind: 'ignored' } : { kind: 'refused', by: certain }
}

/** Whether the request shows something to one of the policy's rules. */
function isAsked({ policy }: Attached<RequestAuthentication>, token: Token | undefined, http: HttpRequest): boolean {
  if (policy.unreadable && token) return true
  return policy.issuers.some(rule => (token ? mayReadUsual(rule) : false) || textsFor(rule, http).length > 0)
}

/** Whether it is known that the policy applies, all of it, and where it reads tokens. */
function isCertain({ policy, applies }: Attached<RequestAuthentication>): boolean {
  return applies === 'yes' && readsInFull(policy)
}

function readsInFull({ unreadable, issuers }: RequestAuthentication): boolean {
  return !unreadable && issuers.every(rule => rule.places !== 'unknown')
}

function mayReadUsual({ places }: JwtRule): boolean {
  return places === 'unknown' || places.includes(usualPlace)
}

/** What the request shows a rule in headers other than the usual (envoy `source/extensions/filters/http/jwt_authn/extractor.cc`). */
function textsFor({ places }: JwtRule, { headers }: HttpRequest): readonly string[] {
  if (places === 'unknown') return []
  return places.flatMap(place => textAt(place, headers))
}

function textAt(place: TokenPlace, headers: HttpRequest['headers']): readonly string[] {
  const [name = '', ...rest] = place.split(':')
  if (place === usualPlace || !Object.hasOwn(headers, name)) return []
  const [prefix, text] = [rest.join(':'), headers[name] ?? '']
  const at = text.indexOf(prefix)
  return at < 0 ? [] : [text.slice(at + prefix.length)]
}

/** Whether nothing that the rule reads stands before the usual place. */
function comesFirst({ places }: JwtRule, { headers }: HttpRequest): boolean {
  if (places === 'unknown') return true
  return places.every(place => inOrder(place, usualPlace) >= 0 || textAt(place, headers).length === 0)
}

/** Header, payload and signature. */
function hasTokenForm(text: string): boolean {
  return /[\w-]+\.[\w-]+\.[\w-]*/.test(text)
}

function takes(rule: JwtRule, token: Token | undefined, http: HttpRequest): boolean {
  const { issuer, audiences } = rule
  if (!token || !mayReadUsual(rule) || !comesFirst(rule, http)) return false
  if (token.kind === 'invalid' || token.claims.iss !== issuer) return false
  const aud = token.claims.aud
  const own = (Array.isArray(aud) ? aud : [aud]).filter(text => typeof text === 'string').map(plainAudience)
  return audiences.length === 0 || audiences.some(audience => own.includes(plainAudience(audience)))
}

/** Scheme and last slash do not count (jwt_verify_lib `src/check_audience.cc`). */
function plainAudience(audience: string): string {
  return audience.replace(/^https?:\/\//, '').replace(/\/$/, '')
}

/** envoy `source/extensions/filters/http/jwt_authn/filter.cc` isCorsPreflightRequest, since istiod sets `bypassCorsPreflight`. */
function isPreflight({ method, headers }: HttpRequest): boolean {
  return method === 'OPTIONS' && Boolean(headers.origin) && Boolean(headers['access-control-request-method'])
}
