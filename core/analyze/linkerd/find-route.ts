import { oldest } from '../istio/order'
import type { HttpRequest } from '../request'
import type { Route, RouteRule } from './layer-linkerd'
import { fitHost } from './match-host'
import { compareFits, type Fit } from './match-request'

/** A route that a request may take, and its rule. */
export interface Chosen<M> {
  readonly route: Route<M>
  readonly rule: RouteRule<M>
}

/** What one kind of route asks of a request. */
export interface Matcher<M> {
  readonly fit: (match: M, request: HttpRequest) => Fit
  /** What a rule without matches is worth. */
  readonly otherwise: Fit
}

/**
 * The route and rule that a request takes, or `undefined` for none; several where that is not known. The best fit goes first, by host and then by the rest; of
 * equal ones the older route, then the first by name, group and kind, and in a route the first rule.
 * Sources: proxy `linkerd/http/route/src/lib.rs` find, `policy-controller/grpc/src/inbound/http.rs` to_route_list, `policy-controller/core/src/routes.rs` GroupKindName.
 */
export function findRoute<M>(
  routes: readonly Route<M>[],
  request: HttpRequest,
  matcher: Matcher<M>,
): readonly (Chosen<M> | undefined)[] {
  const fits = routes.flatMap(route => fitsOf(route, request, matcher))
  const known = fits.flatMap(({ chosen, fit }) => (typeof fit === 'string' ? [] : [{ chosen, fit }]))
  const doubtful = fits.filter(({ fit }) => fit === 'unknown').map(({ chosen }) => chosen)
  const [best] = known.map(({ fit }) => fit).sort(compareFits)
  const equals = best ? known.filter(({ fit }) => compareFits(fit, best) === 0).map(({ chosen }) => chosen) : []
  const firsts = oldest([...new Set(equals.map(({ route }) => route))], sortKey)
  const winners = firsts.flatMap(first => equals.find(({ route }) => route === first) ?? [])
  return [...(winners.length === 0 ? [undefined] : winners), ...doubtful]
}

/** By name, then by group, then by kind. */
function sortKey<M>({ name, group, kind }: Route<M>): string {
  return `${name}\n${group}\n${kind}`
}

interface Fitting<M> {
  readonly chosen: Chosen<M>
  readonly fit: Fit
}

/** How well each rule of a route fits; a rule fits as its best match does. */
function fitsOf<M>(
  route: Route<M>,
  request: HttpRequest,
  { fit: fitMatch, otherwise }: Matcher<M>,
): readonly Fitting<M>[] {
  if (route.unreadable) return [{ chosen: { route, rule: anything }, fit: 'unknown' }]
  const host = fitHost(route.hostnames, request.host)
  if (host === 'no') return []
  return route.rules.flatMap((rule): readonly Fitting<M>[] => {
    const chosen = { route, rule }
    const fits = rule.matches.length === 0 ? [otherwise] : rule.matches.map(match => fitMatch(match, request))
    const doubt: readonly Fitting<M>[] = fits.includes('unknown') ? [{ chosen, fit: 'unknown' }] : []
    const [best] = fits.flatMap(fit => (typeof fit === 'string' ? [] : [fit])).sort(compareFits)
    if (!best) return doubt
    return host === 'unknown' ? [{ chosen, fit: 'unknown' }] : [{ chosen, fit: [...host, ...best] }, ...doubt]
  })
}

/** In place of a rule that nobody could read. */
const anything = { matches: [], redirects: true }
