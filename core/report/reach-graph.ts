import { groupBy } from '../model/group'
import type { ReachLine, ReachView } from './reach'
import { byText } from './words'

/** Who may call whom as nodes and edges, for those that draw. Sorted, so that the same reach is drawn alike. */
export interface ReachGraph {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

export interface GraphNode {
  /** `shop/cart`, or callers in words. */
  readonly name: string
  /** What stands on it: `cart` in the box of its namespace. */
  readonly label: string
  /** Its namespace; absent for what is in none. */
  readonly box?: string
}

export interface GraphEdge {
  readonly from: string
  readonly to: string
  /** `7070, 8080` */
  readonly ports: readonly string[]
  /** The most surprising of its lines. */
  readonly openness: ReachLine['openness'] | 'entry'
  /** Whether all of it is no more than possible. */
  readonly bound: ReachLine['bound']
}

const danger: readonly GraphEdge['openness'][] = ['anonymous', 'mesh', 'namespace', 'named', 'entry']

/** What is asked is left out: an edge for each caller and callee, with the ports. */
export function graphOf({ lines, entries = [] }: ReachView): ReachGraph {
  const single = [
    ...lines.flatMap(({ who, callee, openness, bound }) =>
      who.map(from => ({ from, ...taken(callee), openness, bound })),
    ),
    ...entries.flatMap(({ callers, gateway, to, bound }) => {
      const { to: through, port } = taken(gateway)
      return [
        { from: callers, to: through, port, openness: 'entry' as const, bound },
        ...to.split(', ').map(callee => ({ from: through, ...taken(callee), openness: 'entry' as const, bound })),
      ]
    }),
  ]
  const edges = [...groupBy(single, ({ from, to }) => `${from}\n${to}`).values()].flatMap(group =>
    group.slice(0, 1).map(({ from, to }): GraphEdge => ({
      from,
      to,
      ports: [...new Set(group.map(({ port }) => port))].sort(byNumber),
      openness: danger.find(kind => group.some(({ openness }) => openness === kind)) ?? 'named',
      bound: group.some(({ bound }) => bound === 'certain') ? 'certain' : 'possible',
    })),
  )
  const names = [...new Set(edges.flatMap(({ from, to }) => [from, to]))].sort(byText)
  return { nodes: names.map(nodeOf), edges: edges.sort((a, b) => byText(a.from, b.from) || byText(a.to, b.to)) }
}

/** Nodes by their boxes; those that are in none under ''. */
export function boxesOf({ nodes }: ReachGraph): ReadonlyMap<string, readonly GraphNode[]> {
  return groupBy(nodes, ({ box }) => box ?? '')
}

function nodeOf(name: string): GraphNode {
  const [, box, label] = /^([^/\s]+)\/([^/\s]+)$/.exec(name) ?? []
  return box !== undefined && label !== undefined ? { name, label, box } : { name, label: name }
}

function taken(callee: string): { readonly to: string; readonly port: string } {
  const at = callee.lastIndexOf(':')
  return at < 0 ? { to: callee, port: '' } : { to: callee.slice(0, at), port: callee.slice(at + 1) }
}

function byNumber(a: string, b: string): number {
  return Number(a) - Number(b) || byText(a, b)
}
