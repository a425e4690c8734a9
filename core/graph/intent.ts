import type { Flow } from '../model/flow'
import type { GovernedService, IntendedFlow, Intent } from '../model/intent'
import type { FlowToken, IntendedToken } from '../model/token'
import { entries } from './entries'
import { flowLines } from './flows'
import type { FlowLine } from './flows'
import type { Crossing, Graph, Service } from './graph'
import { pathExpression } from './paths'
import { frozen, own } from './plain'
import { accountOf, byText, labelsOf, portsOf } from './resolve'

/**
 * A graph's meaning without its syntax: the services it governs and the flows, their requests spelt out as sets.
 * Canonical: the same for every order of declaration, and for a graph from YAML as for one in TypeScript.
 */
export function intentOf(graph: Graph): Intent {
  const governed = Object.entries(graph.services).map(([name, service]) => governedService(name, service))
  const entering = entries(graph)
  return Object.freeze({
    version: 1,
    governed: frozen(governed.sort((a, b) => byText(a.namespace, b.namespace) || byText(a.service, b.service))),
    flows: Object.freeze(flowLines(graph).map(line => intended(line, graph))),
    ...(entering.length > 0 && { entries: frozen(entering) }),
  })
}

function governedService(name: string, service: Service): GovernedService {
  const labels = Object.entries(labelsOf(name, service)).sort(([a], [b]) => byText(a, b))
  return {
    service: name,
    namespace: service.namespace,
    serviceAccount: accountOf(name, service),
    labels: Object.fromEntries(labels),
    ports: portsOf(service),
    ...(service.headless === true && { headless: true as const }),
  }
}

function intended({ text, flow }: FlowLine, graph: Graph): IntendedFlow {
  const http = requests(flow)
  const border = crossingOf(flow, graph)
  const purpose = flow.purpose === 'scrape' && { purpose: flow.purpose }
  const more = { ...(http && { http: Object.freeze(http) }), ...(flow.jwt && { jwt: frozen(unnamed(flow.jwt)) }) }
  return Object.freeze({ text, from: flow.from, to: flow.to, ...purpose, ...(border && { border }), ...more })
}

function crossingOf({ from, to }: Flow, { border = {} }: Graph): Crossing | undefined {
  if (from.kind !== 'workload' || to.kind !== 'workload') return undefined
  return own(own(border, from.service) ?? {}, to.service)
}

function unnamed({ name: _, ...token }: FlowToken): IntendedToken {
  return token
}

/**
 * A gRPC call is a POST to `/package.Service/Method`: grpc `doc/PROTOCOL-HTTP2.md`. One to a host outside travels in TLS
 * of the caller's own, where no proxy of ours reads it, unless it is the mesh that speaks TLS there.
 */
function requests({ route, to }: Flow): IntendedFlow['http'] {
  switch (route.kind) {
    case 'http':
      return { methods: [route.method], path: pathExpression(route.path) }
    case 'grpc':
      return to.kind === 'external' && !to.originated
        ? undefined
        : { methods: ['POST'], path: `/${route.service}/${route.method}` }
    case 'tcp':
    case 'tls':
      return undefined
  }
}
