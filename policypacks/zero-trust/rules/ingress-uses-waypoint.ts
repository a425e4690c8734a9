import { cartRoute, cartService, shopBehindWaypoint } from '../example-ambient'
import { cartIntent, labelled, namespace, object, release } from '../example-objects'
import { dataPlanes } from '../facts/data-plane'
import { ingressCalls, type IngressCall } from '../facts/ingress'
import { namespaceLookup, type NamespaceLookup } from '../facts/namespace-labels'
import { fronts, waypoints, type Front } from '../facts/waypoints'
import { finding, type Field } from '../field'
import { rule, type Context, type Finding } from '../rule'

const key = 'istio.io/ingress-use-waypoint'
const notForIngress = namespace('shop', { 'istio.io/dataplane-mode': 'ambient', 'istio.io/use-waypoint': 'waypoint' })

/**
 * A Service behind a waypoint is behind it for gateways too. They go straight to the Pods unless the Service, or its
 * namespace, says otherwise (istio pilot/pkg/xds/endpoints/endpoint_builder.go findServiceWaypoint,
 * pilot/pkg/serviceregistry/ambient/services.go ingressUseWaypointFromLabels).
 */
export const ingressUsesWaypoint = rule({
  id: 'ingress-uses-waypoint',
  severity: 'high',
  scope: 'stack',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/AC-4',
    'nist-800-53/SC-7',
    'nist-800-204/SM-DR1',
    'nist-800-207/tenet-6',
    'soc-2/CC6.6',
    'iso-27001/A.8.20',
  ],
  why: 'calls from outside go round the waypoint, and with it round the policies by path, method and token that it enforces',
  fix: 'label the Service or its Namespace with `istio.io/ingress-use-waypoint: "true"`',
  limits:
    'a gateway calls what the routes of the stack lead to, and what the intent says of gateways that the stack installs; the labels of Services that the stack does not have are not seen; for a Service without an address of its own (headless, ExternalName) the label does nothing, so that nothing is asked of it',
  config: ['exempt', 'elsewhere', 'mesh', 'lock'],
  examples: {
    pass: [
      { title: 'the namespace says so', objects: [shopBehindWaypoint, cartService, cartRoute] },
      {
        title: 'the Service itself says so',
        objects: [notForIngress, labelled(cartService, { [key]: 'true' }), cartRoute],
      },
      {
        title: 'no waypoint is used for the Service',
        objects: [notForIngress, labelled(cartService, { 'istio.io/use-waypoint': 'none' }), cartRoute],
      },
    ],
    fail: [
      { title: 'nobody says so', objects: [notForIngress, cartService, cartRoute] },
      {
        title: 'the Service takes back what its namespace says',
        objects: [shopBehindWaypoint, labelled(cartService, { [key]: 'false' }), cartRoute],
      },
      {
        title: 'a VirtualService of a gateway leads to it',
        objects: [
          notForIngress,
          cartService,
          object(['networking.istio.io/v1', 'VirtualService'], ['ingress', 'web'], {
            spec: {
              hosts: ['shop.example'],
              gateways: ['web'],
              http: [{ route: [{ destination: { host: 'cart.shop.svc.cluster.local' } }] }],
            },
          }),
        ],
      },
      {
        title: 'a gateway of the stack calls it, as the intent has it',
        objects: [
          notForIngress,
          release('ingress', {
            chart: 'oci://registry.istio.io/release/charts/gateway',
            name: 'web',
            namespace: 'ingress',
          }),
        ],
        intent: {
          kind: 'found',
          digest: 'sha256:0f1e',
          intent: {
            ...cartIntent,
            flows: cartIntent.flows.map(flow => ({
              ...flow,
              text: 'ingress/web → shop/cart:7070 grpc shop.Cart/Get',
              from: { kind: 'workload', service: 'web', namespace: 'ingress', serviceAccount: 'web' },
            })),
          },
        },
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const { config } = context
  const calls = ingressCalls(context)
  if (calls.facts.length === 0) return calls.findings
  const known = fronts(context)
  const lookUp = namespaceLookup(context)
  const placeOf = waypoints(context, lookUp, dataPlanes(context, lookUp))
  const byName = new Map(known.facts.map(front => [`${front.namespace}/${front.name}`, front]))
  const called = new Map(calls.facts.map(call => [call.service, call]))
  return [
    ...calls.findings,
    ...known.findings,
    ...[...called].flatMap(([name, call]) => {
      const front = byName.get(name) ?? unregistered(name)
      // `stripe.com` in a VirtualService may be a Service of a namespace `com`, where there is one.
      if (front.field === undefined && !call.certain && lookUp(front.namespace).kind === 'absent') return []
      const isMine = !config.exempt.includes(front.namespace) && !config.elsewhere.includes(front.namespace)
      return isMine && front.virtual ? judge({ front, call, lookUp, behind: placeOf(front) }) : []
    }),
  ]
}

/** A Service that neither the stack nor the intent has: what its namespace says is all that is known. */
function unregistered(service: string): Front {
  const [namespaceOfIt = '', name = ''] = service.split('/')
  return { namespace: namespaceOfIt, name, field: undefined, labels: {}, selector: undefined, virtual: true }
}

interface Called {
  readonly front: Front
  readonly call: IngressCall
  readonly lookUp: NamespaceLookup
  readonly behind: ReturnType<ReturnType<typeof waypoints>>
}

function judge({ front, call, lookUp, behind }: Called): readonly Finding[] {
  const { namespace: space, name, field } = front
  const place = field ?? call.by
  if (behind.kind === 'none') return []
  if (behind.kind === 'unknown')
    return behind.findings.length > 0 ? behind.findings : [about(front, place, `cannot be proven: ${behind.why}`)]
  const around = lookUp(space)
  if (front.labels[key] === undefined && around.kind === 'unknown') return around.findings
  const said = front.labels[key] ?? (around.kind === 'known' ? around.labels[key] : undefined)
  if (said !== undefined && yes.includes(said)) return []
  const by = call.by === undefined ? 'a gateway' : `the gateways of ${call.by.of.label}`
  return [
    about(
      front,
      place,
      `is behind the waypoint \`${behind.waypoint.name}\`, and ${by} go round it: neither \`Service ${space}/${name}\` nor its Namespace says \`${key}: "true"\``,
    ),
  ]
}

/** What every supported version takes for true: Go's boolean of newer ones, and any case of the word. */
const yes = ['true', 'True', 'TRUE']

function about({ namespace: space, name }: Front, place: Field | undefined, message: string): Finding {
  if (place !== undefined) return finding({ ...place, path: '' }, message)
  return { at: '', resource: `service ${space}/${name}`, path: '', message }
}
