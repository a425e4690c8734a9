import fc from 'fast-check'
import type { Json } from './json'
import { compact } from './json'
import { linkerdRoute } from './linkerd-routes'
import { maybe, some } from './world'

/*
 * Worlds behind Linkerd proxies: Servers and routes of both kinds, all that admits to them, defaults, lists of ports and probes. Some objects have no timestamp, and some
 * of the installation's settings are not known.
 */

const namespaces = ['shop', 'pay'] as const
const policyVersion = 'policy.linkerd.io/v1beta3'
const network = fc.constantFrom(
  { cidr: '10.0.0.0/8' },
  { cidr: '10.1.2.3' },
  { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] },
  { cidr: '2001:db8::/32' },
  { cidr: '0.0.0.0/0' },
  { cidr: '::ffff:10.1.2.3/16' },
)
const identity = fc.constantFrom(
  '*',
  '*.shop.serviceaccount.identity.linkerd.td.example',
  '*.serviceaccount.identity.linkerd.td.example',
  '*.identity.linkerd.foreign.example',
  '*.td.example',
  '*.example',
  '*.cart.shop.serviceaccount.identity.linkerd.td.example',
  'cart.shop.serviceaccount.identity.linkerd.td.example',
  'web.pay.serviceaccount.identity.linkerd.foreign.example',
  'cart.shop.serviceaccount.identity.elsewhere.td.example',
  'spiffe://td.example/ns/shop/sa/cart',
  'cart*',
)
const policy = fc.constantFrom(
  'all-unauthenticated',
  'all-authenticated',
  'cluster-unauthenticated',
  'cluster-authenticated',
  'deny',
  'audit',
)

const server = fc
  .record({
    name: fc.constantFrom('one', 'two'),
    podSelector: fc.constantFrom({}, { matchLabels: { app: 'cart' } }, { matchLabels: { app: 'web' } }),
    port: fc.constantFrom(8080, 8080, 'http', 9000, 7070, 4191),
    proxyProtocol: fc.constantFrom(undefined, 'unknown', 'HTTP/1', 'HTTP/1', 'HTTP/2', 'gRPC', 'opaque', 'TLS'),
    accessPolicy: fc.constantFrom(undefined, undefined, 'deny', 'all-authenticated', 'cluster-unauthenticated'),
  })
  .map(({ name, ...spec }) => object(policyVersion, 'Server', { name, spec: compact(spec) }))

const authenticationRef = fc.constantFrom(
  { kind: 'MeshTLSAuthentication', name: 'mesh' },
  { kind: 'MeshTLSAuthentication', name: 'mesh', namespace: 'pay' },
  { kind: 'NetworkAuthentication', name: 'net' },
  { kind: 'MeshTLSAuthentication', name: 'missing' },
  { kind: 'ServiceAccount', group: '', name: 'cart' },
)
const authorizationPolicy = fc
  .record({
    targetRef: fc.constantFrom(
      { kind: 'Server', name: 'one' },
      { kind: 'Server', name: 'two' },
      { kind: 'Namespace', group: '', name: 'shop' },
      { kind: 'HTTPRoute', name: 'a' },
      { kind: 'HTTPRoute', name: 'b' },
      { kind: 'HTTPRoute', name: 'c', group: 'gateway.networking.k8s.io' },
      { kind: 'GRPCRoute', name: 'a', group: 'gateway.networking.k8s.io' },
    ),
    requiredAuthenticationRefs: fc.array(
      authenticationRef.map(ref => ({ group: 'policy.linkerd.io', ...ref })),
      { maxLength: 2 },
    ),
  })
  .map(({ targetRef, requiredAuthenticationRefs }) =>
    object('policy.linkerd.io/v1alpha1', 'AuthorizationPolicy', {
      name: `for-${targetRef.kind.toLowerCase()}-${targetRef.name}`,
      spec: { targetRef: { group: 'policy.linkerd.io', ...targetRef }, requiredAuthenticationRefs },
    }),
  )

const serverAuthorization = fc
  .record({
    server: fc.constantFrom({ name: 'one' }, { name: 'two' }, { selector: { matchLabels: { kind: 'x' } } }),
    client: fc.oneof(
      fc.constantFrom<Json[]>(
        { unauthenticated: true },
        { meshTLS: { unauthenticatedTLS: true } },
        { meshTLS: { serviceAccounts: [{ name: 'cart' }] } },
      ),
      some(identity).map((identities): Json => ({ meshTLS: { identities } })),
    ),
    networks: maybe(some(network)),
  })
  .map(({ server: choice, client, networks }) =>
    object('policy.linkerd.io/v1beta1', 'ServerAuthorization', {
      name: 'older',
      spec: { server: choice, client: compact({ ...client, networks }) },
    }),
  )

