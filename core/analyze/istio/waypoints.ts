import type { Identity } from '../../model/identity'
import type { Gateway, LabelQuery, Labels, Layer, Listener, Service } from '../layer'
import { containsLabels } from './attachment'
import type { Ternary } from './kleene'
import { ternary } from './kleene'
import { readBool } from './go-bool'

/** What ambient clients' calls pass on their way: a waypoint, nothing, or something nobody gave. */
export type Bound =
  | { readonly kind: 'waypoint'; readonly gateway: Gateway }
  | { readonly kind: 'none'; readonly because: string }
  /** A waypoint that is named and not among the objects may be there all the same, with policies nobody knows. */
  | { readonly kind: 'unknown'; readonly because: string }

/** A Service, a ServiceEntry or a workload, as far as waypoints are concerned. */
export interface Addressed {
  readonly namespace: string
  readonly labels: Labels
  /** What the call names: a Service's address, or a Pod's. */
  readonly as: 'service' | 'workload'
}

const label = 'istio.io/use-waypoint'

/** How waypoints and east-west gateways are labelled; an ingress gateway may have a waypoint like anybody. */
const ownGateways: readonly (string | undefined)[] = ['istio.io-mesh-controller', 'istio.io-eastwest-controller']

/**
 * The waypoints a call may pass; one answer, where everything that decides it is known. A Service's or Pod's own label goes before its namespace's
 * and is not fallen back from. A waypoint that refuses the namespace, or that is not for such traffic, is passed by.
 *
 * One without a status counts as ready: before deployment there is none. One whose status says that it is not programmed is passed by.
 * Source: istio `pilot/pkg/serviceregistry/ambient/waypoints.go` fetchWaypointForTarget, fetchWaypointForService.
 */
export function waypointsOf(layer: Layer, addressed: Addressed): readonly Bound[] {
  const { namespace, labels } = addressed
  if (ownGateways.includes(labels['gateway.istio.io/managed'])) return [{ kind: 'none', because: 'it is a waypoint' }]
  const around = layer.namespaces.get(namespace)
  if (labels[label] !== undefined) return withCanary(layer, addressed, { first: labels, second: labels })
  if (!around || around.unreadable) return undecided(`the labels of namespace ${namespace} are not known`)
  const second = labels[`${label}-canary`] === undefined ? around.labels : labels
  return withCanary(layer, addressed, { first: around.labels, second })
}

/** The labels that name a waypoint, and those that name another for some of the calls. */
interface Naming {
  readonly first: Labels
  readonly second: Labels
}

/**
 * From Istio 1.31 on some of the calls to a Service may take another waypoint, where both are there; before, the label means nothing.
 * Source: istio `pilot/pkg/serviceregistry/ambient/waypoints.go` ResolveUseWaypointCanary, buildWeightedWaypoints.
 */
function withCanary(layer: Layer, addressed: Addressed, naming: Naming): readonly Bound[] {
  const first = named(layer, addressed, naming.first)
  const name = naming.second[`${label}-canary`] ?? ''
  if (addressed.as !== 'service' || name === '' || first.every(({ kind }) => kind === 'none')) return first
  const namespace = naming.second[`${label}-canary-namespace`] ?? addressed.namespace
  const second = named(layer, addressed, { [label]: name, [`${label}-namespace`]: namespace })
  return [...first, ...second.filter(({ kind }) => kind !== 'none')]
}

function undecided(because: string): readonly Bound[] {
  return [
    { kind: 'none', because },
    { kind: 'unknown', because },
  ]
}

function named(layer: Layer, addressed: Addressed, labels: Labels): readonly Bound[] {
  const name = labels[label]
  if (name === undefined || name === 'none') return [{ kind: 'none', because: `it is not labelled ${label}` }]
  const namespace = labels[`${label}-namespace`] ?? addressed.namespace
  const gateway = layer.gateways.find(one => one.name === name && one.namespace === namespace)
  if (!gateway) return undecided(`waypoint ${namespace}/${name} is not among the objects`)
  if (!gateway.unreadable && !isWaypoint(gateway)) {
    // Istiod takes any Gateway that has an address for a waypoint; what one of another class does nobody here knows.
    return undecided(`waypoint ${namespace}/${name} is of class ${gateway.className}`)
  }
  const serves = servesCall(layer, gateway, addressed)
  const past: Bound = { kind: 'none', because: `waypoint ${namespace}/${name} does not take it` }
  return { yes: [waypoint(gateway)], no: [past], unknown: [waypoint(gateway), past] }[serves]
}

