import { matchString } from './match-string'

/** What a sound token says, after the JWT filter has put it into metadata. */
export type Payload = Readonly<Record<string, unknown>>

/** Claims that are split on spaces, whatever the RequestAuthentication (istio `pilot/pkg/security/authn/policy_applier.go` buildSpaceDelimitedClaims). */
const alwaysSplit = ['scope', 'permission']

/** A token's claims with those that are lists of words made lists. */
export function payloadOf(claims: Payload, spaceDelimited: readonly string[]): Payload {
  const split = [...alwaysSplit, ...spaceDelimited]
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      split.includes(name) && typeof value === 'string' ? value.split(' ').filter(word => word !== '') : value,
    ]),
  )
}

/**
 * Whether the claim at `path` is a text that matches one of the patterns, or a list with such a text. Numbers, booleans
 * and objects match nothing. Source: istio `pilot/pkg/security/authz/model/util.go` MetadataListValueMatcherForJWTClaims.
 */
export function matchClaim(
  path: readonly string[],
  patterns: readonly string[],
  payload: Payload | undefined,
): boolean {
  const claim = path.reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), payload)
  const texts = (Array.isArray(claim) ? claim : [claim]).filter(text => typeof text === 'string')
  return texts.some(text => patterns.some(pattern => matchString(pattern, text)))
}

function isObject(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * `requestPrincipals`: `issuer/subject`, split at the last slash, since issuers hold slashes. A star at the start belongs to
 * the issuer, one at the end to the subject; a pattern without a slash speaks of one of the two. A token without a
 * subject is no principal at all. Source: istio `pilot/pkg/security/authz/model/generator.go` requestPrincipalGenerator.
 */
export function matchRequestPrincipal(pattern: string, payload: Payload | undefined): boolean {
  const [issuer, subject] = principalPatterns(pattern)
  return matchText(issuer, payload?.iss) && matchText(subject, payload?.sub)
}

interface TextPattern {
  readonly kind: 'any' | 'exact' | 'prefix' | 'suffix'
  readonly text: string
}

const any: TextPattern = { kind: 'any', text: '' }
const exact = (text: string): TextPattern => ({ kind: 'exact', text })
const prefix = (text: string): TextPattern => ({ kind: 'prefix', text })
const suffix = (text: string): TextPattern => ({ kind: 'suffix', text })

function principalPatterns(pattern: string): readonly [issuer: TextPattern, subject: TextPattern] {
  if (pattern === '*') return [any, any]
  const slash = pattern.lastIndexOf('/')
  const issuer = pattern.slice(0, slash)
  const subject = pattern.slice(slash + 1)
  if (pattern.startsWith('*')) {
    if (slash < 0) return [any, suffix(pattern.slice(1))]
    return [issuer === '*' ? any : suffix(issuer.slice(1)), exact(subject)]
  }
  if (pattern.endsWith('*')) {
    if (slash < 0) return [prefix(pattern.slice(0, -1)), any]
    return [exact(issuer), subject === '*' ? any : prefix(subject.slice(0, -1))]
  }
  return slash < 0 ? [exact(pattern), exact('')] : [exact(issuer), exact(subject)]
}

function matchText({ kind, text }: TextPattern, value: unknown): boolean {
  if (typeof value !== 'string') return false
  switch (kind) {
    case 'any':
      return value !== ''
    case 'exact':
      return value === text
    case 'prefix':
      return value.startsWith(text)
    case 'suffix':
      return value.endsWith(text)
  }
}
