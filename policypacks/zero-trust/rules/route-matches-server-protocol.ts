import { didYouMean } from '../../../core/model/problem'
import { callsOn, cartServer, getting, routeOn, serverOf, webServer } from '../example-linkerd'
import { object } from '../example-objects'
import { isSpared, nameOf, routes, servers } from '../facts/linkerd/objects'
import { readRoute, type ParentFact, type RouteFact } from '../facts/linkerd/routes'
import { protocolOf } from '../facts/linkerd/servers'
import { namespaceOf } from '../facts/policies'
import { finding, gather } from '../field'
import { rule, type Context, type Finding } from '../rule'

const calls = [{ matches: [{ method: { service: 'shop.Cart', method: 'Get' } }] }]
const elsewhere = object(['gateway.networking.k8s.io/v1', 'HTTPRoute'], ['shop', 'web'], {
  spec: {
    parentRefs: [{ group: 'policy.linkerd.io', kind: 'Server', name: 'web.port', port: 8080 }],
    rules: [getting('/')],
  },
})

/**
 * Every route on a Server is one that the proxy follows there: HTTPRoutes where it reads HTTP or finds out by itself, GRPCRoutes where it reads gRPC. Any
 * other is passed over with all its policies, and a GRPCRoute keeps all HTTPRoutes of its Server from being accepted; a parent with a port, a section or another
 * namespace voids the whole route (linkerd2-proxy `linkerd/proxy/server-policy/src/lib.rs`; linkerd2 `policy-controller/k8s/status/src/index.rs`
 * parent_has_conflicting_routes, `policy-controller/k8s/index/src/inbound/routes.rs`; recorded).
 */
export const routeMatchesServerProtocol = rule({
  id: 'route-matches-server-protocol',
  severity: 'high',
  scope: 'stack',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/CM-6',
    'nist-800-204/SAUZ-SR-1',
    'nist-800-207/tenet-4',
    'soc-2/CC6.1',
    'iso-27001/A.8.9',
  ],
  why: 'a route that its Server does not follow narrows nothing and admits nobody, and neither the API server nor Linkerd refuses it',
  fix: 'put HTTPRoutes on Servers with `proxyProtocol` `HTTP/1`, `HTTP/2` or `unknown` and GRPCRoutes on those with `gRPC`, never both on one; name the Server beside the route, without `port` and `sectionName`',
  limits: 'matches and filters that the policy controller does not know, which void a route too, are not looked at',
  config: ['exempt', 'elsewhere'],
  examples: {
    pass: [
      { title: 'an HTTPRoute on HTTP', objects: [webServer, routeOn('web.port', 'web', [getting('/')])] },
      {
        title: 'an HTTPRoute where the proxy finds out by itself',
        objects: [serverOf('web', 8080, { proxyProtocol: 'unknown' }), routeOn('web.port', 'web', [getting('/')])],
      },
      { title: 'a GRPCRoute on gRPC', objects: [cartServer, callsOn('cart.port', 'cart', calls)] },
      {
        title: 'a route of callers, which hangs on no Server',
        objects: [
          object(['gateway.networking.k8s.io/v1', 'HTTPRoute'], ['shop', 'web'], {
            spec: { parentRefs: [{ kind: 'Service', group: 'core', name: 'web', port: 80 }] },
          }),
        ],
      },
    ],
    fail: [
      { title: 'an HTTPRoute on gRPC', objects: [cartServer, routeOn('cart.port', 'cart', [getting('/')])] },
      {
        title: 'an HTTPRoute on bytes',
        objects: [serverOf('web', 8080, { proxyProtocol: 'opaque' }), routeOn('web.port', 'web', [getting('/')])],
      },
      {
        title: 'a GRPCRoute on HTTP, which takes the HTTPRoutes with it',
        objects: [webServer, routeOn('web.port', 'web', [getting('/')]), callsOn('web.port', 'calls', calls)],
      },
      { title: 'a Server that is not there', objects: [webServer, routeOn('web.prot', 'web', [getting('/')])] },
      { title: 'a parent with a port', objects: [webServer, elsewhere] },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const read = gather(routes(context), readRoute)
  const hung = read.facts.flatMap(route => route ?? [])
  if (hung.length === 0) return read.findings
  const known = gather(servers(context), field => ({
    key: `${namespaceOf(field)}/${nameOf(field)}`,
    protocol: protocolOf(field),
  }))
  const protocols = new Map(known.facts.map(({ key, protocol }) => [key, protocol]))
  return [
    ...read.findings,
    ...known.findings,
    ...hung.flatMap(route => route.parents.flatMap(parent => judge(route, parent, { context, protocols }))),
  ]
}

interface Known {
  readonly context: Context
  readonly protocols: ReadonlyMap<string, string>
}

function judge(route: RouteFact, parent: ParentFact, { context, protocols }: Known): readonly Finding[] {
  const voided = parent.flaws.map(flaw => finding(flaw, 'voids the whole route: a Server is named by its name alone'))
  if (voided.length > 0) return voided
  const key = `${parent.namespace}/${parent.name}`
  const protocol = protocols.get(key)
  if (protocol === undefined) return isSpared(context, parent.namespace) ? [] : [missing(parent, key, protocols)]
  const followed = protocol === 'gRPC' ? 'GRPCRoute' : isRead(protocol) ? 'HTTPRoute' : undefined
  return followed === route.kind
    ? []
    : [finding(parent.field, `is a Server with \`proxyProtocol\` ${protocol}, ${effect(route)}`)]
}

function isRead(protocol: string): boolean {
  return protocol === 'unknown' || protocol.startsWith('HTTP/')
}

function effect({ kind }: RouteFact): string {
  return kind === 'HTTPRoute'
    ? 'which follows no HTTPRoutes'
    : 'which follows no GRPCRoutes, and no HTTPRoutes beside one'
}

function missing({ field, namespace }: ParentFact, key: string, protocols: ReadonlyMap<string, string>): Finding {
  const near = [...protocols.keys()].filter(name => name.startsWith(`${namespace}/`))
  const { hint } = didYouMean(key, near)
  return finding(field, `is a Server that the stack does not have${hint === undefined ? '' : `; ${hint}`}`)
}
