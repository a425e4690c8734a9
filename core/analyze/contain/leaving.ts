import { groupBy } from '../../model/group'
import { Region } from '../../model/region'
import type { Change } from '../diff/change'
import type { LeavingChange, Manner } from '../diff/leaving'
import { alike, leavingName, manners, parseLeavingName } from '../diff/leaving'
import type { At } from '../leaving/ports'
import { heldAt, piecesOf, printPorts } from '../leaving/ports'
import type { Reach } from '../reach'
import type { Unwaived } from './waived'

/** What may leave one workload: through its own proxy, and round it. */
export type StoredLeaving = Readonly<Record<Manner, readonly At<Region>[]>>

/** What may leave now; of several workloads of one name what leaves any. */
export function leavingNow(reached: Pick<Reach, 'leaving'>): ReadonlyMap<string, StoredLeaving> {
  const byName = groupBy(reached.leaving(), ({ workload: { namespace, name } }) => `${namespace}/${name}`)
  return new Map(
    [...byName].map(([name, group]) => {
      const pieces = piecesOf(group.flatMap(({ ports }) => ports))
      const of = (manner: Manner): readonly At<Region>[] =>
        pieces.map(piece => {
          const each = group.map(({ ports }) => heldAt(ports, piece.from)?.[manner].may ?? Region.none)
          return { ...piece, held: Region.union(each) }
        })
      return [name, { bounds: of('bounds'), past: of('past') }]
    }),
  )
}

/** The places to write: ports that are alike as one, none that nothing leaves by, and nothing of what goes round a proxy where the proxy lets out the same. */
export function leavingPlaces(leaving: ReadonlyMap<string, StoredLeaving>): readonly (readonly [string, Region])[] {
  return [...leaving].flatMap(([workload, stored]) => {
    const same = stored.past.every(({ from, held }) => held === heldAt(stored.bounds, from))
    return manners
      .filter(manner => manner === 'bounds' || !same)
      .flatMap(manner =>
        [...groupBy(stored[manner], ({ held }) => held)]
          .filter(([region]) => !region.isEmpty)
          .map(([region, ports]) => [leavingName(workload, printPorts(ports), manner), region] as const),
      )
  })
}

/** What {@link leavingPlaces} wrote. */
export function storedLeaving(places: ReadonlyMap<string, Region>): ReadonlyMap<string, StoredLeaving> {
  const read = [...places].flatMap(([name, held]) => {
    const place = parseLeavingName(name)
    return place ? [{ ...place, held }] : []
  })
  return new Map(
    [...groupBy(read, ({ workload }) => workload)].map(([workload, group]) => {
      const of = (manner: Manner): readonly At<Region>[] =>
        group
          .filter(place => place.manner === manner)
          .flatMap(({ ports, held }) => ports.map(range => ({ ...range, held })))
      const past = of('past')
      return [workload, { bounds: of('bounds'), past: past.length > 0 ? past : of('bounds') }]
    }),
  )
}

interface Compared {
  readonly now: ReadonlyMap<string, StoredLeaving>
  readonly stored: ReadonlyMap<string, StoredLeaving>
  readonly reached: Pick<Reach, 'leaving'>
}

/** What more may leave the mesh than was stored and waivers admit. */
export function leavingGrown({ now, stored, reached }: Compared, unwaived: Unwaived): readonly Change[] {
  const because = becauseAt(reached)
  return [...now].flatMap(([workload, own]) => {
    const before = stored.get(workload)
    const proxied = own.past.some(({ from, held }) => held !== heldAt(own.bounds, from))
    return manners
      .filter(manner => manner === 'bounds' || proxied)
      .flatMap(manner => {
        const [was, is] = [before?.[manner] ?? [], own[manner]]
        const changes = piecesOf([...was, ...is, ...unwaived.ports]).flatMap((piece): readonly LeavingChange[] => {
          const [old, may] = [heldAt(was, piece.from) ?? Region.none, heldAt(is, piece.from) ?? Region.none]
          const rest = unwaived.of(may.minus(old), flow => flow.leaves?.(workload, piece.from) ?? Region.none)
          const patch = { admitted: rest, ruledOut: Region.none, cut: Region.none, assured: Region.none }
          const bounds = { before: { must: Region.none, may: old }, after: { must: may, may } }
          const reasons = { old: () => [], now: () => because(workload, piece.from) }
          return rest.isEmpty ? [] : [{ kind: 'leaving', piece, patch, ...bounds, because: reasons }]
        })
        return alike(changes, workload, manner)
      })
  })
}

function becauseAt(reached: Pick<Reach, 'leaving'>): (name: string, port: number) => readonly string[] {
  const byName = groupBy(reached.leaving(), ({ workload: { namespace, name } }) => `${namespace}/${name}`)
  return (name, port) => (byName.get(name) ?? []).flatMap(({ ports }) => heldAt(ports, port)?.because ?? [])
}

/** Workloads of which less may leave than was stored. */
export function leavingShrunk({ now, stored }: Omit<Compared, 'reached'>): readonly string[] {
  return [...stored].flatMap(([workload, was]) =>
    manners.flatMap(manner => {
      const [old, is] = [was[manner], now.get(workload)?.[manner] ?? []]
      const less = piecesOf([...old, ...is]).filter(
        ({ from }) => !(heldAt(old, from) ?? Region.none).within(heldAt(is, from) ?? Region.none),
      )
      return less.length === 0 ? [] : [leavingName(workload, printPorts(less), manner)]
    }),
  )
}
