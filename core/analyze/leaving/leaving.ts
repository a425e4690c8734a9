import { Language } from '../../model/language'
import { Region } from '../../model/region'
import { ruledBy, trustDomainsOf } from '../client-view'
import type { Leaving } from '../egress-view'
import { planesOf } from '../istio/data-plane'
import type { Layer, Workload } from '../layer'
import { parsePortSet } from '../linkerd/port-set'
import { outboundLists } from '../linkerd/settings'
import { portsNamed } from '../linkerd/outbound/doors'
import type { Match } from '../regions/bounds'
import { any, both, exactly, never } from '../regions/bounds'
import type { GatewayView } from '../regions/gateway-view'
import type { Scope } from '../regions/scopes'
import type { Call, Proxied } from './by-proxy'
import { byProxy } from './by-proxy'
import type { Hosts } from './hosts'
import { hostsOf } from './hosts'
import { networkOut, portsTold } from './network'
import type { At, Ports } from './ports'
import { joined, piecesOf } from './ports'

/**
 * What calls of one workload may get to outside the mesh. The regions are over `host`, the name that is called in lower case, `address`, the one that is called,
 * and what is asked there; they say nothing of who calls.
 */
export interface LeavingReach {
  readonly workload: Workload
  /** All ports from 1 to 65535, in order. */
  readonly ports: readonly At<Outward>[]
}

/** What gets out on some ports. */
export interface Outward {
  /** Of calls through the caller's own proxy, as that is configured. */
  readonly bounds: Match
  /** Of calls that go round it, as any application can: what the network lets out. The same set where there is no proxy. */
  readonly past: Match
  readonly because: readonly string[]
}

/** What leaves the mesh, of every workload; found when it is asked for. */
export function leavingOf(layer: Layer, cut: readonly Scope[], gateways: GatewayView): () => readonly LeavingReach[] {
  let found: readonly LeavingReach[] | undefined
  return () => (found ??= findLeaving(layer, cut, gateways))
}

function findLeaving(layer: Layer, cut: readonly Scope[], gateways: GatewayView): readonly LeavingReach[] {
  const hosts = hostsOf(layer)
  const known = new Map<string, Proxied>()
  return cut.map(scope => {
    const from: Leaving = { workload: scope.workload, layer: ruledBy(layer, scope) }
    const ask = asking({ from, gateways, known })
    const pieces = piecesOf([...portsTold(layer, scope.workload), ...portsOf(from, hosts)])
    const ports = pieces.map(piece => ({ ...piece, held: outward(ask, hosts, piece) }))
    return { workload: scope.workload, ports: joined(ports, isSame) }
  })
}

function isSame(a: Outward, b: Outward): boolean {
  const sets = ({ bounds, past }: Outward) => [bounds.must, bounds.may, past.must, past.may]
  return sets(a).every((set, i) => set === sets(b)[i]) && a.because.join() === b.because.join()
}

/** The ports that anything tells apart: ServiceEntries, routes, routes of Linkerd's proxies and the ports that these leave alone. */
function portsOf({ layer, workload }: Leaving, hosts: readonly Hosts[]): readonly Ports[] {
  const routed = layer.routes.flatMap(({ rules }) =>
    rules.flatMap(({ matches }) => matches.flatMap(({ port }) => port ?? [])),
  )
  const listened = layer.sidecars.flatMap(({ egress = [] }) => egress.flatMap(({ port }) => port ?? []))
  const single = [...hosts.flatMap(({ ports }) => [...ports]), ...routed, ...listened, ...portsNamed(layer, workload)]
  const linkerd = planesOf(layer, workload).some(({ plane }) => plane === 'linkerd')
  const lists = linkerd ? outboundLists(layer, workload) : []
  const ranges = lists.flatMap(list => parsePortSet(list) ?? [])
  return [80, ...single].map(port => ({ from: port, to: port })).concat(ranges.map(([from, to]) => ({ from, to })))
}

interface Asking {
  readonly from: Leaving
  readonly gateways: GatewayView
  /** What was answered for callers that nothing tells apart. */
  readonly known: Map<string, Proxied>
}

type Ask = (
  hosts: Hosts,
  port: number,
) => Proxied & { readonly network: ReturnType<typeof networkOut>; readonly from: Leaving }

function asking({ from, gateways, known }: Asking): Ask {
  const { workload, layer } = from
  const identities = trustDomainsOf(layer, workload).map(trustDomain => ({ ...workload, trustDomain }))
  const planes = planesOf(layer, workload).map(({ plane }) => plane)
  const alike = JSON.stringify([workload.namespace, planes, layer.sidecars.map(({ at }) => at), workload.annotations])
  return (hosts, port) => {
    const near = { ...from, layer: { ...layer, serviceEntries: hosts.serviceEntries } }
    const call: Call = { from: near, identities, hosts, port, gateways }
    const key = JSON.stringify([
      alike,
      hosts.one,
      port,
      hosts.routed && layer.routes.length > 0 && workload.serviceAccount,
    ])
    const found = known.get(key) ?? byProxy(call)
    known.set(key, found)
    return { ...found, from, network: networkOut(layer, workload, port) }
  }
}

/** Hosts that neither routes nor a ServiceEntry name for a port are there like those that no object names. */
function outward(ask: Ask, hosts: readonly Hosts[], { from: port }: Ports): Outward {
  const told = hosts.filter(({ ports, routed, serviceEntries }) => {
    return routed || ports.has(port) || serviceEntries.some(({ unreadable }) => unreadable)
  })
  const others = hosts.at(-1)
  const rest = Region.union(hosts.filter(one => !told.includes(one)).map(({ all }) => Region.where('host', all)))
  const answers = [
    ...told.map(one => ({ where: Region.where('host', one.all), answer: ask(one, port) })),
    ...(others && !told.includes(others) ? [{ where: rest, answer: ask(others, port) }] : []),
  ]
  const [first] = answers
  const out = first?.answer.network ?? { out: never, because: [] }
  const parts = answers.map(({ where, answer }) => partOf(where, answer))
  const because = [...answers.flatMap(({ answer }) => answer.because), ...out.because]
  return { bounds: any(parts), past: out.out, because: [...new Set(because)] }
}

function partOf(where: Region, { own, onward, assured, network }: ReturnType<Ask>): Match {
  const elsewhere = onward.map(({ host, requests }) => {
    const to = host === undefined ? where : Region.where('host', Language.literals([host]))
    return to.intersect(requests)
  })
  const sure = where.intersect(assured)
  return any([
    both(exactly(where), both(own, network.out)),
    exactly(sure),
    { must: Region.none, may: Region.union(elsewhere) },
  ])
}
