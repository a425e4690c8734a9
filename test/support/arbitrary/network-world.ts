import fc from 'fast-check'
import type { Json } from './json'
import { compact } from './json'
import { maybe, some } from './world'

/*
 * Worlds whose Pods are on any plane, or on none, with NetworkPolicies of every shape below them: selectors of labels and expressions, blocks, names and ranges of ports.
 */

const spaces = ['shop', 'pay'] as const
const apps = ['cart', 'web', 'db'] as const
const label = fc.constantFrom('app', 'tier', 'track')
const value = fc.constantFrom('cart', 'web', 'back', 'canary')

const expression = fc.oneof(
  fc.record({ key: label, operator: fc.constantFrom('In', 'NotIn'), values: some(value) }),
  fc.record({ key: label, operator: fc.constantFrom('Exists', 'DoesNotExist') }),
)
const selector = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Json>({}) },
  { weight: 4, arbitrary: fc.constantFrom<Json>(...apps.map(app => ({ matchLabels: { app } }))) },
  { weight: 1, arbitrary: fc.constant<Json>({ matchLabels: { app: 'unheard-of' } }) },
  { weight: 2, arbitrary: some(expression).map((matchExpressions): Json => ({ matchExpressions })) },
)
const spaceSelector = fc.constantFrom<Json>(
  {},
  { matchLabels: { 'kubernetes.io/metadata.name': 'pay' } },
  { matchLabels: { 'kubernetes.io/metadata.name': 'strange' } },
  { matchLabels: { team: 'red' } },
  { matchLabels: { team: 'green' } },
  { matchExpressions: [{ key: 'team', operator: 'NotIn', values: ['red'] }] },
  { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['shop'] }] },
)
const block = fc.constantFrom<Json>(
  { cidr: '0.0.0.0/0' },
  { cidr: '10.0.0.0/8' },
  { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] },
  { cidr: '2001:db8::/32' },
  { cidr: '169.254.7.127/32' },
)
const peer = fc.oneof(
  { weight: 3, arbitrary: selector.map((podSelector): Json => ({ podSelector })) },
  { weight: 2, arbitrary: spaceSelector.map((namespaceSelector): Json => ({ namespaceSelector })) },
  {
    weight: 3,
    arbitrary: fc.record({ podSelector: selector, namespaceSelector: spaceSelector }).map((drawn): Json => drawn),
  },
  { weight: 2, arbitrary: block.map((ipBlock): Json => ({ ipBlock })) },
)
const port = fc.constantFrom<Json>(
  { port: 8080 },
  { port: 'web' },
  { port: 'late' },
  { port: 8000, endPort: 8090 },
  { port: 15008 },
  { port: 15008 },
  { port: 4143 },
  { protocol: 'UDP', port: 8080 },
  {},
)
const rule = (side: 'from' | 'to'): fc.Arbitrary<Json> =>
  fc
    .record({ peers: maybe(fc.array(peer, { maxLength: 3 })), ports: maybe(fc.array(port, { maxLength: 3 })) })
    .map(({ peers, ports }) => compact({ [side]: peers, ports }))
const policy = fc
  .record({
    namespace: fc.constantFrom(...spaces),
    podSelector: selector,
    policyTypes: fc.constantFrom(undefined, ['Ingress'], ['Ingress'], ['Egress'], ['Ingress', 'Egress']),
    ingress: maybe(fc.array(rule('from'), { maxLength: 2 })),
    egress: maybe(fc.array(rule('to'), { maxLength: 2 })),
  })
  .map(({ namespace, ...spec }) => ({ namespace, spec: compact(spec) }))

const plane = fc.constantFrom('none', 'sidecar', 'ambient', 'ambient', 'linkerd')
const settings = fc.record({
  shop: plane,
  pay: plane,
  hbone: fc.constantFrom(undefined, 'true', 'false'),
  waypoint: fc.constantFrom(undefined, 'waypoint'),
  hostNetwork: fc.constantFrom(false, false, false, true),
  ips: fc.boolean(),
  strict: fc.boolean(),
  farRead: fc.boolean(),
})
type Settings = typeof settings extends fc.Arbitrary<infer T> ? T : never

