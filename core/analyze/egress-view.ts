import type { Identity } from '../model/identity'
import { printIdentity } from '../model/identity'
import { Language } from '../model/language'
import { Region } from '../model/region'
import type { Leg } from './egress-legs'
import { legsTo } from './egress-legs'
import { listenersOf } from './gateway/listeners'
import { isSubset, pathsTo } from './istio/client'
import { serverNamesTo, tlsChoices } from './istio/client-tls'
import type { Plane } from './istio/data-plane'
import { planesOf } from './istio/data-plane'
import type { Ternary } from './istio/kleene'
import { agreed, every } from './istio/kleene'
import { nameOf } from './istio/verdict'
import { waypointsOf } from './istio/waypoints'
import type { Layer, Service, Workload } from './layer'
import type { GatewayView } from './regions/gateway-view'
import { virtualHostSets } from './regions/hosts'
import type { Opening, Speaks } from './linkerd/outbound/leaving'
import { letsOut, openings } from './linkerd/outbound/leaving'
import type { NetworkExit } from './regions/network/leaving'
import { getsTo, leavesTo } from './regions/network/leaving'

/** Whether a caller's calls to a host outside get there: as its own configuration has it, and the gateways that they are sent through. */
export interface Egress {
  /** Whether any call is certain to: `no` where nothing speaks for it, too; `unknown` where what was read leaves its way open. What may get out is `leaving` to say. */
  readonly open: Ternary
  /** Those that are certain to, whoever reads them on the way: requests as the caller sends them, its identity and the host taken in. */
  readonly certain: Region
  readonly because: readonly string[]
}

/** A workload that calls, and the layer with no Sidecar in it but those that may rule it. */
export interface Leaving {
  readonly workload: Workload
  readonly layer: Layer
}

/** A host outside, and the gateway that calls to it are to leave through, `namespace/serviceAccount`; absent where any way will do. */
export interface OutsideHost {
  readonly host: string
  readonly port: number
  readonly via?: string
  /** What the caller speaks there, where it matters to its proxy. @default requests */
  readonly speaks?: Speaks
}

/** Whose calls, and where to. */
export interface Exit extends OutsideHost {
  readonly caller: Identity
  readonly gateways: GatewayView
}

/** What becomes of calls to a host outside by all workloads of one identity. */
export function egressOf(callers: readonly Leaving[], exit: Exit): Egress {
  if (callers.length === 0) return closed('unknown', ['no workload was read that stands for the caller'])
  const answers = callers.map(one => egressFrom(one, { ...exit, host: exit.host.toLowerCase() }))
  return {
    open: every(answers.map(({ open }) => open)),
    certain: Region.intersection(answers.map(({ certain }) => certain)),
    because: [...new Set(answers.flatMap(({ because }) => because))],
  }
}

function closed(open: Ternary, because: readonly string[]): Egress {
  return { open, certain: Region.none, because }
}

function freely(because: readonly string[]): Egress {
  return { open: 'yes', certain: Region.all, because }
}

/** What the caller's own configuration makes of the call, and then what the network does where it leaves from the caller's own Pods. */
function egressFrom(from: Leaving, exit: Exit): Egress {
  const meant = asConfigured(from, exit)
  if (exit.via !== undefined || meant.open === 'no') return meant
  return overNetwork(meant, leavesTo(from.layer, from.workload, exit))
}

function overNetwork({ open, certain, because }: Egress, network: NetworkExit): Egress {
  if (network.open === 'yes') return { open, certain, because: [...because, ...network.because] }
  return closed(network.open === 'no' ? 'no' : 'unknown', [...because, ...network.because])
}

/** What the caller's own configuration, and the gateways it leads to, make of the call. */
export function asConfigured(from: Leaving, exit: Exit): Egress {
  const { layer, workload } = from
  const planes = planesOf(layer, workload).map(({ plane }) => plane)
  if (exit.via !== undefined && planes.some(plane => plane !== 'sidecar'))
    return closed(planes.includes('sidecar') ? 'unknown' : 'no', [`no sidecar sends calls through ${exit.via}`])
  if (planes.includes('linkerd')) return throughLinkerd(from, planes, exit)
  if (planes.includes('gateway')) return closed('unknown', ['a gateway sends on what it is sent'])
  if (!planes.includes('sidecar')) return throughZtunnel(layer, planes, exit.host)
  const paths = pathsTo(layer, workload, { kind: 'host', host: exit.host, port: exit.port })
  const because = paths.flatMap(path => path.because)
  const open: Ternary = agreed(paths.map(({ kind }) => (kind === 'blocked' ? 'no' : 'yes')))
  if (open !== 'yes') return closed(open, because)
  return onTheWay(from, exit, because)
}

