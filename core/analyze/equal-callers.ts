import { Language } from '../model/language'
import { Region } from '../model/region'
import { kubelet } from './expect'
import { nobody, trustedCallers } from './regions/callers'

/** A trust domain of one mesh, and what it is called in the other. */
export type SameDomain = readonly [string, string]

/**
 * Requests of one mesh with their callers as the other would name them: the two trust domains of each pair change places, so that no two callers
 * become one.
 */
export function renaming(domains: readonly SameDomain[]): (region: Region) => Region {
  const pairs = domains.filter(([a, b]) => a !== b)
  const known = new Map<Language, Language>()
  const rename = (callers: Language): Language => {
    const renamed = known.get(callers) ?? exchanged(callers, pairs)
    known.set(callers, renamed)
    return renamed
  }
  return region => {
    if (pairs.length === 0) return region
    return Region.union(
      region.by('caller').map(({ values, to }) => Region.where('caller', rename(values)).intersect(to)),
    )
  }
}

function exchanged(callers: Language, pairs: readonly SameDomain[]): Language {
  const swaps = pairs.flatMap(([a, b]) => [[`${a}/ns/`, `${b}/ns/`] as const, [`${b}/ns/`, `${a}/ns/`] as const])
  const moved = swaps.map(([from]) => Language.of({ sequence: [from, { any: true }] }))
  return Language.union([callers.minus(Language.union(moved)), ...swaps.map(([from, to]) => callers.rebegun(from, to))])
}

/** What somebody may ask who would also leave the certificate at home. */
export function anyhow(may: Region): Region {
  return may.union(may.given('caller', ''))
}

/** Requests of these trust domains' workloads, and of callers without identity. */
export function ordinary(domains: readonly string[] | undefined): Region {
  return Region.where('caller', nobody.union(trustedCallers(domains)))
}

/** All but the kubelet's own: how a mesh knows it is the mesh's affair. */
export const notKubelet = Region.where('caller', Language.literals([kubelet])).complement()

/** Of what is let in, what an identity of the mesh may ask that no policy names, whoever asks it. */
export function byAnyIdentity(allowed: Region, [domain]: readonly string[] = []): Region {
  // Nobody is called so: names begin with a letter or a digit.
  return domain === undefined ? Region.none : allowed.given('caller', `${domain}/ns/-/sa/-`)
}
