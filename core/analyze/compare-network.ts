import type { Caller } from '../model/flow'
import { groupBy } from '../model/group'
import type { GovernedService, IntendedFlow, Intent } from '../model/intent'
import { Language } from '../model/language'
import { Region } from '../model/region'
import type { ExpectedByMesh } from './compare-meshes'
import type { Difference } from './difference'
import type { Expected } from './expect'
import { portKey } from './expect'
import { adminFlows } from './expect-admin'
import { otherPorts } from './floor'
import type { Gateway } from './layer'
import { adminPort } from './linkerd/own-ports'
import { gatewayLabel } from './network/pods'
import { unheardOf } from './network/unseen'
import type { PortReach, Reach } from './reach'

/**
 * Whether the network alone is the shadow of an intent: each governed port is reached for certain from where its declared callers run, and possibly from nowhere else. One that gets
 * further is told of for each port: a Pod that was read, or any other of a namespace.
 *
 * Ports are told apart on the wire. Into Pods of ztunnel and of Linkerd's proxy all calls of the mesh come by one port, so that whoever may call any port of theirs may come; and whoever
 * may call one service behind a waypoint, gets as far as that waypoint's calls do. Of those who are declared by address alone it is not asked which they are, nor of a caller that is no
 * service what runs beside it. What {@link networkFloor} says, and Pods on a node's network, is nobody's to close.
 *
 * NetworkPolicies hold at stage `enforce` alone: a namespace at `strict` lets in everybody, and so does a waypoint in one, or before one.
 */
export function compareNetwork(reach: Reach, intent: Intent, expected: OnWire = {}): readonly Difference[] {
  const straight = intent.flows.filter(flow => isStraight(flow, expected))
  const flows = groupBy(straight, ({ to }) => (to.kind === 'workload' ? serviceKey(to) : ''))
  const stages = stagesOf(expected)
  const terms: Terms = {
    reach,
    flows,
    admin: adminFlows(intent.flows),
    homes: homesOf(reach, intent),
    places: placesIn(reach, intent),
    sharing: byWaypoint(reach, intent),
    isOpen: ({ namespace = '' }) => stages[namespace] === 'strict',
  }
  return intent.governed.flatMap(service => compareService(service, terms))
}

/** What decides on which ports calls come, and from where, of one mesh or of two. */
export type OnWire = Pick<Expected, 'stages'> | Omit<ExpectedByMesh, 'podNetworks'>

function stagesOf(expected: OnWire): NonNullable<Expected['stages']> {
  if (!('onLinkerd' in expected)) return expected.stages ?? {}
  return { ...expected.istio.stages, ...expected.linkerd.stages }
}

/** What crosses to another mesh through its gateway comes from there, and is declared as the gateway's own call too. */
function isStraight({ from, to, border }: IntendedFlow, expected: OnWire): boolean {
  if (border !== 'gateway' || !('onLinkerd' in expected)) return true
  if (from.kind !== 'workload' || to.kind !== 'workload') return true
  return expected.onLinkerd.includes(from.namespace) === expected.onLinkerd.includes(to.namespace)
}

interface Terms {
  readonly reach: Reach
  /** By the service they are to. */
  readonly flows: ReadonlyMap<string, readonly IntendedFlow[]>
  /** Who reads the metrics of a namespace's proxies. */
  readonly admin: ReadonlyMap<string, readonly IntendedFlow[]>
  readonly homes: Homes
  /** Where callers may be, each with its place in the order in which they are told of. */
  readonly places: ReadonlyMap<string, number>
  /** The services behind each waypoint. */
  readonly sharing: ReadonlyMap<Gateway, readonly GovernedService[]>
  /** Whether everybody may call what runs in a namespace. */
  isOpen(place: Pick<Gateway, 'namespace'>): boolean
}

function serviceKey({ namespace, service }: Pick<GovernedService, 'namespace' | 'service'>): string {
  return `${namespace}/${service}`
}

/** Where callers run. */
interface Homes {
  readonly byAccount: ReadonlyMap<string, ReadonlySet<string>>
  /** Of services that share an account, whose labels tell them apart. */
  readonly byService: ReadonlyMap<string, ReadonlySet<string>>
}

