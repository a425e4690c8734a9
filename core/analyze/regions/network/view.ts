import { addressBits } from '../../../model/address'
import { Language } from '../../../model/language'
import { Region } from '../../../model/region'
import { kubelet } from '../../expect'
import type { Ternary } from '../../istio/kleene'
import { agreed } from '../../istio/kleene'
import { usesIngressWaypoint } from '../../istio/waypoints'
import type { Gateway, Layer, Service, Workload } from '../../layer'
import { limitsOf } from '../../network/isolation'
import type { NetworkRule } from '../../network/layer-network'
import { censusOf, isLimited, type Pod } from '../../network/pods'
import type { Called, Speaker } from '../../network/wires'
import { hbonePort, shownWires, waypointWires } from '../../network/wires'
import type { Match } from '../bounds'
import { always, any, both, exactly, never, oneOf, unknowable } from '../bounds'
import { nobody } from '../callers'
import type { PortRange } from '../../linkerd/port-set'
import { blockOf } from './blocks'
import { Crossings } from './crossing'
import { isFor, rangesTold } from './ports'

/** What the network makes of calls to one port of a workload. */
export interface NetworkWay {
  /** What comes straight to it, over `caller` (as far as the port on the wire hangs on whether it shows an identity), `pod` and `address`. */
  readonly straight: Match
  /** What gets to a waypoint's Pods and from there to the workload. */
  through(gateway: Gateway): Match
  /** The kubelet's own calls, which come from the Pod's node. */
  readonly byNode: Match
}

/** The network of one layer, asked port by port. */
export interface NetworkView {
  into(called: Called): NetworkWay
  /** The ports of a workload that NetworkPolicies tell from others, each range once. */
  rangesOf(workload: Workload): readonly PortRange[]
  readonly crossings: Crossings
}

const views = new WeakMap<Layer['network'], { readonly workloads: Layer['workloads']; readonly view: NetworkView }>()

/** Nothing where nothing limits the network. */
export function networkView(layer: Layer): NetworkView | undefined {
  if (!isLimited(layer)) return undefined
  const known = views.get(layer.network)
  if (known?.workloads === layer.workloads) return known.view
  const crossings = new Crossings(layer)
  const ranges = new Map<Workload, readonly PortRange[]>()
  const view: NetworkView = {
    crossings,
    into: called => wayInto(called, crossings),
    rangesOf: workload => {
      const found = ranges.get(workload) ?? rangesInto({ layer, workload }, crossings)
      ranges.set(workload, found)
      return found
    },
  }
  views.set(layer.network, { workloads: layer.workloads, view })
  return view
}

const byKubelet = Region.where('caller', Language.literals([kubelet]))
const plain = Region.where('caller', nobody)
const shown = Region.where('caller', nobody.union(Language.literals([kubelet])).complement())

function wayInto(called: Called, crossings: Crossings): NetworkWay {
  const pod = censusOf(called.layer).byWorkload.get(called.workload)
  if (!pod) return { straight: unknowable, through: () => unknowable, byNode: exactly(byKubelet) }
  const byNode = fromNode(called, crossings.to(pod, called.port))
  const open = crossings.to(pod, called.port)
  const identified = shownTo(called, pod, crossings)
  const straight =
    identified === open && byNode === always
      ? alongside(open)
      : any([both(exactly(shown), identified), both(exactly(plain), open), both(exactly(byKubelet), byNode)])
  return {
    straight,
    byNode,
    through: gateway => throughWaypoint(called, { gateway, pod, crossings }),
  }
}

/** A Pod's own node always gets in, whatever policies say (kubernetes documentation, "Network Policies"). */
function alongside(open: Match): Match {
  return open === always ? always : any([both(exactly(byKubelet.complement()), open), exactly(byKubelet)])
}

/**
 * Its probes of ambient Pods come from an address that is not the node's own, and which a network plugin may hold against policies
 * (istio `cni/pkg/iptables/iptables.go` HostProbeSNATIP; istio documentation, "Ambient and Kubernetes NetworkPolicy").
 */
function fromNode({ plane }: Called, open: Match): Match {
  if (plane !== 'ztunnel') return always
  const point = (variable: string): string => (variable === 'address' ? probeAddress : '')
  return open.must.contains(point) ? always : unknowable
}

