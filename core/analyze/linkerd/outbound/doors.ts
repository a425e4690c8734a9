import { Language } from '../../../model/language'
import { Region } from '../../../model/region'
import { agreed, type Ternary } from '../../istio/kleene'
import { nameOf } from '../../istio/verdict'
import type { Layer, Workload } from '../../layer'
import type { Match } from '../../regions/bounds'
import { always, any, both, exactly, never, not } from '../../regions/bounds'
import { grpcDefault, grpcFits } from '../../regions/linkerd/grpc-fits'
import { httpDefault, httpFits } from '../../regions/linkerd/http-fits'
import { alongRoutes } from '../../regions/linkerd/routes'
import { chartDefaults } from '../assume'
import { listsPort } from '../port-set'
import { networksOf } from './egress-networks'
import type { Backend, EgressNetwork, OutboundAction, OutboundRoute } from './layer-outbound'

/** What the proxy of a caller makes of calls to hosts outside, on one port. */
export type Door = { readonly because: readonly string[] } & (
  | { readonly kind: 'open' | 'closed' | 'unknown' }
  /** It reads requests, of which these get out, by what they say; and of connections that carry none, all or nothing. */
  | {
      readonly kind: 'requests'
      readonly passed: Match
      /** All that routes name. */
      readonly hosts: readonly string[]
      readonly others: 'open' | 'closed'
    }
  /** It reads server names: what goes out to those of a route, and to others. */
  | { readonly kind: 'tls'; readonly routes: readonly NamedRoute[]; readonly others: 'open' | 'closed' }
  /** It reads nothing, and lets everything out. */
  | { readonly kind: 'bytes' }
)

/** Server names, as a TLSRoute lists them, and whether calls to them get out. */
export interface NamedRoute {
  /** Empty: every name. */
  readonly names: readonly string[]
  readonly sends: Ternary
}

/** A port; `other` for all those that no route names. */
export type OutsidePort = number | 'other'

/**
 * The ways in which a caller's proxy may treat calls to hosts outside on a port: one for each EgressNetwork that the host's address may be of, and where it may be of
 * none, one that is open (`grpc/outbound.rs` fallback).
 */
export function doorsTo(layer: Layer, caller: Workload, port: OutsidePort): readonly Door[] {
  const captured = networksOf(layer, caller)
  if (captured === 'unknown') return [{ kind: 'unknown', because: layer.linkerd.egressNetworks.map(nameOf) }]
  const { networks, all } = captured
  const doors = networks.map(network => doorBy(layer, network, { caller, port }))
  return all === 'yes' ? doors : [...doors, { kind: 'open', because: networks.map(nameOf) }]
}

/** The ports of hosts outside that routes for a caller name. */
export function portsNamed(layer: Layer, caller: Workload): readonly number[] {
  const captured = networksOf(layer, caller)
  const networks = captured === 'unknown' ? [] : captured.networks
  const hooks = networks.flatMap(network =>
    layer.linkerd.outboundRoutes.flatMap(({ hooks, namespace }) =>
      hooks === 'unknown' ? [] : hooks.filter(hook => (hook.namespace ?? namespace) === network.namespace),
    ),
  )
  return [...new Set(hooks.flatMap(({ kind, port }) => (kind === 'egress-network' ? (port ?? []) : [])))].sort(
    (a, b) => a - b,
  )
}

interface Calling {
  readonly caller: Workload
  readonly port: OutsidePort
}

function doorBy(layer: Layer, network: EgressNetwork, { caller, port }: Calling): Door {
  const routes =
    port === 'other' ? [] : layer.linkerd.outboundRoutes.filter(route => hangs(route, network, { caller, port }))
  const because = [nameOf(network), ...routes.map(nameOf)]
  const opaque = port === 'other' ? 'no' : isOpaque(layer, network, port)
  const lost = layer.linkerd.outboundRoutes.some(({ hooks }) => hooks === 'unknown')
  // One that may overlap with the cluster's networks may be refused, and its routes with it (`policy-controller/k8s/status/src/index.rs` network_condition).
  const doubtful = routes.length > 0 && network.networks !== undefined
  const uncertain = doubtful || opaque === 'unknown' || routes.some(({ counts }) => counts !== 'yes')
  if (network.unreadable || lost || uncertain) return { kind: 'unknown', because }
  const otherwise = network.trafficPolicy === 'Allow' ? 'open' : 'closed'
  const of = (protocol: OutboundRoute['protocol']) => routes.filter(route => route.protocol === protocol)
  return { because, ...openBy(of, { network, otherwise, opaque }) }
}

/** A distributive `Omit`: each kind of door keeps what it alone has. */
type Way<D = Door> = D extends Door ? Omit<D, 'because'> : never

interface Rest {
  readonly network: EgressNetwork
  readonly otherwise: 'open' | 'closed'
  readonly opaque: Ternary
}

/** Routes of one kind count alone, those of requests before those of connections; of an opaque port, those of bytes (`grpc/outbound.rs` to_proto). */
function openBy(
  of: (protocol: OutboundRoute['protocol']) => readonly OutboundRoute[],
  { network, otherwise, opaque }: Rest,
): Way {
  const [grpc, http, tls, tcp] = [of('grpc'), of('http'), of('tls'), of('tcp')]
  const read = opaque === 'no'
  if (read && grpc.length > 0) return overGrpc(grpc, network, otherwise)
  if (read && http.length > 0) return overHttp(http, network, otherwise)
  if (read && tls.length > 0) {
    const routes = tls.map(route => ({ names: route.serverNames, sends: sendsOn(route.actions, network) }))
    return { kind: 'tls', routes, others: otherwise }
  }
  // Of several, the oldest (`grpc/outbound/tcp.rs` protocol).
  const sent = agreed(tcp.map(route => sendsOn(route.actions, network)))
  if (tcp.length === 0) return { kind: otherwise }
  return { kind: ({ yes: 'bytes', no: 'closed', unknown: 'unknown' } as const)[sent] }
}

