import { Region } from '../../../model/region'
import type { Attached } from '../../linkerd/attach-routes'
import type { Route, RouteRule } from '../../linkerd/layer-linkerd'
import type { Match } from '../bounds'
import { always, both, oneOf, unknowable } from '../bounds'
import { hostFits } from './hosts'
import type { Candidate, Fitting } from './order'
import { takings } from './order'

/** How one kind of route matches, and what its routes admit. */
export interface Routing<M> {
  readonly routes: Attached<Route<M>>
  /** How the matches of some routes fit. */
  readonly fitsOf: (routes: readonly Route<M>[]) => (match: M) => readonly Fitting[]
  /** What a rule without matches is worth. */
  readonly byDefault: readonly number[]
  /** The requests that a route lets in by each of its rules, of those that the rule takes. */
  readonly admits: (route: Route<M>) => (rule: RouteRule<M>) => Match
  /** What gets in where there are no routes. */
  readonly otherwise: Match
}

/**
 * What gets in along the routes of a Server: with those that are certain, and with each that may be there beside them. Whichever of several such takes a request, it
 * does so alone, too; no more than one need be looked at.
 */
export function alongRoutes<M>(routing: Routing<M>): Match {
  const { sure, perhaps } = routing.routes
  const worlds = [sure, ...perhaps.map(route => [...sure, route])]
  return oneOf(worlds.map(routes => (routes.length === 0 ? routing.otherwise : among(routes, routing))))
}

/** What no rule takes is not found (proxy `linkerd/app/inbound/src/policy/http.rs`); what several may take gets in for certain where all of them would let it. */
function among<M>(routes: readonly Route<M>[], { fitsOf, byDefault, admits }: Routing<M>): Match {
  const fits = fitsOf(routes)
  const candidates = routes.flatMap(route => candidatesOf(route, fits, byDefault))
  const admitted = new Map(routes.map(route => [route, admits(route)]))
  const outcomes = takings(candidates).map(({ candidate: { route, rule }, may }) => {
    const own = admitted.get(route)?.(rule) ?? unknowable
    const certain = rule.redirects ? Region.none : own.must
    return { admitted: may.intersect(own.may), refused: may.minus(certain) }
  })
  const matched = Region.union(candidates.map(({ requests }) => requests.must))
  return {
    must: matched.minus(Region.union(outcomes.map(({ refused }) => refused))),
    may: Region.union(outcomes.map(outcome => outcome.admitted)),
  }
}

/** Each rule as often as it has matches and its route has hosts: it fits as the best of these does. */
function candidatesOf<M>(
  route: Route<M>,
  fits: (match: M) => readonly Fitting[],
  byDefault: readonly number[],
): readonly Candidate<M>[] {
  if (route.unreadable) return [{ route, rule: anything, index: 0, fit: 'any', requests: unknowable }]
  const hosts = hostFits(route.hostnames)
  return route.rules.flatMap((rule, index) => {
    const matches = rule.matches.length === 0 ? [{ fit: byDefault, requests: always }] : rule.matches.flatMap(fits)
    return hosts.flatMap(host => matches.map(match => ({ route, rule, index, ...together(host, match) })))
  })
}

/** The host counts first. */
function together(host: Fitting, match: Fitting): Fitting {
  const fit = host.fit === 'any' || match.fit === 'any' ? 'any' : [...host.fit, ...match.fit]
  return { fit, requests: both(host.requests, match.requests) }
}

/** In place of a rule that nobody could read: it may also answer by itself. */
const anything = { matches: [], redirects: true }
