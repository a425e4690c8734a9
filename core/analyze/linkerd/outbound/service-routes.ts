import { groupBy } from '../../../model/group'
import { Language } from '../../../model/language'
import { Region } from '../../../model/region'
import { containsLabels } from '../../istio/attachment'
import type { Delivery } from '../../istio/client-tls'
import { targetPort } from '../../istio/protocol'
import type { Layer, Service, Workload } from '../../layer'
import type { Match } from '../../regions/bounds'
import { always, never, unknowable } from '../../regions/bounds'
import { calls, grpcDefault, grpcFits } from '../../regions/linkerd/grpc-fits'
import { httpDefault, httpFits } from '../../regions/linkerd/http-fits'
import { alongRoutes } from '../../regions/linkerd/routes'
import type { Backend, OutboundAction, OutboundRoute } from './layer-outbound'

/**
 * The requests for a Service's port that a caller's Linkerd proxy is certain to send to the callee, or to what stands for it as well.
 *
 * It follows routes of the Service that lie beside it, and those that lie beside the caller, at this port and at all of them. With any there is no default: what none
 * takes is answered 404, and a backend that is not there, 500. Routes of requests keep bytes from nothing but a port that is read as gRPC; which of several kinds counts hangs on
 * how the Service's port is read, so that each has to keep the call. Routes of bytes and of TLS are not followed: with them nothing is certain.
 * Sources: `outbound/index.rs`, `grpc/outbound.rs` to_proto, `grpc/outbound/http.rs` convert_outbound_route.
 */
export function keptByLinkerd(layer: Layer, caller: Workload, to: Delivery): Region {
  const routes = routesOf(layer, caller, to)
  if (routes.some(({ counts, protocol }) => counts !== 'yes' || protocol === 'tls' || protocol === 'tcp'))
    return Region.none
  const of = (protocol: OutboundRoute['protocol']) => routes.filter(route => route.protocol === protocol)
  return Region.intersection([keptByHttp(of('http'), layer, to), keptByGrpc(of('grpc'), layer, to)])
}

function routesOf({ linkerd }: Layer, caller: Workload, to: Delivery): readonly OutboundRoute[] {
  const { named, anywhere } = shelvesOf(linkerd.outboundRoutes)
  const { name, namespace = '' } = to.service
  const found = named.get(`${namespace}/${name}`) ?? []
  const near = found
    .filter(({ port }) => port === undefined || port === to.port)
    .filter(({ route }) => route.namespace === undefined || [namespace, caller.namespace].includes(route.namespace))
  return [...anywhere, ...near.map(({ route }) => route)]
}

const requests = Region.where('protocol', Language.literals(['http']))

function keptByHttp(routes: readonly OutboundRoute[], layer: Layer, to: Delivery): Region {
  if (routes.length === 0) return Region.all
  const sure = routes.flatMap(({ http }) => http ?? [])
  const keeps = keeping(routes, ({ http }) => http?.rules, { layer, to })
  const routing = { routes: { sure, perhaps: [] }, fitsOf: httpFits, byDefault: httpDefault, otherwise: always }
  return alongRoutes({ ...routing, admits: () => keeps }).must.union(requests.complement())
}

/** Nothing but gRPC comes past them. */
function keptByGrpc(routes: readonly OutboundRoute[], layer: Layer, to: Delivery): Region {
  if (routes.length === 0) return Region.all
  const sure = routes.flatMap(({ grpc }) => grpc ?? [])
  const keeps = keeping(routes, ({ grpc }) => grpc?.rules, { layer, to })
  const routing = { routes: { sure, perhaps: [] }, fitsOf: () => grpcFits, byDefault: grpcDefault, otherwise: always }
  return Region.intersection([alongRoutes({ ...routing, admits: () => keeps }).must, requests, calls()])
}

interface Aim {
  readonly layer: Layer
  readonly to: Delivery
}

/** Whether what a rule takes is kept, by the rule. */
function keeping(
  routes: readonly OutboundRoute[],
  rulesOf: (route: OutboundRoute) => readonly object[] | undefined,
  aim: Aim,
): (rule: object) => Match {
  const known = new Map(
    routes.flatMap(route =>
      (rulesOf(route) ?? []).map((rule, index) => [rule, keeps(route.actions[index], aim) ? always : never] as const),
    ),
  )
  return rule => known.get(rule) ?? unknowable
}

function keeps(action: OutboundAction | undefined, aim: Aim): boolean {
  if (action?.kind !== 'send') return false
  const to = action.to.filter(({ weight }) => weight > 0)
  return action.to.length === 0 || (to.length > 0 && to.every(backend => leadsTo(backend, aim)))
}

/**
 * Whether a backend stands for the callee: Pods of its identity, on the same container port, and at least one. A namespace that is not given is that of the Service that was
 * called, wherever the route lies (`outbound/index/http.rs` convert_route).
 */
function leadsTo({ kind, name, namespace, port }: Backend, { layer, to }: Aim): boolean {
  if (kind !== 'service') return false
  const place = namespace ?? to.service.namespace
  const found = layer.services.filter(service => service.name === name && service.namespace === place)
  const [service, other] = found
  if (!service || other || service.unreadable || service.namespace !== to.callee.namespace) return false
  const entry = service.ports.find(known => known.port === port)
  if (!entry) return false
  if (service === to.service && port === to.port) return true
  const pods = podsOf(layer, service)
  return (
    pods.length > 0 &&
    pods.every(
      pod => pod.serviceAccount === to.callee.serviceAccount && targetPort(entry, pod) === targetPort(entry, to.callee),
    ) &&
    targetPort(entry, to.callee) === targetOf(to)
  )
}

function targetOf({ service, port, callee }: Delivery): number | undefined {
  const entry = service.ports.find(known => known.port === port)
  return entry && targetPort(entry, callee)
}

function podsOf({ workloads }: Layer, { namespace = '', selector }: Service): readonly Workload[] {
  if (Object.keys(selector).length === 0) return []
  return workloads.filter(pod => pod.namespace === namespace && containsLabels(pod.labels, selector))
}

/** What is looked up for every call. */
interface Shelves {
  /** By the Service, `namespace/name`, with the port if it is for one alone. */
  readonly named: ReadonlyMap<string, readonly { readonly route: OutboundRoute; readonly port: number | undefined }[]>
  /** Those that may hang on any. */
  readonly anywhere: readonly OutboundRoute[]
}

const shelves = new WeakMap<readonly OutboundRoute[], Shelves>()

function shelvesOf(routes: readonly OutboundRoute[]): Shelves {
  const known = shelves.get(routes) ?? shelve(routes)
  shelves.set(routes, known)
  return known
}

function shelve(routes: readonly OutboundRoute[]): Shelves {
  const anywhere = routes.filter(({ hooks, namespace }) => {
    return hooks === 'unknown' || (namespace === undefined && hooks.some(({ kind }) => kind === 'service'))
  })
  const hung = routes.flatMap(route =>
    route.hooks === 'unknown' ? [] : route.hooks.map(hook => ({ route, ...hook, key: keyOf(hook, route) })),
  )
  const services = hung.filter(({ kind }) => kind === 'service')
  return {
    named: groupBy(
      services.map(({ route, port, key }) => ({ route, port, key })),
      ({ key }) => key,
    ),
    anywhere,
  }
}

function keyOf(
  { name, namespace }: { readonly name: string; readonly namespace?: string },
  route: OutboundRoute,
): string {
  return `${namespace ?? route.namespace ?? ''}/${name}`
}
