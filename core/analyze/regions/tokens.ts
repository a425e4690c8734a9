import { Language } from '../../model/language'
import { absent, Region } from '../../model/region'
import type { Attached } from '../istio/attachment'
import type { JwtRule, RequestAuthentication } from '../layer'
import type { Match } from './bounds'
import { always, any, both, exactly, never, not, oneOf, unknowable } from './bounds'

/** A question asked of a claim, which may hold several texts at once: does one of them lie in the set? */
export interface ClaimQuestion {
  readonly path: readonly string[]
  readonly values: Language
  /** `words`: a text is split on spaces first. `audience`: scheme and last slash do not count. */
  readonly read: 'whole' | 'words' | 'audience'
}

/** The claim attributes of regions, by name, and what each asks. */
export type Questions = Map<string, ClaimQuestion>

/**
 * Sets of requests by their token. Attributes: `token` (the issuer of a sound token, {@link noToken}, or
 * {@link badToken}), `token.sub`, and a yes/no attribute for each question asked of a claim.
 */
export interface TokenSets {
  /** Requests whose token was verified and names such an issuer. */
  issuer(issuers: Language): Match
  subject(subjects: Language): Match
  claim(path: readonly string[], values: Language): Match
  /** Requests whose token, or lack of one, the RequestAuthentications let pass. */
  readonly passes: Match
}

/** The value of `token` for a request without one, and for one whose token is not in order. */
export const noToken = ''
export const badToken = absent

/** Tokens that one rule takes, and no rule before it. */
interface Verified {
  readonly rule: JwtRule
  readonly match: Match
}

/**
 * The token attributes under the RequestAuthentications that apply. Claims are known only of tokens that one of them verified.
 * A request without a token passes; one with a token that no rule takes is refused. Source: istio
 * `pilot/pkg/security/authn/policy_applier.go` convertToEnvoyJwtConfig.
 */
export function tokenSets(policies: readonly Attached<RequestAuthentication>[], questions: Questions): TokenSets {
  const verified = verifiedBy(policies, questions)
  const read = (ask: (rule: JwtRule) => Region): Match =>
    any(verified.map(({ rule, match }) => both(match, exactly(ask(rule)))))
  return {
    issuer: issuers => read(() => Region.where('token', issuers)),
    subject: subjects => read(() => Region.where('token.sub', subjects.minus(Language.literals([absent])))),
    claim: (path, values) => read(rule => question({ path, values, read: reading(path, rule) }, questions)),
    passes: passing(policies, any(verified.map(({ match }) => match))),
  }
}

/** Scope and permission are always lists of words (istio `pilot/pkg/security/authn/policy_applier.go` buildSpaceDelimitedClaims). */
function reading([name = '']: readonly string[], { spaceDelimited }: JwtRule): ClaimQuestion['read'] {
  return ['scope', 'permission', ...spaceDelimited].includes(name) ? 'words' : 'whole'
}

function question(asked: ClaimQuestion, questions: Questions): Region {
  const name = `claim:${asked.path.join('.')}:${asked.read}#${asked.values.id}`
  questions.set(name, asked)
  return Region.where(name, Language.literals(['yes']))
}

const carried = (header: string): Region =>
  Region.where(`header:${header}`, Language.literals([absent, '']).complement())

/** CORS preflights pass unread: istiod sets `bypassCorsPreflight` (envoy `source/extensions/filters/http/jwt_authn/filter.cc`). */
const preflight = Region.intersection([
  Region.where('method', Language.literals(['OPTIONS'])),
  carried('origin'),
  carried('access-control-request-method'),
])

function passing(policies: readonly Attached<RequestAuthentication>[], verified: Match): Match {
  const unread = exactly(Region.where('token', Language.literals([noToken])).union(preflight))
  const refusing = any([unread, verified])
  const demanding = policies.filter(({ policy }) => policy.unreadable || policy.issuers.length > 0)
  if (demanding.some(({ applies, policy }) => applies === 'yes' && policy.issuers.length > 0)) return refusing
  return demanding.length > 0 ? oneOf([refusing, always]) : always
}

function verifiedBy(policies: readonly Attached<RequestAuthentication>[], questions: Questions): readonly Verified[] {
  const read = exactly(preflight.complement())
  const found: Verified[] = []
  for (const { policy, applies } of policies) {
    for (const rule of policy.issuers) {
      const sure = applies === 'yes' && rule.bearer && !policy.unreadable
      const taken = both(read, exactly(accepted(rule, questions)))
      const first = both(taken, not(any(found.map(({ match }) => match))))
      found.push({ rule, match: sure ? first : { must: never.must, may: first.may } })
    }
    if (policy.unreadable) found.push({ rule: anyRule, match: both(read, unknowable) })
  }
  return found
}

/** What an unreadable rule might be. */
const anyRule: JwtRule = { issuer: '', audiences: [], spaceDelimited: [], bearer: false }

function accepted({ issuer, audiences }: JwtRule, questions: Questions): Region {
  const region = Region.where('token', Language.literals([issuer]))
  if (audiences.length === 0) return region
  const values = Language.literals(audiences.map(plainAudience))
  return region.intersect(question({ path: ['aud'], values, read: 'audience' }, questions))
}

/** Source: jwt_verify_lib `src/check_audience.cc`. */
export function plainAudience(audience: string): string {
  return audience.replace(/^https?:\/\//, '').replace(/\/$/, '')
}
