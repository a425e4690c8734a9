import { once } from '../model/once'
import type { Bounds } from '../model/flow-set'
import { FlowSet } from '../model/flow-set'
import { groupBy } from '../model/group'
import type { Identity } from '../model/identity'
import { Language } from '../model/language'
import type { Problem } from '../model/problem'
import { bounded, Region, TooComplex } from '../model/region'
import type { ClientView } from './client-view'
import { clientView } from './client-view'
import type { Egress, OutsideHost } from './egress-view'
import { egressOf, openingsOf } from './egress-view'
import type { FloorEntry } from './floor'
import { floorOf, otherPorts } from './floor'
import type { GatewayReach, Routed } from './gateway/gateway-reach'
import { planesOf } from './istio/data-plane'
import type { Layer, Workload } from './layer'
import { leavingOf, type LeavingReach } from './leaving/leaving'
import { homesOf } from './network/homes'
import type { Homes } from './network/layer-network'
import type { ToldPods } from './network/told'
import { toldPods } from './network/told'
import { isSharedWire } from './network/wires'
import type { Opening } from './linkerd/outbound/leaving'
import type { Match } from './regions/bounds'
import { any, both, unknowable } from './regions/bounds'
import type { Passage } from './regions/gateway'
import type { GatewayView } from './regions/gateway-view'
import { gatewayView } from './regions/gateway-view'
import type { Questions } from './regions/tokens'
import { networkDeciders } from './regions/network/deciders'
import { networkView } from './regions/network/view'
import { mentionedPorts, spares } from './regions/ports'
import type { Scope } from './regions/scopes'
import { scopes } from './regions/scopes'
import { clientsOf } from './regions/clients'
import { deciders } from './regions/deciders'
import { everyDomainOf } from './regions/domains'
import { waypointView } from './regions/waypoint'
import type { Way } from './regions/ways'
import type { Asked, Entrance } from './regions/workload'
import { entranceOf, oneEntrance } from './regions/workload'
import { waypointRoutes } from './routes/mesh-routes'

/** Who may reach one port of one workload. */
export interface PortReach {
  readonly workload: Workload
  /** A container port, or `other` for all those that no object names. */
  readonly port: number | typeof otherPorts
  /** What a well-behaved client is certain to get, and what an adversary could: with each caller's own configuration taken in. */
  readonly bounds: Match
  /** The same as the callee alone decides it, and the waypoints before it. */
  readonly served: Match
  /** The ways in through waypoints, one for each Service and port by which it is called; empty where there is no waypoint. */
  readonly ways: readonly Way[]
  /** What comes straight to Pods that ztunnel guards; absent where it guards none. */
  readonly direct?: Match
  /** What a Linkerd proxy lets in there whatever policies say; absent where none guards the port. */
  readonly floor?: Region
  /** What the network lets get there at all, whatever the mesh says; nothing where no NetworkPolicy concerns it. Already part of `bounds` and `served`. */
  network(): Match | undefined
  /** Whether calls of its mesh come by a port on the wire that they share with calls to other ports: HBONE's, or that of Linkerd's proxy. */
  isSharedWire(): boolean
  /** Where that goes, of a gateway's port. */
  readonly gateway?: GatewayReach
  /** The objects that decide about the requests of a region. */
  because(region: Region): readonly string[]
}

/** Effective reachability: who can really call whom. */
export interface Reach {
  readonly ports: readonly PortReach[]
  /** What enters through gateways, and where it goes: one for each of their ports. */
  readonly gateways: readonly GatewayReach[]
  /** What the data plane leaves open whatever any policy says. */
  readonly floor: readonly FloorEntry[]
  /** The mesh's trust domain and aliases, and of two meshes in one cluster those of both; absent where unknown. */
  readonly domains: readonly string[] | undefined
  /** CIDR blocks that kubelets call from, where a mesh tells them by that; absent where unknown, or anywhere. */
  readonly nodeNetworks?: readonly string[]
  /** Where callers with an identity run; empty where no NetworkPolicy was read, since nothing then hangs on it. */
  readonly homes: Homes
  /** Who may call, as NetworkPolicies tell them apart. */
  readonly pods: () => ToldPods
  /** What a claim attribute of a region asks. */
  readonly questions: Questions
  readonly problems: readonly Problem[]
  /** The ports of the workloads that run under one ServiceAccount. */
  portsOf(account: Pick<Identity, 'namespace' | 'serviceAccount'>): readonly PortReach[]
  egress(caller: Identity, to: OutsideHost): Egress
  /** What calls of each workload may get to outside the mesh. */
  leaving(): readonly LeavingReach[]
  /** What the proxies of an account's workloads let out of the cluster; absent where they do not say, as those of Istio. */
  openings(account: Pick<Identity, 'namespace' | 'serviceAccount'>): readonly Opening[] | 'unknown' | undefined
}

