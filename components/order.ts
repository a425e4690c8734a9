import { canonicalJson } from '../core/model/canonical'
import { groupBy } from '../core/model/group'
import type { KubernetesObject } from '../core/model/manifest'
import { gatewayGroup } from './gateway-api-file'
import { isLinkerds, linkerdInOrder } from './order-linkerd'
import { isNetworks, networkInOrder, waypointsNamed } from './order-network'
import { isRecord } from './record'

/** An object, and those that must be there before it. */
export interface Ordered {
  readonly object: KubernetesObject
  readonly after: readonly KubernetesObject[]
}

/**
 * When an object is written, from first to last; each waits for objects of earlier ranks only, so that none waits in a
 * circle. They are removed in reverse.
 *
 * - `lifted`: what closed a namespace and from now on only reports, before what let something through is gone.
 * - `reading`: what reads tokens; before the policies that ask for them, which would find none in any request.
 * - `opening`: what lets something through, or says how it is reached.
 * - `routing`: what callers within the mesh, or a waypoint, follow; after the DestinationRules beside it, as a part of a Service that none describes is
 *   answered 503.
 * - `shadow`: what let something through and from now on only reports: as long as anything is closed, it is needed.
 * - `door`: what closes all waypoints. There a second before the first allow, it would be an outage.
 * - `waypoint`: after it, so that it never lets through what nobody declared; and after what on Pods admits it, since from then on calls come
 *   under its identity.
 * - `entrance`: where a gateway sends what comes; after the policies beside it, as without them it lets in everybody, and those
 *   where its routes lead, as a callee that has taken a route over would refuse it; after what allows its routes to lead into other namespaces, as
 *   without it they lead nowhere; and after the parts of Services that they name.
 * - `gate`: what a gateway listens on; after the same policies and the routes beside it, as a host that gets a listener of its own, or loses it to a
 *   wildcard's, is answered 404 there until a route is attached.
 * - `exit`: what leads callers to a gateway in another namespace, by which their calls leave; after all that makes it a gateway, and after the Sidecars
 *   by which callers know it, since a call that is led there before goes nowhere.
 * - `closing`: what closes a namespace.
 */
type Rank =
  | 'lifted'
  | 'reading'
  | 'opening'
  | 'routing'
  | 'shadow'
  | 'door'
  | 'waypoint'
  | 'entrance'
  | 'gate'
  | 'exit'
  | 'closing'

const order: readonly Rank[] = [
  'lifted',
  'reading',
  'opening',
  'routing',
  'shadow',
  'door',
  'waypoint',
  'entrance',
  'gate',
  'exit',
  'closing',
]

/**
 * Objects in an order in which they can be written without an outage: the network's and each mesh's own, of which none waits for another's; but a waypoint does for the
 * NetworkPolicies that let calls pass it, which are removed after it.
 */
export function inOrder(objects: readonly KubernetesObject[]): readonly Ordered[] {
  const mesh = objects.filter(object => !isNetworks(object))
  const network = networkInOrder(objects.filter(object => isNetworks(object)))
  const letting = groupBy(
    network.flatMap(({ object }) => waypointsNamed(object).map(name => ({ name, object }))),
    ({ name }) => name,
  )
  const istio = istioInOrder(mesh.filter(object => !isLinkerds(object)))
  return [
    ...network,
    ...istio.map(({ object, after }) => {
      const first = isWaypoint(object) ? (letting.get(object.metadata.name) ?? []) : []
      return { object, after: [...after, ...first.map(each => each.object)] }
    }),
    ...linkerdInOrder(mesh.filter(object => isLinkerds(object))),
  ]
}

