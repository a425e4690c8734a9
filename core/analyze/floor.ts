import { planesOf } from './istio/data-plane'
import type { Layer } from './layer'
import { skippedEverywhere } from './linkerd/assume'
import { adminPort, proxyPorts } from './linkerd/own-ports'
import { isLimited } from './network/pods'

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

/** What NetworkPolicies keep nobody from. Hand-written; nothing that is compiled or declared can extend it. */
export const networkFloor: readonly FloorEntry[] = [
  {
    where: 'every Pod that NetworkPolicies limit',
    port: 'any',
    what: "network: the Pod's own node gets in, whatever policies say, and a Pod reaches itself",
    source: 'kubernetes documentation, "Network Policies"',
  },
]

/** The floors of the data planes that the workloads are on, and of the network below. */
export function floorOf(layer: Layer): readonly FloorEntry[] {
  const planes = new Set(layer.workloads.flatMap(workload => planesOf(layer, workload).map(({ plane }) => plane)))
  return [
    ...(planes.has('ztunnel') ? ambientFloor : []),
    ...(planes.has('linkerd') ? linkerdFloor(layer) : []),
    ...(planes.has('sidecar') ? sidecarFloor : []),
    ...(isLimited(layer) ? networkFloor : []),
  ]
}

/** The floor of Linkerd, 2.18 to 2.20. Hand-written, but for the networks and ports that the installation was set up with. */
function linkerdFloor({ linkerd: { mesh } }: Layer): readonly FloorEntry[] {
  const where = 'every Pod behind a Linkerd proxy'
  const networks = mesh.probeNetworks?.join(', ') ?? 'networks that are not known'
  const skipped = skippedEverywhere(mesh)
  return [
    {
      where,
      port: 'any',
      what: 'localhost: calls from 127.0.0.1 and ::1 are let in',
      source: 'linkerd2-proxy linkerd/proxy/server-policy/src/lib.rs TryFrom<api::Server>',
    },
    {
      where,
      port: 'any',
      what: `probes: whoever calls from ${networks || 'nowhere'} may GET the paths of httpGet probes, where no route is attached`,
      source: 'linkerd2 policy-controller/k8s/index/src/inbound/index.rs default_inbound_http_routes',
    },
    {
      where,
      port: 'any',
      what: 'gRPC: with a method goes what is below its path, which no server knows',
      source: 'linkerd2-proxy linkerd/http/route/src/grpc/match.rs match_length',
    },
    {
      where,
      port: proxyPorts.control,
      what: 'tap: not captured, and for the tap service alone',
      source: 'linkerd2-proxy linkerd/app/src/tap.rs',
    },
    {
      where,
      port: adminPort,
      what: 'admin: GET of /live and /ready, as of other probes; all else follows the policies of the port',
      source: 'linkerd2-proxy linkerd/app/admin/src/stack.rs',
    },
    {
      where,
      port: 'any',
      what: `skipped: ports ${skipped || 'none'} are not captured, unless annotations name others`,
      source: 'linkerd2 charts/partials/templates/_proxy-init.tpl',
    },
  ]
}
