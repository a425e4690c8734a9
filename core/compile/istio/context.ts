import type { Graph, Service } from '../../graph/graph'
import { accountOf, gatewayOf, labelsOf } from '../../graph/resolve'
import type { Flow } from '../../model/flow'
import type { KubernetesObject, Manifest } from '../../model/manifest'
import { printFlow } from '../../model/flow'
import type { Kind } from '../../model/kinds'
import { apiVersionOf, writtenKind } from '../../model/kinds'
import type { Problem } from '../../model/problem'
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

/** A flow and its text, printed once. */
export interface Line {
  readonly flow: Flow
  readonly text: string
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
  readonly lines: readonly Line[]
  /** The lines by callee, which is a service's name. */
  readonly into: ReadonlyMap<string, readonly Line[]>
  /** The lines by caller, `namespace/serviceAccount`: services that share an account are one caller. */
  readonly outOf: ReadonlyMap<string, readonly Line[]>
  /** Gateways that are no service of the graph, `namespace/serviceAccount`. */
  readonly gateways: ReadonlySet<string>
}

/** Sorts a graph and indexes its flows, which come sorted. */
export function contextOf(graph: Graph, flows: readonly Flow[], settings: Settings): Context {
  const lines = flows.filter(flow => flow.from.kind !== 'kubelet').map(flow => ({ flow, text: printFlow(flow) }))
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
  /** Beside the one that says who manages it. */
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly because: readonly string[]
}

/** A manifest of ours. The reasons stay beside the object: as an annotation they would count against its size. */
export function manifest({ kind, namespace, name, spec, because, ...more }: Draft): Manifest {
  const { annotations } = more
  const labels = { 'app.kubernetes.io/managed-by': 'zero-trust-mesh', ...more.labels }
  const metadata = { name, namespace, labels, ...(annotations && { annotations }) }
  const object: KubernetesObject = { apiVersion: apiVersionOf(kind), kind: writtenKind(kind), metadata, spec }
  return { object, because }
}