/** Waypoints run where their identities do; of workloads it need not be known under which identity they do, nor whether any mesh gives them one. */
function homesOf(reach: Reach, { governed }: Intent): Homes {
  const byAccount = new Map<string, Set<string>>()
  const add = (account: string, pods: Iterable<string>): void => {
    byAccount.set(account, new Set([...(byAccount.get(account) ?? []), ...pods]))
  }
  for (const [name, pods] of reach.homes) {
    const [, namespace = '', account = ''] = /\/ns\/(.+)\/sa\/(.+)$/.exec(name) ?? []
    add(`${namespace}/${account}`, pods.words ?? [])
  }
  const workloads = new Map(reach.ports.map(port => [keyOf(port), port.workload]))
  for (const [pod, { namespace, serviceAccount }] of workloads) add(`${namespace}/${serviceAccount}`, [pod])
  const shared = [...groupBy(governed, accountOf).values()].filter(services => services.length > 1).flat()
  const byService = shared.map(service => [serviceKey(service), new Set(portsOf(service, reach).map(keyOf))] as const)
  return { byAccount, byService: new Map(byService) }
}

/**
 * Pods that were read, but for those on a node's network; and those that were not, of others' namespaces and of each of theirs. Beside a caller that is no service there may be others that nobody can
 * tell from it.
 */
function placesIn({ ports, pods }: Reach, { flows, governed }: Intent): Terms['places'] {
  const services = new Set(governed.map(serviceKey))
  const strangers = new Set(
    flows.flatMap(({ from }) => (from.kind === 'workload' && !services.has(serviceKey(from)) ? [from.namespace] : [])),
  )
  const read = ports.filter(({ workload }) => !workload.hostNetwork)
  const { all, unread } = pods()
  // A waypoint that is yet to come is let in before it is there.
  const isAsked = (pod: string): boolean =>
    !strangers.has(all.get(pod)?.place ?? '') && !pod.includes(`/{${gatewayLabel}=`)
  const places = [...read.map(keyOf), unheardOf, ...unread.filter(isAsked)]
  return new Map([...new Set(places)].map((pod, i) => [pod, i]))
}

function byWaypoint(reach: Reach, { governed }: Intent): Terms['sharing'] {
  const behind = governed.flatMap(service =>
    [...new Set(portsOf(service, reach).flatMap(waypointsBefore))].map(gateway => ({ gateway, service })),
  )
  const groups = groupBy(behind, ({ gateway }) => gateway)
  return new Map([...groups].map(([gateway, list]) => [gateway, list.map(({ service }) => service)]))
}

function waypointsBefore({ ways }: PortReach): readonly Gateway[] {
  return ways.flatMap(({ waypoints }) => waypoints)
}

/** Where services share an account, labels tell them apart. */
function portsOf({ labels, ...account }: GovernedService, reach: Reach): readonly PortReach[] {
  return reach
    .portsOf(account)
    .filter(({ workload }) => Object.entries(labels).every(([key, value]) => workload.labels[key] === value))
}

function compareService(service: GovernedService, terms: Terms): readonly Difference[] {
  const own = terms.flows.get(serviceKey(service)) ?? []
  const found = portsOf(service, terms.reach).map(reached => {
    const asked = own.filter(({ to }) => to.kind === 'workload' && to.port === reached.port)
    const all = { service, reached, asked, ...terms }
    return { port: reached.port, cut: cut(all), admitted: terms.isOpen(service) ? [] : admitted(all) }
  })
  const isNamed = found.some(({ port, admitted: some }) => port !== otherPorts && some.length > 0)
  // Who gets to all ports need not be told of those that no object names.
  return found.flatMap(one => [...one.cut, ...(one.port === otherPorts && isNamed ? [] : one.admitted)])
}

interface Asked extends Terms {
  readonly service: GovernedService
  readonly reached: PortReach
  /** The flows to the port. */
  readonly asked: readonly IntendedFlow[]
}

function cut({ service, reached, asked, homes, reach }: Asked): readonly Difference[] {
  const network = reached.network()
  if (!network) return []
  return asked.flatMap((flow): readonly Difference[] => {
    const lost = [...homeOf(flow.from, homes)].filter(
      pod => !asCalled(reached, pod, reach).some(caller => isOpen(network.must, caller, pod)),
    )
    return lost.slice(0, 1).map(pod => difference('cut', { service, reached, pod }))
  })
}