/** New products of diagram nodes that one port may take before its answer is `unknown`. */
const stepsPerPort = 300_000

/**
 * All requests at once: for every port of every workload, who may ask what. A second implementation of what `decide` defines.
 */
export function reach(layer: Layer): Reach {
  const questions: Questions = new Map()
  const problems: Problem[] = []
  const cut = scopes(layer)
  const view = clientView(layer, cut)
  const gateways = gatewayView(layer, questions)
  const shared = {
    questions,
    gateways,
    clients: clientsOf(layer),
    waypointFacts: waypointView(layer, questions),
    keptByWaypoint: waypointRoutes(layer),
  }
  const ports = cut.flatMap(scope => {
    const named = namedPorts(scope, gateways)
    return [...named, otherPorts].map(port =>
      portReach({ asked: { ...scope, ...shared }, port, named, problems, view }),
    )
  })
  const byAccount = groupBy(ports, ({ workload }) => keyOf(workload))
  return {
    ports,
    gateways: ports.flatMap(({ gateway }) => gateway ?? []),
    floor: floorOf(layer),
    homes: homesOf(layer),
    pods: once(() => toldPods(layer)),
    domains: everyDomainOf(layer),
    ...nodeNetworksOf(layer),
    questions,
    problems,
    portsOf: account => byAccount.get(keyOf(account)) ?? [],
    openings: account =>
      openingsOf(
        layer,
        (byAccount.get(keyOf(account)) ?? []).map(({ workload }) => workload),
      ),
    leaving: leavingOf(layer, cut, gateways),
    egress: (caller, to) => egressOf(view.callers(caller), { ...to, caller, gateways }),
  }
}

function keyOf({ namespace, serviceAccount }: Pick<Identity, 'namespace' | 'serviceAccount'>): string {
  return `${namespace}/${serviceAccount}`
}

function nodeNetworksOf({ linkerd }: Layer): Pick<Reach, 'nodeNetworks'> {
  const { probeNetworks = [] } = linkerd.mesh
  const known = probeNetworks.length > 0 && !probeNetworks.some(cidr => cidr.endsWith('/0'))
  return known ? { nodeNetworks: probeNetworks } : {}
}

/** Certain and possible flows as sets, by `namespace/workload:port`. */
export function flowBounds(reached: Reach): Bounds<FlowSet> {
  const of = (bound: keyof Match): FlowSet =>
    FlowSet.of(
      reached.ports.map(({ workload, port, bounds }) => [
        `${workload.namespace}/${workload.name}:${port}`,
        bounds[bound],
      ]),
    )
  return { must: of('must'), may: of('may') }
}

interface PortQuestion {
  readonly asked: Omit<Asked, 'port'>
  readonly port: number | typeof otherPorts
  readonly named: readonly number[]
  readonly problems: Problem[]
  readonly view: ClientView
}

