import { printFloor } from '../core/analyze/floor'
import { trustedCallers } from '../core/analyze/regions/callers'
import { otherPorts } from '../core/analyze/floor'
import type { PortReach, Reach } from '../core/analyze/reach'
import { besideFloor } from '../core/analyze/reach'
import type { Workload } from '../core/analyze/layer'
import { Language } from '../core/model/language'
import { Region } from '../core/model/region'
import { didYouMean } from '../core/model/problem'
import type { ReachView } from '../core/report/reach'
import { viewOf } from '../core/report/reach-view'
import { BadInput } from './bad-input'
import type { CalleeName, CallerName } from './names'

/** What of it is asked for; everything where nothing is said. */
export interface ReachFilter {
  readonly from?: CallerName
  readonly to?: CalleeName
}

/** Reach in words, ready to be printed. Throws {@link BadInput} where the callee asked for is not there. */
export function askedReach(reached: Reach, { from, to }: ReachFilter): ReachView {
  const { domains, questions, floor, gateways, nodeNetworks } = reached
  // What a data plane leaves out everywhere is told once, with the floor.
  const shown = to ? portsOf(reached, to) : reached.ports.filter(port => port.floor !== Region.all)
  const seen = new Set(shown.map(({ workload }) => workload))
  return viewOf({
    domains,
    questions,
    trusted: trustedCallers(domains),
    ...(nodeNetworks && { nodeNetworks }),
    ports: shown.map(port => (port.floor === Region.all ? port : besideFloor(port))),
    gateways: to ? concerning(gateways, seen) : gateways,
    ...(from ? { callers: identitiesOf(from, domains) } : {}),
    floor: from ? [] : printFloor(floor),
  })
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