function homeOf(caller: Caller, { byAccount, byService }: Homes): ReadonlySet<string> {
  if (caller.kind !== 'workload') return new Set()
  return byService.get(serviceKey(caller)) ?? byAccount.get(accountOf(caller)) ?? new Set()
}

function accountOf({ namespace = '', serviceAccount }: Pick<Gateway, 'namespace' | 'serviceAccount'>): string {
  return `${namespace}/${serviceAccount}`
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

/** From where callers may get there though nobody declared them; one is told of. */
function admitted(question: Asked): readonly Difference[] {
  const { service, reached, asked, places } = question
  if (asked.some(({ from }) => from.kind === 'outside' && from.cidrs.length === 0)) return []
  const { may } = reached.network() ?? { may: Region.all }
  // A block may take in Pods, and need not.
  const byAddress = isOfProxy(reached) || asked.some(({ from }) => from.kind !== 'workload')
  const strange = ['', somebody].flatMap(caller => {
    const meant = caller === '' ? own(question) : sharingWire(question)
    if (!meant) return []
    const all = Language.literals([...declared(meant, question), ...standingBefore(question), keyOf(reached)])
    const open = openTo(may.given('caller', caller), byAddress ? 'any address' : 'some address')
    return firstOf(open.minus(all), places) ?? []
  })
  const [first] = strange.sort((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0))
  return first === undefined ? [] : [difference('admitted', { service, reached, pod: first })]
}

/** The Pods that get through from some address that they may have, or whichever they have. */
function openTo(region: Region, from: 'some address' | 'any address'): Language {
  return from === 'some address' ? region.valuesOf('pod') : region.complement().valuesOf('pod').complement()
}

function firstOf(pods: Language, places: Terms['places']): string | undefined {
  const { words } = pods
  if (!words) return [...places.keys()].find(pod => pods.contains(pod))
  const known = [...words].filter(pod => places.has(pod))
  return known.sort((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0))[0]
}

function declared(flows: readonly IntendedFlow[], { homes }: Terms): readonly string[] {
  return [...new Set(flows.map(({ from }) => homeOf(from, homes)))].flatMap(pods => [...pods])
}

/** The flows to the port itself. */
function own({ service, reached, asked, admin }: Asked): readonly IntendedFlow[] {
  return isOfProxy(reached) ? [...asked, ...(admin.get(service.namespace) ?? [])] : asked
}

/** Whether a port is the one where Linkerd's proxy hands out metrics, and where the kubelet asks how it is (linkerd2 `charts/partials/templates/_proxy.tpl`). */
function isOfProxy(reached: PortReach): boolean {
  return guardOf(reached) === 'linkerd' && reached.port === adminPort
}

/** The flows whose calls of the mesh come by the same port on the wire, or by the same waypoint; nothing where those are everybody's. */
function sharingWire(question: Asked): readonly IntendedFlow[] | undefined {
  const { service, reached, flows, sharing, admin } = question
  const waypoints = waypointsBefore(reached)
  const near = waypoints.flatMap(gateway => sharing.get(gateway) ?? [])
  if ([...waypoints, ...near].some(place => question.isOpen(place))) return undefined
  const isOne = reached.isSharedWire()
  const names = new Set([...(isOne ? [service] : []), ...near].map(serviceKey))
  // By the port that sidecars take HBONE on comes whoever reads their metrics, too.
  const metrics = isOne && guardOf(reached) === 'none' ? (admin.get(service.namespace) ?? []) : []
  return [...own(question), ...[...names].flatMap(name => flows.get(name) ?? []), ...metrics]
}

function standingBefore({ reached, homes }: Asked): readonly string[] {
  return waypointsBefore(reached).flatMap(gateway => [...(homes.byAccount.get(accountOf(gateway)) ?? [])])
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
    text: `${shown(pod)} → ${portKey(service, reached.port)} on the network`,
    because: reached
      .because(Region.where('pod', Language.literals([pod])))
      .filter(one => one.startsWith('NetworkPolicy ')),
  }
}

function shown(pod: string): string {
  if (pod === unheardOf) return 'any Pod of another namespace'
  return pod.endsWith('/{}') ? `any other Pod of ${pod.slice(0, -'/{}'.length)}` : pod
}
