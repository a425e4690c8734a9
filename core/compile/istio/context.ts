import type { FlowLine } from '../../graph/flows'
import { flowLines } from '../../graph/flows'
import type { Graph, Service } from '../../graph/graph'
import { accountOf, gatewayOf, labelsOf } from '../../graph/resolve'
import { sorted, sortedBy, sortedGroups } from '../order'
import type { ServicePort } from './service-ports'
import { servicePorts } from './service-ports'
import type { Settings } from './settings'

/** A service of the graph with its defaults filled in. */
export interface Workload {
  readonly name: string
  readonly namespace: string
  readonly serviceAccount: string
  readonly labels: Readonly<Record<string, string>>
  /** What its Service must have, sorted by number. */
  readonly servicePorts: readonly ServicePort[]
  readonly service: Service
}

/** What every part of this target looks at. */
export interface Context {
  readonly graph: Graph
  readonly settings: Settings
  /** Sorted by namespace, then name. */
  readonly workloads: readonly Workload[]
  /**
   * Every flow but the kubelet's, whose probes no policy has to admit: injection sends them to the agent, and past ztunnel
   * they come from an address of the node's (istio `cni/pkg/iptables/iptables.go`, HostProbeSNAT). Sorted by text.
   */
  readonly lines: readonly FlowLine[]
  /** The lines by callee, which is a service's name. */
  readonly into: ReadonlyMap<string, readonly FlowLine[]>
  /** The lines by caller, `namespace/serviceAccount`: services that share an account are one caller. */
  readonly outOf: ReadonlyMap<string, readonly FlowLine[]>
  /** Gateways that are no service of the graph, `namespace/serviceAccount`. */
  readonly gateways: ReadonlySet<string>
}

/** Sorts a graph and indexes its flows. */
export function contextOf(graph: Graph, settings: Settings): Context {
  const lines = flowLines(graph).filter(({ flow }) => flow.from.kind !== 'kubelet')
  const workloads = Object.entries(graph.services).map(([name, service]) => workloadOf(name, service))
  const governed = new Set(workloads.map(identityKey))
  const gateways = Object.values(graph.ingress).map(ingress => identityKey(gatewayOf(ingress)))
  return {
    graph,
    settings,
    workloads: sortedBy(workloads, ({ namespace, name }) => `${namespace}/${name}`),
    lines,
    into: sortedGroups(lines, ({ flow: { to } }) => (to.kind === 'workload' ? to.service : '')),
    outOf: sortedGroups(lines, ({ flow: { from } }) => (from.kind === 'workload' ? identityKey(from) : '')),
    gateways: new Set(sorted(gateways).filter(gateway => !governed.has(gateway))),
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
    servicePorts: servicePorts(service),
    service,
  }
}

/** `namespace/serviceAccount`: who somebody is within the mesh. */
export function identityKey({ namespace, serviceAccount }: { namespace: string; serviceAccount: string }): string {
  return `${namespace}/${serviceAccount}`
}