function waypoint(gateway: Gateway): Bound {
  return { kind: 'waypoint', gateway }
}

function servesCall(layer: Layer, gateway: Gateway, { namespace, as }: Addressed): Ternary {
  if (gateway.unreadable) return 'unknown'
  if (gateway.programmed === 'no') return 'no'
  const traffic = gateway.labels['istio.io/waypoint-for'] ?? 'service'
  if (traffic !== 'all' && traffic !== as) return 'no'
  return admits(layer, gateway, namespace)
}

/** As whom a waypoint calls on; nothing where the mesh's trust domain, or the Gateway's place, is not known. */
export function waypointIdentity({ mesh: { trustDomain } }: Layer, gateway: Gateway): Identity | undefined {
  const { namespace, serviceAccount } = gateway
  return trustDomain === undefined || namespace === undefined ? undefined : { trustDomain, namespace, serviceAccount }
}

/** Whether a Gateway is a waypoint of Istio's own. */
export function isWaypoint({ className }: Gateway): boolean {
  return className === 'istio-waypoint'
}

/**
 * Whether ingress gateways go through a Service's waypoint: its own label decides, else its namespace's. Versions differ in which spellings of
 * true they take. Source: istio `pilot/pkg/serviceregistry/ambient/services.go` ingressUseWaypointFromLabels.
 */
export function usesIngressWaypoint(
  layer: Layer,
  { namespace = '', labels }: Pick<Service, 'namespace' | 'labels'>,
): Ternary {
  const own = labels['istio.io/ingress-use-waypoint']
  const around = layer.namespaces.get(namespace)
  if (own === undefined && (!around || around.unreadable)) return 'unknown'
  const said = own ?? around?.labels['istio.io/ingress-use-waypoint'] ?? 'false'
  if (said === 'true') return 'yes'
  return readBool(said) || said.toLowerCase() === 'true' ? 'unknown' : 'no'
}

/** The HBONE listener says whose Services may attach; without one only those beside it may (`waypoints.go` makeAllowedRoutes). */
function admits(layer: Layer, gateway: Gateway, namespace: string): Ternary {
  const listener = gateway.listeners.find(({ protocol, port }) => protocol === 'HBONE' && port === 15008)
  return listenerAdmits(layer, { from: 'Same', ...listener, beside: gateway.namespace }, namespace)
}

/** Whose objects a listener takes, and where it stands. */
type Admitting = Pick<Listener, 'from' | 'selector'> & { readonly beside: string | undefined }

/** Whether objects of a namespace may attach to a listener (istio `pilot/pkg/config/kube/gateway/conversion.go` namespacesFromSelector). */
export function listenerAdmits(layer: Layer, { from, selector, beside }: Admitting, namespace: string): Ternary {
  switch (from) {
    case 'All':
      return 'yes'
    case 'Same':
      return ternary(beside === namespace)
    case 'unknown':
      return 'unknown'
    case 'Selector':
      return answers(layer, selector, namespace)
  }
}

/** The API server labels each namespace with its name, whoever wrote it. */
function answers(layer: Layer, query: LabelQuery | undefined, namespace: string): Ternary {
  if (query?.kind !== 'query') return 'unknown'
  const known = layer.namespaces.get(namespace)
  const labels: Labels = { ...known?.labels, 'kubernetes.io/metadata.name': namespace }
  const asked = [...Object.keys(query.labels), ...query.oneOf.map(({ key }) => key)]
  if (!known && asked.some(key => key !== 'kubernetes.io/metadata.name')) return 'unknown'
  const within = query.oneOf.every(({ key, values }) => values.some(value => labels[key] === value))
  return ternary(within && containsLabels(labels, query.labels))
}
