import type { Caller } from '../model/flow'
import { groupBy } from '../model/group'
import type { GovernedService, IntendedFlow, Intent } from '../model/intent'
import { Language } from '../model/language'
import { Region } from '../model/region'
import type { Difference } from './difference'
import { portKey } from './expect'
import { otherPorts } from './floor'
import type { Gateway } from './layer'
import { adminPort } from './linkerd/own-ports'
import type { PortReach, Reach } from './reach'

/**
 * Whether the network alone is the shadow of an intent: each governed port is reached for certain from where its declared callers run, and possibly by no other Pod that was
 * read.
 *
 * Ports are told apart on the wire. Into Pods of ztunnel and of Linkerd's proxy all calls of the mesh come by one port, so that whoever may call any port of theirs may come; and whoever
 * may call one service behind a waypoint, gets as far as that waypoint's calls do. Of those who are declared by address alone it is not asked which they are. What
 * {@link networkFloor} says, and Pods on a node's network, is nobody's to close.
 */
export function compareNetwork(reach: Reach, intent: Intent): readonly Difference[] {
  const flows = groupBy(intent.flows, ({ to }) => (to.kind === 'workload' ? serviceKey(to) : ''))
  const terms = { reach, flows, homes: homesByAccount(reach), sharing: byWaypoint(reach, intent) }
  return intent.governed.flatMap(service => compareService(service, terms))
}

interface Terms {
  readonly reach: Reach
  /** By the service they are to. */
  readonly flows: ReadonlyMap<string, readonly IntendedFlow[]>
  readonly homes: ReadonlyMap<string, ReadonlySet<string>>
  /** The services behind each waypoint. */
  readonly sharing: ReadonlyMap<Gateway, readonly string[]>
}

function serviceKey({ namespace, service }: Pick<GovernedService, 'namespace' | 'service'>): string {
  return `${namespace}/${service}`
}

/** Waypoints run where their identities do; of workloads it need not be known under which identity they do, nor whether any mesh gives them one. */
function homesByAccount({ homes, ports }: Reach): Terms['homes'] {
  const found = new Map<string, Set<string>>()
  const add = (account: string, pods: Iterable<string>): void => {
    found.set(account, new Set([...(found.get(account) ?? []), ...pods]))
  }
  for (const [name, pods] of homes) {
    const [, namespace = '', account = ''] = /\/ns\/(.+)\/sa\/(.+)$/.exec(name) ?? []
    add(`${namespace}/${account}`, pods.words ?? [])
  }
  const workloads = new Map(ports.map(port => [keyOf(port), port.workload]))
  for (const [pod, { namespace, serviceAccount }] of workloads) add(`${namespace}/${serviceAccount}`, [pod])
  return found
}

function byWaypoint(reach: Reach, { governed }: Intent): Terms['sharing'] {
  const behind = governed.flatMap(service =>
    portsOf(service, reach).flatMap(({ ways }) =>
      ways.flatMap(({ waypoints }) => waypoints.map(gateway => ({ gateway, name: serviceKey(service) }))),
    ),
  )
  const groups = groupBy(behind, ({ gateway }) => gateway)
  return new Map([...groups].map(([gateway, list]) => [gateway, [...new Set(list.map(({ name }) => name))]]))
}

/** Where services share an account, labels tell them apart. */
function portsOf({ labels, ...account }: GovernedService, reach: Reach): readonly PortReach[] {
  return reach
    .portsOf(account)
    .filter(({ workload }) => Object.entries(labels).every(([key, value]) => workload.labels[key] === value))
}

function compareService(service: GovernedService, terms: Terms): readonly Difference[] {
  const own = terms.flows.get(serviceKey(service)) ?? []
  return portsOf(service, terms.reach).flatMap(reached => {
    if (reached.port === otherPorts) return []
    const asked = own.filter(({ to }) => to.kind === 'workload' && to.port === reached.port)
    return [...cut(service, reached, { ...terms, asked }), ...admitted(service, reached, { ...terms, asked })]
  })
}

interface Asked extends Terms {
  /** The flows to the port. */
  readonly asked: readonly IntendedFlow[]
}

