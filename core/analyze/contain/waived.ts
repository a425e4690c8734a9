import { Region } from '../../model/region'
import type { Ports } from '../leaving/ports'
import type { WaivedFlow, Waiver } from './waiver'
import { parseFlow } from './waiver'

/** Growth without what waivers admit; which of them were needed for it is kept. */
export interface Unwaived {
  /** What of some growth no waiver that holds admits. `admits`: what a flow admits where that is. */
  of(beyond: Region, admits: (flow: WaivedFlow) => Region): Region
  /** The ports outside that waivers tell apart. */
  readonly ports: readonly Ports[]
}

/** A waiver, and whether anything that has grown is among what it admits. */
export interface Judged {
  readonly waiver: Waiver
  /** It has not expired. */
  readonly live: boolean
  readonly needed: boolean
}

/** Waivers on one day; who answers for what is known when all growth was asked. */
export function judgeWaivers(
  waivers: readonly Waiver[],
  { today, domains }: { readonly today: string; readonly domains: readonly string[] | undefined },
): { readonly unwaived: Unwaived; readonly judged: () => readonly Judged[] } {
  const known = waivers.map(waiver => ({
    waiver,
    live: waiver.expires >= today,
    flows: waiver.admits.flatMap(flow => parseFlow(flow, domains, waiver) ?? []),
  }))
  const needed = new Set<Waiver>()
  const of: Unwaived['of'] = (beyond, admits) => {
    if (beyond.isEmpty) return beyond
    const covered = known.map(each => ({ ...each, part: Region.union(each.flows.map(admits)).intersect(beyond) }))
    const rest = beyond.minus(Region.union(covered.filter(({ live }) => live).map(({ part }) => part)))
    for (const { waiver, live, part } of covered) if (!part.intersect(live ? beyond : rest).isEmpty) needed.add(waiver)
    return rest
  }
  const ports = known.flatMap(({ flows }) => flows.flatMap(flow => flow.ports))
  return { unwaived: { of, ports }, judged: () => known.map(each => ({ ...each, needed: needed.has(each.waiver) })) }
}
