import { runs } from '../../limits'
import { sortedGroups } from '../../order'
import type { Context } from '../context'
import type { Door } from './gateways'
import type { PathMatch } from './paths'
import { gapOf, means, pathMatch } from './paths'
import { destinationsOf } from '../traffic/destinations'
import { patienceAtGateway } from '../traffic/rules'

/** A rule of an HTTPRoute: requests that go the same way. */
export interface HttpRule {
  readonly matches: readonly Asked[]
  /** Empty where they are to go nowhere, which istiod answers with 500 (istio `pilot/pkg/config/kube/gateway/conversion.go` convertHTTPRoute). */
  readonly backends: readonly Readonly<Record<string, unknown>>[]
  readonly timeouts?: { readonly request: string }
}

interface Asked {
  readonly method: string
  readonly path: PathMatch
}

/** Matches of a rule (the CRD of HTTPRoute, `maxItems`). */
const mostMatches = 64

/** What a gateway lets in for one group of hosts. */
export interface Served {
  /** The gateway's. */
  readonly namespace: string
  /** Most specific first. */
  readonly doors: readonly Door[]
  /** Those of other hosts that may be asked for here, since the group has a wildcard that takes these in. */
  readonly strangers: readonly Door[]
}

/**
 * The rules for one group of hosts; a rule for each port of a Service, and another where it has too many matches. Their order means nothing: an HTTPRoute's
 * most specific match decides.
 */
export function rulesOf(served: Served, context: Context): HttpRule[] {
  const { doors, namespace } = served
  const asked: readonly Sent[] = [
    ...doors.map(door => ({ door, method: door.entry.method, path: pathMatch(door.entry.path) })),
    ...doors.flatMap(door => beside(door, served)),
  ]
  const byTarget = sortedGroups(asked, ({ door }) => (door ? `${door.to.namespace}/${door.to.name}:${door.port}` : ''))
  return [...byTarget.values()].flatMap(same => {
    const door = same[0]?.door
    const backends = door ? backendsOf(door, namespace, context) : []
    const timeout = door && patienceAtGateway(door.to, context.settings).timeout
    const timeouts = timeout === undefined ? {} : { timeouts: { request: timeout } }
    return runs(same, mostMatches, () => 1).map(matches => ({ matches, backends, ...timeouts }))
  })
}

/** Where it goes; nowhere without a door. */
interface Sent extends Asked {
  readonly door?: Door
}

/** The matches of a rule as the API has them. */
export function matchesOf({ matches }: HttpRule): object[] {
  return matches.map(({ method, path }) => ({ method, path: { ...path } }))
}

/**
 * The path that a prefix takes beyond what is meant, sent where it is declared: `/a` belongs to whoever has `/**`, and not to whoever has `/a/**`. Where
 * nobody has it, or it is written out anyway, there is none. What has it at another host alone gets in by that host's name over a connection to this one:
 * it goes nowhere, as does all else of that host which this one has not.
 */
function beside({ entry: { path, method } }: Door, { doors, strangers }: Served): Sent[] {
  const gap = gapOf(path)
  if (gap === undefined) return []
  const has = ({ entry }: Door): boolean => entry.method === method && means(entry.path, gap)
  const asked: Asked = { method, path: { type: 'Exact', value: gap } }
  const owner = doors.find(has)
  if (owner) return owner.entry.path === gap ? [] : [{ ...asked, door: owner }]
  return strangers.some(has) ? [asked] : []
}

function backendsOf({ to, port }: Door, namespace: string, { settings }: Context): Record<string, unknown>[] {
  const all = destinationsOf(to, settings, 'gateway-api')
  return all.map(({ service, namespace: own, weight }) => ({
    name: service,
    ...(own !== namespace && { namespace: own }),
    port,
    ...(all.length > 1 && { weight }),
  }))
}
