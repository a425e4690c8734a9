import { planesOf } from './istio/data-plane'
import type { Layer } from './layer'

/** A way in that the data plane itself always leaves open, whatever any policy says. */
export interface FloorEntry {
  /** Whose: `every proxied workload`. */
  readonly where: string
  /** `any` where it is every port. */
  readonly port: number | 'any'
  readonly what: string
  /** The upstream file that opens it. */
  readonly source: string
}

/** The port of a workload that stands for all ports no object names. */
export const otherPorts = 'other' as const

/**
 * The floor of an Istio sidecar, 1.29 to 1.31: ports the injected rules leave out of capture, so that they see neither mTLS nor
 * policy. Hand-written; nothing that is compiled or declared can extend it.
 */
export const sidecarFloor: readonly FloorEntry[] = [
  {
    where: 'every proxied workload',
    port: 15020,
    what: 'agent: merged metrics, and the probes it performs for the kubelet',
    source: 'istio manifests/charts/istio-control/istio-discovery/files/injection-template.yaml excludeInboundPorts',
  },
  {
    where: 'every proxied workload',
    port: 15021,
    what: 'agent: readiness of the proxy',
    source: 'istio manifests/charts/istio-control/istio-discovery/files/injection-template.yaml excludeInboundPorts',
  },
  {
    where: 'every proxied workload',
    port: 15090,
    what: 'envoy: metrics of the proxy',
    source: 'istio manifests/charts/istio-control/istio-discovery/files/injection-template.yaml excludeInboundPorts',
  },
]

/** The kubelet's own probes, as the Pod declares them, reach the workload too: the agent performs them on localhost. */
export const probeFloor =
  'the probes a Pod declares: istio pkg/kube/inject/app_probe.go rewrites them to the agent, which asks on localhost'

/** A floor in words, an entry a line. */
export function printFloor(floor: readonly FloorEntry[]): readonly string[] {
  const lines = floor.map(({ where, port, what }) => `${where}:${port} (${what})`)
  return floor.some(entry => sidecarFloor.includes(entry)) ? [...lines, probeFloor] : lines
}

/**
 * The floor of ambient, 1.29 to 1.31: what the Pods' rules let past ztunnel. Hand-written; nothing that is compiled or declared can extend it.
 */
export const ambientFloor: readonly FloorEntry[] = [
  {
    where: 'every Pod behind ztunnel',
    port: 'any',
    what: "node: whatever runs in the node's own network namespace reaches the node's Pods, as the kubelet's probes do",
    source: 'istio cni/pkg/iptables/iptables.go, traffic from 169.254.7.127 is accepted',
  },
]

/** The floors of the data planes that the workloads are on. */
export function floorOf(layer: Layer): readonly FloorEntry[] {
  const planes = new Set(layer.workloads.flatMap(workload => planesOf(layer, workload).map(({ plane }) => plane)))
  return [...(planes.has('ztunnel') ? ambientFloor : []), ...(planes.has('sidecar') ? sidecarFloor : [])]
}
