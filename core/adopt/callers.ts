import { isWaypoint } from '../analyze/istio/waypoints'
import type { Layer } from '../analyze/layer'
import { groupBy } from '../model/group'
import { nearest } from '../model/problem'
import type { RawObject } from '../analyze/istio/read-object'
import type { Group } from './groups'
import { isGateway } from './groups'
import type { Place } from './places'
import { routesFor } from './routes'
import type { Account, Named } from './today'
import { accountKey } from './today'

/** Who is behind an account that policies name. */
export type Caller =
  | { readonly kind: 'services'; readonly groups: readonly Group[] }
  | { readonly kind: 'gateway' }
  /** A waypoint, which passes on what others ask. */
  | { readonly kind: 'waypoint' }
  | { readonly kind: 'scraper' }
  /** There is such an account, though none of the services runs under it. */
  | { readonly kind: 'ungoverned'; readonly runs: boolean }
  | { readonly kind: 'stale'; readonly near?: string }
  | { readonly kind: 'foreign' }

/** Tells who is behind each account. */
export class People {
  private readonly byAccount: ReadonlyMap<string, readonly Group[]>
  private readonly gateways: ReadonlySet<string>
  private readonly waypoints: ReadonlySet<string>
  private readonly running: ReadonlySet<string>
  private readonly declared: ReadonlySet<string>

  constructor(
    layer: Layer,
    objects: readonly RawObject[],
    private readonly known: {
      readonly groups: readonly Group[]
      readonly trustDomain: string
      readonly scraper?: Account
    },
  ) {
    this.byAccount = groupBy(known.groups, accountKey)
    this.gateways = new Set(layer.workloads.filter(one => isGateway(layer, one)).map(accountKey))
    this.running = new Set(layer.workloads.map(accountKey))
    this.waypoints = new Set(
      layer.gateways
        .filter(isWaypoint)
        .map(({ namespace = '', serviceAccount }) => accountKey({ namespace, serviceAccount })),
    )
    this.declared = new Set(
      objects
        .filter(({ kind, group }) => kind === 'ServiceAccount' && group === '')
        .map(({ namespace = '', name }) => `${namespace}/${name}`),
    )
  }

  who({ identity }: Pick<Named, 'identity'>): Caller {
    if (identity.trustDomain !== this.known.trustDomain) return { kind: 'foreign' }
    const key = accountKey(identity)
    const { scraper } = this.known
    const groups = this.byAccount.get(key)
    if (this.waypoints.has(key)) return { kind: 'waypoint' }
    if (this.gateways.has(key)) return { kind: 'gateway' }
    if (groups) return { kind: 'services', groups }
    if (scraper && accountKey(scraper) === key) return { kind: 'scraper' }
    if (this.running.has(key) || this.declared.has(key)) return { kind: 'ungoverned', runs: this.running.has(key) }
    const near = nearest(key, new Set([...this.running, ...this.declared]))
    return { kind: 'stale', ...(near !== undefined && { near }) }
  }
}

const ofScrapers = /prom|scrap|metric|monitor|telemetry|vmagent|victoria|otel|alloy/i

/** The one who reads metrics at most ports: called so, and let in for one path, or to a port that is for nothing else. */
export function scraperOf(places: readonly Place[]): Account | undefined {
  const scrapes = places.flatMap(place =>
    place.today.named.filter(
      ({ identity, requests }) =>
        ofScrapers.test(accountKey(identity)) &&
        (place.found.name.includes('metrics') || scrapedPath(requests) !== undefined),
    ),
  )
  const byAccount = [...groupBy(scrapes, ({ identity }) => accountKey(identity)).values()]
  const [most] = byAccount.sort((a, b) => b.length - a.length)
  const identity = most?.[0]?.identity
  return identity && { namespace: identity.namespace, serviceAccount: identity.serviceAccount }
}

/** The path, where requests are to GET one and nothing else. */
export function scrapedPath(requests: Named['requests']): string | undefined {
  const { routes } = routesFor(requests, 'http')
  const [only, ...others] = Array.isArray(routes) ? (routes as readonly string[]) : []
  if (only === undefined || others.length > 0 || only.includes('*')) return undefined
  return /^GET (.+)$/.exec(only)?.[1]
}
