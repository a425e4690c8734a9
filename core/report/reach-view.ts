import type { Expression } from '../model/language'
import { Language } from '../model/language'
import { Region } from '../model/region'
import type { Trust } from './describe-callers'
import { describeCallers } from './describe-callers'
import type { ClaimQuestions } from './describe-requests'
import { describePods, isNamed, isWithin } from './describe-pods'
import { describeByAddress, describeByHost } from './describe-requests'
import type { EntryLine, ReachLine, ReachView } from './reach'
import { byText, visible } from './words'

/** One port and who may reach it, as much of it as is printed. */
export interface ViewedPort {
  readonly workload: { readonly namespace: string; readonly name: string }
  /** `other` stands for all ports that no object names. */
  readonly port: number | 'other'
  readonly bounds: { readonly must: Region; readonly may: Region }
}

/** One port of a gateway, as much of it as is printed. */
export interface ViewedGateway extends Pick<ViewedPort, 'workload' | 'port'> {
  readonly routed: readonly {
    readonly host: string
    readonly port?: number
    readonly bounds: ViewedPort['bounds']
    readonly callees?: readonly { readonly workload: ViewedPort['workload']; readonly port: number }[]
  }[]
  /** What may go where nobody can tell. */
  readonly astray: Region
}

/** Reach, and what is needed to put it into words. */
export interface Viewed extends Trust {
  readonly ports: readonly ViewedPort[]
  readonly questions: ClaimQuestions
  /** What enters through gateways, and where it goes. @default nothing */
  readonly gateways?: readonly ViewedGateway[]
  /** CIDR blocks that kubelets call from, where they are told by that. @default not known */
  readonly nodeNetworks?: readonly string[]
  /** Only what these callers may ask. @default everybody */
  readonly callers?: Language
  /** Who these are, in words. */
  readonly asked?: string
  /** Whether one callee or one caller is asked for, of which then nothing is left out. @default a survey */
  readonly detail?: 'all'
  /** What is left open whatever the policies say, in words. */
  readonly floor: readonly string[]
}

/** Reach in words, ready to be printed, sorted. */
export function viewOf(viewed: Viewed): ReachView {
  const callers = viewed.callers ? Region.where('caller', viewed.callers) : Region.all
  const ports = viewed.ports.filter(({ workload }) => !isTold(workload, viewed))
  const looking: LookingAt = { viewed, callers, pods: podsIn(viewed) }
  const lines = ports.flatMap(port => linesOf(port, looking))
  const open = new Set(lines.map(line => line.callee))
  const closed = [...new Set(ports.map(calleeOf))].filter(callee => !open.has(callee))
  const entries = (viewed.gateways ?? []).flatMap(gateway => entriesOf(gateway, callers, viewed))
  return {
    lines: lines.sort(inOrder),
    ...(entries.length > 0 && { entries }),
    closed: closed.sort(byText),
    ...(viewed.asked !== undefined && { asked: viewed.asked }),
    ...(viewed.detail && { detail: viewed.detail }),
    floor: viewed.floor,
  }
}

/** Of a gateway that is known to send something on it is told by that who may ask what; its other ports are as open as its policies, but nobody is known to listen. */
function isTold(workload: ViewedPort['workload'], { gateways = [] }: Viewed): boolean {
  return gateways.some(gateway => gateway.workload === workload && gateway.routed.length > 0)
}

function inOrder(a: ReachLine, b: ReachLine): number {
  return byText(a.callee, b.callee) || byText(a.callers, b.callers) || byText(a.requests, b.requests)
}

function calleeOf({ workload, port }: Pick<ViewedPort, 'workload' | 'port'>): string {
  return visible(`${workload.namespace}/${workload.name}:${port}`)
}

/** Whose requests are shown, and what Pods are told apart. */
export interface Looking {
  readonly viewed: GroupedBy
  readonly callers: Region
  readonly pods: ReadonlySet<string>
  /** The callee's: who is let in from there alone is told apart. */
  readonly namespace: string
}

