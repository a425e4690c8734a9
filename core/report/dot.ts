import type { GraphEdge } from './reach-graph'
import { boxesOf, graphOf } from './reach-graph'
import type { ReachView } from './reach'

const colours: Readonly<Record<GraphEdge['openness'], string>> = {
  anonymous: 'red',
  mesh: 'orange',
  namespace: 'orange',
  named: 'black',
  entry: 'blue',
}

/**
 * Reach as a Graphviz digraph: a cluster a namespace, an edge a caller and callee with the ports on it. Red is open to callers without identity, orange to more than
 * named callers, blue enters through a gateway; dashed is what is only possible.
 */
export function reachDot(view: ReachView): string {
  const graph = graphOf(view)
  const clusters = [...boxesOf(graph)].flatMap(([box, nodes], i) => {
    const lines = nodes.map(({ name, label }) => `${id(name)} [label=${id(label)}];`)
    if (box === '') return lines.map(line => `  ${line}`)
    return [`  subgraph cluster_${i} {`, `    label=${id(box)};`, ...lines.map(line => `    ${line}`), '  }']
  })
  const edges = graph.edges.map(edge => `  ${id(edge.from)} -> ${id(edge.to)} [${attributes(edge)}];`)
  return ['digraph reach {', '  rankdir=LR;', '  node [shape=box];', ...clusters, ...edges, '}', ''].join('\n')
}

function attributes({ ports, openness, bound }: GraphEdge): string {
  const style = bound === 'possible' ? ', style=dashed' : ''
  return `label=${id(ports.join(', '))}, color=${colours[openness]}${style}`
}

/** Any text as an id or a label: inside quotes only a quote ends it, and a backslash begins an escape of a label (graphviz.org/doc/info/lang.html). */
function id(text: string): string {
  return `"${text
    .replace(/\\/g, '\\\\')
    .replace(/"/g, '\\"')
    .replace(/[\r\n]/g, ' ')}"`
}
