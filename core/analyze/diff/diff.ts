import { groupBy } from '../../model/group'
import type { Region } from '../../model/region'
import { anyhow } from '../equal-callers'
import type { Pair } from '../equal-ports'
import { pairsOf } from '../equal-ports'
import { otherPorts, printFloor } from '../floor'
import type { Workload } from '../layer'
import { housed } from '../network/at-home'
import type { Homes } from '../network/layer-network'
import type { PortReach, Reach } from '../reach'
import { besideFloor } from '../beside-floor'
import type { Match } from '../regions/bounds'
import { never } from '../regions/bounds'
import { fromLocalhost } from '../regions/linkerd/networks'
import type { Change } from './change'
import { entryChanges } from './entries'
import type { LeavingPair } from './leaving'
import { leavingChanges } from './leaving'
import type { Patch } from './patch'
import { isEmpty, patchOf } from './patch'

/** One port in two states; where one of them does not have the workload, nobody reaches it there. */
export interface PortPatch {
  readonly port: PortReach['port']
  readonly old?: PortReach
  readonly now?: PortReach
  /** Of the ports' bounds as they are. */
  readonly whole: Patch
}

/** What a change of manifests newly admits and newly cuts. */
export interface Diff {
  /** Every port of every workload of either state. */
  readonly ports: readonly PortPatch[]
  readonly changes: readonly Change[]
  readonly came: readonly Workload[]
  readonly gone: readonly Workload[]
  /** Workloads that are taken for the same under another name, since they alone run under an account. */
  readonly renamed: readonly { readonly old: Workload; readonly now: Workload }[]
  /** What data planes leave open by themselves in one state alone, in words. */
  readonly floor: Readonly<Record<'came' | 'gone', readonly string[]>>
  /** How many workloads both states have. */
  readonly workloads: number
}

/**
 * Who may reach what in one state of manifests and not in another. Compared are the ports of all workloads, what gateways send where, and what leaves the mesh
 * from each workload. Where NetworkPolicies tell from which Pod a call comes, callers that have an identity call from where they run in each state.
 */
export function diff(old: Reach, now: Reach): Diff {
  const { pairs, onlyA: gone, onlyB: came } = pairsOf(old, now, names)
  const [before, after] = [byWorkload(old), byWorkload(now)]
  const ports = [
    ...pairs.flatMap(({ a, b }) => bothPorts(a, b)),
    ...gone.flatMap(workload => (before.get(workload) ?? []).map(port => portPatch({ old: port }))),
    ...came.flatMap(workload => (after.get(workload) ?? []).map(port => portPatch({ now: port }))),
  ]
  const routing = new Set([...routingOf(old), ...routingOf(now)])
  const isTold = ({ workload }: PortReach): boolean => routing.has(nameOf(workload))
  return {
    ports,
    changes: [
      ...ports
        .filter(port => ![port.old, port.now].some(side => side && isTold(side)))
        .flatMap(port => changeOf(port, { old: old.homes, now: now.homes })),
      ...entryChanges(old, now),
      ...leavingChanges(leavingPairs({ old, now, pairs, gone, came })),
    ],
    came,
    gone,
    renamed: pairs.flatMap(({ a: [a], b: [b] }) =>
      a && b && a.workload.name !== b.workload.name ? [{ old: a.workload, now: b.workload }] : [],
    ),
    floor: floors(printFloor(old.floor), printFloor(now.floor)),
    workloads: pairs.length,
  }
}

interface Paired {
  readonly old: Reach
  readonly now: Reach
  readonly pairs: readonly Pair[]
  readonly gone: readonly Workload[]
  readonly came: readonly Workload[]
}

function leavingPairs({ old, now, pairs, gone, came }: Paired): readonly LeavingPair[] {
  const of = (state: Reach) => new Map(state.leaving().map(reach => [reach.workload, reach]))
  const [before, after] = [of(old), of(now)]
  const pair = (a: Workload | undefined, b: Workload | undefined): LeavingPair => {
    const [was, is] = [a && before.get(a), b && after.get(b)]
    return { ...(was && { old: was }), ...(is && { now: is }) }
  }
  return [
    ...pairs.map(({ a, b }) => pair(a[0]?.workload, b[0]?.workload)),
    ...gone.map(workload => pair(workload, undefined)),
    ...came.map(workload => pair(undefined, workload)),
  ]
}