type LookingAt = Omit<Looking, 'namespace'> & { readonly viewed: Viewed }

function linesOf(port: ViewedPort, looking: LookingAt): readonly ReachLine[] {
  const { viewed } = looking
  const { namespace } = port.workload
  const { must, may } = port.bounds
  const lines = (region: Region, bound: ReachLine['bound']): readonly ReachLine[] =>
    groupsOf(region, { ...looking, namespace }).flatMap(({ openness, who, requests }) =>
      [...describeByAddress(requests, viewed.questions)].flatMap(([from, asked]) => {
        const each = who.map(one => visible(one + comingFrom(from, viewed)))
        return asked.map(request => ({
          callee: calleeOf(port),
          callers: visible(who.join(', ') + comingFrom(from, viewed)),
          who: each,
          requests: visible(request),
          bound,
          openness,
        }))
      }),
    )
  // Who may come without an identity needs none.
  const possible = may.minus(must).minus(must.given('caller', ''))
  return [...lines(must, 'certain'), ...lines(possible, 'possible')]
}

/** All values of `pod` that some set names: those that the sets tell apart, and the workloads among the objects. */
function podsIn({ ports }: Viewed): ReadonlySet<string> {
  const words = podsOf(ports.flatMap(({ bounds }) => [bounds.may, bounds.must]))
  if (words.length === 0) return new Set()
  return new Set([...words, ...ports.map(({ workload: { namespace, name } }) => `${namespace}/${name}`)])
}

/** The Pods that regions tell apart. */
export function podsOf(regions: readonly Region[]): readonly string[] {
  const edges = regions.flatMap(region => region.by('pod'))
  return edges.flatMap(({ values }) => [...(values.words ?? values.complement().words ?? [])])
}

/** From which addresses, in words that follow a caller. */
export function comingFrom(blocks: string, { nodeNetworks = [] }: Pick<Viewed, 'nodeNetworks'>): string {
  if (blocks === '') return ''
  const nodes = [...nodeNetworks].sort().join('|')
  return blocks.split('|').sort().join('|') === nodes ? ` from the node networks ${blocks}` : ` from ${blocks}`
}

/** What enters by one port of a gateway. */
function entriesOf(gateway: ViewedGateway, callers: Region, viewed: Viewed): readonly EntryLine[] {
  const lines = (region: Region, bound: EntryLine['bound'], to: string): readonly EntryLine[] =>
    callersOf(region.intersect(callers), viewed).flatMap(([who, requests]) =>
      [...describeByHost(requests, viewed.questions)].map(([host, asked]) => ({
        gateway: calleeOf(gateway),
        callers: visible(who),
        host: visible(host),
        requests: asked.map(visible),
        to: visible(to),
        bound,
      })),
    )
  const sent = gateway.routed.flatMap(routed => {
    // Who enters may choose where to come from; where a NetworkPolicy keeps some Pods away is told with ports.
    const [must, may] = [routed.bounds.must.without('pod'), routed.bounds.may.without('pod')]
    const to = destinationOf(routed)
    return [...lines(must, 'certain', to), ...lines(may.minus(must), 'possible', to)]
  })
  return [...sent, ...lines(gateway.astray.without('pod'), 'possible', 'nobody can tell where')]
}

/** Whom a gateway's requests arrive at: the workloads, where they were read, else the name that the route has. */
function destinationOf({ host, port, callees = [] }: ViewedGateway['routed'][number]): string {
  if (callees.length === 0) return `${host}:${port ?? ''}`
  return [...new Set(callees.map(({ workload, port: at }) => `${workload.namespace}/${workload.name}:${at}`))].join(
    ', ',
  )
}

