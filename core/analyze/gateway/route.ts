import { normalisedPaths } from '../istio/envoy-hop'
import { planesOf } from '../istio/data-plane'
import type { Destination, Layer, RouteAction, Workload } from '../layer'
import type { HttpRequest, Request } from '../request'
import type { GatewayListener, OrderedRule, VirtualHost } from './listener'
import { listenersOf } from './listeners'
import { takenBy, virtualHostFor } from './match-host'
import { ruleMatches } from './match-rule'

/** Where a gateway sends a request; whoever is sent a copy of it besides is not told. */
export type Onward =
  /** To one of these. */
  | { readonly kind: 'to'; readonly destinations: readonly Destination[]; readonly because: readonly string[] }
  /** No one: it is answered on the spot, be it with a redirect or an error. */
  | { readonly kind: 'nowhere'; readonly because: readonly string[] }
  | { readonly kind: 'unknown'; readonly because: readonly string[] }

/**
 * Where a gateway sends one request, if it lets it in: the definition, which sets of requests have to agree with. The virtual host is the most specific one for the
 * request's host; the first of its rules that matches decides.
 * Source: istio `pilot/pkg/networking/core/gateway.go` buildGatewayHTTPRouteConfig, envoy `source/common/router/config_impl.cc`.
 */
export function routeOf(layer: Layer, request: Request): Onward {
  const { namespace, workload: name } = request.to
  const targets = layer.workloads.filter(w => w.namespace === namespace && w.names.includes(name))
  if (targets.length === 0) return unknown(`no workload ${namespace}/${name} is among the objects`)
  return agreement(targets.map(workload => fromWorkload(layer, workload, request)))
}

function unknown(...because: readonly string[]): Onward {
  return { kind: 'unknown', because }
}

function nowhere(...because: readonly string[]): Onward {
  return { kind: 'nowhere', because }
}

/** What all of several worlds say, of which one is real. */
function agreement(answers: readonly Onward[]): Onward {
  const [first] = answers
  const agreed = first && answers.every(answer => spelt(answer) === spelt(first))
  return agreed ? first : unknown(...new Set(answers.flatMap(({ because }) => because)))
}

function spelt(answer: Onward): string {
  return answer.kind === 'to' ? JSON.stringify(answer.destinations) : answer.kind
}

function fromWorkload(layer: Layer, workload: Workload, request: Request): Onward {
  const name = `${workload.namespace}/${workload.name}`
  if (planesOf(layer, workload).some(({ plane }) => plane !== 'gateway')) return unknown(`${name} is no gateway`)
  const all = listenersOf(layer, workload).filter(({ port }) => port === request.to.port)
  if (all.length === 0) return unknown(`no Gateway among the objects says what listens on port ${request.to.port}`)
  const taking = takenBy(all, request)
  if (taking.length === 0) return nowhere(`no Gateway serves the host on port ${request.to.port}`)
  return agreement(taking.map(listener => fromListener(layer, listener, request)))
}

function fromListener(layer: Layer, listener: GatewayListener, { http }: Request): Onward {
  if (listener.speaks === 'bytes') return unknown(...listener.because)
  if (!http) return nowhere('it is not HTTP')
  const host = virtualHostFor(listener.hosts, http)
  if (!host) return nowhere(`no Gateway serves host ${http.host ?? '(none)'}`)
  const paths = normalisedPaths(layer.mesh, http.path)
  return agreement(
    paths.map(path =>
      path === undefined ? nowhere('the path is answered with 400') : alongRules(host, http, path.split('?')[0] ?? ''),
    ),
  )
}

/** In a doubtful host any rule may come first, and others too. */
function alongRules(host: VirtualHost, http: HttpRequest, path: string): Onward {
  if (host.doubtful) return unknown(...host.rules.map(({ from }) => from))
  const doubts: OrderedRule[] = []
  for (const rule of host.rules) {
    const answer = ruleMatches(rule, { http, path })
    if (answer === 'unknown') doubts.push(rule)
    if (answer !== 'yes') continue
    return agreement([...doubts, rule].map(one => actionOf(one.action, one.from)))
  }
  return agreement([...doubts.map(one => actionOf(one.action, one.from)), nowhere(`no route of ${host.host} matches`)])
}

function actionOf(action: RouteAction, from: string): Onward {
  switch (action.kind) {
    case 'unknown':
      return unknown(from)
    case 'answer':
      return nowhere(from)
    case 'forward':
      return sentTo(action.to, from)
  }
}

/** A destination that the route may not lead to is answered with 500. */
function sentTo(destinations: readonly Destination[], from: string): Onward {
  if (destinations.some(({ allowed }) => allowed === 'unknown')) return unknown(from)
  const reached = destinations.filter(({ allowed }) => allowed === 'yes')
  return reached.length === 0 ? nowhere(from) : { kind: 'to', destinations: reached, because: [from] }
}
