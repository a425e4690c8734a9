import { printFlow } from '../model/flow'
import type { Callee, Caller, Flow, OutsideCaller, Purpose } from '../model/flow'
import { canonicalCidr } from './cidrs'
import { directory } from './directory'
import type { Directory } from './directory'
import type { Callees, Graph, Outside, Service } from './graph'
import { own } from './plain'
import { probedPort, probeRoute, probesOf, readProbe } from './probes'
import { byText, gatewayOf, portsOf } from './resolve'
import type { ReadRoute } from './routes'
import { readRoutes } from './routes'

/**
 * What a graph means: every call that is meant to work, and no other. Calls, traffic through gateways and from outside
 * the mesh, the kubelet's probes and the scraper's requests; sorted by their text form, each once, whatever the order of
 * the declarations. What `validate` refuses gives no flow.
 */
export function flows(graph: Graph): readonly Flow[] {
  return flowLines(graph).map(({ flow }) => flow)
}

/** A flow and its text, printed once. */
export interface FlowLine {
  readonly text: string
  readonly flow: Flow
}

/** As `flows`, with the text that they are sorted by. */
export function flowLines(graph: Graph): readonly FlowLine[] {
  const known = linesOf.get(graph) ?? readLines(graph)
  linesOf.set(graph, known)
  return known
}

/** A graph is asked for its flows by each target and by its intent; it does not change. */
const linesOf = new WeakMap<Graph, readonly FlowLine[]>()

function readLines(graph: Graph): readonly FlowLine[] {
  const people = directory(graph)
  return sorted([
    ...callFlows(graph, people),
    ...ingressFlows(graph, people),
    ...outsideFlows(graph, people),
    ...Object.entries(graph.services).flatMap(([name, service]) => probeFlows(name, service, people)),
    ...scrapeFlows(graph, people),
  ])
}

/** Callers and callees in every combination, on every route: a few flows, seldom more than one. */
function between(
  callers: readonly Caller[],
  callees: readonly Callee[],
  what: { readonly routes: readonly ReadRoute[]; readonly purpose: Purpose },
): readonly Flow[] {
  const { routes, purpose } = what
  return callers.flatMap(from => callees.flatMap(to => routes.map(route => ({ from, to, ...route, purpose }))))
}

function callFlows(graph: Graph, people: Directory): readonly Flow[] {
  return Object.entries(graph.calls).flatMap(([name, callees]) =>
    flowsTo({ graph, people, callers: people.service(name), callees }),
  )
}

function ingressFlows(graph: Graph, people: Directory): readonly Flow[] {
  return Object.values(graph.ingress).flatMap(ingress =>
    flowsTo({ graph, people, callers: people.account(gatewayOf(ingress), 'gateway'), callees: ingress.routes }),
  )
}

function outsideFlows(graph: Graph, people: Directory): readonly Flow[] {
  return Object.entries(graph.outside).flatMap(([name, outside]) =>
    flowsTo({ graph, people, callers: [outsideCaller(name, outside)], callees: outside.routes }),
  )
}

function outsideCaller(name: string, { cidrs = [] }: Outside): OutsideCaller {
  const canonical = new Set(cidrs.map(cidr => canonicalCidr(cidr) ?? cidr))
  return { kind: 'outside', name, cidrs: [...canonical].sort(byText) }
}

interface Declared {
  readonly graph: Graph
  readonly people: Directory
  readonly callers: readonly Caller[]
  readonly callees: Callees
}

function flowsTo({ graph, people, callers, callees }: Declared): readonly Flow[] {
  return Object.entries(callees).flatMap(([name, ports]) =>
    Object.entries(ports).flatMap(([portName, routes]) => {
      const service = own(graph.services, name)
      const port = own(service?.ports ?? own(graph.external, name)?.ports ?? {}, portName)
      if (!port) return []
      const read = readRoutes(routes, port.protocol, graph)
      // Nobody of ours stands before a host outside, to ask for a token.
      const kept = service ? read : read.filter(({ jwt }) => !jwt)
      return between(callers, people.callees(name, portName), { routes: kept, purpose: 'call' })
    }),
  )
}

function probeFlows(name: string, service: Service, people: Directory): readonly Flow[] {
  return probesOf(service).flatMap(([, text]) => {
    const probe = readProbe(text)
    const port = probe && probedPort(probe, service)
    if (!port) return []
    return between([{ kind: 'kubelet' }], people.listeners(name, port.port), {
      routes: [{ route: probeRoute(probe) }],
      purpose: 'probe',
    })
  })
}

/** Without a scraper of the mesh nobody asks: a sidecar's own agent then collects the metrics and hands them out. */
function scrapeFlows(graph: Graph, people: Directory): readonly Flow[] {
  const { scraper } = graph
  if (!scraper) return []
  return Object.entries(graph.services).flatMap(([name, service]) => {
    const { metrics } = service
    if (!metrics || !portsOf(service).some(({ port, protocol }) => port === metrics.port && protocol === 'http'))
      return []
    const routes: readonly ReadRoute[] = [{ route: { kind: 'http', method: 'GET', path: metrics.path } }]
    return between(people.account(scraper), people.listeners(name, metrics.port), { routes, purpose: 'scrape' })
  })
}

/** Each flow once, by text; the callers' ServiceAccounts tell apart what reads the same. */
function sorted(all: readonly Flow[]): readonly FlowLine[] {
  const distinct = new Map<string, FlowLine>()
  for (const flow of all) {
    const text = printFlow(flow)
    distinct.set(`${text}\n${accountIn(flow.from)}`, { text, flow: Object.freeze(flow) })
  }
  return [...distinct.keys()].sort().flatMap(key => distinct.get(key) ?? [])
}

function accountIn(caller: Caller): string {
  return caller.kind === 'workload' ? caller.serviceAccount : ''
}
