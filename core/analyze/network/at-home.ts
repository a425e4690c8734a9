import { Language } from '../../model/language'
import { Region } from '../../model/region'
import type { Match } from '../regions/bounds'
import type { Homes } from './layer-network'

/**
 * A match as it is for callers who are where they run: for each that is listed by name, or is in `among`, and has homes, certain is what is certain from all of them, and
 * possible what is possible from any; it then no longer hangs on the attribute `pod`. For callers without identity, and for classes of callers, it is as it was.
 *
 * @param among - callers to speak of by name where the match speaks of whole classes. @default none
 */
export function atHome(match: Match, homes: Homes, among: Language = Language.none): Match {
  if (homes.size === 0) return match
  return {
    must: broughtHome(match.must, { homes, among, bound: 'must' }),
    may: broughtHome(match.may, { homes, among, bound: 'may' }),
  }
}

/**
 * One bound for everybody who has a home, whether or not a region speaks of them by name: to compare states that may name other callers. What callers would get who
 * leave their certificate at home has to be in it already: that, too, they ask from where they run.
 */
export function housed(region: Region, homes: Homes, bound: keyof Match): Region {
  if (homes.size === 0) return region
  return broughtHome(region, { homes, among: Language.literals(homes.keys()), bound })
}

interface Terms {
  readonly homes: Homes
  readonly among: Language
  readonly bound: keyof Match
}

function broughtHome(region: Region, terms: Terms): Region {
  if (region.variable === 'address') {
    const parts = region.edges.map(({ values, to }) =>
      Region.where('address', values).intersect(broughtHome(to, terms)),
    )
    return Region.union(parts)
  }
  if (!asksPod(region)) return region
  if (region.variable !== 'caller') return ofCallers(Language.all, region, terms)
  return Region.union(region.edges.map(({ values, to }) => ofCallers(values, to, terms)))
}

function asksPod({ variable, edges }: Region): boolean {
  return variable === 'pod' || (variable === 'caller' && edges.some(({ to }) => to.variable === 'pod'))
}

/** What is left for some callers, of whom those with homes are taken one by one: by what is left for each, since many are alike. */
function ofCallers(callers: Language, rest: Region, { homes, among, bound }: Terms): Region {
  const here = Region.where('caller', callers)
  if (rest.variable !== 'pod') return here.intersect(rest)
  const listed = callers.words ?? among.words ?? new Set()
  const housed = [...listed].filter(name => homes.has(name) && callers.contains(name))
  const byRest = new Map<Region, string[]>()
  for (const name of housed) {
    const own = fromAll(rest, homes.get(name)?.words ?? new Set(), bound)
    byRest.set(own, [...(byRest.get(own) ?? []), name])
  }
  const others = Region.where('caller', callers.minus(Language.literals(housed))).intersect(rest)
  const own = [...byRest].map(([left, names]) => Region.where('caller', Language.literals(names)).intersect(left))
  return Region.union([others, ...own])
}

function fromAll(rest: Region, pods: ReadonlySet<string>, bound: keyof Match): Region {
  const each = [...pods].map(pod => rest.at(pod))
  return bound === 'must' ? Region.intersection(each) : Region.union(each)
}

/** What is certain from at least one place: for callers who may be anywhere, which leaves them to choose. */
export function fromSomewhere(region: Region): Region {
  return region.without('pod')
}

/** The same for whoever is told by address alone, where the network asks from where a call comes: what is certain from some place at some address. */
export function fromAnywhere(region: Region): Region {
  const wide = fromSomewhere(region)
  return wide === region ? region : wide.without('address')
}
