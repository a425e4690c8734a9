import fc from 'fast-check'
import type { Json } from './json'
import { compact, dated } from './json'
import { customPolicy, maybe, peerAuthentication, requestAuthentication, rule, some } from './world'

/*
 * Worlds with two gateways, one of Istio's chart and one that istiod makes, Gateways and routes of both APIs, and policies that mean either. Hosts, paths
 * and methods are few, so that servers, routes, policies and requests meet.
 */

const hosts = ['cart.example', 'web.example', '*.example', '*'] as const
/** The workloads of `edge` that are gateways. */
export const gatewayNames = ['chart', 'made-istio'] as const

const host = fc.constantFrom(...hosts)
const text = (values: readonly string[]): fc.Arbitrary<Json> =>
  fc.oneof(
    fc.constantFrom(...values).map(exact => ({ exact })),
    fc.constantFrom(...values).map(prefix => ({ prefix })),
  )
const uri = fc.oneof(
  { weight: 4, arbitrary: text(['/a', '/a/', '/a/b', '/', '/admin', '/A']) },
  { weight: 1, arbitrary: fc.constantFrom('/a/[a-z]+', '/a(/.*)?', '/.*').map(regex => ({ regex })) },
)
const service = fc.constantFrom('cart', 'web', 'cart.shop', 'web.shop.svc.cluster.local', 'nobody.shop')

const server = fc
  .record({
    port: fc.constantFrom(
      { number: 80, name: 'http', protocol: 'HTTP' },
      { number: 443, name: 'https', protocol: 'HTTPS' },
      { number: 8080, name: 'grpc', protocol: 'GRPC' },
      { number: 9443, name: 'mesh', protocol: 'HTTPS' },
      { number: 9000, name: 'bytes', protocol: 'TCP' },
    ),
    hosts: some(fc.tuple(fc.constantFrom('', '', '*/', './', 'shop/'), host).map(([place, name]) => place + name)),
    redirects: fc.constantFrom(true, false, false),
    mode: fc.constantFrom('ISTIO_MUTUAL', 'MUTUAL'),
  })
  .map(({ port, hosts: names, redirects, mode }): Json => {
    const tls: Readonly<Record<number, Json | undefined>> = {
      80: redirects ? { httpsRedirect: true } : undefined,
      443: { mode: 'SIMPLE', credentialName: 'cert' },
      9443: { mode, credentialName: 'cert' },
    }
    return compact({ port, hosts: names, tls: tls[port.number] })
  })

const istioGateway = fc
  .record({ servers: some(server, 3), selector: fc.constantFrom({ app: 'chart' }, { app: 'chart' }, { app: 'other' }) })
  .map(({ servers, selector }): Json => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    spec: { selector, servers },
  }))

const headers = fc.constantFrom(undefined, undefined, undefined, { 'x-env': { exact: 'dev' } })
const httpMatch = fc
  .record({
    uri: maybe(uri),
    method: maybe(fc.constantFrom({ exact: 'GET' }, { exact: 'POST' })),
    headers,
    port: fc.constantFrom(undefined, undefined, undefined, 80),
    queryParams: fc.constantFrom(undefined, undefined, undefined, undefined, undefined, { x: { exact: '1' } }),
  })
  .map(compact)

const httpRoute = fc
  .record({
    match: fc.oneof({ weight: 4, arbitrary: some(httpMatch) }, { weight: 1, arbitrary: fc.constant(undefined) }),
    action: fc.oneof(
      { weight: 5, arbitrary: some(service).map(names => ({ route: shared(names) })) },
      { weight: 1, arbitrary: fc.constant({ redirect: { uri: '/elsewhere' } }) },
    ),
  })
  .map(({ match, action }) => compact({ match, ...action }))

function shared(names: readonly string[]): readonly Json[] {
  const weight = names.length > 1 ? 50 : undefined
  return names.map(name => compact({ destination: { host: name, port: { number: 80 } }, weight }))
}

const virtualService = fc
  .record({
    namespace: fc.constantFrom('edge', 'shop'),
    hosts: some(fc.constantFrom('cart.example', 'web.example', '*.example')),
    gateway: fc.constantFrom(0, 0, 1),
    http: some(httpRoute, 3),
  })
  .map(({ namespace, hosts: names, gateway, http }): Json => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { namespace },
    spec: { hosts: names, gateways: [`edge/istio-${gateway}`], http },
  }))

const gatewayApi = 'gateway.networking.k8s.io'

const listener = fc
  .record({
    port: fc.constantFrom(80, 443),
    hostname: maybe(fc.constantFrom('cart.example', '*.example')),
    from: fc.constantFrom('Same', 'All', undefined),
  })
  .map(({ port, hostname, from }): Json =>
    compact({
      port,
      hostname,
      protocol: port === 443 ? 'HTTPS' : 'HTTP',
      tls: port === 443 ? { mode: 'Terminate', certificateRefs: [{ name: 'cert' }] } : undefined,
      allowedRoutes: from && { namespaces: { from } },
    }),
  )

const made = fc.uniqueArray(listener, {
  minLength: 1,
  maxLength: 3,
  selector: ({ port, hostname }) => `${String(port)} ${String(hostname)}`,
})

function madeGateway(listeners: readonly Json[]): Json {
  return {
    apiVersion: `${gatewayApi}/v1`,
    kind: 'Gateway',
    metadata: { namespace: 'edge', name: 'made', ...aged(9) },
    spec: {
      gatewayClassName: 'istio',
      listeners: listeners.map((one, i) => ({ ...one, name: `l${i}` })),
    },
  }
}

