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
  readonly backends: readonly Readonly<Record<string, unknown>>[]
  readonly timeouts?: { readonly request: string }
}

interface Asked {
  readonly method: string
  readonly path: PathMatch
}

/** Matches of a rule (the CRD of HTTPRoute, `maxItems`). */
const mostMatches = 64

/**
 * The rules for what a gateway in `namespace` lets in for one group of hosts, `doors` most specific first; a rule for each port of a Service, and
 * another where it has too many matches. Their order means nothing: an HTTPRoute's most specific match decides.
 */
export function rulesOf(doors: readonly Door[], namespace: string, context: Context): HttpRule[] {
  const asked = [
    ...doors.map(door => ({ door, method: door.entry.method, path: pathMatch(door.entry.path) })),
    ...doors.flatMap(door => beside(door, doors)),
  ]
  const byTarget = sortedGroups(asked, ({ door: { to, port } }) => `${to.namespace}/${to.name}:${port}`)
  return [...byTarget.values()].flatMap(same => {
    const [first] = same
    if (!first) return []
    const backends = backendsOf(first.door, namespace, context)
    const { timeout } = patienceAtGateway(first.door.to, context.settings)
    const timeouts = timeout === undefined ? {} : { timeouts: { request: timeout } }
    return runs(same, mostMatches, () => 1).map(matches => ({ matches, backends, ...timeouts }))
  })
}

/** The matches of a rule as the API has them. */
export function matchesOf({ matches }: HttpRule): object[] {
  return matches.map(({ method, path }) => ({ method, path: { ...path } }))
}

/**
 * The path that a prefix takes beyond what is meant, sent where it is declared: `/a` belongs to whoever has `/**`, and not to whoever has `/a/**`. Where
 * nobody has it, or it is written out anyway, there is none.
 */
function beside({ entry: { path, method } }: Door, doors: readonly Door[]): (Asked & { readonly door: Door })[] {
  const gap = gapOf(path)
  if (gap === undefined) return []
  const owner = doors.find(({ entry }) => entry.method === method && means(entry.path, gap))
  if (!owner || owner.entry.path === gap) return []
  return [{ door: owner, method, path: { type: 'Exact', value: gap } }]
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
