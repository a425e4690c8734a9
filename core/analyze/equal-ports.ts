import { groupBy } from '../model/group'
import { otherPorts } from './floor'
import type { Workload } from './layer'
import { adminPort } from './linkerd/own-ports'
import type { PortReach, Reach } from './reach'
import { ownPorts } from './regions/linkerd/ports'

/** One workload in two meshes. */
export interface Pair {
  readonly a: readonly PortReach[]
  readonly b: readonly PortReach[]
}

/** The workloads of two meshes, and those that have no counterpart in the other. */
export interface Pairs {
  readonly pairs: readonly Pair[]
  readonly onlyA: readonly Workload[]
  readonly onlyB: readonly Workload[]
}

/**
 * Pairs workloads by namespace, name and ServiceAccount, then by namespace and account where that leaves one on each side, then by namespace and
 * name, or by what else `keys` say, one after the other; what is left has no counterpart.
 */
export function pairsOf(a: Reach, b: Reach, keys: readonly ((workload: Workload) => string)[] = usualKeys): Pairs {
  const left = { a: byWorkload(a), b: byWorkload(b) }
  const pairs: Pair[] = []
  for (const key of keys) {
    const others = groupBy([...left.b.keys()], key)
    for (const [name, own] of groupBy([...left.a.keys()], key)) {
      const [mine, ...moreOfMine] = own
      const [theirs, ...moreOfTheirs] = others.get(name) ?? []
      if (!mine || !theirs || moreOfMine.length > 0 || moreOfTheirs.length > 0) continue
      pairs.push({ a: left.a.get(mine) ?? [], b: left.b.get(theirs) ?? [] })
      left.a.delete(mine)
      left.b.delete(theirs)
    }
  }
  return { pairs, onlyA: [...left.a.keys()], onlyB: [...left.b.keys()] }
}

const usualKeys: readonly ((workload: Workload) => string)[] = [
  ({ namespace, name, serviceAccount, kind }) => JSON.stringify([namespace, name, serviceAccount, kind]),
  ({ namespace, name, serviceAccount }) => JSON.stringify([namespace, name, serviceAccount]),
  ({ namespace, serviceAccount }) => JSON.stringify([namespace, serviceAccount]),
  ({ namespace, name }) => JSON.stringify([namespace, name]),
]

function byWorkload({ ports }: Reach): Map<Workload, readonly PortReach[]> {
  return new Map(groupBy(ports, ({ workload }) => workload))
}

/** One port in two meshes. */
export interface PortPair {
  readonly port: PortReach['port']
  readonly a: PortReach
  readonly b: PortReach
}

/**
 * The ports of a pair, by number. One that is named in one mesh alone is in the other like all those that no object names. The proxies' own ports are left out.
 */
export function portPairs({ a, b }: Pair): readonly PortPair[] {
  const numbers = new Set([...a, ...b].map(({ port }) => port))
  const own = [a, b].some(isBehindLinkerd) ? [...ownPorts, adminPort] : []
  return [...numbers]
    .filter(port => port === otherPorts || !own.includes(port))
    .sort((x, y) => place(x) - place(y))
    .flatMap(port => {
      const [mine, theirs] = [at(a, port), at(b, port)]
      return mine && theirs ? [{ port, a: mine, b: theirs }] : []
    })
}

function at(ports: readonly PortReach[], port: PortReach['port']): PortReach | undefined {
  return ports.find(reached => reached.port === port) ?? ports.find(reached => reached.port === otherPorts)
}

function place(port: PortReach['port']): number {
  return port === otherPorts ? Infinity : port
}

function isBehindLinkerd(ports: readonly PortReach[]): boolean {
  return ports.some(({ floor }) => floor !== undefined)
}
