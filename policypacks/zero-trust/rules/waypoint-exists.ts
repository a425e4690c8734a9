import { nearest } from '../../../core/model/problem'
import { cartService, shopBehindWaypoint, waypoint, waypointGateway } from '../example-ambient'
import { deployment, labelled, namespace } from '../example-objects'
import { gateways } from '../facts/gateways'
import { namespaceLookup, type NamespaceLookup } from '../facts/namespace-labels'
import { namespaces } from '../facts/namespaces'
import { namespaceOf } from '../facts/policies'
import { services } from '../facts/services'
import { admits, readWaypoint, type WaypointFact } from '../facts/waypoint-gateways'
import { useWaypoint, waypointIn, type WaypointName } from '../facts/waypoints'
import { podOf, workloads } from '../facts/workloads'
import { at, finding, gather, guard, labels, required, type Field, type Gathered } from '../field'
import { ofKind, rule, type Context, type Finding } from '../rule'

const ambient = { 'istio.io/dataplane-mode': 'ambient' }
const shared = namespace('shop', { ...ambient, [useWaypoint]: 'shared', [`${useWaypoint}-namespace`]: 'infra' })

/**
 * Whatever is to be behind a waypoint names one that is there, takes its kind of traffic, and lets its namespace in.
 * Where not, istiod attaches none, and calls go straight to the Pods (istio
 * pilot/pkg/serviceregistry/ambient/waypoints.go fetchWaypointForTarget): the namespace's own waypoint does not step in.
 */
export const waypointExists = rule({
  id: 'waypoint-exists',
  severity: 'high',
  scope: 'stack',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/AC-4',
    'nist-800-53/CM-6',
    'nist-800-204/SM-DR1',
    'nist-800-207/tenet-6',
    'iso-27001/A.8.9',
  ],
  why: 'a label that names no waypoint is no error to Istio: calls go straight to the Pods, past the policies meant for the waypoint',
  fix: 'name a Gateway of the class `istio-waypoint` that the stack has, label it with what it is for (`istio.io/waypoint-for`), and let other namespaces in by `allowedRoutes`; name the namespace of a waypoint that another stack has in `elsewhere`',
  limits:
    'whether a waypoint comes up is not seen; its GatewayClass may change what it is for, and classes other than `istio-waypoint` are not known to be of waypoints',
  config: ['exempt', 'elsewhere'],
  examples: {
    pass: [
      { title: 'the namespace has it', objects: [shopBehindWaypoint, waypoint] },
      {
        title: 'another namespace has it, and lets all in',
        objects: [shared, waypointGateway('shared', 'infra', { namespaces: { from: 'All' } })],
      },
      {
        title: 'a Pod names one that takes calls to Pods',
        objects: [
          deployment('cart', { labels: { app: 'cart', [useWaypoint]: 'pods' } }),
          labelled(waypointGateway('pods'), { 'istio.io/waypoint-for': 'workload' }),
        ],
      },
      { title: 'none is wanted', objects: [labelled(cartService, { [useWaypoint]: 'none' })] },
    ],
    fail: [
      { title: 'there is none', objects: [shopBehindWaypoint] },
      {
        title: 'it is called a little differently',
        objects: [labelled(cartService, { [useWaypoint]: 'way-point' }), waypoint],
      },
      {
        title: 'it lets only its own namespace in',
        objects: [shared, waypointGateway('shared', 'infra')],
      },
      {
        title: 'a Pod names one that takes calls to Services only',
        objects: [deployment('cart', { labels: { app: 'cart', [useWaypoint]: 'waypoint' } }), waypoint],
      },
    ],
  },
  check,
})

const byService = ['service', 'all']
const byPod = ['workload', 'all']

/** Kinds whose labels put something behind a waypoint, and what the waypoint has to take for it. */
interface Kind {
  readonly objects: readonly Field[]
  readonly metadata: (field: Field) => Field
  readonly namespace: (field: Field) => string
  readonly takes: readonly string[]
}