/** A network is a parent at one port alone; of another namespace's networks, only a route of the caller's own counts beside theirs (`outbound/index.rs`, consumer routes). */
function hangs(route: OutboundRoute, network: EgressNetwork, { caller, port }: Calling): boolean {
  const { hooks, namespace } = route
  if (hooks === 'unknown') return false
  const near = namespace === undefined || namespace === network.namespace || namespace === caller.namespace
  return (
    near &&
    hooks.some(
      hook =>
        hook.kind === 'egress-network' &&
        hook.name === network.name &&
        (hook.namespace ?? namespace ?? network.namespace) === network.namespace &&
        hook.port === port,
    )
  )
}

/** Where the installation's list is not known it is taken for the chart's, whose ports are then in doubt. */
function isOpaque({ linkerd: { mesh } }: Layer, { opaquePorts }: EgressNetwork, port: number): Ternary {
  if (opaquePorts !== undefined) return listsPort(opaquePorts, port) ? 'yes' : 'no'
  if (!listsPort(mesh.opaquePorts ?? chartDefaults.opaquePorts, port)) return 'no'
  return mesh.opaquePorts === undefined ? 'unknown' : 'yes'
}

function overHttp(routes: readonly OutboundRoute[], network: EgressNetwork, otherwise: Rest['otherwise']): Way {
  const sure = routes.flatMap(({ http }) => http ?? [])
  const sends = sending(routes, network, ({ http }) => http?.rules)
  const routing = { routes: { sure, perhaps: [] }, fitsOf: httpFits, byDefault: httpDefault, otherwise: never }
  const passed = alongRoutes({ ...routing, admits: () => sends })
  const taken = alongRoutes({ ...routing, admits: () => () => always })
  return { kind: 'requests', passed: withRest(passed, taken, otherwise), hosts: hostsOf(sure), others: otherwise }
}

/** Connections that carry no HTTP/2 go nowhere (`grpc/outbound/grpc.rs` protocol). */
function overGrpc(routes: readonly OutboundRoute[], network: EgressNetwork, otherwise: Rest['otherwise']): Way {
  const sure = routes.flatMap(({ grpc }) => grpc ?? [])
  const sends = sending(routes, network, ({ grpc }) => grpc?.rules)
  const routing = { routes: { sure, perhaps: [] }, fitsOf: () => grpcFits, byDefault: grpcDefault, otherwise: never }
  const passed = alongRoutes({ ...routing, admits: () => sends })
  const taken = alongRoutes({ ...routing, admits: () => () => always })
  return { kind: 'requests', passed: withRest(passed, taken, otherwise), hosts: hostsOf(sure), others: 'closed' }
}

function hostsOf(routes: readonly { readonly hostnames: readonly string[] }[]): readonly string[] {
  return [...new Set(routes.flatMap(({ hostnames }) => hostnames))]
}

const requests = exactly(Region.where('protocol', Language.literals(['http'])))

/** What no route takes has a rule of its own, that comes after all others (`grpc/outbound/http.rs` default_outbound_egress_route). */
function withRest(passed: Match, taken: Match, otherwise: Rest['otherwise']): Match {
  return both(requests, otherwise === 'open' ? any([passed, not(taken)]) : passed)
}

/** Whether what a rule takes gets out, by the rule. */
function sending(
  routes: readonly OutboundRoute[],
  network: EgressNetwork,
  rulesOf: (route: OutboundRoute) => readonly object[] | undefined,
): (rule: object) => Match {
  const known = new Map(
    routes.flatMap(route =>
      (rulesOf(route) ?? []).map((rule, index) => {
        const action = route.actions[index]
        return [rule, sent[sendsOn(action ? [action] : [], network)]] as const
      }),
    ),
  )
  return rule => known.get(rule) ?? sent.unknown
}

const sent: Readonly<Record<Ternary, Match>> = {
  yes: always,
  no: never,
  unknown: { must: Region.none, may: Region.all },
}

/**
 * Whether calls are sent on to where they were for. That they are where nothing is named, or this network; a Service is somewhere else, and any other network answers with
 * an error (`grpc/outbound/http.rs` convert_backend). A share of none is never chosen.
 */
function sendsOn(rules: readonly OutboundAction[], network: EgressNetwork): Ternary {
  return agreed(
    rules.map((action): Ternary => {
      if (action.kind === 'other') return 'unknown'
      if (action.to.length === 0) return 'yes'
      const to = action.to.filter(({ weight }) => weight > 0)
      return agreed(to.map(backend => (isItself(backend, network) ? 'yes' : 'no')))
    }),
  )
}

/** A backend without a namespace is beside the network, wherever the route lies (`outbound/index/http.rs` convert_route). */
function isItself({ kind, name, namespace }: Backend, network: EgressNetwork): boolean {
  return kind === 'egress-network' && name === network.name && (namespace ?? network.namespace) === network.namespace
}