const probeAddress = addressBits('169.254.7.127') ?? ''

const speakers: readonly Speaker[] = ['ztunnel', 'proxy', 'unknown']

/** What gets to a Pod by the port that it has on the wire for who shows an identity. */
function shownTo(called: Called, pod: Pod, crossings: Crossings): Match {
  const byPorts = (ports: readonly number[]): Match => {
    const [only, ...others] = ports.map(port => crossings.to(pod, port))
    return only && others.length === 0 ? only : oneOf(ports.map(port => crossings.to(pod, port)))
  }
  const wires = speakers.map(speaker => ({ speaker, ports: shownWires(called, speaker) }))
  const [first] = wires
  if (first && wires.every(({ ports }) => ports.join() === first.ports.join())) return byPorts(first.ports)
  const spoken = crossings.population.speakers()
  return any(
    wires.map(({ speaker, ports }) =>
      both(exactly(Region.where('pod', spoken.get(speaker) ?? Language.none)), byPorts(ports)),
    ),
  )
}

interface Onward {
  readonly gateway: Gateway
  readonly pod: Pod
  readonly crossings: Crossings
}

function throughWaypoint(called: Called, { gateway, pod, crossings }: Onward): Match {
  const stops = censusOf(called.layer).byWaypoint.get(gateway) ?? []
  if (stops.length === 0) return unknowable
  const there = oneOf(stops.map(stop => crossings.to(stop, hbonePort)))
  const further = waypointWires(called).flatMap(port => stops.map(stop => fromPod(crossings.to(pod, port), stop)))
  const answer = agreed(further)
  if (answer === 'yes') return there
  return answer === 'no' ? never : both(there, unknowable)
}

/** Whether what comes from one Pod gets in, whatever address it has. */
function fromPod({ must, may }: Match, { key }: Pod): Ternary {
  if (must.given('pod', key) === Region.all) return 'yes'
  return may.given('pod', key).isEmpty ? 'no' : 'unknown'
}

/** What of the network comes to a Service's Pods as gateways call it. */
export function byGateways(
  layer: Layer,
  service: Pick<Service, 'namespace' | 'labels'>,
  { through, straight }: { readonly through: Match; readonly straight: Match },
): Match {
  const uses = usesIngressWaypoint(layer, service)
  if (uses === 'unknown') return oneOf([through, straight])
  return uses === 'yes' ? through : straight
}

/** Whether a Pod may be what a rule lets in: whom nothing but an address tells has no egress that tells ports apart. */
function isOfPods({ peers }: NetworkRule): boolean {
  return !peers || peers.some(peer => peer.kind === 'pods' || !blockOf(peer).ofPods.isEmpty)
}

/** The ports of a workload that NetworkPolicies tell from others, of those that anybody can enter: those of ranges that are not too wide, and the ends of those that are. */
export function networkRanges({ layer, workload }: Pick<Called, 'layer' | 'workload'>): readonly PortRange[] {
  return networkView(layer)?.rangesOf(workload) ?? []
}

function rangesInto(
  { layer, workload }: Pick<Called, 'layer' | 'workload'>,
  crossings: Crossings,
): readonly PortRange[] {
  const pod = censusOf(layer).byWorkload.get(workload)
  if (!pod) return []
  const limits = limitsOf(layer, pod, 'ingress')
  const own = limits.flatMap(({ policy }) => policy.ingress.flatMap(rule => rangesTold(rule, pod)))
  const certain = limits.filter(({ applies }) => applies === 'yes')
  const isEntered = ([first, last]: PortRange): boolean =>
    certain.length === 0 ||
    limits.some(
      ({ policy, applies }) =>
        applies === 'unknown' ||
        policy.ingress.some(
          rule => isOfPods(rule) && (isFor(rule, first, pod) !== 'no' || isFor(rule, last, pod) !== 'no'),
        ),
    )
  const told = [...distinct(own), ...distinct(crossings.exits.rangesTold(pod)).filter(isEntered)]
  return distinct(told).filter(([first]) => first !== hbonePort)
}

/** Thousands of callers may name the same. */
function distinct(ranges: readonly PortRange[]): readonly PortRange[] {
  return [...new Map(ranges.map(range => [range.join('-'), range])).values()]
}
