import type { FlowLine } from '../../graph/flows'
import { flowLines } from '../../graph/flows'
import type { Graph } from '../../graph/graph'
import { gatewayOf } from '../../graph/resolve'
import type { Declared } from '../declared'
import { declaredServices } from '../declared'
import { sorted, sortedGroups } from '../order'
import type { ServicePort } from './service-ports'
import { servicePorts } from './service-ports'
import type { Settings } from './settings'

/** A service of the graph, and its ports as this target sees them. */
export interface Workload extends Declared {
  /** What its Service must have, sorted by number. */
  readonly servicePorts: readonly ServicePort[]
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
  const workloads = declaredServices(graph, service => ({ servicePorts: servicePorts(service) }))
  const governed = new Set(workloads.map(identityKey))
  const gateways = Object.values(graph.ingress).map(ingress => identityKey(gatewayOf(ingress)))
  return {
    graph,
    settings,
    workloads,
    lines,
    into: sortedGroups(lines, ({ flow: { to } }) => (to.kind === 'workload' ? to.service : '')),
    outOf: sortedGroups(lines, ({ flow: { from } }) => (from.kind === 'workload' ? identityKey(from) : '')),
    gateways: new Set(sorted(gateways).filter(gateway => !governed.has(gateway))),
  }
}

/** `namespace/serviceAccount`: who somebody is within the mesh. */
export function identityKey({ namespace, serviceAccount }: { namespace: string; serviceAccount: string }): string {
  return `${namespace}/${serviceAccount}`
}
