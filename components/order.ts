import { groupBy } from '../core/model/group'
import type { KubernetesObject } from '../core/model/manifest'
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
 * - `opening`: what lets something through, or says how it is reached.
 * - `door`: what closes all waypoints. There a second before the first allow, it would be an outage.
 * - `waypoint`: after it, so that it never lets through what nobody declared; and after what on Pods admits it, since from then on calls come
 *   under its identity.
 * - `closing`: what closes a namespace.
 */
type Rank = 'opening' | 'door' | 'waypoint' | 'closing'

/** Objects in an order in which they can be written without an outage. */
export function inOrder(objects: readonly KubernetesObject[]): readonly Ordered[] {
  const waypoints = new Map(objects.filter(isGateway).map(one => [identityOf(one), one]))
  const ranks = groupBy(objects, rankOf)
  const of = (rank: Rank) => ranks.get(rank) ?? []
  const routes = of('opening').filter(({ spec }) => targetsOf(spec).length > 0)
  const doors = of('door')
  const guards = groupBy(
    of('opening').flatMap(object => admittedBy(object, waypoints).map(waypoint => ({ object, waypoint }))),
    ({ waypoint }) => waypoint,
  )
  const exceptions = groupBy([...of('opening'), ...doors, ...of('waypoint')], placeOf)
  const after: Readonly<Record<Rank, (object: KubernetesObject) => readonly KubernetesObject[]>> = {
    opening: () => [],
    door: () => routes,
    waypoint: object => [
      ...(doors.length > 0 ? doors : routes),
      ...(guards.get(object) ?? []).map(guard => guard.object),
    ],
    closing: object => exceptions.get(placeOf(object)) ?? [],
  }
  const order: readonly Rank[] = ['opening', 'door', 'waypoint', 'closing']
  return order.flatMap(rank => of(rank).map(object => ({ object, after: after[rank](object) })))
}

type Waypoints = ReadonlyMap<string, KubernetesObject>

function rankOf(object: KubernetesObject): Rank {
  const { kind, spec } = object
  if (isGateway(object)) return 'waypoint'
  if (!closingKinds.includes(kind)) return 'opening'
  const targets = targetsOf(spec)
  if (targets.length > 0) return targets.includes('GatewayClass') ? 'door' : 'opening'
  return isRecord(spec) && ('selector' in spec || 'workloadSelector' in spec) ? 'opening' : 'closing'
}

const closingKinds = ['AuthorizationPolicy', 'PeerAuthentication', 'Sidecar']

function isGateway({ apiVersion, kind }: KubernetesObject): boolean {
  return kind === 'Gateway' && apiVersion.startsWith('gateway.networking.k8s.io/')
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