function istioInOrder(objects: readonly KubernetesObject[]): readonly Ordered[] {
  const waypoints = new Map(objects.filter(isWaypoint).map(one => [identityOf(one), one]))
  const ranks = groupBy(objects, rankOf)
  const of = (rank: Rank) => ranks.get(rank) ?? []
  const routes = of('opening').filter(({ spec }) => targetsOf(spec).length > 0)
  const policies = groupBy(of('opening').filter(isPolicy), placeOf)
  const grants = of('opening').filter(({ kind }) => kind === 'ReferenceGrant')
  const rules = of('opening').filter(({ kind }) => kind === 'DestinationRule')
  const doors = of('door')
  const guards = groupBy(
    [...of('opening'), ...of('shadow')].flatMap(object =>
      admittedBy(object, waypoints).map(waypoint => ({ object, waypoint })),
    ),
    ({ waypoint }) => waypoint,
  )
  const readers = groupBy(of('reading'), attachmentOf)
  const shadowedAfter = groupBy([...of('lifted'), ...of('opening')], placeOf)
  const routed = groupBy(of('entrance'), placeOf)
  const gateways = groupBy([...of('opening'), ...of('entrance'), ...of('gate')], placeOf)
  const sidecars = groupBy(
    of('opening').filter(({ kind }) => kind === 'Sidecar'),
    placeOf,
  )
  const exceptions = groupBy([...of('opening'), ...doors, ...of('waypoint')], placeOf)
  const after: Readonly<Record<Rank, (object: KubernetesObject) => readonly KubernetesObject[]>> = {
    lifted: () => [],
    reading: () => [],
    opening: object => (asksForTokens(object) ? (readers.get(attachmentOf(object)) ?? []) : []),
    routing: object => rules.filter(rule => placeOf(rule) === placeOf(object)),
    shadow: object => shadowedAfter.get(placeOf(object)) ?? [],
    door: () => routes,
    waypoint: object => [
      ...(doors.length > 0 ? doors : routes),
      ...(guards.get(object) ?? []).map(guard => guard.object),
    ],
    entrance: object => [
      ...[placeOf(object), ...placesLedTo(object)].flatMap(place => policies.get(place) ?? []),
      ...(object.kind === 'VirtualService' ? rules : []),
      ...(object.kind === 'HTTPRoute' ? grants.filter(grant => isFor(grant, object)) : []),
    ],
    gate: object => [...(policies.get(placeOf(object)) ?? []), ...(routed.get(placeOf(object)) ?? [])],
    exit: object => [
      ...placesLedTo(object).flatMap(place => gateways.get(place) ?? []),
      ...(sidecars.get(placeOf(object)) ?? []),
    ],
    closing: object => exceptions.get(placeOf(object)) ?? [],
  }
  return order.flatMap(rank => of(rank).map(object => ({ object, after: after[rank](object) })))
}

type Waypoints = ReadonlyMap<string, KubernetesObject>

function rankOf(object: KubernetesObject): Rank {
  const { kind, spec } = object
  if (isWaypoint(object)) return 'waypoint'
  if (kind === 'Gateway') return 'gate'
  if (isEntrance(object)) return 'entrance'
  if (kind === 'VirtualService' && placesLedTo(object).length > 0) return 'exit'
  if (kind === 'VirtualService' || kind === 'HTTPRoute') return 'routing'
  if (kind === 'RequestAuthentication') return 'reading'
  if (!closingKinds.includes(kind)) return 'opening'
  const targets = targetsOf(spec)
  const opens = isShadowed(object) ? 'shadow' : 'opening'
  if (targets.length > 0) return targets.includes('GatewayClass') ? 'door' : opens
  if (isRecord(spec) && ('selector' in spec || 'workloadSelector' in spec)) return opens
  return isShadowed(object) ? 'lifted' : 'closing'
}

/** Whether some rule of a policy is for requests with a token only. */
function asksForTokens({ spec }: KubernetesObject): boolean {
  return fieldsOf(spec, 'rules')
    .flatMap(rule => fieldsOf(rule, 'from'))
    .some(({ source }) => listOf(source, 'requestPrincipals').length > 0)
}

/** What an object is attached to, in text: the same Pods, or the same Service. */
function attachmentOf({ metadata: { namespace = '' }, spec }: KubernetesObject): string {
  const { selector, targetRefs } = isRecord(spec) ? spec : {}
  return `${namespace} ${canonicalJson([selector, targetRefs])}`
}

