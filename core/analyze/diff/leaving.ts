import type { Workload } from '../layer'
import type { LeavingReach, Outward } from '../leaving/leaving'
import type { Ports } from '../leaving/ports'
import { heldAt, parsePorts, piecesOf, printPorts } from '../leaving/ports'
import { never } from '../regions/bounds'
import type { Change } from './change'
import { isEmpty, patchOf } from './patch'

/** One workload in two states; one of them may not have it. */
export interface LeavingPair {
  readonly old?: LeavingReach
  readonly now?: LeavingReach
}

/** How calls get out: through the caller's own proxy, or round it. */
export type Manner = 'bounds' | 'past'

/** What leaves a workload is told as this place: `shop/cart → outside:443`, `shop/cart → outside:443 round its proxy`. */
export function leavingName(workload: string, ports: string, manner: Manner): string {
  return `${workload} → outside:${ports}${manner === 'past' ? pastProxy : ''}`
}

/** What {@link leavingName} wrote; nothing where it is none. */
export function parseLeavingName(
  name: string,
): { readonly workload: string; readonly ports: readonly Ports[]; readonly manner: Manner } | undefined {
  const [, workload, text = '', past] = /^([^/ ]+\/[^/ ]+) → outside:(\S+)( round its proxy)?$/.exec(name) ?? []
  const ports = parsePorts(text)
  return workload === undefined || !ports
    ? undefined
    : { workload, ports, manner: past === undefined ? 'bounds' : 'past' }
}

/** What ends the name of a place that calls get to round a proxy. */
const pastProxy = ' round its proxy'

/** How what leaves the mesh differs. What goes round a proxy is told where it is not what goes through it. */
export function leavingChanges(pairs: readonly LeavingPair[]): readonly Change[] {
  return pairs.flatMap(pair => {
    const workload = (pair.now ?? pair.old)?.workload
    const pieces = piecesOf([...(pair.old?.ports ?? []), ...(pair.now?.ports ?? [])]).map(piece => stateAt(pair, piece))
    return workload ? manners.flatMap(manner => alike(changesOf(pieces, manner), nameOf(workload), manner)) : []
  })
}

/** Both. */
export const manners: readonly Manner[] = ['bounds', 'past']

interface State {
  readonly piece: Ports
  readonly old: Outward
  readonly now: Outward
}

function nameOf({ namespace, name }: Workload): string {
  return `${namespace}/${name}`
}

const nothing: Outward = { bounds: never, past: never, because: [] }

function stateAt({ old, now }: LeavingPair, piece: Ports): State {
  const at = (reach: LeavingReach | undefined): Outward => heldAt(reach?.ports ?? [], piece.from) ?? nothing
  return { piece, old: at(old), now: at(now) }
}

/** What changed on some ports. */
export type LeavingChange = Omit<Change, 'callee'> & { readonly piece: Ports }

function changesOf(states: readonly State[], manner: Manner): readonly LeavingChange[] {
  return states.flatMap(({ piece, old, now }): readonly LeavingChange[] => {
    const [before, after] = [old[manner], now[manner]]
    const patch = patchOf(before, after)
    const told = manner === 'past' && [old, now].every(({ bounds, past }) => bounds.may === past.may)
    if (isEmpty(patch) || told) return []
    return [
      { kind: 'leaving', piece, patch, before, after, because: { old: () => old.because, now: () => now.because } },
    ]
  })
}

/** Ports that changed alike as one place. */
export function alike(changes: readonly LeavingChange[], workload: string, manner: Manner): readonly Change[] {
  const groups: LeavingChange[][] = []
  for (const change of changes) {
    const group = groups.find(([first]) => first && isAlike(first, change))
    if (group) group.push(change)
    else groups.push([change])
  }
  return groups.flatMap(group =>
    group.slice(0, 1).map(({ piece: _, ...change }) => ({
      ...change,
      callee: leavingName(workload, printPorts(group.map(({ piece }) => piece)), manner),
    })),
  )
}

function isAlike(a: LeavingChange, b: LeavingChange): boolean {
  const sets = ({ before, after }: LeavingChange) => [before.must, before.may, after.must, after.may]
  return sets(a).every((set, i) => set === sets(b)[i])
}
