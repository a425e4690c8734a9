import { at, given, items, labels, number, required, text, texts, word, type Field } from '../field'
import type { NamespaceLookup } from './namespace-labels'
import { namespaceOf, selects, type Labels } from './policies'
import { waypointClass } from './target-refs'

/** A Gateway, as far as it matters to what would use it as a waypoint. */
export interface WaypointFact {
  readonly field: Field
  readonly namespace: string
  readonly name: string
  readonly isWaypoint: boolean
  /** What it is for (`istio.io/waypoint-for`): `service`, `workload`, `all` or `none`. */
  readonly serves: string
  /** Of its listeners, those whose `allowedRoutes` decide which namespaces may use it. */
  readonly doors: readonly Field[]
}

/** Reads a Gateway as a waypoint (istio pilot/pkg/serviceregistry/ambient/waypoints.go gatewayToWaypointTransform). */
export function readWaypoint(field: Field): WaypointFact {
  return {
    field,
    namespace: namespaceOf(field),
    name: required(at(field, 'metadata', 'name')),
    isWaypoint: required(at(field, 'spec', 'gatewayClassName')) === waypointClass,
    serves: text(at(field, 'metadata', 'labels', 'istio.io/waypoint-for')) ?? 'service',
    doors: doorsOf(field),
  }
}

/** The HBONE listener; where calls come in by another one, whichever that is, all of them (waypoints.go makeAllowedRoutes). */
function doorsOf(gateway: Field): readonly Field[] {
  const listeners = items(at(gateway, 'spec', 'listeners'))
  if (given(at(gateway, 'metadata', 'annotations', 'ambient.istio.io/waypoint-inbound-binding'))) return listeners
  const hbone = (listener: Field) =>
    text(at(listener, 'protocol')) === 'HBONE' && number(at(listener, 'port')) === 15008
  return listeners.filter(hbone).slice(0, 1)
}

/** Whether things of a namespace may use the waypoint; without a listener only those of its own may. */
export function admits(waypoint: WaypointFact, namespace: string, lookUp: NamespaceLookup): boolean {
  const isOwn = waypoint.namespace === namespace
  return waypoint.doors.length === 0 ? isOwn : waypoint.doors.every(door => opens(door, { isOwn, namespace, lookUp }))
}

interface Comer {
  readonly isOwn: boolean
  readonly namespace: string
  readonly lookUp: NamespaceLookup
}

function opens(door: Field, { isOwn, namespace, lookUp }: Comer): boolean {
  const from = at(door, 'allowedRoutes', 'namespaces', 'from')
  switch (word(from, ['All', 'Same', 'Selector', 'None']) ?? 'Same') {
    case 'All':
      return true
    case 'Same':
      return isOwn
    case 'Selector':
      return isSelected(at(door, 'allowedRoutes', 'namespaces', 'selector'), namespace, lookUp)
    case 'None':
      return false
  }
}

const nameLabel = 'kubernetes.io/metadata.name'

/** A label that is not known is held against the namespace, whichever way the selector asks for it. */
function isSelected(selector: Field, namespace: string, lookUp: NamespaceLookup): boolean {
  const around = lookUp(namespace)
  const own: Labels = { ...(around.kind === 'known' ? around.labels : {}), [nameLabel]: namespace }
  const isKnown = (key: string): boolean => around.kind === 'known' || key === nameLabel
  const wanted = labels(at(selector, 'matchLabels'))
  return (
    selects(wanted, own) &&
    items(at(selector, 'matchExpressions')).every(expression => {
      const key = required(at(expression, 'key'))
      return isKnown(key) && holds(expression, own[key])
    })
  )
}

function holds(expression: Field, value: string | undefined): boolean {
  const values = texts(at(expression, 'values'))
  switch (word(at(expression, 'operator'), ['In', 'NotIn', 'Exists', 'DoesNotExist'])) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case undefined:
      return false
  }
}
