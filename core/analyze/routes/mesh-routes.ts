/**
 * Routes of the mesh itself: what a caller's sidecar, or a callee's waypoint, makes of calls to a Service. They protect nobody, since whoever likes can call
 * otherwise; but what a route answers itself, refuses, rewrites or sends elsewhere, its caller is not certain to get.
 */
import { groupBy } from '../../model/group'
import { Language } from '../../model/language'
import { Region } from '../../model/region'
import { entriesOf, rulesAt, visibility } from '../gateway/attached-routes'
import type { OrderedRule } from '../gateway/listener'
import { bySpecificity } from '../gateway/route-order'
import { hostOf, isSubset } from '../istio/client'
import type { Delivery } from '../istio/client-tls'
import { serviceChain } from '../istio/protocol'
import { sidecarsFor } from '../istio/scope'
import type { Gateway, Layer, RouteMatch, Routes, Sidecar, Workload } from '../layer'
import { exactly } from '../regions/bounds'
import { takenBy } from '../regions/routes'
import type { Follower } from './destinations'
import { keeps } from './destinations'

/** Routes that a proxy may follow for one port of a Service, one after the other. */
interface Followed {
  readonly rules: readonly OrderedRule[]
  /** Whether that is the order they are tried in. */
  readonly ordered: boolean
  /** Whether connections that carry any bytes may be led elsewhere too. */
  readonly bytes: boolean
  readonly unreadable: boolean
}

/**
 * The requests for a Service's port that a caller's sidecar is certain to send to the callee, or to what stands for it as well.
 *
 * It follows VirtualServices for `mesh` that its namespace is shown and its Sidecar imports, and Routes of the Service that lie beside the Service or
 * beside itself. Which of several goes first hangs on ages that need not be known, so that each has to keep the call.
 * Sources: istio `pilot/pkg/model/virtualservice.go` SelectVirtualServices, `pilot/pkg/model/sidecar.go` VSMatches,
 * `pilot/pkg/networking/core/route/route.go` BuildSidecarVirtualHostWrapper, buildSidecarVirtualHostsForVirtualService.
 */
export function keptBySidecar(layer: Layer, caller: Workload, to: Delivery): Region {
  if (layer.routes.length === 0) return Region.all
  const near = caller.namespace
  const shown = virtualServices(layer, to, near).filter(route => importedBy(layer, caller, route))
  const follower: Follower = { kind: 'sidecar', layer, caller }
  return keptByAll([...shown.map(route => virtual(route, to)), ...attached(layer, to, near)], to, follower)
}

/** The requests for a Service's port that a waypoint is certain to send to the callee. */
export type KeptByWaypoint = (gateway: Gateway, to: Delivery) => Region

/**
 * What waypoints keep. They follow what lies beside the Service or beside themselves, and all of it in one list.
 * Source: istio `pilot/pkg/networking/core/listener_waypoint.go` buildWaypointInboundHTTPRouteConfig, getVirtualServiceForWaypoint.
 */
export function waypointRoutes(layer: Layer): KeptByWaypoint {
  if (layer.routes.length === 0) return () => Region.all
  return ({ namespace = '' }, to) => {
    const beside = [namespace, to.service.namespace]
    const shown = virtualServices(layer, to, namespace).filter(route => beside.includes(route.namespace))
    const follower: Follower = { kind: 'waypoint', layer, caller: { namespace, labels: {} } }
    return keptByAll([...shown.map(route => virtual(route, to)), ...attached(layer, to, namespace)], to, follower)
  }
}

/** What none of them takes is answered 404; so a request is certain only where each of them takes and keeps it. */
function keptByAll(all: readonly Followed[], to: Delivery, follower: Follower): Region {
  const counting = all.filter(({ rules, bytes, unreadable }) => rules.length > 0 || bytes || unreadable)
  return Region.intersection(counting.map(followed => keptBy(followed, to, follower)))
}

const requests = Region.where('protocol', Language.literals(['http']))

function keptBy({ rules, ordered, bytes, unreadable }: Followed, to: Delivery, follower: Follower): Region {
  if (unreadable) return Region.none
  const entry = to.service.ports.find(({ port }) => port === to.port)
  const chain = entry ? serviceChain(entry) : 'sniffed'
  if (chain === 'tcp') return bytes ? Region.none : Region.all
  const carried = bytes && chain === 'sniffed' ? Region.none : requests.complement()
  if (rules.length === 0) return carried.union(requests)
  const taken = takenBy(rules, exactly(requests), ordered ? 'certain' : 'doubtful')
  const kept = taken.filter(({ rule }) => keeps(rule.action, to, follower))
  return Region.union([carried, ...kept.map(({ requests: { must } }) => must)])
}

