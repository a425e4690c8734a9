import type { Graph } from '../../graph/graph'
import { gatewayOf, portsOf } from '../../graph/resolve'
import type { Problem } from '../../model/problem'
import { sortedGroups } from '../order'
import type { Refusal } from '../overlaps'
import { overlaps } from '../overlaps'
import type { DataPlane } from '../target'
import type { Workload } from './context'
import { misnamed } from './misnamed'
import { planeOf } from './plane'
import type { Settings } from './settings'

/** What is wrong with a graph on a mesh. */
export interface Doubts {
  /** Namespaces that get no object: there it would hold for others, or for nobody. */
  readonly namespaces: ReadonlySet<string>
  /** Names of services that get no object of their own, since it would also hold for others. */
  readonly services: ReadonlySet<string>
  readonly problems: readonly Problem[]
}

/**
 * Namespaces that a data plane leaves alone: istio `pkg/kube/inject/initializer.go` IgnoredNamespaces;
 * `manifests/charts/istio-cni/values.yaml` excludeNamespaces.
 */
const leftAlone: Readonly<Record<DataPlane, readonly string[]>> = {
  sidecar: ['kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage'],
  ambient: ['kube-system'],
}

/**
 * A data plane's own ports in every Pod, some of which are not captured, so that no policy holds there: istio.io,
 * application requirements; ztunnel `ARCHITECTURE.md`, `src/config.rs`.
 */
const reserved: Readonly<Record<DataPlane, readonly number[]>> = {
  sidecar: [15000, 15001, 15004, 15006, 15008, 15020, 15021, 15053, 15090],
  ambient: [15001, 15006, 15008, 15053, 15080],
}

/** Judges services and settings. Whom it refuses still has the default deny of its namespace, unless that is refused whole. */
export function doubts(graph: Graph, workloads: readonly Workload[], settings: Settings): Doubts {
  const byNamespace = sortedGroups(workloads, ({ namespace }) => namespace)
  const names = [...byNamespace.keys()]
  const misplaced = names.flatMap(namespace => misplacement(namespace, settings))
  // A selector takes every Pod that has its labels: a service whose labels another's Pods also carry would admit its callers there.
  const overlapping = [...byNamespace.values()].flatMap(overlaps)
  return {
    namespaces: new Set(misplaced.map(({ name }) => name)),
    services: new Set(overlapping.map(({ name }) => name)),
    problems: [
      ...[...misplaced, ...overlapping].map(({ problem }) => problem),
      ...workloads.flatMap(workload => reservedPorts(workload, settings)),
      ...misnamed(names, settings, gatewayNamespaces(graph)),
    ],
  }
}

function error(code: string, at: string, message: string): Problem {
  return { code, severity: 'error', at, message }
}

function misplacement(namespace: string, settings: Settings): Refusal[] {
  const { rootNamespace, systemNamespace } = settings
  const at = `Namespace ${namespace}`
  if (namespace === rootNamespace) {
    const message =
      'services in the mesh’s root namespace are not supported: what is written there holds for every namespace'
    const hint = 'move them, or give the mesh another `rootNamespace`'
    return [{ name: namespace, problem: { ...error('root-namespace', at, message), hint } }]
  }
  if (namespace === systemNamespace) {
    const message = 'services among the control plane are not supported: istiod itself would be denied'
    return [{ name: namespace, problem: { ...error('system-namespace', at, message), hint: 'move them' } }]
  }
  const plane = planeOf(namespace, settings)
  if (!leftAlone[plane].includes(namespace)) return []
  const problems: Readonly<Record<DataPlane, Problem>> = {
    sidecar: error('never-injected', at, 'Istio injects no sidecar here, so that no policy would hold'),
    ambient: error('never-captured', at, 'Istio leaves this namespace out of ambient, so that no policy would hold'),
  }
  return [{ name: namespace, problem: problems[plane] }]
}

function reservedPorts({ name, namespace, service }: Workload, settings: Settings): Problem[] {
  const plane = planeOf(namespace, settings)
  const whose: Readonly<Record<DataPlane, string>> = { sidecar: 'the sidecar’s', ambient: 'ztunnel’s' }
  return portsOf(service)
    .filter(({ port }) => reserved[plane].includes(port))
    .map(port => {
      const message = `port ${port.port} is ${whose[plane]} own; no policy would hold there`
      return error('reserved-port', `services.${name}.ports.${port.name}`, message)
    })
}

/** Where gateways stand, which are taken from stage to stage as services are. */
function gatewayNamespaces({ ingress, external }: Graph): string[] {
  const leaving = Object.values(external).flatMap(({ gateway }) => (gateway === undefined ? [] : [{ gateway }]))
  return [...Object.values(ingress), ...leaving].map(each => gatewayOf(each).namespace)
}