function cut(service: GovernedService, reached: PortReach, { asked, homes, reach }: Asked): readonly Difference[] {
  const network = reached.network()
  if (!network) return []
  return asked.flatMap((flow): readonly Difference[] => {
    const lost = [...(homes.get(accountOf(flow.from)) ?? [])].filter(
      pod => !asCalled(reached, pod, reach).some(caller => isOpen(network.must, caller, pod)),
    )
    return lost.slice(0, 1).map(pod => difference('cut', { service, reached, pod }))
  })
}

function accountOf(caller: Caller): string {
  return caller.kind === 'workload' ? `${caller.namespace}/${caller.serviceAccount}` : ''
}

/** Some identity: the network asks no more than whether there is one. */
const somebody = '-/ns/-/sa/-'

/** How a caller comes that is declared: as the callee's mesh has it where it is in that, and otherwise either way. */
function asCalled(reached: PortReach, pod: string, { ports }: Reach): readonly string[] {
  const guard = guardOf(reached)
  const same = ports.some(one => keyOf(one) === pod && guardOf(one) === guard)
  return guard !== 'none' && same ? [somebody] : [somebody, '']
}

function guardOf({ direct, floor }: PortReach): 'ztunnel' | 'linkerd' | 'none' {
  if (floor) return 'linkerd'
  return direct ? 'ztunnel' : 'none'
}

function keyOf({ workload }: PortReach): string {
  return `${workload.namespace}/${workload.name}`
}

function isOpen(region: Region, caller: string, pod: string): boolean {
  return !region.given('caller', caller).given('pod', pod).isEmpty
}

/** Pods that were read and that may get there though nobody declared them; one is told of. */
function admitted(service: GovernedService, reached: PortReach, terms: Asked): readonly Difference[] {
  const { asked, reach } = terms
  const outside = asked.flatMap(({ from }) => (from.kind === 'outside' ? [from] : []))
  if (outside.some(({ cidrs }) => cidrs.length === 0)) return []
  const { must, may } = reached.network() ?? { must: Region.all, may: Region.all }
  // A block may take in Pods, and need not.
  const open = outside.length > 0 ? must : may
  const meant = new Map([
    ['', declared(asked, terms)],
    [somebody, declared(sharingWire(service, reached, terms), terms)],
  ])
  const others = [...new Map(reach.ports.map(port => [keyOf(port), port.workload]))].flatMap(([pod, workload]) =>
    workload.hostNetwork || pod === keyOf(reached) || isItsWaypoint(pod, reached, terms) ? [] : [pod],
  )
  const strange = others.find(pod => [...meant].some(([caller, own]) => !own.has(pod) && isOpen(open, caller, pod)))
  return strange === undefined ? [] : [difference('admitted', { service, reached, pod: strange })]
}

function declared(flows: readonly IntendedFlow[], { homes }: Terms): ReadonlySet<string> {
  return new Set(flows.flatMap(({ from }) => [...(homes.get(accountOf(from)) ?? [])]))
}

/** The flows whose calls of the mesh come by the same port on the wire, or by the same waypoint. */
function sharingWire(
  service: GovernedService,
  reached: PortReach,
  { asked, flows, sharing }: Asked,
): readonly IntendedFlow[] {
  if (guardOf(reached) === 'none' && reached.ways.length === 0) return asked
  if (guardOf(reached) === 'linkerd' && reached.port === adminPort) return asked
  const near = reached.ways.flatMap(({ waypoints }) => waypoints.flatMap(gateway => sharing.get(gateway) ?? []))
  return [...new Set([serviceKey(service), ...near])].flatMap(name => flows.get(name) ?? [])
}

function isItsWaypoint(pod: string, { ways }: PortReach, { homes }: Terms): boolean {
  return ways.some(({ waypoints }) =>
    waypoints.some(({ namespace = '', serviceAccount }) => homes.get(`${namespace}/${serviceAccount}`)?.has(pod)),
  )
}

interface Found {
  readonly service: GovernedService
  readonly reached: PortReach
  readonly pod: string
}

function difference(kind: 'admitted' | 'cut', { service, reached, pod }: Found): Difference {
  const { namespace, serviceAccount } = service
  return {
    kind,
    service: service.service,
    callee: { namespace, serviceAccount, port: reached.port },
    text: `${pod} → ${portKey(service, reached.port)} on the network`,
    because: reached
      .because(Region.where('pod', Language.literals([pod])))
      .filter(one => one.startsWith('NetworkPolicy ')),
  }
}