/** Where routes send a call that the caller's proxy lets pass. */
function onTheWay(from: Leaving, exit: Exit, because: readonly string[]): Egress {
  const legs = legsTo(from, exit)
  const said = [...new Set([...because, ...legs.because])]
  if (legs.kind === 'unknown') return closed('unknown', said)
  const parts = legs.legs.map(leg => ({ leg, end: endOf(leg, from, exit) }))
  const certain = Region.union(parts.map(({ leg, end }) => leg.requests.intersect(end.certain)))
    .given('caller', printIdentity(exit.caller))
    // A client names the port where it is not the usual one.
    .given('host', exit.port === 80 ? exit.host : `${exit.host}:${exit.port}`)
  const all = [...new Set([...said, ...parts.flatMap(({ end }) => end.because)])]
  return certain.isEmpty ? closed('no', all) : { open: 'yes', certain, because: all }
}

/** A call that may go several ways is certain of what gets out by each. */
function endOf({ to }: Leg, from: Leaving, exit: Exit): Egress {
  const ends = to.map(destination => {
    if (destination.host !== exit.host) return throughService(destination, from, exit)
    if (exit.via !== undefined) return closed('no', [`calls go straight to ${exit.host}`])
    const { port = exit.port } = destination
    const paths = pathsTo(from.layer, from.workload, { kind: 'host', host: exit.host, port })
    return paths.every(({ kind }) => kind !== 'blocked') ? freely([]) : closed('no', [`port ${port} is not known`])
  })
  return {
    open: every(ends.map(({ open }) => open)),
    certain: Region.intersection(ends.map(({ certain }) => certain)),
    because: ends.flatMap(({ because }) => because),
  }
}

/** A Service on the way: Pods of a gateway, all of which send the call on, or nobody is certain of anything. */
function throughService(to: Leg['to'][number], { layer, workload }: Leaving, exit: Exit): Egress {
  const service = layer.services.find(({ name, namespace = '' }) => to.host.startsWith(`${name}.${namespace}.svc.`))
  const lead = exit.gateways.leads({ host: to.host, port: to.port })
  if (!service || !lead || lead.callees.length === 0 || to.subset !== undefined)
    return closed('no', [`no gateway was read behind ${to.host}`])
  const address = { service, port: lead.port }
  const known = pathsTo(layer, workload, { kind: 'service', ...address }).every(({ kind }) => kind === 'registry')
  const choices = tlsChoices(layer, workload, address)
  if (!known || choices.length !== 1 || choices[0] !== 'ISTIO_MUTUAL')
    return closed('no', [`${nameOf(service)} is not called in mTLS for certain`])
  const names = serverNamesTo(layer, workload, address)
  const ends = lead.callees.map(callee => {
    const reached = getsTo(workload, { layer, ...callee })
    const through = beyond({ ...callee, names }, layer, exit)
    return reached === 'yes' ? through : closed(reached, [`the network before ${nameOf(callee.workload)}`])
  })
  return {
    open: every(ends.map(({ open }) => open)),
    certain: Region.intersection(ends.map(({ certain }) => certain)),
    because: [...rulesFor(service, layer), ...ends.flatMap(({ because }) => because)],
  }
}

function rulesFor(service: Service, { destinationRules }: Layer): readonly string[] {
  return destinationRules
    .filter(({ host }) => host.startsWith(`${service.name}.${service.namespace ?? ''}.`))
    .map(nameOf)
}

interface Door {
  readonly workload: Workload
  /** The Pod's own port. */
  readonly port: number
  /** The server names the caller may give. */
  readonly names: readonly string[]
}

