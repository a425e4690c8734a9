import { Language } from '../../model/language'
import { Region } from '../../model/region'
import { ruledBy } from '../client-view'
import { trustDomainsOf } from '../identities'
import type { Leaving } from '../egress-view'
import { planesOf } from '../istio/data-plane'
import type { Layer, Workload } from '../layer'
import { parsePortSet } from '../linkerd/port-set'
import { outboundLists } from '../linkerd/settings'
import { portsNamed } from '../linkerd/outbound/doors'
import type { Match } from '../regions/bounds'
import { any, both } from '../regions/bounds'
import type { GatewayView } from '../regions/gateway-view'
import type { Scope } from '../regions/scopes'
import type { Call } from './by-proxy'
import { byProxy } from './by-proxy'
import type { Hosts } from './hosts'
import { hostsOf } from './hosts'
import type { NetworkOut } from './network'
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
  const known = new Map<string, LetOut>()
  return cut.map(scope => {
    const from: Leaving = { workload: scope.workload, layer: ruledBy(layer, scope) }
    const ask = asking({ from, gateways, hosts, known })
    const pieces = piecesOf([...portsTold(layer, scope.workload), ...portsOf(from, hosts)])
    const ports = pieces.map(piece => ({
      ...piece,
      held: outward(ask(piece.from), networkOut(layer, scope.workload, piece.from)),
    }))
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
  readonly hosts: readonly Hosts[]
  /** What was answered for callers that nothing tells apart. */
  readonly known: Map<string, LetOut>
}

/** What callers' own proxies let out on one port, to all hosts. */
interface LetOut extends Pick<Outward, 'because'> {
  /** From the caller's own Pods. */
  readonly own: Match
  /** From elsewhere, past all networks. */
  readonly onward: Match
}

/** Routes may lead to gateways, which tell callers apart by their accounts. */
function asking({ from, gateways, hosts, known }: Asking): (port: number) => LetOut {
  const { workload, layer } = from
  const identities = trustDomainsOf(layer, workload).map(trustDomain => ({ ...workload, trustDomain }))
  const planes = planesOf(layer, workload).map(({ plane }) => plane)
  const { namespace, serviceAccount, annotations, linkerd } = workload
  const account = layer.routes.length > 0 && serviceAccount
  const alike = JSON.stringify([namespace, planes, layer.sidecars.map(({ at }) => at), annotations, linkerd, account])
  return port => {
    const key = `${port} ${alike}`
    const found = known.get(key) ?? letOut({ from, identities, port, gateways }, hosts)
    known.set(key, found)
    return found
  }
}

/** Hosts that neither routes nor a ServiceEntry name for a port are there like those that no object names. */
function letOut(call: Omit<Call, 'hosts'>, hosts: readonly Hosts[]): LetOut {
  const others = hosts.at(-1)
  const isTold = ({ ports, routed, serviceEntries }: Hosts): boolean =>
    routed || ports.has(call.port) || serviceEntries.some(({ unreadable }) => unreadable)
  const told = hosts.filter(one => one !== others && isTold(one))
  const rest = Language.union(told.map(({ all }) => all)).complement()
  const answers = [...told, ...(others ? [{ ...others, all: rest }] : [])].map(one => {
    const layer = { ...call.from.layer, serviceEntries: one.serviceEntries }
    return { where: Region.where('host', one.all), ...byProxy({ ...call, from: { ...call.from, layer }, hosts: one }) }
  })
  const each = (of: (answer: (typeof answers)[number]) => Region): Region => Region.union(answers.map(of))
  const elsewhere = answers.flatMap(({ where, onward }) =>
    onward.map(({ host, requests }) =>
      requests.intersect(host === undefined ? where : Region.where('host', Language.literals([host]))),
    ),
  )
  const sure = each(({ where, assured }) => where.intersect(assured))
  return {
    own: {
      must: each(({ where, own }) => where.intersect(own.must)),
      may: each(({ where, own }) => where.intersect(own.may)),
    },
    onward: { must: sure, may: Region.union([sure, ...elsewhere]) },
    because: [...new Set(answers.flatMap(({ because }) => because))],
  }
}

function outward({ own, onward, because }: LetOut, network: NetworkOut): Outward {
  return {
    bounds: any([both(own, network.out), onward]),
    past: network.out,
    because: [...new Set([...because, ...network.because])],
  }
}