const identityRef = fc.constantFrom(
  { kind: 'ServiceAccount', name: 'web' },
  { kind: 'ServiceAccount', name: 'cart', namespace: 'shop' },
  { kind: 'Namespace', name: 'pay' },
)
const meshTls = fc.oneof(
  some(identity).map((identities): Json => ({ identities })),
  some(identityRef).map((identityRefs): Json => ({ identityRefs })),
)

/** What references lead to, in the namespace of whoever refers and in the other. */
const authentications = fc.tuple(meshTls, meshTls, some(network)).map(([shop, pay, networks]) => [
  object('policy.linkerd.io/v1alpha1', 'MeshTLSAuthentication', { name: 'mesh', spec: shop }),
  {
    ...object('policy.linkerd.io/v1alpha1', 'MeshTLSAuthentication', { name: 'mesh', spec: pay }),
    metadata: { name: 'mesh', namespace: 'pay' },
  },
  object('policy.linkerd.io/v1alpha1', 'NetworkAuthentication', { name: 'net', spec: { networks } }),
])

function object(
  apiVersion: string,
  kind: string,
  { name, spec }: { readonly name: string; readonly spec: Json },
): Json {
  const labels = kind === 'Server' && name === 'one' ? { labels: { kind: 'x' } } : {}
  return { apiVersion, kind, metadata: { name, namespace: 'shop', ...labels }, spec }
}

const settings = fc.record({
  known: fc.constantFrom(true, true, true, false),
  probeNetworks: fc.constantFrom(['0.0.0.0/0', '::/0'], ['10.1.0.0/16'], []),
  defaultPolicy: policy,
  podPolicy: maybe(policy),
  requireIdentity: fc.constantFrom(undefined, undefined, '8080', '7000-7100'),
  opaque: fc.constantFrom(undefined, undefined, '9000', '8080,9000'),
  skip: fc.constantFrom(undefined, undefined, '9000', 'nonsense,'),
  proxy: fc.boolean(),
})
type Settings = typeof settings extends fc.Arbitrary<infer T> ? T : never

function fixedObjects(world: Settings): readonly Json[] {
  const values = {
    clusterDomain: 'td.example',
    clusterNetworks: '10.0.0.0/8,fd00::/8',
    proxy: { defaultInboundPolicy: world.defaultPolicy, opaquePorts: '3306' },
    policyController: { probeNetworks: world.probeNetworks },
    ...(world.known ? { proxyInit: { ignoreInboundPorts: '4567,4568' } } : {}),
  }
  const config = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'linkerd-config', namespace: 'linkerd' },
    data: { values: JSON.stringify(values) },
  }
  return [
    config,
    ...namespaces.map(name => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, annotations: { 'linkerd.io/inject': 'enabled' } },
    })),
    pod('cart', world),
    pod('web', { ...world, podPolicy: undefined, opaque: undefined }),
  ]
}

function pod(name: string, world: Settings): Json {
  const annotations = Object.entries({
    'default-inbound-policy': world.podPolicy,
    'proxy-require-identity-inbound-ports': world.requireIdentity,
    'opaque-ports': world.opaque,
    'skip-inbound-ports': world.skip,
  }).flatMap(([key, value]) => (value === undefined ? [] : [[`config.linkerd.io/${key}`, value] as const]))
  const app = {
    name: 'app',
    image: 'app',
    ports: [
      { containerPort: 8080, name: 'http' },
      { containerPort: 9000, name: 'bytes' },
    ],
    livenessProbe: { httpGet: { path: '/a', port: 'http' } },
  }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', labels: { app: name }, annotations: Object.fromEntries(annotations) },
    spec: {
      serviceAccountName: name,
      containers: world.proxy ? [app, { name: 'linkerd-proxy', image: 'proxy' }] : [app],
    },
  }
}

/** Most have a timestamp, and some of these the same. */
const timestamp = fc.constantFrom(undefined, 1, 1, 2, 3)
const dated = (objects: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
  fc.tuple(objects, timestamp).map(([drawn, second]) => ({
    ...drawn,
    metadata: compact({
      ...(drawn.metadata as Json),
      creationTimestamp: second === undefined ? undefined : `2026-01-01T00:00:0${second}Z`,
    }),
  }))

/** Objects have names of their own, as an API server sees to it. */
const byName = { selector: ({ kind, metadata }: Json) => `${String(kind)} ${String((metadata as Json).name)}` }
const several = (objects: fc.Arbitrary<Json>, maxLength: number): fc.Arbitrary<readonly Json[]> =>
  fc.uniqueArray(dated(objects), { maxLength, ...byName })

/** The objects of a world in which `shop` runs two workloads behind Linkerd's proxies. */
export const linkerdWorld: fc.Arbitrary<readonly Json[]> = fc
  .tuple(
    settings.map(fixedObjects),
    several(server, 2),
    several(linkerdRoute, 3),
    several(authorizationPolicy, 4),
    several(serverAuthorization, 1),
    authentications,
  )
  .map(parts => parts.flat())
