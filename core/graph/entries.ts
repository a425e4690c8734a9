import type { WorkloadCallee } from '../model/flow'
import { printCallee } from '../model/flow'
import type { IntendedEntry } from '../model/intent'
import type { Graph, Ingress, Method } from './graph'
import { pathExpression } from './paths'
import { own } from './plain'
import { accountOf, byText, gatewayOf } from './resolve'
import { readRoutes } from './routes'

/** One route of one host at a gateway, to anybody, with where it was declared. */
export interface Entry {
  /** In one line: `shop.example.com GET /cart → istio-ingress/istio-ingress → boutique/frontend:8080`. */
  readonly text: string
  /** The name of the `ingress` that declares it. */
  readonly ingress: string
  readonly gateway: IntendedEntry['gateway']
  /** In lower case; `*.example.com` for every host under it. */
  readonly host: string
  /** The Secret with the host's certificate; absent where plaintext is served. */
  readonly secret?: string
  readonly to: WorkloadCallee
  /** The callee's port by name. */
  readonly port: string
  /** A gRPC route is a POST to `/package.Service/Method` (grpc `doc/PROTOCOL-HTTP2.md`). */
  readonly method: Method
  /** In the graph's own syntax. */
  readonly path: string
}

/**
 * What may enter through gateways and where it goes: each host of an `ingress` with each of its http and grpc routes. Routes of bytes are none: a
 * gateway tells those apart by port alone. Nor is what a service of the graph lets in that is named as a gateway: its callers are its own.
 *
 * What a route asks of a token is for the callee to see to. What `validate` refuses gives no entry. Sorted by text; what two of `ingress` declare
 * alike is there twice.
 */
export function entryLines(graph: Graph): readonly Entry[] {
  const governed = new Set(
    Object.entries(graph.services).map(([name, each]) => `${each.namespace}/${accountOf(name, each)}`),
  )
  const all = Object.entries(graph.ingress).flatMap(([name, ingress]) => {
    const gateway = gatewayOf(ingress)
    return governed.has(`${gateway.namespace}/${gateway.serviceAccount}`) ? [] : entriesOf(graph, name, ingress)
  })
  return all.sort((a, b) => byText(a.text, b.text) || byText(a.ingress, b.ingress))
}

/** The same as intent holds it: each once, its request spelt out as sets. */
export function entries(graph: Graph): readonly IntendedEntry[] {
  const distinct = new Map(entryLines(graph).map(entry => [entry.text, entry]))
  return [...distinct.values()].map(({ text, gateway, host, secret, to, method, path }) => ({
    text,
    gateway,
    host,
    ...(secret !== undefined && { tls: true as const }),
    to,
    http: { methods: [method], path: pathExpression(path) },
  }))
}

/** Whether `host`, which may be `*.example.com`, stands for all hosts that `other` stands for. Both in lower case. */
export function covers(host: string, other: string): boolean {
  return host === other || (host.startsWith('*.') && other.endsWith(host.slice(1)))
}

function entriesOf(graph: Graph, name: string, ingress: Ingress): Entry[] {
  const gateway = gatewayOf(ingress)
  const hosts = [...new Set(ingress.hosts.map(host => host.toLowerCase()))]
  return requestsOf(graph, ingress).flatMap(({ to, port, method, path }) =>
    hosts.map(host => ({
      text: `${host} ${method} ${path} → ${gateway.namespace}/${gateway.serviceAccount} → ${printCallee(to)}`,
      ingress: name,
      gateway,
      host,
      ...(ingress.tls && { secret: ingress.tls.secret }),
      to,
      port,
      method,
      path,
    })),
  )
}

/** Each request that is routed, once: the same route with a token and without is one. */
function requestsOf(graph: Graph, { routes: callees }: Ingress): Pick<Entry, 'to' | 'port' | 'method' | 'path'>[] {
  return Object.entries(callees).flatMap(([service, ports]) =>
    Object.entries(ports).flatMap(([port, routes]) => {
      const declared = own(graph.services, service)
      const found = own(declared?.ports ?? {}, port)
      if (!declared || !found) return []
      const { namespace } = declared
      const serviceAccount = accountOf(service, declared)
      const to: WorkloadCallee = { kind: 'workload', service, namespace, serviceAccount, port: found.port }
      const requests = readRoutes(routes, found.protocol, graph).flatMap(({ route }) => {
        if (route.kind === 'grpc') return [{ method: 'POST' as const, path: `/${route.service}/${route.method}` }]
        // `readRoutes` keeps what is no method, which `validate` refuses.
        return route.kind === 'http' ? [{ method: route.method as Method, path: route.path }] : []
      })
      const distinct = new Map(requests.map(request => [`${request.method} ${request.path}`, request]))
      return [...distinct.values()].map(request => ({ to, port, ...request }))
    }),
  )
}
