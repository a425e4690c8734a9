import { groupBy } from '../../model/group'
import { Language } from '../../model/language'
import type { Edge } from '../../model/region'
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
    return Region.split(
      'address',
      region.edges.map(({ values, to }) => ({ values, to: broughtHome(to, terms) })),
    )
  }
  if (!asksPod(region)) return region
  if (region.variable !== 'caller')
    return Region.split('caller', ofCallers({ values: Language.all, to: region }, terms))
  return Region.split(
    'caller',
    region.edges.flatMap(edge => ofCallers(edge, terms)),
  )
}

function asksPod({ variable, edges }: Region): boolean {
  return variable === 'pod' || (variable === 'caller' && edges.some(({ to }) => to.variable === 'pod'))
}

/** What is left for some callers, of whom those with homes are taken one by one: by what is left for each, since many are alike. */
function ofCallers({ values, to }: Edge, { homes, among, bound }: Terms): readonly Edge[] {
  if (to.variable !== 'pod') return [{ values, to }]
  const listed = [...(values.words ?? among.words ?? [])]
  const housed = listed.filter(name => homes.has(name) && values.contains(name))
  const byRest = groupBy(housed, name => fromAll(to, homes.get(name)?.words ?? new Set(), bound))
  const own = [...byRest].map(([left, names]) => ({ values: Language.literals(names), to: left }))
  return [{ values: values.minus(Language.literals(housed)), to }, ...own]
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
