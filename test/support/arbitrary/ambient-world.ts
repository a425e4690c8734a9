import fc from 'fast-check'
import type { Json } from './json'
import { compact, dated } from './json'
import { authorizationPolicy, maybe, peerAuthentication, requestAuthentication, some } from './world'
import { ports, workloads } from './world-objects'

/*
 * Worlds in which `shop` is ambient and `pay` is too or has sidecars, with a waypoint that may stand before the namespace's Services, one
 * Service, or its Pods, and a gateway that calls from `elsewhere`.
 */

const useWaypoint = fc.constantFrom('waypoint', 'waypoint', 'missing', 'none', undefined)

const settings = fc.record({
  pay: fc.constantFrom('ambient', 'sidecar'),
  namespaceWaypoint: useWaypoint,
  serviceWaypoint: useWaypoint,
  waypointFor: fc.constantFrom(undefined, undefined, 'service', 'all', 'workload', 'none'),
  ingress: fc.constantFrom('true', 'false', undefined),
  headless: fc.boolean(),
  optOut: fc.constantFrom(undefined, undefined, undefined, 'none'),
})
type Settings = typeof settings extends fc.Arbitrary<infer T> ? T : never

const targetRef = fc.constantFrom(
  { kind: 'Service', group: '', name: 'cart' },
  { kind: 'Service', group: '', name: 'web' },
  { kind: 'Gateway', group: 'gateway.networking.k8s.io', name: 'waypoint' },
  { kind: 'GatewayClass', group: 'gateway.networking.k8s.io', name: 'istio-waypoint' },
)

/** The same policy, for what stands behind a waypoint. */
const targeted = (policy: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
  fc
    .record({ policy, targetRefs: some(targetRef), namespace: fc.constantFrom('shop', 'shop', 'istio-system') })
    .map(({ policy: drawn, targetRefs, namespace }) => ({
      ...drawn,
      metadata: { ...(drawn.metadata as Json), namespace },
      spec: { ...without(drawn.spec as Json, 'selector'), targetRefs },
    }))

function without(record: Json, key: string): Json {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key))
}

const mesh = ['trustDomain: td.example', 'rootNamespace: istio-system', 'trustDomainAliases: [old.example]'].join('\n')

function fixedObjects(world: Settings): readonly Json[] {
  const shop = { 'istio.io/dataplane-mode': 'ambient', ...labelled('istio.io/use-waypoint', world.namespaceWaypoint) }
  const pay = world.pay === 'ambient' ? { 'istio.io/dataplane-mode': 'ambient' } : { 'istio-injection': 'enabled' }
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'istio', namespace: 'istio-system' }, data: { mesh } },
    namespace('istio-system', {}),
    namespace('shop', shop),
    namespace('pay', pay),
    namespace('elsewhere', {}),
    waypoint(world),
    pod('elsewhere', 'admin', { annotations: { 'inject.istio.io/templates': 'gateway' } }),
    ...workloads.flatMap(name => [
      pod('shop', name, { labels: name === 'web' ? labelled('istio.io/dataplane-mode', world.optOut) : {} }),
      service('shop', name, world),
      pod('pay', name, {}),
      service('pay', name, {}),
    ]),
  ]
}

function labelled(key: string, value: string | undefined): Json {
  return value === undefined ? {} : { [key]: value }
}

function namespace(name: string, labels: Json): Json {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }
}

function waypoint({ waypointFor }: Settings): Json {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'waypoint', namespace: 'shop', labels: labelled('istio.io/waypoint-for', waypointFor) },
    spec: {
      gatewayClassName: 'istio-waypoint',
      listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE' }],
    },
  }
}

function pod(place: string, name: string, more: { readonly labels?: Json; readonly annotations?: Json }): Json {
  const labels = { app: name, ...(name === 'cart' ? { tier: 'back' } : {}), ...more.labels }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: compact({ name, namespace: place, labels, annotations: more.annotations }),
    spec: {
      serviceAccountName: name,
      containers: [{ name: 'app', image: 'app', ports: ports.map(containerPort => ({ containerPort })) }],
    },
  }
}

function service(place: string, name: string, world: Partial<Settings>): Json {
  const labels = {
    ...(name === 'cart' ? labelled('istio.io/use-waypoint', world.serviceWaypoint) : {}),
    ...labelled('istio.io/ingress-use-waypoint', world.ingress),
  }
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: place, labels },
    spec: {
      ...(world.headless === true && name === 'web' ? { clusterIP: 'None' } : {}),
      selector: { app: name },
      // 6000 is behind no Service.
      ports: [
        { name: 'http', port: 80, targetPort: 8080 },
        { name: 'tcp-db', port: 9000 },
        { name: 'sniffed', port: 7070 },
      ],
    },
  }
}

/** An ambient world: its objects, policies named and dated in the order in which they were drawn. */
export const ambientWorld: fc.Arbitrary<readonly Json[]> = fc
  .record({
    settings,
    policies: fc.array(authorizationPolicy, { maxLength: 4 }),
    atWaypoints: fc.array(targeted(authorizationPolicy), { maxLength: 3 }),
    peers: fc.array(peerAuthentication, { maxLength: 3 }),
    tokens: fc.array(fc.oneof(requestAuthentication, targeted(requestAuthentication)), { maxLength: 2 }),
    guard: maybe(fc.constantFrom('cart', 'web')),
  })
  .map(({ settings: drawn, policies, atWaypoints, peers, tokens, guard }) => [
    ...fixedObjects(drawn),
    ...dated([...policies, ...atWaypoints, ...peers, ...tokens, ...(guard === undefined ? [] : [guardOf(guard)])]),
  ])

/** Only the waypoint may call, as it should be where one stands before a workload. */
function guardOf(app: string): Json {
  return {
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: { namespace: 'shop' },
    spec: {
      selector: { matchLabels: { app } },
      rules: [{ from: [{ source: { principals: ['td.example/ns/shop/sa/waypoint'] } }] }],
    },
  }
}
