import fc from 'fast-check'
import type {
  Callees,
  External,
  Graph,
  GuardedRoute,
  Ingress,
  Outside,
  Port,
  Protocol,
  Routes,
  Service,
  TokenIssuer,
  TokenRequirement,
  Traffic,
} from '../../../core/graph/graph'

/*
 * Valid graphs of every feature: small, so that a counterexample can be read, and drawn so that services share
 * namespaces, routes overlap and cycles are ordinary.
 */

const namespaces = ['shop', 'pay', 'data'] as const
const names = ['cart', 'frontend', 'ledger', 'orders', 'redis', 'search'] as const

const portOf = (protocol: Protocol, name: string): fc.Arbitrary<readonly [string, Port]> =>
  fc
    .record({
      // 9102 is where metrics are.
      port: fc.integer({ min: 1024, max: 14000 }).filter(port => port !== 9102),
      servicePort: fc.option(fc.integer({ min: 1, max: 1000 }), { nil: undefined }),
    })
    .map(
      ({ port, servicePort }) =>
        [name, { protocol, port, ...(servicePort === undefined ? {} : { servicePort }) }] as const,
    )

const ports = fc
  .tuple(
    fc.subarray(['http', 'grpc', 'tcp', 'tls'] as const, { minLength: 1 }),
    fc.tuple(portOf('http', 'http'), portOf('grpc', 'grpc'), portOf('tcp', 'tcp'), portOf('tls', 'tls')),
  )
  .map(([protocols, all]) => all.filter(([, port]) => protocols.includes(port.protocol)))
  .filter(list => new Set(list.map(([, port]) => port.port)).size === list.length)
  .filter(list => new Set(list.map(([, port]) => port.servicePort ?? port.port)).size === list.length)
  .map(list => Object.fromEntries(list))

const httpRoutes = fc.uniqueArray(
  fc.constantFrom(
    'GET /',
    'GET /cart',
    'POST /cart',
    'GET /items/*',
    'GET /items/**',
    'DELETE /items/*',
    'GET /**',
    'PUT /a/*/b',
    'GET /a/*/b/**',
    'HEAD /',
    'GET /items/new',
  ),
  { minLength: 1, maxLength: 3 },
)
const grpcRoutes = fc.uniqueArray(fc.constantFrom('shop.Cart/Get', 'shop.Cart/Add', 'pay.Ledger/Book'), {
  minLength: 1,
  maxLength: 2,
})

function routesFor(protocol: Protocol): fc.Arbitrary<Routes> {
  if (protocol === 'http') return withTokens(httpRoutes)
  return protocol === 'grpc' ? withTokens(grpcRoutes) : fc.constant(protocol)
}

/** One that lists audiences, one that is read elsewhere, one that says nothing more. */
const issuers: Readonly<Record<string, TokenIssuer>> = {
  corp: {
    issuer: 'https://corp.example.com',
    jwksUri: 'https://corp.example.com/keys',
    audiences: ['shop', 'https://office/'],
  },
  partner: {
    issuer: 'partner@example.com',
    jwks: '{"keys":[{"kty":"EC"}]}',
    fromHeaders: [{ name: 'x-token', prefix: 'Token ' }, { name: 'X-Id' }],
    forward: true,
  },
  staff: { issuer: 'https://staff.example.com/', jwksUri: 'https://staff.example.com/keys' },
}

const demand: fc.Arbitrary<TokenRequirement> = fc
  .record({
    issuer: fc.constantFrom(...Object.keys(issuers)),
    audiences: fc.option(fc.subarray(['shop', 'https://office/'], { minLength: 1 }), { nil: undefined }),
    scopes: fc.option(fc.subarray(['read', 'write'], { minLength: 1 }), { nil: undefined, freq: 2 }),
    groups: fc.option(fc.subarray(['ops', 'dev', 'a b'], { minLength: 1 }), { nil: undefined, freq: 2 }),
    nested: fc.boolean(),
  })
  .map(({ issuer, audiences, scopes, groups, nested }) => ({
    issuer,
    ...(audiences && { audiences }),
    ...(scopes && { scopes }),
    ...(groups && { claims: { [nested ? '[realm][groups]' : 'groups']: groups } }),
  }))