function fixedObjects(world: Settings): readonly Json[] {
  const proxyMetadata = world.hbone === undefined ? {} : { ISTIO_META_ENABLE_HBONE: world.hbone }
  const mesh = { trustDomain: 'td.example', rootNamespace: 'istio-system', trustDomainAliases: [], caCertificates: [] }
  const values = {
    identityTrustDomain: 'td.example',
    clusterNetworks: '0.0.0.0/0,::/0',
    proxy: { defaultInboundPolicy: 'all-unauthenticated', opaquePorts: '' },
    policyController: { probeNetworks: ['0.0.0.0/0', '::/0'] },
    proxyInit: { ignoreInboundPorts: '9000', ignoreOutboundPorts: '' },
  }
  return [
    config('istio-system', 'istio', { mesh: JSON.stringify({ ...mesh, defaultConfig: { proxyMetadata } }) }),
    config('linkerd', 'linkerd-config', { values: JSON.stringify(values) }),
    ...spaces.map(name => namespace(name, world)),
    ...(world.farRead
      ? [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'far', labels: { team: 'green' } } }]
      : []),
    pod('far/web', { ...world, place: 9 }),
    ...spaces.flatMap(place =>
      apps.map((app, i) => pod(`${place}/${app}`, { ...world, place: i + (place === 'pay' ? 4 : 1) })),
    ),
    ...apps.map(app => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace: 'shop', name: app },
      spec: { selector: { app }, ports: [{ name: 'tcp', port: 80, targetPort: 8080 }] },
    })),
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { name: 'waypoint', namespace: 'shop', labels: { 'istio.io/waypoint-for': 'all' } },
      spec: { gatewayClassName: 'istio-waypoint', listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE' }] },
    },
    ...(world.strict ? [strict] : []),
  ]
}

const strict: Json = {
  apiVersion: 'security.istio.io/v1',
  kind: 'PeerAuthentication',
  metadata: { namespace: 'shop', name: 'default' },
  spec: { mtls: { mode: 'STRICT' } },
}

function config(namespaceName: string, name: string, data: Json): Json {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: namespaceName, name }, data }
}

function namespace(name: (typeof spaces)[number], world: Settings): Json {
  const labels: Readonly<Record<string, Json>> = {
    none: {},
    linkerd: {},
    sidecar: { 'istio-injection': 'enabled' },
    ambient: compact({
      'istio.io/dataplane-mode': 'ambient',
      'istio.io/use-waypoint': name === 'shop' ? world.waypoint : undefined,
    }),
  }
  const annotations = { 'linkerd.io/inject': world[name] === 'linkerd' ? 'enabled' : 'disabled' }
  const team = name === 'shop' ? 'red' : 'blue'
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, annotations, labels: { ...labels[world[name]], team } },
  }
}

function pod(id: string, { ips, hostNetwork, place }: Settings & { readonly place: number }): Json {
  const [space, name] = id.split('/')
  const ports = [
    { containerPort: 8080, name: 'web' },
    { containerPort: 9000, name: 'bytes' },
  ]
  const initContainers = [{ name: 'early', image: 'app', ports: [{ containerPort: 8080, name: 'late' }] }]
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace: space,
      name,
      labels: { app: name, ...(name === 'db' ? { tier: 'back' } : {}), ...(place === 2 ? { track: 'canary' } : {}) },
    },
    spec: {
      serviceAccountName: name === 'db' ? 'web' : name,
      hostNetwork: hostNetwork && name === 'db',
      initContainers,
      containers: [{ name: 'app', image: 'app', ports }],
    },
    ...(ips && place < 5 ? { status: { podIP: `10.${place % 2}.0.${place}` } } : {}),
  }
}

/** A world with Pods on some plane in each of its two namespaces, and a few NetworkPolicies. */
export const networkWorld: fc.Arbitrary<readonly Json[]> = fc
  .record({ settings, policies: fc.array(policy, { minLength: 1, maxLength: 5 }) })
  .map(({ settings: drawn, policies }) => [
    ...fixedObjects(drawn),
    ...policies.map(({ namespace: space, spec }, i) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { namespace: space, name: `policy-${i}` },
      spec,
    })),
  ])

const workload = fc.constantFrom(...apps, undefined, 'unread')
const from = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      trustDomain: fc.constant('td.example'),
      namespace: fc.constantFrom(...spaces, 'far', 'strange'),
      serviceAccount: fc.constantFrom('cart', 'web', 'unseen'),
      workload,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      plaintext: fc.constant(true),
      namespace: fc.constantFrom(...spaces, 'far', 'strange'),
      workload,
    }),
  },
  { weight: 2, arbitrary: fc.constant({ plaintext: true }) },
)

/** A connection, or a request, to a Pod of such a world. */
export const networkRequest: fc.Arbitrary<Json> = fc
  .record({
    from,
    ip: fc.constantFrom(undefined, '10.0.0.2', '10.1.2.3', '192.168.1.9', '2001:db8::7'),
    to: fc.record({
      namespace: fc.constantFrom(...spaces),
      workload: fc.constantFrom(...apps),
      port: fc.constantFrom(8080, 8080, 8050, 9000, 5555),
    }),
    via: fc.boolean(),
  })
  .map(({ from: caller, ip, to, via }) => {
    const named = via && to.namespace === 'shop' && to.port === 8080
    return {
      id: 'r',
      from: compact({ ...caller, ip }),
      to: named ? { ...to, viaService: to.workload, servicePort: 80 } : to,
    }
  })
