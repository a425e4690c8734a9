import { at, gather, labels, required, text, type Field, type Gathered } from '../field'
import type { Context, Finding } from '../rule'
import { dataPlanes, type Planes } from './data-plane'
import { namespaceLookup, type NamespaceLookup } from './namespace-labels'
import { namespaceOf, type Labels } from './policies'
import { readService, services } from './services'

/** The label that puts Services, Pods and all of a namespace behind a waypoint; its value `none` takes them out. */
export const useWaypoint = 'istio.io/use-waypoint'

/** A waypoint by its Gateway's name. */
export interface WaypointName {
  readonly namespace: string
  readonly name: string
}

/**
 * The waypoint that labels name, in their own namespace unless they name another; `none` where they refuse one, nothing
 * where they leave it to the namespace (istio pilot/pkg/serviceregistry/ambient/waypoints.go GetUseWaypoint).
 */
export function waypointIn(own: Labels, namespace: string, key = useWaypoint): WaypointName | 'none' | undefined {
  const name = own[key]
  if (name === undefined || name === 'none') return name
  return { name, namespace: own[`${key}-namespace`] ?? namespace }
}

/** What callers address as a Service: one of the stack, or a service of the intent that the stack does not have. */
export interface Front {
  readonly namespace: string
  readonly name: string
  /** The Service, where it is in the stack. */
  readonly field: Field | undefined
  /** Its own, not its Pods'. */
  readonly labels: Labels
  /** Of its Pods; absent where it has none of its own. */
  readonly selector: Labels | undefined
  /** Whether it has an address of its own, without which no waypoint sees its calls. */
  readonly virtual: boolean
}

/** Every front of the stack and of the intent, with a finding for each Service that cannot be read. */
export function fronts(context: Context): Gathered<Front> {
  const real = gather(services(context), readFront)
  const governed = context.intent.kind === 'found' ? context.intent.intent.governed : []
  const known = new Set(real.facts.map(({ namespace, name }) => `${namespace}/${name}`))
  const meant = governed
    .filter(({ namespace, service }) => !known.has(`${namespace}/${service}`))
    .map(service => ({
      namespace: service.namespace,
      name: service.service,
      field: undefined,
      labels: {},
      selector: service.labels,
      virtual: true,
    }))
  return { facts: [...real.facts, ...meant], findings: real.findings }
}

function readFront(field: Field): Front {
  const spec = at(field, 'spec')
  const isHeadless = text(at(spec, 'clusterIP')) === 'None'
  const isAlias = text(at(spec, 'type')) === 'ExternalName'
  return {
    namespace: namespaceOf(field),
    name: required(at(field, 'metadata', 'name')),
    field,
    labels: labels(at(field, 'metadata', 'labels')),
    selector: isAlias ? undefined : readService(field).selector,
    virtual: !isHeadless && !isAlias,
  }
}

/** Whether calls to a front pass a waypoint. */
export type Behind =
  | {
      readonly kind: 'waypoint'
      readonly waypoint: WaypointName
      /** What says so. */ readonly said: Field | undefined
    }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly why: string; readonly findings: readonly Finding[] }

/** Looks up which waypoint a front is behind. */
export type Waypoints = (front: Pick<Front, 'namespace' | 'labels' | 'field'>) => Behind

/** A Service's own label beats its namespace's (istio pilot/pkg/serviceregistry/ambient/waypoints.go fetchWaypointForTarget). */
export function waypoints(
  context: Context,
  lookUp: NamespaceLookup = namespaceLookup(context),
  planes: Planes = dataPlanes(context, lookUp),
): Waypoints {
  return ({ namespace, labels: own, field }) => {
    const named = waypointIn(own, namespace)
    if (named !== undefined) return behind(named, field)
    const around = lookUp(namespace)
    const why = `whether the namespace \`${namespace}\` is behind a waypoint is not known`
    switch (around.kind) {
      case 'known':
        return behind(waypointIn(around.labels, namespace), around.field)
      case 'unknown':
        return { kind: 'unknown', why, findings: around.findings }
      case 'absent':
        return unregistered(planes(namespace), why)
    }
  }
}

function behind(named: WaypointName | 'none' | undefined, said: Field | undefined): Behind {
  return named === undefined || named === 'none' ? { kind: 'none' } : { kind: 'waypoint', waypoint: named, said }
}

/** A namespace that nobody shows: only where it is known to have sidecars, or no mesh at all, it has no waypoint either. */
function unregistered(plane: ReturnType<Planes>, why: string): Behind {
  if (plane.kind !== 'ambient' && plane.kind !== 'unknown') return { kind: 'none' }
  const findings = plane.kind === 'unknown' ? plane.findings : []
  return { kind: 'unknown', why: `${why}: the stack does not register it`, findings }
}
