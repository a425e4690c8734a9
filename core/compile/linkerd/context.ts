import { flowLines, type FlowLine } from '../../graph/flows'
import type { Graph, Service } from '../../graph/graph'
import { accountOf, labelsOf, portsOf } from '../../graph/resolve'
import type { GovernedPort } from '../../model/intent'
import type { KubernetesObject, Manifest } from '../../model/manifest'
import type { Kind } from '../../model/kinds'
import { apiVersionOf, writtenKind } from '../../model/kinds'
import type { Problem } from '../../model/problem'
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

/** What part of a graph became. */
export interface Outcome {
  readonly manifests: readonly Manifest[]
  readonly problems: readonly Problem[]
}

/** What an object is made of; `because` is what justifies it and is never empty. */
export interface Draft {
  readonly kind: Kind
  readonly namespace: string
  readonly name: string
  readonly spec: Readonly<Record<string, unknown>>
  readonly because: readonly string[]
}

/** A manifest of ours. */
export function manifest({ kind, namespace, name, spec, because }: Draft): Manifest {
  const metadata = { name, namespace, labels: { 'app.kubernetes.io/managed-by': 'zero-trust-mesh' } }
  const object: KubernetesObject = { apiVersion: apiVersionOf(kind), kind: writtenKind(kind), metadata, spec }
  return { object, because }
}
