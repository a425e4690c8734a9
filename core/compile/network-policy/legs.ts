import type { FlowLine } from '../../graph/flows'
import { canonicalCidr } from '../../graph/cidrs'
import { own } from '../../graph/plain'
import { groupBy } from '../../model/group'
import type { OutsideCaller, WorkloadCaller } from '../../model/flow'
import type { Problem } from '../../model/problem'
import type { Context, Side, Workload } from './context'
import { crossingLegs } from './crossing'
import { leavingLegs } from './leaving'
import type { Peer } from './peers'
import { addressesIn, anybody, podsIn } from './peers'
import type { WirePort } from './ports'
import { hbone, linkerdAdmin, tcp, wireInto, wireIntoUnsettled } from './ports'
import { inexpressible } from './inexpressible'
import { podsOf, strangerPods } from './strangers'
import { waypointPods } from './waypoints'

/** One way over the wire that has to be open: who sends the first packet to whom, and to which of its ports. */
export interface Leg {
  readonly from: Peer
  readonly to: Peer
  readonly ports: readonly WirePort[]
  /** The texts of the flows that take it. */
  readonly because: readonly string[]
}

/** Legs, and what has none. */
export interface Way {
  readonly legs: readonly Leg[]
  readonly problems: readonly Problem[]
}

/** Every leg of every flow: one where callers reach the callee's Pods themselves, two where a waypoint stands between. */
export function legsOf(context: Context): Way {
  const ways = context.sides.flatMap(side => pairs(side.lines).map(lines => wayOf(lines, side, context)))
  return {
    legs: [...ways.flatMap(({ legs }) => legs), ...crossingLegs(context)],
    problems: ways.flatMap(({ problems }) => problems),
  }
}

/** The lines of each caller and callee: whatever is asked, it goes the same way. */
function pairs(lines: readonly FlowLine[]): (readonly FlowLine[])[] {
  const byCaller = groupBy(lines, ({ flow }) => flow.from)
  return [...byCaller.values()].flatMap(same => [...groupBy(same, ({ flow }) => flow.to).values()])
}

function wayOf(lines: readonly FlowLine[], side: Side, context: Context): Way {
  const [first] = lines
  if (!first) return none
  const { from, to } = first.flow
  if (to.kind === 'external') return leavingLegs(lines, side, context)
  const callee = context.workloads.get(to.service)
  if (!callee || !side.isHere(callee.namespace)) return none
  const call: Call = { lines, callee, port: to.port, side, context }
  switch (from.kind) {
    case 'kubelet':
      return { legs: probeLegs(call), problems: [] }
    case 'outside':
      return outsideLegs(from, call)
    case 'workload':
      return { legs: callLegs(from, call), problems: [] }
  }
}

const none: Way = { legs: [], problems: [] }

/** What one caller asks of one port. */
interface Call {
  readonly lines: readonly FlowLine[]
  readonly callee: Workload
  /** The container port. */
  readonly port: number
  readonly side: Side
  readonly context: Context
}

/** By a member of the callee's mesh. */
function callLegs(caller: WorkloadCaller, { lines, callee, port, side, context }: Call): Leg[] {
  const from = podsOf(caller, context)
  const plane = context.planeOf(callee.namespace)
  const door = { plane, port, mixed: side.istio?.mixed === true }
  const settled = context.isClosed(callee.namespace)
  const ports = settled ? wireInto(door) : wireIntoUnsettled(door)
  const straight = (those: readonly FlowLine[]) => leg({ from, to: callee.pods, ports }, those)
  if (plane !== 'ambient' || !side.istio) return straight(lines)
  const { bound, possible, through, direct } = side.istio
  const waypoint = (bound.get(callee.name) ?? possible.get(callee.name))?.waypoint
  const passing = lines.filter(line => through.has(line))
  const between = waypoint && waypointPods(waypoint)
  return [
    ...straight(settled ? lines.filter(line => direct.has(line)) : lines),
    ...(between ? leg({ from, to: between, ports: tcp(hbone) }, passing) : []),
    ...(between ? leg({ from: between, to: callee.pods, ports: tcp(hbone) }, passing) : []),
  ]
}