/** Sometimes routes need a token; but where another route of the same method needs none, it might admit the same requests. */
function withTokens(routes: fc.Arbitrary<readonly string[]>): fc.Arbitrary<Routes> {
  const demands = fc.array(fc.option(demand, { nil: undefined, freq: 2 }), { minLength: 3, maxLength: 3 })
  const guarded = fc.tuple(routes, demands).map(([list, wanted]): Routes => {
    const methodOf = (route: string): string => route.replace(/ .*/, '')
    const open = new Set(list.filter((_, i) => !wanted[i]).map(methodOf))
    return list.map((route, i) => {
      const jwt = wanted[i]
      return jwt && !open.has(methodOf(route)) ? { route, jwt } : route
    })
  })
  return fc.oneof({ weight: 3, arbitrary: routes }, { weight: 1, arbitrary: guarded })
}

/** The graph with the issuers that it asks for, and no other. */
function withIssuers(bare: Graph): Graph {
  const used = Object.entries(issuers).filter(([name]) => JSON.stringify(bare).includes(`"issuer":"${name}"`))
  return used.length === 0 ? bare : { ...bare, jwt: Object.fromEntries(used) }
}

/** Calls to some ports of some callees. */
function calleesAmong(
  targets: Readonly<Record<string, { readonly ports: Readonly<Record<string, Port>> }>>,
  most: number,
): fc.Arbitrary<Callees> {
  return fc
    .subarray(Object.keys(targets), { maxLength: Math.min(most, Object.keys(targets).length) })
    .chain(chosen =>
      fc.record(
        Object.fromEntries(
          chosen.map(name => [
            name,
            fc
              .subarray(Object.entries(targets[name]?.ports ?? {}), { minLength: 1 })
              .chain(list =>
                fc.record(Object.fromEntries(list.map(([port, { protocol }]) => [port, routesFor(protocol)]))),
              ),
          ]),
        ),
      ),
    )
}

/** Of services without other ports than for requests: no mesh spreads bytes over versions. */
function carriesRequests(all: Readonly<Record<string, Port>>): boolean {
  return Object.values(all).every(({ protocol }) => protocol === 'http' || protocol === 'grpc')
}

const traffic: fc.Arbitrary<Traffic> = fc
  .record({
    weights: fc.constantFrom([80, 20], [100, 0], [50, 30, 20], []),
    labelled: fc.boolean(),
    timeout: fc.option(fc.constantFrom('500ms', '10s'), { nil: undefined }),
    outlierDetection: fc.option(fc.constantFrom({}, { consecutiveErrors: 3, maxEjected: 50 }), { nil: undefined }),
    // Waypoints have no word for it, and every graph with it has a problem there.
    retries: fc.oneof(
      { weight: 4, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.constantFrom({ attempts: 0 }, { attempts: 2, perTryTimeout: '300ms' }) },
    ),
  })
  .map(({ weights, labelled, timeout, outlierDetection, retries }) => {
    const versions = weights.map((weight, i) => [`v${i}`, { weight, ...(labelled && { labels: { track: `t${i}` } }) }])
    return {
      ...(versions.length > 0 && { versions: Object.fromEntries(versions) as NonNullable<Traffic['versions']> }),
      ...(timeout !== undefined && { timeout }),
      ...(outlierDetection && { outlierDetection }),
      ...(retries && { retries }),
    }
  })