function kinds(context: Context): readonly Kind[] {
  const metadata = (field: Field): Field => at(field, 'metadata')
  const istio = (kind: string) => ofKind(context, 'networking.istio.io', kind)
  const own = { metadata, namespace: namespaceOf }
  return [
    { objects: namespaces(context), metadata, namespace: nameOf, takes: ['service', 'workload', 'all'] },
    { ...own, objects: services(context), takes: byService },
    { ...own, objects: istio('ServiceEntry'), takes: byService },
    { ...own, objects: istio('WorkloadEntry'), takes: byPod },
    { ...own, objects: workloads(context), metadata: field => at(podOf(field), 'metadata'), takes: byPod },
  ]
}

function nameOf(field: Field): string {
  return required(at(field, 'metadata', 'name'))
}

/** A label that names a waypoint. */
interface Wish {
  readonly label: Field
  readonly namespace: string
  readonly waypoint: WaypointName
  readonly takes: readonly string[]
}

/** The second puts part of the calls behind another waypoint (1.31). */
const keys = [useWaypoint, `${useWaypoint}-canary`]

function wishes({ objects, metadata, namespace: of, takes }: Kind): Gathered<readonly Wish[]> {
  return gather(objects, field => {
    const place = at(metadata(field), 'labels')
    const own = labels(place)
    return keys
      .filter(key => own[key] !== undefined)
      .flatMap(key => {
        const namespace = of(field)
        const waypoint = waypointIn(own, namespace, key)
        return waypoint === undefined || waypoint === 'none'
          ? []
          : [{ label: at(place, key), namespace, waypoint, takes }]
      })
  })
}

function check(context: Context): readonly Finding[] {
  const read = kinds(context).map(wishes)
  const { config } = context
  const mine = read
    .flatMap(({ facts }) => facts.flat())
    .filter(
      ({ namespace, waypoint }) => !config.exempt.includes(namespace) && !config.elsewhere.includes(waypoint.namespace),
    )
  const findings = read.flatMap(one => one.findings)
  if (mine.length === 0) return findings
  const known = gather(gateways(context), readWaypoint)
  const lookUp = namespaceLookup(context)
  const byName = new Map(known.facts.map(one => [`${one.namespace}/${one.name}`, one]))
  return [...findings, ...known.findings, ...mine.flatMap(wish => judge(wish, byName, lookUp))]
}

function judge(wish: Wish, known: ReadonlyMap<string, WaypointFact>, lookUp: NamespaceLookup): readonly Finding[] {
  const { label, namespace, waypoint, takes } = wish
  const name = `${waypoint.namespace}/${waypoint.name}`
  const found = known.get(name)
  if (found === undefined)
    return [finding(label, `names the waypoint \`${name}\`, which the stack does not have${hint(wish, known)}`)]
  if (!found.isWaypoint) return [finding(label, `names the Gateway \`${name}\`, which is no waypoint`)]
  if (!takes.includes(found.serves))
    return [finding(label, `names the waypoint \`${name}\`, which takes no such calls: it is for \`${found.serves}\``)]
  return guard(found.field, () =>
    admits(found, namespace, lookUp)
      ? []
      : [finding(label, `names the waypoint \`${name}\`, which does not let the namespace \`${namespace}\` in`)],
  )
}

function hint({ waypoint }: Wish, known: ReadonlyMap<string, WaypointFact>): string {
  const there = [...known.values()].filter(
    ({ namespace, isWaypoint }) => isWaypoint && namespace === waypoint.namespace,
  )
  const elsewhere = [...known.values()].find(({ name, isWaypoint }) => isWaypoint && name === waypoint.name)
  const near = nearest(
    waypoint.name,
    there.map(({ name }) => name),
  )
  if (near !== undefined) return `; did you mean \`${near}\`?`
  return elsewhere ? `; there is one in \`${elsewhere.namespace}\`` : ''
}
