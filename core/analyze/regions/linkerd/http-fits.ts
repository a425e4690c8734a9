import type { Expression } from '../../../model/language'
import { Language } from '../../../model/language'
import { Region } from '../../../model/region'
import type { HttpMatch, HttpRoute, PathMatch } from '../../linkerd/layer-linkerd'
import { all, always, exactly } from '../bounds'
import type { Fitting } from './order'
import { textsOf } from './text'
import { headerMatch, queryMatch } from './values'

/** What a rule without matches is worth; as much as the path `/` alone. */
export const httpDefault: readonly number[] = [1, 0, 0, 0]

/**
 * How the matches of some HTTPRoutes fit: by the length of what matched of the path, whatever the match's kind, then by the number of headers and of parameters, and by
 * whether a method was asked for (proxy `linkerd/http/route/src/http/match.rs`).
 */
export function httpFits(routes: readonly HttpRoute[]): (match: HttpMatch) => readonly Fitting[] {
  const matches = routes.flatMap(({ rules }) => rules.flatMap(rule => rule.matches))
  const written = [...new Set(['/', ...matches.flatMap(({ path }) => writtenOf(path))])]
  return ({ path, method, headers, query }) => {
    const rest = all([
      method === undefined ? always : exactly(Region.where('method', Language.literals([method]))),
      ...headers.map(headerMatch),
      ...query.map(queryMatch),
    ])
    const worth = [headers.length, query.length, method === undefined ? 0 : 1]
    return pathFits(path, written).map(({ length, requests }) => ({
      fit: [length, ...worth],
      requests: all([requests, rest]),
    }))
  }
}

interface PathFit {
  readonly length: number
  readonly requests: Fitting['requests']
}

/**
 * An expression matches whole paths, and so fits as well as they are long: better than what matches a part of the path, and as well as what matches all of it, which
 * besides other expressions only a path can that is written in a match.
 */
function pathFits(path: PathMatch | undefined, written: readonly string[]): readonly PathFit[] {
  if (path?.kind !== 'regex') return [{ length: writtenOf(path)[0]?.length ?? 1, requests: exactly(pathRegion(path)) }]
  const { must, may } = textsOf(path)
  const among = (length: number, paths: Language): PathFit => ({
    length,
    requests: { must: Region.where('path', must.intersect(paths)), may: Region.where('path', may.intersect(paths)) },
  })
  const others = Language.literals(written).complement()
  const known = written.filter(text => may.contains(text)).map(text => among(text.length, Language.literals([text])))
  return [...known, among(Infinity, others)].filter(({ requests }) => !requests.may.isEmpty)
}

/** The part of a path that a match names, of which it is as long; without one that is `/`. */
function writtenOf(path: PathMatch | undefined): readonly string[] {
  if (path?.kind === 'regex') return []
  if (path === undefined || path.value === '/') return ['/']
  return [path.kind === 'exact' ? path.value : withoutSlashes(path.value)]
}

/** Whole segments, as they were sent; slashes at the end of either count for nothing (proxy `linkerd/http/route/src/http/match/path.rs`). */
function pathRegion(path: PathMatch | undefined): Region {
  if (path === undefined || (path.kind === 'prefix' && path.value === '/')) return Region.all
  if (path.kind === 'exact') return Region.where('path', Language.literals([path.value]))
  const below: Expression = { sequence: ['/', { any: true }] }
  return Region.where('path', Language.of({ sequence: [withoutSlashes(path.value), { choice: ['', below] }] }))
}

function withoutSlashes(path: string): string {
  return path.replace(/\/+$/, '')
}
