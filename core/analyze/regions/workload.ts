import { Language } from '../../model/language'
import { Region } from '../../model/region'
import { kubelet } from '../expect'
import { authorizationFor, requestAuthenticationFor, ztunnelPoliciesFor } from '../istio/attachment'
import { captured } from '../istio/capture'
import type { Plane } from '../istio/data-plane'
import { planesOf } from '../istio/data-plane'
import type { Ternary } from '../istio/kleene'
import { modesOf } from '../istio/mtls'
import { chainsOf } from '../istio/protocol'
import type { Layer, Probe, Workload } from '../layer'
import type { KeptByWaypoint } from '../routes/mesh-routes'
import { ztunnelModesOf } from '../ztunnel/modes'
import type { Match } from './bounds'
import { always, any, both, choose, exactly, oneOf, unknowable } from './bounds'
import type { Clients } from './clients'
import { acceptedBy, domainsOf } from './domains'
import type { GatewayView } from './gateway-view'
import { intoLinkerdPort } from './linkerd/entrance'
import type { PortFacts } from './port'
import type { NetworkWay } from './network/view'
import { networkView } from './network/view'
import { networkAlone } from './network/alone'
import { admitted, smuggled } from './port'
import type { Questions } from './tokens'
import type { WaypointFacts } from './waypoint'
import type { Approach, Way } from './ways'
import { united, waysIn } from './ways'
import { admittedByZtunnel } from './ztunnel-port'

/** One port of one workload, asked about. */
export interface Asked {
  readonly layer: Layer
  readonly workload: Workload
  readonly port: number
  readonly questions: Questions
  readonly clients: Clients
  readonly waypointFacts: WaypointFacts
  readonly keptByWaypoint: KeptByWaypoint
  readonly gateways: GatewayView
}

/** What gets into a port. */
export interface Entrance {
  /** The requests the callee lets in, by whatever guards it. A port that nothing guards lets in everything. */
  readonly served: Match
  /** The ways in that may lead through a waypoint. */
  readonly ways: readonly Way[]
  /** What comes straight to Pods that ztunnel guards; nothing where it guards none. */
  readonly direct: Match | undefined
  /** What an adversary may get in beside that, by speaking otherwise than a proxy would. */
  smuggled(): Region
  /** What a Linkerd proxy lets in whatever policies say; absent where none certainly guards the port. */
  readonly floor?: Region
  /** What the network alone lets get there, by any of its wires, for those who ask; absent where nothing limits the network. */
  readonly network?: () => Match
}

/** What gets into a port, on the plane its workload is on, or on any it may be on. Of a workload that could not be read nobody knows which policies are its own. */
export function entranceOf(asked: Asked): Entrance {
  const { layer, workload } = asked
  if (!workload.unreadable) return oneEntrance(planesOf(layer, workload).map(({ plane }) => onPlane[plane](asked)))
  const network = networkView(layer) ? { network: () => unknowable } : {}
  return { served: unknowable, ways: [], direct: undefined, smuggled: () => Region.none, ...network }
}

/** What gets in where it is not known which of these it is. */
export function oneEntrance(entrances: readonly Entrance[]): Entrance {
  const [only, ...others] = entrances
  if (only && others.length === 0) return only
  const floors = entrances.map(({ floor }) => floor ?? Region.none)
  return {
    served: oneOf(entrances.map(({ served }) => served)),
    ways: entrances.flatMap(({ ways }) => ways),
    direct: entrances.find(({ direct }) => direct)?.direct,
    smuggled: () => Region.union(entrances.map(entrance => entrance.smuggled())),
    floor: Region.intersection(floors),
    ...networkOf(entrances),
  }
}

function networkOf(entrances: readonly Entrance[]): Pick<Entrance, 'network'> {
  const each = entrances.flatMap(({ network }) => network ?? [])
  return each.length === 0 ? {} : { network: () => oneOf(each.map(network => network())) }
}

const onPlane: Readonly<Record<Plane, (asked: Asked) => Entrance>> = {
  sidecar: asked => {
    const guarded = choose(isCaptured(asked), admitted(facts(asked)), always)
    const { approach, ways, network } = approached(asked, 'sidecar', guarded)
    const hidden = ways.map(way => way.smuggled)
    const bytes = (): Region => straightMay(approach, smuggled(facts(asked)))
    return {
      served: withProbes(asked, united(approach, ways, asked.clients), guarded),
      ways,
      direct: undefined,
      smuggled: () => Region.union([bytes(), ...hidden]).minus(byKubelet),
      ...network,
    }
  },
  ztunnel: asked => {
    const { approach, ways, network } = approached(asked, 'ztunnel', straight(asked))
    const hidden = ways.map(way => way.smuggled)
    return {
      served: pastByNode(united(approach, ways, asked.clients), approach.network),
      ways,
      direct: approach.direct,
      smuggled: () => Region.union(hidden).minus(byKubelet),
      ...network,
    }
  },
  gateway: asked => {
    const { entered } = asked.gateways.passage(asked.workload, asked.port)
    const { served, network } = straightOver(asked, 'gateway', entered)
    return { served, ...(network && { network }), ways: [], direct: undefined, smuggled: () => Region.none }
  },
  linkerd: asked => {
    const entrance = intoLinkerdPort(asked)
    const { may, ...over } = straightOver(asked, 'linkerd', entrance.served)
    const { floor } = entrance
    return { ...over, floor, ways: [], direct: undefined, smuggled: () => entrance.smuggled().intersect(may) }
  },
  none: asked => {
    const { approach, ways, network } = approached(asked, 'none', always)
    const served = united(approach, ways, asked.clients)
    return { served, ways, direct: undefined, smuggled: () => Region.none, ...network }
  },
}

