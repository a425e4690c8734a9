import { Region } from '../../model/region'
import { anyhow } from '../equal-callers'
import type { Change } from '../diff/change'
import { entriesOf } from '../diff/entries'
import { housed } from '../network/at-home'
import type { Reach } from '../reach'
import type { Baseline } from './baseline'
import { baselineOf, storedAt } from './baseline'
import type { Waiver } from './waiver'
import { asToldThen } from './pods'
import { leavingGrown, leavingShrunk } from './leaving'
import type { Judged } from './waived'
import { judgeWaivers } from './waived'

/** Whether reach stays within a baseline and waivers. */
export interface Containment {
  /** What somebody could reach beyond both. */
  readonly grown: readonly Change[]
  /** What data planes leave open that the baseline does not list. */
  readonly floor: readonly string[]
  /** Where less is possible than the baseline says. */
  readonly shrunk: readonly string[]
  /** Waivers that have expired, and would have admitted some of what has grown. */
  readonly lapsed: readonly Waiver[]
  /** Waivers that nothing needs, expired or not. */
  readonly unused: readonly Waiver[]
  /** Waivers that hold and are needed. */
  readonly used: readonly Waiver[]
}

export interface ContainOptions {
  readonly waivers: readonly Waiver[]
  /** The day on which it is judged, `2026-12-31`: a waiver holds through the day on which it expires. */
  readonly today: string
}

/**
 * Holds reach against a baseline: it may shrink, and grow by what waivers admit that have not expired. Compared is what somebody could do, whatever certificate they show
 * or leave at home, beyond what data planes leave open by themselves; that is compared in words.
 */
export function contain(reached: Reach, reviewed: Baseline, { waivers, today }: ContainOptions): Containment {
  const now = baselineOf(reached)
  const baseline = inTodaysWords(reviewed, reached)
  const { unwaived, judged } = judgeWaivers(waivers, { today, domains: reached.domains })
  const becauses = becauseAt(reached)
  const somehow = (may: Region): Region => housed(anyhow(may), reached.homes, 'may')
  const places = [...now.reach].flatMap(([callee, own]): readonly Change[] => {
    const [before, may] = [somehow(storedAt(baseline, callee)), somehow(own)]
    const rest = unwaived.of(may.minus(before), flow => (flow.isAt(callee) ? flow.requests : Region.none))
    return rest.isEmpty ? [] : [growth({ callee, before, may, rest, because: becauses(callee) })]
  })
  const left = { now: now.leaving, stored: baseline.leaving, reached }
  const grown = [...places, ...leavingGrown(left, unwaived)]
  const of = (wanted: (each: Judged) => boolean) =>
    judged()
      .filter(wanted)
      .map(({ waiver }) => waiver)
  return {
    grown,
    floor: now.floor.filter(line => !baseline.floor.includes(line)),
    shrunk: [...shrunkIn(now, baseline, somehow), ...leavingShrunk(left)].sort(),
    lapsed: of(({ live, needed }) => !live && needed),
    unused: of(({ needed }) => !needed),
    used: of(({ live, needed }) => live && needed),
  }
}

/** A baseline that says something of every Pod that is told apart now. */
function inTodaysWords(baseline: Baseline, { pods }: Reach): Baseline {
  if (!baseline.pods) return baseline
  const told = asToldThen(baseline.pods, pods())
  return { ...baseline, reach: new Map([...baseline.reach].map(([name, region]) => [name, told(region)])) }
}

interface Grown {
  readonly callee: string
  readonly before: Region
  readonly may: Region
  readonly rest: Region
  readonly because: (region: Region) => readonly string[]
}

function growth({ callee, before, may, rest, because }: Grown): Change {
  return {
    kind: callee.includes(' → ') ? 'entry' : 'port',
    callee,
    patch: { admitted: rest, ruledOut: Region.none, cut: Region.none, assured: Region.none },
    before: { must: Region.none, may: before },
    after: { must: may, may },
    because: { old: () => [], now: because },
  }
}

function becauseAt(reached: Reach): (callee: string) => (region: Region) => readonly string[] {
  const entries = entriesOf(reached)
  const ports = new Map(
    reached.ports.map(port => [`${port.workload.namespace}/${port.workload.name}:${port.port}`, port]),
  )
  return callee => region => (entries.get(callee) ?? ports.get(callee))?.because(region) ?? []
}

function shrunkIn(now: Baseline, baseline: Baseline, somehow: (may: Region) => Region): readonly string[] {
  const names = new Set([...now.reach.keys(), ...baseline.reach.keys()])
  return [...names].filter(name => !somehow(storedAt(baseline, name)).within(somehow(storedAt(now, name))))
}
