import type { JwtRule, RequestAuthentication } from '../layer'
import type { HttpRequest, Token } from '../request'
import type { Attached } from './attachment'
import { payloadOf, type Payload } from './match-jwt'

/** What the JWT filter makes of a request's token. */
export type TokenOutcome =
  /** There is none, or nothing reads it. */
  | { readonly kind: 'ignored' }
  | { readonly kind: 'read'; readonly payload: Payload }
  | { readonly kind: 'refused'; readonly by: readonly RequestAuthentication[] }
  | { readonly kind: 'unknown'; readonly by: readonly RequestAuthentication[] }

/**
 * A request without a token passes. One with a token passes if one of the rules that apply takes it: its issuer is the rule's, its
 * audience one of the rule's (where it has any), and its signature and times are in order; otherwise it is refused,
 * also where the issuer is merely unknown. Without a rule that applies the token is nothing but a header. CORS preflights
 * pass unread. Source: istio `pilot/pkg/security/authn/policy_applier.go` convertToEnvoyJwtConfig.
 */
export function judgeToken(
  token: Token | undefined,
  http: HttpRequest,
  policies: readonly Attached<RequestAuthentication>[],
): TokenOutcome {
  if (!token || isPreflight(http) || policies.length === 0) return { kind: 'ignored' }
  const certain = policies.filter(isCertain).map(({ policy }) => policy)
  const doubtful = policies.filter(attached => !isCertain(attached)).map(({ policy }) => policy)
  const rules = certain.flatMap(policy => policy.issuers)
  const taken = rules.find(rule => takes(rule, token))
  if (taken && token.kind === 'sound') return { kind: 'read', payload: payloadOf(token.claims, taken.spaceDelimited) }
  if (doubtful.length > 0) return { kind: 'unknown', by: doubtful }
  return rules.length === 0 ? { kind: 'ignored' } : { kind: 'refused', by: certain }
}

/** Whether it is known that the policy applies, all of it, to tokens where everybody sends them. */
function isCertain({ policy, applies }: Attached<RequestAuthentication>): boolean {
  return applies === 'yes' && !policy.unreadable && policy.issuers.every(rule => rule.bearer)
}

function takes({ issuer, audiences }: JwtRule, token: Token): boolean {
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
