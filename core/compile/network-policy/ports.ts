/** A port on the wire. */
export interface WirePort {
  readonly protocol: 'TCP' | 'UDP'
  readonly port: number
}

/** Ports of TCP, which is all that meshes carry. */
export function tcp(...ports: readonly number[]): WirePort[] {
  return ports.map(port => ({ protocol: 'TCP', port }))
}

/** The port that HBONE comes to, of ztunnel in each Pod, of waypoints and of sidecars that take it (ztunnel `ARCHITECTURE.md`; istio `pilot/pkg/model/listener.go` HBoneInboundListenPort). */
export const hbone = 15008

/** The port that proxies of Linkerd send all to that is for each other's workloads (linkerd2 `charts/linkerd-control-plane/values.yaml` proxy.ports.inbound, since edge-25.3.2). */
export const linkerdInbound = 4143

/** Where a proxy of Linkerd's has its own metrics and probes (linkerd2 `charts/linkerd-control-plane/values.yaml` proxy.ports.admin). */
export const linkerdAdmin = 4191

/** Where a sidecar, a waypoint or a gateway hands out metrics: the agent's, with the workload's own merged in, and Envoy's (istio.io, application requirements). */
export const istioMetrics = [15020, 15090] as const

/** What speaks for the Pods of a namespace. */
export type Plane = 'plaintext' | 'sidecar' | 'ambient' | 'linkerd'

/** A port of a Pod, and what stands before it. */
interface Door {
  readonly plane: Plane
  /** The container port. */
  readonly port: number
  /** Whether the mesh has ambient namespaces, so that its sidecars take HBONE too. */
  readonly mixed: boolean
}

/**
 * The ports that a call by a member of the same mesh may come to. Sidecars take both where HBONE is spoken: which of them a caller chooses is settled by labels that
 * injection writes (istio `manifests/charts/istio-control/istio-discovery/files/injection-template.yaml` networking.istio.io/tunnel,
 * `pilot/pkg/xds/endpoints/endpoint_builder.go`).
 */
export function wireInto({ plane, port, mixed }: Door): WirePort[] {
  switch (plane) {
    case 'plaintext':
      return tcp(port)
    case 'sidecar':
      return mixed ? tcp(port, hbone) : tcp(port)
    case 'ambient':
      return tcp(hbone)
    case 'linkerd':
      return tcp(linkerdInbound)
  }
}

/**
 * The same where the callee is on its way into the mesh, or from one data plane to another: Pods that were made before and after stand side by side, and
 * callers that are closed already have to reach both.
 */
export function wireIntoUnsettled({ plane, port }: Door): WirePort[] {
  switch (plane) {
    case 'plaintext':
      return tcp(port)
    case 'sidecar':
    case 'ambient':
      return tcp(port, hbone)
    case 'linkerd':
      return tcp(port, linkerdInbound)
  }
}
