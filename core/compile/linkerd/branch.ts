import { sortedBy, sortedGroups, sorted } from '../order'
import type { Grant, Source } from './grant'

/** Requests that the same callers may ask, and so one route: no request takes another's, whichever of them the proxy looks at first. */
export interface Branch {
  /** Sorted, each once. */
  readonly audience: readonly Source[]
  /** `matches` of a rule. */
  readonly matches: readonly object[]
  /** The flows it is for, sorted. */
  readonly because: readonly string[]
}

/** Each source once, in an order of its own. */
export function audienceOf(grants: readonly Grant[]): readonly Source[] {
  const sources = sortedGroups(
    grants.map(({ source }) => source),
    sourceKey,
  )
  return [...sources.values()].flatMap(([first]) => (first ? [first] : []))
}

/** Equal for the same callers. */
export function audienceKey(audience: readonly Source[]): string {
  return audience.map(sourceKey).join('\n')
}

function sourceKey({ kind, name, values }: Source): string {
  return `${kind} ${name} ${values.join(' ')}`
}

/** Matches and the grants that they are for. */
export interface Matched {
  readonly grants: readonly Grant[]
  readonly matches: readonly object[]
}

/** One branch for each set of callers. */
export function branches(parts: readonly Matched[]): readonly Branch[] {
  const groups = sortedGroups(parts, ({ grants }) => audienceKey(audienceOf(grants)))
  return [...groups.values()].map(group => ({
    audience: audienceOf(group.flatMap(({ grants }) => grants)),
    matches: sortedBy(
      group.flatMap(({ matches }) => matches),
      match => JSON.stringify(match),
    ),
    because: sorted(group.flatMap(({ grants }) => grants.map(grant => grant.because))),
  }))
}