function virtual(route: Routes, { port }: Delivery): Followed {
  const { bytes, unreadable } = route
  return { rules: rulesAt(route, { gateway: 'mesh', port }), ordered: true, bytes, unreadable }
}

/** VirtualServices of the mesh for a Service that a namespace is shown. */
function virtualServices(layer: Layer, { service }: Delivery, near: string): readonly Routes[] {
  const host = hostOf(service, layer.mesh).toLowerCase()
  const { exact, wide } = shelvesOf(layer.routes)
  const found = [...(exact.get(host) ?? []), ...wide.filter(({ hosts }) => hosts.some(one => isSubset(host, one)))]
  return [...new Set(found)].filter(route => visibility(layer, route, near) !== undefined)
}

/** Routes of a Service, those for all of its ports and those for the one alone, each in the order they are tried in. */
function attached(layer: Layer, { service, port }: Delivery, near: string): readonly Followed[] {
  const { ofServices } = shelvesOf(layer.routes)
  const { name, namespace = '' } = service
  const hanging = (ofServices.get(`${namespace}/${name}`) ?? [])
    .filter(({ route }) => route.namespace === undefined || [namespace, near].includes(route.namespace))
    .filter(({ on }) => (on ?? port) === port)
  return [...groupBy(hanging, ({ route, on }) => `${route.namespace ?? ''} ${on ?? ''}`).values()].map(group => {
    const entries = group.flatMap(({ route }) => entriesOf(route).map(entry => ({ ...entry, rule: plain(entry.rule) })))
    const { rules, certain } = bySpecificity(entries)
    return {
      rules,
      ordered: certain,
      bytes: group.some(({ route }) => route.bytes),
      unreadable: group.some(({ route }) => route.unreadable || route.namespace === undefined),
    }
  })
}

/** Which port, and at what, is settled by the Service that the Route hangs on. */
function plain(rule: OrderedRule): OrderedRule {
  return { ...rule, matches: rule.matches.map(({ port: _port, ...match }): RouteMatch => ({ ...match, gateways: [] })) }
}

/** What is looked up for every call. */
interface Shelves {
  /** VirtualServices of the mesh by a host they name to the letter. */
  readonly exact: ReadonlyMap<string, readonly Routes[]>
  /** Those with a wildcard. */
  readonly wide: readonly Routes[]
  /** Routes by the Service they hang on, and the one port of it, if they name one. */
  readonly ofServices: ReadonlyMap<string, readonly { readonly route: Routes; readonly on: number | undefined }[]>
}

const shelves = new WeakMap<readonly Routes[], Shelves>()

function shelvesOf(routes: readonly Routes[]): Shelves {
  const known = shelves.get(routes) ?? shelve(routes)
  shelves.set(routes, known)
  return known
}

function shelve(routes: readonly Routes[]): Shelves {
  const mesh = routes.filter(({ parents }) => parents.some(({ kind }) => kind === 'mesh'))
  const named = mesh.flatMap(route => route.hosts.map(host => ({ route, host: host.toLowerCase() })))
  const byHost = groupBy(named, ({ host }) => host)
  const hanging = routes.flatMap(route =>
    route.parents.flatMap(parent =>
      parent.kind === 'service' ? [{ route, on: parent.port, key: `${parent.namespace}/${parent.name}` }] : [],
    ),
  )
  return {
    exact: new Map([...byHost].map(([host, found]) => [host, found.map(({ route }) => route)])),
    wide: mesh.filter(({ hosts, unreadable }) => unreadable || hosts.some(host => host.startsWith('*'))),
    ofServices: groupBy(hanging, ({ key }) => key),
  }
}

/** Whether the Sidecar that may rule a caller imports a VirtualService; its hosts and the Sidecar's only have to overlap. */
function importedBy(layer: Layer, caller: Workload, route: Routes): boolean {
  return sidecarsFor(layer, caller).some(sidecar => !sidecar || imports(sidecar, caller.namespace, route))
}

function imports({ egress, unreadable }: Sidecar, own: string, { namespace, hosts }: Routes): boolean {
  if (unreadable || egress === undefined) return true
  const entries = egress.flatMap(listener => listener.hosts.map(entry => entry.split('/')))
  return entries.some(([of = '', host = '']) => {
    const place = of === '.' ? own : of
    if (place !== '*' && place !== namespace) return false
    return hosts.some(one => isSubset(one.toLowerCase(), host) || isSubset(host, one.toLowerCase()))
  })
}