/** What a gateway is certain to send on to the host: what it sends nowhere else, and where it knows the host. */
function beyond({ workload, port, names }: Door, layer: Layer, exit: Exit): Egress {
  const { sent, astray } = exit.gateways.passage(workload, port)
  const [right, wrong] = [
    sent.filter(({ to }) => to.host === exit.host && knows(workload, layer, { host: exit.host, port: to.port })),
    sent.filter(({ to }) => to.host !== exit.host),
  ]
  const [headers = Language.none] = virtualHostSets([exit.host])
  const because = exit.gateways.deciders(workload, port, Region.where('host', headers))
  if (exit.via !== undefined && exit.via !== `${workload.namespace}/${workload.serviceAccount}`)
    return closed('no', [`calls leave through ${workload.namespace}/${workload.serviceAccount}`, ...because])
  if (!isAnswered({ workload, port, names }, layer, exit.host)) return closed('no', because)
  const certain = Region.union(right.map(({ requests }) => requests.must)).minus(
    Region.union([astray, ...wrong.map(({ requests }) => requests.may)]),
  )
  const left = certain.isEmpty ? closed('no', because) : { open: 'yes' as const, certain, because }
  return overNetwork(left, leavesTo(layer, workload, exit))
}

/** Sidecar objects do not rule gateways, which drop what they do not know. */
function knows(
  workload: Workload,
  layer: Layer,
  { host, port }: { readonly host: string; readonly port: number | undefined },
): boolean {
  if (port === undefined) return false
  const seen = pathsTo({ ...layer, sidecars: [] }, workload, { kind: 'host', host, port })
  return seen.every(({ kind }) => kind === 'registry')
}

/**
 * Whether the listener that takes a server name is for the mesh's own and serves the host (istio `pilot/pkg/model/gateway.go` GetSNIHostsForServer,
 * `pilot/pkg/networking/core/gateway.go` createGatewayHTTPFilterChainOpts).
 */
function isAnswered({ workload, port, names }: Door, layer: Layer, host: string): boolean {
  const listeners = listenersOf(layer, workload).filter(listener => listener.port === port)
  const answering = names.map(name =>
    listeners.filter(({ serverNames = ['*'] }) => serverNames.some(one => isSubset(name, one))),
  )
  return (
    names.length > 0 &&
    answering.every(
      found =>
        found.length > 0 &&
        found.every(({ peers, hosts }) => peers === 'mesh' && hosts.some(virtual => isSubset(host, virtual.host))),
    )
  )
}

/**
 * All that the proxies of workloads of one account may let out of the cluster. Linkerd's proxies tell callers apart by namespace, so that one workload speaks for all; absent
 * where none is behind such a proxy for certain.
 */
export function openingsOf(layer: Layer, workloads: readonly Workload[]): readonly Opening[] | 'unknown' | undefined {
  const guarded = workloads.find(workload => planesOf(layer, workload).every(({ plane }) => plane === 'linkerd'))
  const found = guarded && openings(layer, guarded)
  if (!found || found === 'unknown') return found
  const named = found.flatMap(({ port }) => (port === 'other' ? [] : [port]))
  return found.filter(({ port, host }) =>
    workloads.some(
      workload => leavesTo(layer, workload, { port, named, ...(host !== undefined && { host }) }).open !== 'no',
    ),
  )
}

/** What the caller's own proxy lets out; where it may not have one after all, what others make of the call counts too. */
function throughLinkerd({ layer, workload }: Leaving, planes: readonly Plane[], exit: Exit): Egress {
  const { open, certain, because } = letsOut(layer, workload, { ...exit, speaks: exit.speaks ?? 'requests' })
  const own = { open, certain: certain.given('caller', printIdentity(exit.caller)), because }
  const others = planes.filter(plane => plane !== 'linkerd' && plane !== 'none')
  return others.length === 0 ? own : closed('unknown', because)
}

/** ztunnel lets calls to hosts that nobody knows go out, and sends those of a ServiceEntry through its waypoint if it has one. */
function throughZtunnel(layer: Layer, planes: readonly Plane[], host: string): Egress {
  if (!planes.includes('ztunnel')) return freely([])
  const bound = layer.serviceEntries
    .filter(({ hosts }) => hosts.some(known => isSubset(host, known)))
    .filter(({ namespace = '', labels }) =>
      waypointsOf(layer, { namespace, labels, as: 'service' }).some(({ kind }) => kind !== 'none'),
    )
  return bound.length === 0
    ? freely([])
    : closed(
        'unknown',
        bound.map(entry => `a waypoint may stand before ${nameOf(entry)}`),
      )
}
