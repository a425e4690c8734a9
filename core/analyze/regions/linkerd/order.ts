import { Region } from '../../../model/region'
import type { Route, RouteRule } from '../../linkerd/layer-linkerd'
import type { Match } from '../bounds'

/** Requests, and how well they fit: what counts first stands first, and more goes before less. `any`: it may fit better or worse than all others. */
export interface Fitting {
  readonly fit: readonly number[] | 'any'
  readonly requests: Match
}

/** A rule of a route, and requests that fit it equally well. */
export interface Candidate<M> extends Fitting {
  readonly route: Route<M>
  readonly rule: RouteRule<M>
  /** Its place among the rules of its route. */
  readonly index: number
}

/** Those requests of a candidate that it may be the one to take. */
export interface Taking<M> {
  readonly candidate: Candidate<M>
  readonly may: Region
}

/**
 * What each candidate may take, because none takes it for certain before. The best fit goes first; of equal ones the older route, then the first by name, group and
 * kind, and in a route the first rule. Sources: proxy `linkerd/http/route/src/lib.rs` find, `policy-controller/grpc/src/inbound/http.rs` to_route_list.
 */
export function takings<M>(candidates: readonly Candidate<M>[]): readonly Taking<M>[] {
  const unranked = candidates.filter(({ fit }) => fit === 'any')
  const ranked = candidates.filter(({ fit }) => fit !== 'any').sort(byFit)
  let better = Region.none
  let equals: Candidate<M>[] = []
  const taken: Taking<M>[] = []
  const settle = (): void => {
    for (const candidate of equals) {
      const before = equals.filter(other => goesBefore(other, candidate)).map(({ requests }) => requests.must)
      taken.push({ candidate, may: candidate.requests.may.minus(Region.union([better, ...before])) })
    }
    better = Region.union([better, ...equals.map(({ requests }) => requests.must)])
  }
  for (const candidate of ranked) {
    const [first] = equals
    if (first && byFit(first, candidate) !== 0) {
      settle()
      equals = []
    }
    equals.push(candidate)
  }
  settle()
  return [...taken, ...unranked.map(candidate => ({ candidate, may: candidate.requests.may }))]
}

/** As `Array.sort` wants it: the better one first. */
function byFit<M>({ fit: a }: Candidate<M>, { fit: b }: Candidate<M>): number {
  if (a === 'any' || b === 'any') return 0
  const at = a.findIndex((value, index) => value !== b[index])
  return at < 0 ? 0 : (a[at] ?? 0) > (b[at] ?? 0) ? -1 : 1
}

/** Whether one of two that fit equally well certainly goes first: a route without a timestamp may be the oldest, or the youngest. */
function goesBefore<M>(a: Candidate<M>, b: Candidate<M>): boolean {
  if (a.route === b.route) return a.index < b.index
  if (a.route.created === undefined || b.route.created === undefined) return false
  return a.route.created < b.route.created || (a.route.created === b.route.created && keyOf(a) < keyOf(b))
}

function keyOf<M>({ route: { name, group, kind } }: Candidate<M>): string {
  return [name, group, kind].join('\n')
}
