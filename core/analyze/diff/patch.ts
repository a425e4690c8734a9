import { Region } from '../../model/region'
import type { Match } from '../regions/bounds'

/** How the bounds of one port, or of anything that requests arrive at, differ between two states. */
export interface Patch {
  /** Possible now, and ruled out before. */
  readonly admitted: Region
  /** Ruled out now, and possible before, whether or not it was certain. */
  readonly ruledOut: Region
  /** Certain before, and no more. */
  readonly cut: Region
  /** Certain now, and not before. */
  readonly assured: Region
}

const nothing: Patch = { admitted: Region.none, ruledOut: Region.none, cut: Region.none, assured: Region.none }

/** What changed from one pair of bounds to another. Nothing is computed where these are the same sets. */
export function patchOf(old: Match, now: Match): Patch {
  if (old.may === now.may && old.must === now.must) return nothing
  return {
    admitted: now.may.minus(old.may),
    ruledOut: old.may.minus(now.may),
    cut: old.must.minus(now.must),
    assured: now.must.minus(old.must),
  }
}

/** The later bounds, from the earlier ones and what changed: `may = (may ∪ admitted) − ruledOut`, `must = (must ∪ assured) − cut`. */
export function patched(old: Match, { admitted, ruledOut, cut, assured }: Patch): Match {
  return { must: old.must.union(assured).minus(cut), may: old.may.union(admitted).minus(ruledOut) }
}

/** Whether anything changed. */
export function isEmpty({ admitted, ruledOut, cut, assured }: Patch): boolean {
  return [admitted, ruledOut, cut, assured].every(region => region.isEmpty)
}
