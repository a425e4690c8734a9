import { otherPorts, printFloor } from '../core/analyze/floor'
import type { Workload } from '../core/analyze/layer'
import type { PortReach, Reach } from '../core/analyze/reach'
import { nobody, trustedCallers } from '../core/analyze/regions/callers'
import { shownPort } from '../core/analyze/shown'
import { Language } from '../core/model/language'
import { didYouMean } from '../core/model/problem'
import { Region } from '../core/model/region'
import type { ReachView } from '../core/report/reach'
import type { Viewed } from '../core/report/reach-view'
import { viewOf } from '../core/report/reach-view'
import { BadInput } from './bad-input'
import type { CalleeName, CallerName } from './names'

/** Of the network below and the mesh above, what is shown: what both let through, or what one of them would alone. */
export type ShownLayer = 'all' | 'mesh' | 'network'

/** What of it is asked for; everything where nothing is said. */
export interface ReachFilter {
  readonly from?: CallerName
  readonly to?: CalleeName
  /** Only workloads of these namespaces. */
  readonly within?: readonly string[]
  /** Only callers without identity. */
  readonly plaintextOnly?: true
  /** `network`: what NetworkPolicies let through, whatever the mesh says. @default what was computed */
  readonly layer?: ShownLayer
}

/** Reach in words, ready to be printed. Throws {@link BadInput} where the callee asked for is not there. */
export function askedReach(reached: Reach, filter: ReachFilter): ReachView {
  const { domains, questions, floor, gateways, nodeNetworks } = reached
  const { to, within, layer } = filter
  // What a data plane leaves out everywhere is told once, with the floor.
  const shown = to ? portsOf(reached, to) : placed(reached, within).filter(port => port.floor !== Region.all)
  const seen = new Set(shown.map(({ workload }) => workload))
  const isAll = to === undefined && within === undefined
  const chosen = callersOf(filter, domains)
  return viewOf({
    domains,
    questions,
    trusted: trustedCallers(domains),
    ...(nodeNetworks && { nodeNetworks }),
    ports: layer === 'network' ? shown.map(byNetwork) : shown.map(port => shownPort(port, reached, chosen.callers)),
    gateways: layer === 'network' ? [] : isAll ? gateways : concerning(gateways, seen),
    ...chosen,
    ...((to ?? filter.from) && { detail: 'all' }),
    floor: chosen.callers || layer === 'network' ? [] : printFloor(floor),
  })
}

/** What the network alone lets get there: everything, where no NetworkPolicy concerns it. */
function byNetwork(port: PortReach): PortReach {
  return { ...port, bounds: port.network() ?? { must: Region.all, may: Region.all } }
}

function callersOf({ from, plaintextOnly }: ReachFilter, domains: Reach['domains']): Pick<Viewed, 'callers' | 'asked'> {
  if (plaintextOnly) return { callers: nobody, asked: 'callers without identity' }
  if (!from) return {}
  return { callers: identitiesOf(from, domains), asked: `${from.namespace}/${from.serviceAccount}` }
}

function placed({ ports }: Reach, within: ReachFilter['within']): readonly PortReach[] {
  if (!within) return ports
  const known = new Set(ports.map(({ workload }) => workload.namespace))
  const unknown = within.filter(namespace => !known.has(namespace))
  if (unknown.length > 0) throw new BadInput(unknown.map(name => notPopulated(name, known)))
  return ports.filter(({ workload }) => within.includes(workload.namespace))
}

function notPopulated(name: string, known: ReadonlySet<string>) {
  const message = `no workload among the objects lies in namespace \`${name}\``
  return { code: 'unknown-namespace', severity: 'error', at: '--in', message, ...didYouMean(name, known) } as const
}

/** Of what enters through gateways, what a workload lets in, or what gets to it. */
function concerning(gateways: Reach['gateways'], workloads: ReadonlySet<Workload>): Reach['gateways'] {
  return gateways.flatMap(gateway => {
    if (workloads.has(gateway.workload)) return [gateway]
    const routed = gateway.routed.filter(({ callees = [] }) => callees.some(({ workload }) => workloads.has(workload)))
    return routed.length === 0 ? [] : [{ ...gateway, routed, astray: Region.none }]
  })
}

function identitiesOf({ namespace, serviceAccount }: CallerName, domains: Reach['domains']): Language {
  const tail = `/ns/${namespace}/sa/${serviceAccount}`
  if (domains) return Language.literals(domains.map(domain => domain + tail))
  return Language.of({ sequence: [{ plus: { except: '/' } }, tail] })
}

function portsOf(reached: Reach, { namespace, workload, port }: CalleeName): readonly PortReach[] {
  const known = reached.ports.filter(
    found => found.workload.namespace === namespace && found.workload.names.includes(workload),
  )
  if (known.length === 0) throw notThere(`${namespace}/${workload}`, reached.ports)
  if (port === undefined) return known
  const named = known.filter(found => found.port === port)
  // A port that no object names is judged like all such ports.
  return named.length > 0 ? named : known.filter(found => found.port === otherPorts)
}

function notThere(name: string, ports: readonly PortReach[]): BadInput {
  const known = new Set(ports.map(({ workload }) => `${workload.namespace}/${workload.name}`))
  const message = `no workload \`${name}\` is among the objects`
  return new BadInput([
    { code: 'unknown-workload', severity: 'error', at: '--to', message, ...didYouMean(name, known) },
  ])
}
