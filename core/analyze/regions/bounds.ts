import type { Bounds } from '../../model/flow-set'
import { Region } from '../../model/region'
import type { Ternary } from '../istio/kleene'

/** Requests that certainly match, and those that may. INVARIANT: `must` within `may`. */
export type Match = Bounds<Region>

export const never: Match = { must: Region.none, may: Region.none }
export const always: Match = { must: Region.all, may: Region.all }
/** It cannot be known which requests match. */
export const unknowable: Match = { must: Region.none, may: Region.all }

export const exactly = (region: Region): Match => ({ must: region, may: region })

export function not(match: Match): Match {
  return { must: match.may.complement(), may: match.must.complement() }
}

export function both(a: Match, b: Match): Match {
  return eachBound([a, b], ([x, y]) => (x && y ? x.intersect(y) : Region.none))
}

export function all(matches: readonly Match[]): Match {
  return matches.reduce(both, always)
}

export function any(matches: readonly Match[]): Match {
  return eachBound(matches, regions => Region.union(regions))
}

/** Both bounds by the same computation, once where they are the same sets, as nearly always. */
function eachBound(matches: readonly Match[], compute: (regions: readonly Region[]) => Region): Match {
  const must = compute(matches.map(match => match.must))
  return matches.every(match => match.must === match.may)
    ? exactly(must)
    : { must, may: compute(matches.map(match => match.may)) }
}

/** What holds where `answer` is yes, and otherwise `otherwise`; both are possible where it is unknown. */
export function choose(answer: Ternary, match: Match, otherwise: Match): Match {
  if (answer === 'yes') return match
  return answer === 'no' ? otherwise : oneOf([match, otherwise])
}

/** Exactly one of these holds, and it is not known which: certain is what all agree on, possible what any allows. */
export function oneOf(matches: readonly Match[]): Match {
  return { must: Region.intersection(matches.map(m => m.must)), may: Region.union(matches.map(m => m.may)) }
}