/** The callers of a region in words, with what they may ask. Where it is not asked who calls, it is anyone. */
function callersOf(region: Region, viewed: Viewed): readonly (readonly [string, Region])[] {
  return region
    .by('caller')
    .map(
      ({ values, to }) =>
        [values === Language.all ? 'anyone' : describeCallers(values, viewed).join(', '), to] as const,
    )
}

/** Callers that may ask the same. */
export interface Group {
  readonly openness: ReachLine['openness']
  /** In words, each of them. */
  readonly who: readonly string[]
  readonly callers: Language
  /** Where they call from. @default anywhere */
  readonly pods?: Language
  readonly requests: Region
}

const anonymous = Language.literals([''])
const kubelet = Language.literals(['kubelet'])
const anyText: Expression = { any: true }

/** What callers are grouped by. */
export type GroupedBy = Trust & Pick<Viewed, 'callers'>

/** Callers that may ask the same, by how openly they are named: whoever it is, none at all, a set that is no list of names, names. */
export function groupsOf(region: Region, looking: Looking): readonly Group[] {
  const { viewed, callers, namespace } = looking
  const shared = sharedByAll(region, viewed)
  const asked = region.minus(shared).intersect(callers)
  const all: Group = { openness: 'anonymous', who: [anybody], callers: Language.all, requests: shared }
  const groups = asked.by('caller').flatMap(({ values, to }): readonly Group[] => {
    const rest = values.minus(anonymous)
    const named = rest.words ? rest : rest.intersect(kubelet)
    const crowd = rest.minus(named)
    const group = (openness: Group['openness'], names: Language): Group => ({
      openness,
      who: describeCallers(names, viewed),
      callers: names,
      requests: to,
    })
    const near = crowd.within(Language.of({ sequence: [anyText, `/ns/${namespace}/sa/`, anyText] }))
    return [
      group('anonymous', values.intersect(anonymous)),
      group(near ? 'namespace' : 'mesh', crowd),
      group('named', named),
    ]
  })
  return [all, ...groups]
    .filter(({ who, requests }) => who.length > 0 && !requests.isEmpty)
    .flatMap(group => placed(group, looking))
}

const anybody = 'anybody'

/** The same callers by the Pods they call from, where that matters: whoever needs no identity is then named by these. */
function placed(group: Group, { namespace, pods: known }: Looking): readonly Group[] {
  // It calls from the node, whatever Pods are let in.
  if (group.callers.within(kubelet)) return [{ ...group, requests: group.requests.without('pod') }]
  return group.requests.by('pod').flatMap(({ values, to }) => {
    if (values === Language.all) return [group]
    const parts = values.words ? [values.intersect(anonymous), values.minus(anonymous)] : [values]
    return parts
      .filter(part => !part.isEmpty)
      .map(part => ({
        openness: opennessFrom(part, group.openness, namespace),
        who: fromPods(group.who, describePods(part, known)),
        callers: group.callers,
        pods: part,
        requests: to,
      }))
  })
}

function opennessFrom(pods: Language, openness: Group['openness'], namespace: string): Group['openness'] {
  if (openness === 'named' || isNamed(pods)) return 'named'
  if (isWithin(pods, namespace)) return 'namespace'
  return openness === 'anonymous' && !pods.contains('') ? 'mesh' : openness
}

function fromPods(who: readonly string[], pods: readonly string[]): readonly string[] {
  if (who.includes(anybody)) return pods
  return who.map(one => `${one}, from ${pods.join(' or ')}`)
}

/** What everybody may ask, with an identity or without, and the kubelet too. */
function sharedByAll(region: Region, { trusted, callers }: GroupedBy): Region {
  if (callers) return Region.none
  const everybody = Language.union([trusted, anonymous, kubelet])
  const told = region.by('caller').filter(({ values }) => !values.intersect(everybody).isEmpty)
  if (!everybody.within(Language.union(told.map(({ values }) => values)))) return Region.none
  return Region.intersection(told.map(({ to }) => to))
}