/** A leg for some lines; none where there are none of them. */
function leg(way: Omit<Leg, 'because'>, lines: readonly FlowLine[]): Leg[] {
  return lines.length > 0 ? [{ ...way, because: lines.map(({ text }) => text) }] : []
}

/**
 * By somebody without identity, who comes to the port itself. Where a mesh sees what is on another mesh as outside, the caller's Pods are known all the same.
 */
function outsideLegs(from: OutsideCaller, { lines, callee, port, side, context }: Call): Way {
  const isAmbient = context.planeOf(callee.namespace) === 'ambient'
  const coming = isAmbient ? lines.filter(line => side.istio?.direct.has(line)) : lines
  const peers = outsiders(from, context)
  if (typeof peers === 'string') return { legs: [], problems: coming.map(line => inexpressible(line, peers)) }
  const ports = tcp(port)
  return { legs: peers.flatMap(peer => leg({ from: peer, to: callee.pods, ports }, coming)), problems: [] }
}

/** Whom a declared caller from outside is told by, or why by nothing. */
function outsiders({ name, cidrs }: OutsideCaller, context: Context): readonly Peer[] | string {
  const declared = own(context.graph.outside, name)
  if (!declared) return [acrossTheBorder(name, context)]
  const bad = cidrs.find(cidr => canonicalCidr(cidr) === undefined)
  if (bad !== undefined) return `\`${bad}\` is no block of addresses`
  if (cidrs.length > 0) return cidrs.map(cidr => addressesIn(cidr))
  const { kind, namespace } = declared
  if (kind === 'cidr' || declared.cidrs !== undefined) return 'the caller is told by its addresses and has none'
  if (kind === 'namespace' && namespace !== undefined) return [podsIn(namespace)]
  const known = kind === 'nodes' ? context.settings.nodeNetworks : context.settings.apiServer
  return known.length > 0 ? known.map(cidr => addressesIn(cidr)) : [anybody]
}

/** `load.loadgenerator`: a caller on another mesh, as the callee's sees it (`graph/border`). */
function acrossTheBorder(name: string, context: Context): Peer {
  const [namespace = '', ...rest] = name.split('.')
  const caller = rest.join('.')
  const workload = context.workloads.get(caller)
  if (workload?.namespace === namespace) return workload.pods
  const { scraper } = context.graph
  const role = scraper?.namespace === namespace && scraper.serviceAccount === caller ? 'scraper' : 'gateway'
  return strangerPods({ namespace, serviceAccount: caller }, role, context).pods
}

/** Where a Pod on ztunnel sees the kubelet's probes come from (istio `cni/pkg/iptables/iptables.go`, `cni/README.md` HOST_PROBE_SNAT_IP). */
const probeAddresses = ['169.254.7.127/32', 'fd16:9254:7127:1337:ffff:ffff:ffff:ffff/128']

/**
 * By the kubelet. A Pod's own node is let in whatever policies say (kubernetes.io, network policies), but what comes to a Pod on ztunnel comes from no node's address; and some plugins hold
 * nodes against policies too, so that their blocks are let in where they are given. Sidecars have the agent ask, on its own port.
 */
function probeLegs({ lines, callee, port, context }: Call): Leg[] {
  const plane = context.planeOf(callee.namespace)
  const sources = plane === 'ambient' ? probeAddresses : context.settings.nodeNetworks
  const ports = { plaintext: [port], sidecar: [15020, 15021], ambient: [port], linkerd: [port, linkerdAdmin] }[plane]
  return sources.flatMap(cidr => leg({ from: addressesIn(cidr), to: callee.pods, ports: tcp(...ports) }, lines))
}