/** What somebody could do at a port beyond what its data plane leaves open, whatever certificate they show or leave at home; and what is certain. */
function beyondFloor(reached: PortReach, homes: Homes): Match {
  const { must, may } = besideFloor(reached).bounds
  return { must: housed(must, homes, 'must'), may: housed(anyhow(may), homes, 'may') }
}

/** A workload of the same name is the same; so is the only one of an account, unless it is everybody's. */
const names: readonly ((workload: Workload) => string)[] = [
  ({ namespace, name, kind }) => JSON.stringify([namespace, name, kind]),
  ({ namespace, name }) => JSON.stringify([namespace, name]),
  ({ namespace, name, serviceAccount }) =>
    JSON.stringify(serviceAccount === 'default' ? [namespace, name, 'default'] : [namespace, serviceAccount]),
]

function byWorkload({ ports }: Reach): ReadonlyMap<Workload, readonly PortReach[]> {
  return groupBy(ports, ({ workload }) => workload)
}

/** A port that one state alone names is in the other like all those that no object names. */
function bothPorts(old: readonly PortReach[], now: readonly PortReach[]): readonly PortPatch[] {
  const at = (ports: readonly PortReach[], port: PortReach['port']): { readonly found?: PortReach } => {
    const found = ports.find(own => own.port === port) ?? ports.find(own => own.port === otherPorts)
    return found ? { found } : {}
  }
  return [...new Set([...now, ...old].map(({ port }) => port))].map(port => {
    const [a, b] = [at(old, port), at(now, port)]
    return { ...portPatch({ ...(a.found && { old: a.found }), ...(b.found && { now: b.found }) }), port }
  })
}

function portPatch({ old, now }: Pick<PortPatch, 'old' | 'now'>): PortPatch {
  const port = now?.port ?? old?.port ?? otherPorts
  return {
    port,
    ...(old && { old }),
    ...(now && { now }),
    whole: patchOf(old?.bounds ?? never, now?.bounds ?? never),
  }
}

function changeOf(
  { port, old, now, whole }: PortPatch,
  homes: Readonly<Record<'old' | 'now', Homes>>,
): readonly Change[] {
  const reached = now ?? old
  const moved = homes.old.size + homes.now.size > 0
  if (!reached || (isEmpty(whole) && old?.floor === now?.floor && !moved)) return []
  const before = old ? beyondFloor(old, homes.old) : never
  const after = now ? beyondFloor(now, homes.now) : never
  const found = patchOf(before, after)
  const patch = {
    ...found,
    admitted: truly(found.admitted, old && housed(anyhow(old.bounds.may), homes.old, 'may')),
    ruledOut: truly(found.ruledOut, now && housed(anyhow(now.bounds.may), homes.now, 'may')),
    cut: truly(found.cut, now && housed(now.bounds.must, homes.now, 'must')),
  }
  if (isEmpty(patch)) return []
  return [
    {
      kind: 'port',
      callee: `${nameOf(reached.workload)}:${port}`,
      patch,
      before,
      after,
      because: {
        old: region => old?.because(region) ?? [],
        now: region => now?.because(region) ?? [],
      },
    },
  ]
}

/** Without what the other state lets in too, if only as part of its floor; but that localhost gets in anyway need not be told with every request. */
function truly(found: Region, other: Region | undefined): Region {
  if (found.isEmpty || !other) return found
  const beyond = found.minus(other)
  return !beyond.isEmpty && found.minus(beyond).within(fromLocalhost) ? found : beyond
}

/** Of gateways that are known to send something on it is told by that. */
function routingOf({ gateways }: Reach): readonly string[] {
  return gateways.filter(({ routed }) => routed.length > 0).map(({ workload }) => nameOf(workload))
}

function floors(old: readonly string[], now: readonly string[]): Diff['floor'] {
  return { came: now.filter(line => !old.includes(line)), gone: old.filter(line => !now.includes(line)) }
}

function nameOf({ namespace, name }: Workload): string {
  return `${namespace}/${name}`
}
