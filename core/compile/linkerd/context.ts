import { flowLines, type FlowLine } from '../../graph/flows'
import type { Graph } from '../../graph/graph'
import { portsOf } from '../../graph/resolve'
import type { GovernedPort } from '../../model/intent'
import type { Declared } from '../declared'
import { declaredServices } from '../declared'
import { sortedGroups } from '../order'
import type { Settings } from './settings'

/** A service of the graph, and its ports as this target sees them. */
export interface Workload extends Declared {
  /** Sorted by number. */
  readonly ports: readonly GovernedPort[]
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
  const workloads = declaredServices(graph, service => ({ ports: portsOf(service) }))
  return {
    graph,
    settings,
    workloads,
    lines,
    into: sortedGroups(lines, ({ flow: { to } }) => (to.kind === 'workload' ? `${to.service}:${to.port}` : '')),
  }
}
