import { Language } from '../../model/language'
import { absent, Region } from '../../model/region'
import type { ClaimQuestion, Questions, TokenPlace } from '../../model/token'
import { claimAttribute, issuerAttribute, noToken, subjectAttribute } from '../../model/token'
import { present } from './patterns'

/*
 * Regions of requests by the tokens they carry, in the attributes that `core/model/token.ts` names. What is rendered and what is
 * meant are put into the same ones, or they could not be compared.
 */

/** Requests with a sound token of such an issuer at a place. */
export function issuedBy(issuers: Language, place: TokenPlace): Region {
  return Region.where(issuerAttribute(place), issuers)
}

/** Requests whose token at a place names such a subject. */
export function about(subjects: Language, place: TokenPlace): Region {
  return Region.where(subjectAttribute(place), subjects.minus(Language.literals([absent])))
}

/** Any subject: empty text is none. */
export const anySubject = present

/** Requests without a token at any of the places. */
export function without(places: readonly TokenPlace[]): Region {
  return Region.intersection(places.map(place => issuedBy(Language.literals([noToken]), place)))
}

/** Requests whose token answers a question about a claim with yes. */
export function answering(question: ClaimQuestion, questions: Questions): Region {
  const name = claimAttribute(question)
  questions.set(name, question)
  return Region.where(name, Language.literals(['yes']))
}

/** Requests whose token is for one of these audiences, as a RequestAuthentication asks for them. */
export function meantFor(audiences: readonly string[], place: TokenPlace, questions: Questions): Region {
  const values = Language.literals(audiences.map(plainAudience))
  return answering({ place, path: ['aud'], values, read: 'audience' }, questions)
}

/** Source: jwt_verify_lib `src/check_audience.cc`. */
export function plainAudience(audience: string): string {
  return audience.replace(/^https?:\/\//, '').replace(/\/$/, '')
}

/** Scope and permission are always lists of words (istio `pilot/pkg/security/authn/policy_applier.go` buildSpaceDelimitedClaims). */
export function readingOf(path: readonly string[], spaceDelimited: readonly string[]): ClaimQuestion['read'] {
  const [name = '', ...nested] = path
  return nested.length === 0 && ['scope', 'permission', ...spaceDelimited].includes(name) ? 'words' : 'whole'
}

const carried = (header: string): Region =>
  Region.where(`header:${header}`, Language.literals([absent, '']).complement())

/** CORS preflights pass unread: istiod sets `bypassCorsPreflight` (envoy `source/extensions/filters/http/jwt_authn/filter.cc`). */
export const preflight = Region.intersection([
  Region.where('method', Language.literals(['OPTIONS'])),
  carried('origin'),
  carried('access-control-request-method'),
])
