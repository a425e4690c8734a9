import type { Bounds } from '../model/flow-set'
import type { IntendedFlow } from '../model/intent'
import { Language } from '../model/language'
import { Region } from '../model/region'
import type { IntendedToken, Questions, TokenPlace } from '../model/token'
import { claimPath, placesOf } from '../model/token'
import {
  about,
  answering,
  anySubject,
  issuedBy,
  meantFor,
  preflight,
  readingOf,
  without,
} from './regions/token-attributes'

/** What the tokens of a request to one service are held against. */
export interface TokenExpectation {
  /** One token for each issuer whose tokens some flow to the service asks for, and which the service therefore reads, on all its routes. */
  readonly known: readonly IntendedToken[]
  /** What the claim attributes of regions ask; those of the expectation are added. */
  readonly questions: Questions
}

/** The issuers that a service reads tokens of, by what decides which of theirs it takes. */
export function knownTokens(flows: readonly IntendedFlow[]): readonly IntendedToken[] {
  const tokens = flows.flatMap(({ jwt }) => jwt ?? [])
  const keys = tokens.map(({ issuer, headers, trustedAudiences }) =>
    JSON.stringify([issuer, headers, trustedAudiences]),
  )
  return tokens.filter((_, i) => keys.indexOf(keys[i] ?? '') === i)
}

/**
 * The requests of a flow by their tokens. With a demand `may` is what satisfies it; the client that `must` speaks of carries that one token
 * and no other.
 *
 * Without a demand any token will do, and none; but what reads tokens refuses those that it knows nothing good of, so at a
 * service that reads some only a client without a token, or with a single sound one of a known issuer, is certain.
 * Where nobody is asked for a token, none is read, and all is certain.
 */
export function tokenRegion(jwt: IntendedToken | undefined, expectation: TokenExpectation): Bounds<Region> {
  const { known, questions } = expectation
  const all = [...new Set(known.flatMap(placesOf))]
  const alone = (region: Region, place: TokenPlace): Region =>
    region.intersect(without(all.filter(other => other !== place)))
  if (jwt) {
    const carried = placesOf(jwt).map(place => ({ place, region: satisfying(jwt, place, questions) }))
    return {
      must: Region.union(carried.map(({ place, region }) => alone(region, place))),
      may: Region.union(carried.map(({ region }) => region)),
    }
  }
  const sound = known.flatMap(token => placesOf(token).map(place => alone(taken(token, place, questions), place)))
  return { must: Region.union([without(all), ...sound]), may: Region.all }
}

/** Tokens that are read at all: sound, of this issuer, for one of the audiences he is trusted for. */
function taken({ issuer, trustedAudiences }: IntendedToken, place: TokenPlace, questions: Questions): Region {
  const region = issuedBy(Language.literals([issuer]), place)
  return trustedAudiences ? region.intersect(meantFor(trustedAudiences, place, questions)) : region
}

/** Preflights carry no token that anybody reads. */
function satisfying(token: IntendedToken, place: TokenPlace, questions: Questions): Region {
  const { audiences, scopes = [], claims = {} } = token
  const oneOf = (path: readonly string[], values: readonly string[]): Region =>
    Region.union(
      values.map(value =>
        answering({ place, path, values: Language.literals([value]), read: readingOf(path, []) }, questions),
      ),
    )
  return Region.intersection([
    preflight.complement(),
    taken(token, place, questions),
    about(anySubject, place),
    ...(audiences ? [oneOf(['aud'], audiences)] : []),
    ...scopes.map(scope => oneOf(['scope'], [scope])),
    ...Object.entries(claims).map(([claim, values]) => oneOf(claimPath(claim), values)),
  ])
}