/** What stands before a port that waypoints may lead to, on the network and in the mesh. */
interface Approached {
  readonly approach: Approach
  readonly ways: readonly Way[]
  readonly network: Pick<Entrance, 'network'>
}

function approached(asked: Asked, guard: Approach['guard'], guarded: Match): Approached {
  const network = networkInto(asked, guard)
  const direct = network ? both(guarded, network.straight) : guarded
  const approach: Approach = { ...asked, guard, guarded, direct, ...(network && { network }) }
  const ways = waysIn(approach)
  return { approach, ways, network: network ? { network: () => networkAlone(approach, network, ways) } : {} }
}

function networkInto({ layer, workload, port }: Asked, plane: Plane): NetworkWay | undefined {
  return networkView(layer)?.into({ layer, workload, port, plane })
}

function straightMay({ network }: Approach, region: Region): Region {
  return network ? region.intersect(network.straight.may) : region
}

interface Straight extends Pick<Entrance, 'served' | 'network'> {
  /** What the network lets get there. */
  readonly may: Region
}

/** What gets in where all calls come straight. */
function straightOver(asked: Asked, plane: Plane, served: Match): Straight {
  const straightly = networkInto(asked, plane)?.straight
  if (!straightly) return { served, may: Region.all }
  return { served: both(served, straightly), network: () => straightly, may: straightly.may }
}

function isCaptured({ layer, workload, port }: Asked): Ternary {
  return captured(layer.mesh, workload, port)
}

/** What is known of a port that a sidecar guards. */
export function facts({ layer, workload, port, questions }: Asked): PortFacts {
  return {
    port,
    ips: workload.ips,
    questions,
    domains: domainsOf(layer),
    accepted: acceptedBy(layer),
    chains: chainsOf(layer, workload, port),
    modes: modesOf(layer, workload, port).map(({ mode }) => mode),
    policies: authorizationFor(layer, workload),
    requestAuthentications: requestAuthenticationFor(layer, workload),
  }
}

function straight({ layer, workload, port }: Asked): Match {
  return admittedByZtunnel({
    port,
    ips: workload.ips,
    modes: ztunnelModesOf(layer, workload, port).map(({ mode }) => mode),
    policies: ztunnelPoliciesFor(layer, workload),
    trustDomain: layer.mesh.trustDomain,
  })
}

const byKubelet = Region.where('caller', Language.literals([kubelet]))

/**
 * Whatever runs in the node's own network namespace, the kubelet first, gets to the node's Pods past ztunnel: its traffic is given the source address
 * 169.254.7.127, which the Pods' rules let through. Source: istio `cni/pkg/iptables/iptables.go` (HostProbeSNATIP).
 */
function pastByNode(match: Match, network: NetworkWay | undefined): Match {
  const byNode = both(exactly(byKubelet), network?.byNode ?? always)
  return any([both(match, exactly(byKubelet.complement())), byNode])
}

/**
 * The kubelet asks only what the Pod declares. The injector points its probes at the agent, which asks on localhost, past
 * mTLS and policy, unless that was switched off; then the kubelet is a caller without identity like any other.
 * Source: istio `pkg/kube/inject/app_probe.go`, annotation `sidecar.istio.io/rewriteAppHTTPProbers`.
 */
function withProbes({ workload, port }: Asked, match: Match, guarded: Match): Match {
  const asked = exactly(
    Region.union(workload.probes.filter(probe => portOf(probe, workload) === port).map(probeRegion)),
  )
  const rewritten = workload.annotations['sidecar.istio.io/rewriteAppHTTPProbers'] !== 'false'
  const plain: Match = { must: guarded.must.given('caller', ''), may: guarded.may.given('caller', '') }
  const answered = rewritten ? asked : both(asked, plain)
  return any([both(match, exactly(byKubelet.complement())), both(answered, exactly(byKubelet))])
}

function portOf({ port }: Probe, { ports }: Workload): number | undefined {
  return typeof port === 'number' ? port : ports.find(({ name }) => name === port)?.port
}

function probeRegion({ kind, path = '/' }: Probe): Region {
  if (kind === 'tcp') return Region.all
  const [method, asked] =
    kind === 'grpc' ? ['POST', '/grpc.health.v1.Health/Check'] : ['GET', path.split('?')[0] ?? '/']
  return Region.intersection([
    Region.where('protocol', Language.literals(['http'])),
    Region.where('method', Language.literals([method])),
    Region.where('path', Language.literals([asked.startsWith('/') ? asked : `/${asked}`])),
  ])
}