const service = fc
  .record({
    namespace: fc.constantFrom(...namespaces),
    ports,
    extras: fc.subarray(['probe', 'metrics', 'labels', 'headless'] as const),
    traffic,
  })
  .map(({ namespace, ports: p, extras, traffic: wished }): Service => ({
    namespace,
    ports: extras.includes('headless') ? withoutServicePorts(p) : p,
    ...(extras.includes('probe') && 'http' in p ? { probes: { readiness: 'GET /_healthz' } } : {}),
    ...(extras.includes('metrics') ? { metrics: { port: 9102, path: '/metrics' } } : {}),
    ...(extras.includes('headless') ? { headless: true } : {}),
    ...(!extras.includes('headless') && carriesRequests(p) ? { traffic: wished } : {}),
  }))

/** A headless Service leads straight to its Pods, whatever port it names. */
function withoutServicePorts(named: Readonly<Record<string, Port>>): Readonly<Record<string, Port>> {
  return Object.fromEntries(Object.entries(named).map(([name, { protocol, port }]) => [name, { protocol, port }]))
}

const external: External = { hosts: ['api.example.com'], ports: { https: { protocol: 'tls', port: 443 } } }

const outside = (services: Readonly<Record<string, Service>>): fc.Arbitrary<Readonly<Record<string, Outside>>> =>
  fc
    .record({
      kind: fc.constantFrom('cidr' as const, 'nodes' as const, 'namespace' as const),
      cidrs: fc.constantFrom(['10.0.0.0/8'], ['10.0.0.0/8', '192.168.7.0/24']),
      routes: calleesAmong(services, 1),
    })
    .map(({ kind, cidrs, routes }): Readonly<Record<string, Outside>> => {
      if (Object.keys(routes).length === 0) return {}
      if (kind === 'namespace') return { legacy: { kind, namespace: 'legacy', routes } }
      return { legacy: { kind, cidrs, routes } }
    })

const ingress = (services: Readonly<Record<string, Service>>): fc.Arbitrary<Readonly<Record<string, Ingress>>> =>
  calleesAmong(services, 2)
    .map(eachOnce)
    .map((routes): Readonly<Record<string, Ingress>> =>
      Object.keys(routes).length === 0
        ? {}
        : { web: { gateway: 'istio-ingress', hosts: ['shop.example.com'], routes } },
    )

/** A gateway sends a route one way only: it stays where it comes first. */
export function eachOnce(callees: Callees): Callees {
  const taken = new Set<string>()
  const first = (route: string | GuardedRoute): boolean => {
    const text = typeof route === 'string' ? route : route.route
    const request = text.includes(' ') ? text : `POST /${text}`
    if (taken.has(request)) return false
    taken.add(request)
    return true
  }
  const kept = Object.entries(callees).map(([callee, ports]) => {
    const routes = Object.entries(ports).map(
      ([port, list]) => [port, typeof list === 'string' ? list : list.filter(first)] as const,
    )
    return [callee, Object.fromEntries(routes.filter(([, list]) => list.length > 0))] as const
  })
  return Object.fromEntries(kept.filter(([, ports]) => Object.keys(ports).length > 0))
}

/** A valid graph. */
export const graph: fc.Arbitrary<Graph> = fc
  .subarray([...names], { minLength: 1 })
  .chain(chosen => fc.record(Object.fromEntries(chosen.map(name => [name, service]))))
  .chain((services: Readonly<Record<string, Service>>) =>
    fc.record({
      services: fc.constant(services),
      external: fc.constant({ api: external }),
      ingress: ingress(services),
      outside: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, outside(services)),
      scraper: fc.constant({ namespace: 'monitoring', serviceAccount: 'prometheus' }),
      calls: callsAmong(services),
    }),
  )
  .map(withIssuers)

function callsAmong(services: Readonly<Record<string, Service>>): fc.Arbitrary<Graph['calls']> {
  const callers = Object.keys(services)
  return fc.record(
    Object.fromEntries(
      callers.map(caller => {
        const others = Object.fromEntries(Object.entries(services).filter(([name]) => name !== caller))
        return [caller, calleesAmong({ ...others, api: external }, 3)]
      }),
    ),
  )
}
