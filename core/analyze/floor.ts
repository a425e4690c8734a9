/** A way in that the data plane itself always leaves open, whatever any policy says. */
export interface FloorEntry {
  readonly port: number
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
    port: 15020,
    what: 'agent: merged metrics, and the probes it performs for the kubelet',
    source: 'istio manifests/charts/istio-control/istio-discovery/files/injection-template.yaml excludeInboundPorts',
  },
  {
    port: 15021,
    what: 'agent: readiness of the proxy',
    source: 'istio manifests/charts/istio-control/istio-discovery/files/injection-template.yaml excludeInboundPorts',
  },
  {
    port: 15090,
    what: 'envoy: metrics of the proxy',
    source: 'istio manifests/charts/istio-control/istio-discovery/files/injection-template.yaml excludeInboundPorts',
  },
]

/** The kubelet's own probes, as the Pod declares them, reach the workload too: the agent performs them on localhost. */
export const probeFloor =
  'the probes a Pod declares: istio pkg/kube/inject/app_probe.go rewrites them to the agent, which asks on localhost'