function portReach({ asked: shared, port, named, problems, view }: PortQuestion): PortReach {
  const { workload } = shared
  const [first, ...alike] = port === otherPorts ? spares(shared, named) : [port]
  const asked = { ...shared, port: first }
  const behind = isOnGateway(asked) ? { gateway: gatewayReach(asked, port) } : {}
  const each = [asked, ...alike.map(other => ({ ...shared, port: other }))]
  const entrance = attempt(() => oneEntrance(each.map(entranceOf)))
  if (!entrance) problems.push(tooComplex(workload, port))
  const own = entrance?.served ?? unknowable
  const bounds = attempt(() => boundsOf(asked, entrance, view)) ?? { must: unknowable.must, may: own.may }
  return {
    workload,
    port,
    served: own,
    ways: entrance?.ways ?? [],
    ...(entrance?.direct && { direct: entrance.direct }),
    ...(entrance?.floor && { floor: entrance.floor }),
    network: () => limited(entrance),
    isSharedWire: () => isSharedWire(asked.layer, workload, first),
    bounds,
    ...behind,
    because: region => decidersOf(asked, region),
  }
}

function limited(entrance: Entrance | undefined): Match | undefined {
  const network = entrance?.network
  const found = network && (attempt(network) ?? unknowable)
  return found?.must === Region.all ? undefined : found
}

function decidersOf(asked: Asked, region: Region): readonly string[] {
  return [...deciders(asked, region), ...networkDeciders(asked, region)]
}

/** The ports that stand for themselves; all others are alike. */
function namedPorts(scope: Scope, gateways: GatewayView): readonly number[] {
  const mentioned = mentionedPorts(scope.layer, scope.workload)
  if (!isOnGateway(scope)) return mentioned
  return [...new Set([...mentioned, ...gateways.ports(scope.workload)])].sort((a, b) => a - b)
}

function isOnGateway({ layer, workload }: Scope): boolean {
  return planesOf(layer, workload).some(({ plane }) => plane === 'gateway')
}

function gatewayReach(asked: Asked, port: GatewayReach['port']): GatewayReach {
  const { workload, gateways } = asked
  const passage = attempt(() => gateways.passage(workload, asked.port)) ?? unknownPassage
  const over = networkView(asked.layer)?.into({ ...asked, plane: 'gateway' }).straight
  const { entered, sent, astray, plaintext } = over ? overNetwork(passage, over) : passage
  const because = (region: Region): readonly string[] => decidersOf(asked, region)
  return { workload, port, entered, routed: routedTo(sent, gateways), astray, plaintext, because }
}

/** What gets to a gateway at all. */
function overNetwork({ entered, sent, astray, plaintext }: Passage, over: Match): Passage {
  return {
    entered: both(entered, over),
    sent: sent.map(one => ({ ...one, requests: both(one.requests, over) })),
    astray: astray.intersect(over.may),
    plaintext: plaintext.intersect(over.may),
  }
}

function routedTo(sent: Passage['sent'], gateways: GatewayView): readonly Routed[] {
  const known = sent.map(({ to: { host, port }, requests }) => ({
    host,
    ...(port !== undefined && { port }),
    ...gateways.leads({ host, port }),
    bounds: requests,
  }))
  return [...groupBy(known, ({ host, port }) => `${host}:${port ?? ''}`).values()].flatMap(group =>
    group.slice(0, 1).map(one => ({ ...one, bounds: any(group.map(({ bounds }) => bounds)) })),
  )
}

const unknownPassage: Passage = { entered: unknowable, sent: [], astray: Region.all, plaintext: Region.all }

function boundsOf(asked: Asked, entrance: Entrance | undefined, view: ClientView): Match {
  const own = entrance?.served ?? unknowable
  // Who comes to a gateway that asks for no identity need not come from within.
  if (isOnGateway(asked) && own.must.by('caller').every(({ values }) => values === Language.all)) return own
  const { must } = view.narrow(own, asked, asked.port)
  return { must, may: own.may.union(entrance?.smuggled() ?? Region.none) }
}

function attempt<T>(compute: () => T): T | undefined {
  try {
    return bounded(stepsPerPort, compute)
  } catch (error) {
    if (error instanceof TooComplex) return undefined
    throw error
  }
}

function tooComplex(workload: Workload, port: number | typeof otherPorts): Problem {
  return {
    code: 'too-complex',
    severity: 'error',
    message: `the policies of port \`${port}\` make more distinctions than can be computed exactly; who may reach it is unknown`,
    at: `${workload.kind} ${workload.namespace}/${workload.name}`,
    hint: 'split the workload, or use fewer patterns in its policies',
  }
}
