import { groupBy } from '../model/group'
import { quote } from './mermaid'
import type { GraphEdge } from './reach-graph'
import { boxesOf, graphOf } from './reach-graph'
import type { ReachView } from './reach'

const colours: Partial<Record<GraphEdge['openness'], string>> = {
  anonymous: 'red',
  mesh: 'orange',
  namespace: 'orange',
  entry: 'blue',
}

/**
 * Reach as a Mermaid flowchart, which GitHub draws in a comment: a box a namespace, an arrow a caller and callee with the ports on it. Colours are those of `reachDot`;
 * dotted is what is only possible.
 */
export function reachMermaid(view: ReachView): string {
  const graph = graphOf(view)
  const ids = new Map(graph.nodes.map(({ name }, i) => [name, `n${i}`]))
  const id = (name: string): string => ids.get(name) ?? ''
  const boxes = [...boxesOf(graph)].flatMap(([box, nodes], i) =>
    box === ''
      ? nodes.map(({ name, label }) => `  ${id(name)}([${quote(label)}])`)
      : [
          `  subgraph g${i}[${quote(box)}]`,
          ...nodes.map(({ name, label }) => `    ${id(name)}[${quote(label)}]`),
          '  end',
        ],
  )
  const arrows = graph.edges.map(
    ({ from, to, ports, bound }) => `  ${id(from)} ${bound === 'certain' ? '-->' : '-.->'}${portsOn(ports)} ${id(to)}`,
  )
  const painted = groupBy(
    graph.edges.map(({ openness }, i) => ({ colour: colours[openness], i })),
    ({ colour }) => colour,
  )
  const styles = [...painted].flatMap(([colour, edges]) =>
    colour === undefined ? [] : [`  linkStyle ${edges.map(({ i }) => i).join(',')} stroke:${colour}`],
  )
  return ['flowchart LR', ...boxes, ...arrows, ...styles, ''].join('\n')
}

function portsOn(ports: readonly string[]): string {
  const text = ports.filter(Boolean).join(', ')
  return text === '' ? '' : `|${quote(text)}|`
}