const pathMatch = fc.oneof(
  fc.constantFrom('/a', '/a/b', '/').map(value => ({ type: 'PathPrefix', value })),
  fc.constantFrom('/a', '/a/b').map(value => ({ type: 'Exact', value })),
)
const routeRule = fc
  .record({
    matches: maybe(
      some(fc.record({ path: maybe(pathMatch), method: maybe(fc.constantFrom('GET', 'POST')) }).map(compact)),
    ),
    backends: some(fc.constantFrom('cart', 'web')),
    redirect: fc.constantFrom(true, false, false, false),
  })
  .map(({ matches, backends, redirect }) =>
    compact({
      matches,
      ...(redirect
        ? { filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https' } }] }
        : { backendRefs: backends.map(name => ({ name, namespace: 'shop', port: 80 })) }),
    }),
  )

const httpRouteObject = fc
  .record({
    namespace: fc.constantFrom('edge', 'edge', 'shop'),
    hostnames: maybe(some(fc.constantFrom('cart.example', 'web.example', '*.example'))),
    section: fc.constantFrom(undefined, undefined, 'l0'),
    rules: some(routeRule),
  })
  .map(({ namespace, hostnames, section, rules }): Json => ({
    apiVersion: `${gatewayApi}/v1`,
    kind: 'HTTPRoute',
    metadata: { namespace },
    spec: compact({
      parentRefs: [compact({ name: 'made', namespace: 'edge', sectionName: section })],
      hostnames,
      rules,
    }),
  }))

const grant: Json = {
  apiVersion: `${gatewayApi}/v1beta1`,
  kind: 'ReferenceGrant',
  metadata: { namespace: 'shop', name: 'from-edge' },
  spec: { from: [{ group: gatewayApi, kind: 'HTTPRoute', namespace: 'edge' }], to: [{ group: '', kind: 'Service' }] },
}

/** Policies of the gateways' namespace and of the root: by selector, by targetRef, or for all. */
const policy = fc
  .record({
    namespace: fc.constantFrom('edge', 'edge', 'istio-system'),
    attached: fc.constantFrom(
      {},
      { selector: { matchLabels: { app: 'chart' } } },
      { targetRefs: [{ group: gatewayApi, kind: 'Gateway', name: 'made' }] },
      { targetRefs: [{ group: gatewayApi, kind: 'Gateway', name: 'other' }] },
    ),
    action: fc.constantFrom('ALLOW', 'ALLOW', 'DENY'),
    rules: some(fc.oneof({ weight: 2, arbitrary: entry() }, rule), 2),
    dryRun: fc.constantFrom(undefined, undefined, undefined, 'true'),
  })
  .map(({ namespace, attached, action, rules, dryRun }): Json => ({
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: compact({ namespace, annotations: dryRun && { 'istio.io/dry-run': dryRun } }),
    spec: { ...attached, action, rules },
  }))

function entry(): fc.Arbitrary<Json> {
  return fc
    .record({
      hosts: some(fc.constantFrom('cart.example', 'cart.example:*', '*.example', 'WEB.example', '*')),
      methods: maybe(some(fc.constantFrom('GET', 'POST'))),
      paths: maybe(some(fc.constantFrom('/a', '/a/*', '/a/{*}', '*'))),
    })
    .map(operation => ({ to: [{ operation: compact(operation) }] }))
}

function fixedObjects(): readonly Json[] {
  const mesh = ['trustDomain: td.example', 'rootNamespace: istio-system', 'trustDomainAliases: [old.example]'].join(
    '\n',
  )
  const annotations = { 'inject.istio.io/templates': 'gateway' }
  const ports = [80, 443, 9000].map(port => ({ name: `p${port}`, port, targetPort: port }))
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'istio', namespace: 'istio-system' }, data: { mesh } },
    ...['edge', 'shop', 'istio-system'].map(name => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'chart', namespace: 'edge', labels: { app: 'chart' }, annotations },
      spec: { serviceAccountName: 'chart', containers: [{ name: 'istio-proxy', image: 'auto' }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'chart', namespace: 'edge' },
      spec: { selector: { app: 'chart' }, ports: [...ports, { name: 'moved', port: 8080, targetPort: 18080 }] },
    },
    ...['cart', 'web'].flatMap(backend),
  ]
}

function backend(name: string): readonly Json[] {
  return [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'shop', labels: { app: name } },
      spec: { serviceAccountName: name, containers: [{ name: 'app', ports: [{ containerPort: 8080 }] }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: 'shop' },
      spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    },
  ]
}

/** A world of gateways: its objects, dated in the order in which they were drawn. */
export const gatewayWorld: fc.Arbitrary<readonly Json[]> = fc
  .record({
    gateways: fc.array(istioGateway, { minLength: 1, maxLength: 2 }),
    listeners: made,
    virtualServices: fc.array(virtualService, { maxLength: 3 }),
    httpRoutes: fc.array(httpRouteObject, { maxLength: 3 }),
    granted: fc.boolean(),
    policies: fc.array(policy, { maxLength: 3 }),
    tokens: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(requestAuthentication, { maxLength: 1 })),
    others: fc.array(fc.oneof(peerAuthentication, customPolicy), { maxLength: 1 }),
  })
  .map(({ gateways, listeners, virtualServices, httpRoutes, granted, policies, tokens, others }) => [
    ...fixedObjects(),
    ...gateways.map((one, i) => ({ ...one, metadata: { namespace: 'edge', name: `istio-${i}`, ...aged(i) } })),
    madeGateway(listeners),
    ...(granted ? [grant] : []),
    ...dated([...virtualServices, ...httpRoutes, ...policies, ...tokens, ...others]),
  ])

function aged(i: number): Json {
  return { creationTimestamp: `2025-01-01T00:00:0${i}Z` }
}