/** Whether a policy decides nothing (istio `pilot/pkg/security/authz/builder/builder.go` isDryRun). */
function isShadowed({ metadata }: KubernetesObject): boolean {
  return metadata.annotations?.['istio.io/dry-run'] === 'true'
}

const closingKinds = ['AuthorizationPolicy', 'PeerAuthentication', 'Sidecar']

/** Whether an object is a waypoint, which no gateway for calls from outside is. */
export function isWaypoint({ apiVersion, kind, spec }: KubernetesObject): boolean {
  if (kind !== 'Gateway' || !apiVersion.startsWith(`${gatewayGroup}/`)) return false
  return isRecord(spec) && spec.gatewayClassName === 'istio-waypoint'
}

/** What makes a gateway route; not what callers within the mesh follow. */
function isEntrance({ kind, spec }: KubernetesObject): boolean {
  if (kind === 'VirtualService') return listOf(spec, 'gateways').some(gateway => gateway !== 'mesh')
  if (kind !== 'HTTPRoute') return false
  return fieldsOf(spec, 'parentRefs').some(({ kind: parent = 'Gateway' }) => parent === 'Gateway')
}

/** The other namespaces whose Services a VirtualService or a Route sends calls to. */
function placesLedTo(object: KubernetesObject): readonly string[] {
  const routes = fieldsOf(object.spec, 'http').flatMap(route => fieldsOf(route, 'route'))
  const hosts = routes.map(({ destination }) => (isRecord(destination) ? String(destination.host) : ''))
  const named = hosts.flatMap(host => /^[^.]+\.([^.]+)\.svc\./.exec(host)?.[1] ?? [])
  const backends = fieldsOf(object.spec, 'rules').flatMap(rule => fieldsOf(rule, 'backendRefs'))
  const places = [...named, ...backends.flatMap(({ namespace }) => (typeof namespace === 'string' ? [namespace] : []))]
  return [...new Set(places)].filter(place => place !== placeOf(object))
}

function isPolicy({ kind }: KubernetesObject): boolean {
  return kind === 'AuthorizationPolicy'
}

/** Whether a ReferenceGrant allows routes of an object's namespace something. */
function isFor({ spec }: KubernetesObject, object: KubernetesObject): boolean {
  return fieldsOf(spec, 'from').some(({ namespace }) => namespace === placeOf(object))
}

/** The kinds of what a policy is attached to; empty where it is attached to Pods. */
function targetsOf(spec: unknown): readonly unknown[] {
  return fieldsOf(spec, 'targetRefs').map(({ kind }) => kind)
}

/** The waypoints whose identity a policy admits. */
function admittedBy({ spec }: KubernetesObject, waypoints: Waypoints): readonly KubernetesObject[] {
  const principals = fieldsOf(spec, 'rules')
    .flatMap(rule => fieldsOf(rule, 'from'))
    .flatMap(({ source }) => listOf(source, 'principals'))
  const named = new Set(principals.map(principal => String(principal).replace(/^[^/]*\//, '')))
  return [...waypoints].flatMap(([identity, waypoint]) => (named.has(identity) ? [waypoint] : []))
}

/** A waypoint's ServiceAccount has its name (istio `pilot/pkg/config/kube/gateway/deploymentcontroller.go`). */
function identityOf({ metadata: { namespace = '', name } }: KubernetesObject): string {
  return `ns/${namespace}/sa/${name}`
}

function placeOf({ metadata: { namespace = '' } }: KubernetesObject): string {
  return namespace
}

/** The objects in a list of an object; whatever else there is, is for the API server to refuse. */
function fieldsOf(value: unknown, key: string): readonly Readonly<Record<string, unknown>>[] {
  return listOf(value, key).filter(isRecord)
}

function listOf(value: unknown, key: string): readonly unknown[] {
  const list = isRecord(value) ? value[key] : undefined
  return Array.isArray(list) ? list : []
}
