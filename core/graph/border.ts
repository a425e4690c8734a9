import { groupBy } from '../model/group'
import type { Callees, Crossing, Graph, Outside } from './graph'
import { mapValues, own, pickNames, unite } from './plain'
import { probedPort, probesOf, readProbe } from './probes'
import { gatewayOf } from './resolve'

/** A cluster of two meshes. */
export interface Meshes {
  /** The mesh that a namespace is on. */
  readonly of: (namespace: string) => string
  /** CIDR blocks that calls across the border come from; anybody where there are none. */
  readonly podNetworks?: readonly string[]
}

/** Declared calls from a caller on one mesh to a service on another. */
export interface Crossed {
  /** A service, or the account of a gateway or of the scraper. */
  readonly caller: string
  readonly namespace: string
  readonly callee: string
  readonly routes: Callees[string]
  /** How they are declared to cross; absent where nobody said so, so that they do not. */
  readonly how?: Crossing
}

/** All calls that cross from one mesh to another, in the order they are declared. */
export function crossings(graph: Graph, meshes: Meshes): readonly Crossed[] {
  return callersOf(graph).flatMap(({ caller, namespace, callees }) =>
    Object.entries(callees).flatMap(([callee, routes]) => {
      const service = own(graph.services, callee)
      if (!service || meshes.of(service.namespace) === meshes.of(namespace)) return []
      const how = own(own(graph.border ?? {}, caller) ?? {}, callee)
      return [{ caller, namespace, callee, routes, ...(how && { how }) }]
    }),
  )
}

/**
 * A graph as one of its meshes sees it: callers of other meshes are outside, without identity, where their calls cross in plaintext, and nobody otherwise. Calls
 * that leave for another mesh stay where they cross in plaintext, since it is the caller's proxy that lets them out; what is on the other mesh is still among the services,
 * with nothing that this mesh would have to do for it.
 */
export function seenFrom(mesh: string, graph: Graph, meshes: Meshes): Graph {
  const isHere = (namespace: string) => meshes.of(namespace) === mesh
  const crossing = crossings(graph, meshes)
  const cut = new Set(crossing.flatMap(one => (one.how === 'plaintext' ? [] : [wayOf(one.caller, one.callee)])))
  const stay = (caller: string, callees: Callees): Callees =>
    pickNames(callees, callee => !cut.has(wayOf(caller, callee)))
  const isHereNamed = (name: string) => isHere(own(graph.services, name)?.namespace ?? '')
  const arriving = crossing.filter(({ how, callee }) => how === 'plaintext' && isHereNamed(callee))
  const called = new Set(arriving.map(({ callee }) => callee))
  const { scraper, ...rest } = graph
  return {
    ...rest,
    ...(scraper && isHere(scraper.namespace) && { scraper }),
    services: mapValues(graph.services, (service, name) =>
      called.has(name) ? readable(service) : isHere(service.namespace) ? service : bare(service),
    ),
    calls: mapValues(pickNames(graph.calls, isHereNamed), (callees, caller) => stay(caller, callees)),
    ingress: mapValues(
      pickNames(graph.ingress, name => isHere(gatewayIn(graph, name).namespace)),
      (ingress, name) => ({ ...ingress, routes: stay(gatewayIn(graph, name).serviceAccount, ingress.routes) }),
    ),
    outside: { ...graph.outside, ...outsiders(arriving, meshes) },
  }
}

function wayOf(caller: string, callee: string): string {
  return `${caller} ${callee}`
}

interface Calling {
  readonly caller: string
  readonly namespace: string
  readonly callees: Callees
}

function callersOf(graph: Graph): readonly Calling[] {
  const services = Object.entries(graph.calls).flatMap(([caller, callees]) => {
    const service = own(graph.services, caller)
    return service ? [{ caller, namespace: service.namespace, callees }] : []
  })
  const gateways = Object.values(graph.ingress).map(ingress => {
    const { namespace, serviceAccount } = gatewayOf(ingress)
    return { caller: serviceAccount, namespace, callees: ingress.routes }
  })
  return [...services, ...gateways, ...scraping(graph)]
}

/** The scraper's calls, as somebody would declare them. */
function scraping({ scraper, services }: Graph): readonly Calling[] {
  if (!scraper) return []
  const read = Object.entries(services).flatMap(([name, { metrics, ports }]): [string, Callees[string]][] => {
    const [port = 'metrics'] = Object.entries(ports).find(([, { port }]) => port === metrics?.port) ?? []
    return metrics ? [[name, { [port]: [`GET ${metrics.path}`] }]] : []
  })
  return [{ caller: scraper.serviceAccount, namespace: scraper.namespace, callees: Object.fromEntries(read) }]
}

function gatewayIn(graph: Graph, name: string): ReturnType<typeof gatewayOf> {
  return gatewayOf(own(graph.ingress, name) ?? { gateway: '' })
}

/** One caller from outside for each that crosses. No other can have its name, since entries of a graph have no dots in theirs. */
function outsiders(arriving: readonly Crossed[], { podNetworks }: Meshes): Record<string, Outside> {
  const byCaller = groupBy(arriving, ({ caller, namespace }) => `${namespace}.${caller}`)
  return Object.fromEntries(
    [...byCaller].map(([name, calls]) => {
      const namespace = calls[0]?.namespace ?? ''
      const from = podNetworks
        ? ({ kind: 'cidr', cidrs: podNetworks } as const)
        : ({ kind: 'namespace', namespace } as const)
      return [name, { ...from, routes: routesOf(calls) }]
    }),
  )
}

/** Of a gateway, several ingresses may lead to one callee. */
function routesOf(calls: readonly Crossed[]): Callees {
  const all = calls.reduce<Graph['calls']>(
    (known, { callee, routes }) => unite(known, { all: { [callee]: routes } }),
    {},
  )
  return own(all, 'all') ?? {}
}

/** A service whose metrics somebody from outside may read: on a port that is declared, so that a probe has to say which of several it means. */
function readable(service: Graph['services'][string]): Graph['services'][string] {
  const { metrics, ports } = service
  if (!metrics || Object.values(ports).some(({ port }) => port === metrics.port)) return service
  const probes = probesOf(service).map(([name, text]): [string, string] => [name, explicit(text, service)])
  const all = { ...ports, metrics: { protocol: 'http', port: metrics.port } as const }
  return { ...service, ...(service.probes && { probes: Object.fromEntries(probes) }), ports: all }
}

function explicit(text: string, service: Graph['services'][string]): string {
  const probe = readProbe(text)
  const port = probe?.kind === 'http' ? probedPort(probe, service) : undefined
  return probe?.kind === 'http' && port ? `GET:${port.port} ${probe.path}` : text
}

/** A service of another mesh, of which this one only has to know where it listens. */
function bare({
  probes: _,
  metrics: __,
  traffic: ___,
  ...service
}: Graph['services'][string]): Graph['services'][string] {
  return service
}
