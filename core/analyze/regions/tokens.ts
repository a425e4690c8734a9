import { groupBy } from '../../model/group'
import { Language } from '../../model/language'
import { byText } from '../../model/order'
import { Region } from '../../model/region'
import type { Questions, TokenPlace } from '../../model/token'
import { inOrder, unknownPlace, usualPlace } from '../../model/token'
import type { Attached } from '../istio/attachment'
import { nameOf } from '../istio/verdict'
import type { JwtRule, RequestAuthentication } from '../layer'
import type { Match } from './bounds'
import { all, always, any, both, exactly, never, not, oneOf, unknowable } from './bounds'
import { about, answering, issuedBy, meantFor, preflight, readingOf, without } from './token-attributes'

export type { Questions }

/** Sets of requests by the token that the proxy verified. */
export interface TokenSets {
  /** Requests whose token was verified and names such an issuer. */
  issuer(issuers: Language): Match
  subject(subjects: Language): Match
  claim(path: readonly string[], values: Language): Match
  /** Requests whose tokens, or lack of them, the RequestAuthentications let pass. */
  readonly passes: Match
}

/** Requests whose token at one place is the one whose claims policies see, should the request pass. No request is in two of them. */
interface Verified {
  readonly rule: JwtRule
  readonly place: TokenPlace
  readonly match: Match
  /** Those of them that pass. */
  readonly passes: Match
}

/**
 * The token attributes under the RequestAuthentications that apply. Claims are known only of the token that one of them verified.
 * A request without a token passes; so does one with a token that some rule takes, whatever it carries besides; any other
 * is refused. Source: istio `pilot/pkg/security/authn/policy_applier.go` convertToEnvoyJwtConfig.
 */
export function tokenSets(policies: readonly Attached<RequestAuthentication>[], questions: Questions): TokenSets {
  const verified = verifiedBy(policies, questions)
  const read = (ask: (one: Verified) => Region): Match => any(verified.map(one => both(one.match, exactly(ask(one)))))
  return {
    issuer: issuers => read(({ place }) => issuedBy(issuers, place)),
    subject: subjects => read(({ place }) => about(subjects, place)),
    claim: (path, values) =>
      read(({ rule, place }) =>
        answering({ place, path, values, read: readingOf(path, rule.spaceDelimited) }, questions),
      ),
    passes: passing(policies, any(verified.map(({ passes }) => passes))),
  }
}

function passing(policies: readonly Attached<RequestAuthentication>[], verified: Match): Match {
  const demanding = policies.filter(({ policy }) => policy.unreadable || policy.issuers.length > 0)
  const sure = demanding.filter(({ applies, policy }) => applies === 'yes' && policy.issuers.length > 0)
  if (demanding.length === 0) return always
  const unread: Match = { must: unreadAt(demanding), may: unreadAt(sure) }
  const refusing = any([unread, verified])
  return sure.length > 0 ? refusing : oneOf([refusing, always])
}

function unreadAt(policies: readonly Attached<RequestAuthentication>[]): Region {
  const places = policies.flatMap(({ policy }) => policy.issuers.flatMap(readPlaces))
  return without([...new Set(places)]).union(preflight)
}

function readPlaces({ places }: JwtRule): readonly TokenPlace[] {
  return places === 'unknown' ? [usualPlace, unknownPlace] : places
}

/**
 * Rules are asked in the order of their issuers, and the first that takes all it reads is the last that is asked. If there is none, the last
 * one whose first token is good has its claims seen; whether the request passes then is for all of them to say, and not certain here.
 */
function verifiedBy(policies: readonly Attached<RequestAuthentication>[], questions: Questions): readonly Verified[] {
  const read = exactly(preflight.complement())
  const taken = rulesOf(policies).flatMap(({ rule, sure }, order) =>
    takenBy(rule, questions).map(({ place, wholly, first }) => {
      const bounds = (region: Region): Match => both(read, sure ? exactly(region) : { must: never.must, may: region })
      return { rule, place, order, wholly: bounds(wholly), first: bounds(first) }
    }),
  )
  const anyWholly = any(taken.map(({ wholly }) => wholly))
  const found = taken.map(({ rule, place, order, wholly, first }) => {
    const earlier = any(taken.filter(other => other.order < order).map(other => other.wholly))
    const later = any(taken.filter(other => other.order > order).map(other => other.first))
    const sound = both(wholly, not(earlier))
    const partly = all([first, not(anyWholly), not(later)])
    return { rule, place, match: any([sound, partly]), passes: any([sound, { must: never.must, may: partly.may }]) }
  })
  const unread = policies.some(({ policy }) => policy.unreadable) ? [usualPlace, unknownPlace] : []
  const anything = both(read, unknowable)
  return [...found, ...unread.map(place => ({ rule: anyRule, place, match: anything, passes: anything }))]
}

interface AskedRule {
  readonly rule: JwtRule
  readonly policy: RequestAuthentication
  readonly sure: boolean
}

/**
 * The rules in the order in which they are asked: by issuer, and of one issuer those of the older object first (istio
 * `pilot/pkg/security/authn/policy_applier.go` convertToEnvoyJwtConfig). Where that is not known, neither is what comes of them.
 */
function rulesOf(policies: readonly Attached<RequestAuthentication>[]): readonly AskedRule[] {
  const rules = policies.flatMap(({ policy, applies }) =>
    policy.issuers.map(rule => ({
      rule,
      policy,
      sure: applies === 'yes' && !policy.unreadable && rule.places !== 'unknown',
    })),
  )
  const byIssuer = groupBy(rules, ({ rule }) => rule.issuer)
  const ordered = ({ rule }: AskedRule): boolean => {
    const same = new Set((byIssuer.get(rule.issuer) ?? []).map(({ policy }) => policy))
    return same.size === 1 || [...same].every(({ created }) => created !== undefined)
  }
  return rules.map(asked => ({ ...asked, sure: asked.sure && ordered(asked) })).sort(asAsked)
}

function asAsked(a: AskedRule, b: AskedRule): number {
  const [older, other] = [a.policy.created ?? 0, b.policy.created ?? 0]
  return byText(a.rule.issuer, b.rule.issuer) || older - other || byText(nameOf(a.policy), nameOf(b.policy))
}

/** What an unreadable rule might be. */
const anyRule: JwtRule = { issuer: '', audiences: [], spaceDelimited: [], places: 'unknown' }

/** What a rule makes of a token at one place. */
interface Taken {
  readonly place: TokenPlace
  /** It is the first of all that the rule reads, and they are all good. */
  readonly wholly: Region
  /** It is the first, and good. */
  readonly first: Region
}

/**
 * The tokens a rule takes, by place. Where several places have one, the first of them is the one that counts. Source: envoy
 * `source/extensions/filters/http/jwt_authn/authenticator.cc` startVerify, doneWithStatus (with and without `is_allow_missing_`).
 */
function takenBy(rule: JwtRule, questions: Questions): readonly Taken[] {
  const places = [...readPlaces(rule)].sort(inOrder)
  return places.map((place, i) => {
    const first = accepted(rule, place, questions).intersect(without(places.slice(0, i)))
    const others = places.slice(i + 1).map(other => without([other]).union(accepted(rule, other, questions)))
    return { place, first, wholly: Region.intersection([first, ...others]) }
  })
}

function accepted({ issuer, audiences }: JwtRule, place: TokenPlace, questions: Questions): Region {
  const region = issuedBy(Language.literals([issuer]), place)
  return audiences.length === 0 ? region : region.intersect(meantFor(audiences, place, questions))
}
