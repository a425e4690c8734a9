import type { OrderedRule } from './listener'
import type { RouteMatch, Routes } from '../layer'

/** A rule of a Route, for one of its matches, and the Route. */
export interface RouteEntry {
  readonly rule: OrderedRule
  readonly route: Routes
}

/** The entries of several Routes in the order they are tried in, and whether it is certain. */
export interface Ordering {
  readonly rules: readonly OrderedRule[]
  readonly certain: boolean
}

/**
 * The most specific match first; among equals the oldest Route's, then by name, then as written. Where an age is not known, it may be any.
 * Sources: istio `pilot/pkg/config/kube/gateway/conversion.go` sortHTTPRoutes, sortRoutesByCreationTime, `route_collections.go` mergeHTTPRoutes.
 */
export function bySpecificity(entries: readonly RouteEntry[]): Ordering {
  const aged = entries
    .map((entry, index) => ({ ...entry, index }))
    .sort((a, b) => byAge(a.route, b.route) || a.index - b.index)
  const sorted = aged
    .map((entry, age) => ({ ...entry, age }))
    .sort((a, b) => compareMatches(matchOf(a), matchOf(b)) || a.age - b.age)
  const doubtful = sorted.some((entry, index) => {
    const next = sorted[index + 1]
    return (
      next &&
      next.route !== entry.route &&
      undated(entry.route, next.route) &&
      compareMatches(matchOf(entry), matchOf(next)) === 0
    )
  })
  return { rules: sorted.map(({ rule }) => rule), certain: !doubtful }
}

function undated(...routes: readonly Routes[]): boolean {
  return routes.some(({ created }) => created === undefined)
}

function byAge(a: Routes, b: Routes): number {
  return (
    (a.created ?? 0) - (b.created ?? 0) ||
    compareText(a.namespace ?? '', b.namespace ?? '') ||
    compareText(a.name, b.name)
  )
}

function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function matchOf({ rule }: RouteEntry): RouteMatch | undefined {
  return rule.matches[0]
}

function compareMatches(a: RouteMatch | undefined, b: RouteMatch | undefined): number {
  if (!a || !b) return Number(!a) - Number(!b)
  return (
    rank(b) - rank(a) ||
    (b.path?.value.length ?? 0) - (a.path?.value.length ?? 0) ||
    Number(b.method !== undefined) - Number(a.method !== undefined) ||
    Object.keys(b.headers).length - Object.keys(a.headers).length ||
    (b.queries ?? 0) - (a.queries ?? 0)
  )
}

function rank({ path }: RouteMatch): number {
  if (!path) return -1
  return { exact: 3, prefix: 2, segments: 2, regex: 1 }[path.kind]
}

/** Whether a match asks for nothing: such rules are tried last (istio `pilot/pkg/networking/core/route/route.go` IsCatchAllRoute). */
export function isCatchAll({ matches }: OrderedRule): boolean {
  return matches.length === 0 || matches.some(match => !match.more && asksNothing(match))
}

/** The same but for what is not followed. */
export function mayBeCatchAll({ matches }: OrderedRule): boolean {
  return matches.some(match => match.more && asksNothing(match))
}

function asksNothing({ path, method, authority, headers, queries = 0 }: RouteMatch): boolean {
  const anyPath =
    !path || (path.kind === 'prefix' && path.value === '/') || (path.kind === 'regex' && path.value === '.*')
  return anyPath && !method && !authority && Object.keys(headers).length === 0 && queries === 0
}
