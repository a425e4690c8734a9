import { flowLines, type FlowLine } from '../../graph/flows'
import type { Graph, Service } from '../../graph/graph'
import { accountOf, labelsOf, portsOf } from '../../graph/resolve'
import type { GovernedPort } from '../../model/intent'
import { sortedBy, sortedGroups } from '../order'
import type { Settings } from './settings'

/** A service of the graph with its defaults filled in. */
export interface Workload {
  readonly name: string
  readonly namespace: string
  readonly serviceAccount: string
  readonly labels: Readonly<Record<string, string>>
  /** Sorted by number. */
  readonly ports: readonly GovernedPort[]
  readonly service: Service
}

/** What every part of this target looks at. */
export interface Context {
  readonly graph: Graph
  readonly settings: Settings
  /** Sorted by namespace, then name. */
  readonly workloads: readonly Workload[]
  /** Every flow, sorted by text. */
  readonly lines: readonly FlowLine[]
  /** The lines by callee and port, `service:8080`. */
  readonly into: ReadonlyMap<string, readonly FlowLine[]>
}

/** Sorts a graph and indexes its flows. */
export function contextOf(graph: Graph, settings: Settings): Context {
  const lines = flowLines(graph)
  const workloads = Object.entries(graph.services).map(([name, service]) => workloadOf(name, service))
  return {
    graph,
    settings,
    workloads: sortedBy(workloads, ({ namespace, name }) => `${namespace}/${name}`),
    lines,
    into: sortedGroups(lines, ({ flow: { to } }) => (to.kind === 'workload' ? `${to.service}:${to.port}` : '')),
  }
}

function workloadOf(name: string, service: Service): Workload {
  const labels = sortedBy(Object.entries(labelsOf(name, service)), ([key]) => key)
  const { namespace } = service
  return {
    name,
    namespace,
    serviceAccount: accountOf(name, service),
    labels: Object.fromEntries(labels),
    ports: portsOf(service),
    service,
  }
}
