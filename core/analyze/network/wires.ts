import type { Plane } from '../istio/data-plane'
import { planesOf } from '../istio/data-plane'
import type { Layer, Workload } from '../layer'
import { adminPort, proxyPorts } from '../linkerd/own-ports'
import { skipped } from '../linkerd/settings'

/** Where ztunnel and waypoints are entered by HBONE (ztunnel `src/config.rs` inbound_addr). */
export const hbonePort = 15_008

/** Who is called, behind what. */
export interface Called {
  readonly layer: Layer
  readonly workload: Workload
  readonly plane: Plane
  readonly port: number
}

/**
 * The ports by which a call comes on the wire that shows an identity; several where it is not known which. HBONE into ztunnel's Pods; into those behind Linkerd's proxy its
 * own port, but for calls that go round it (linkerd2 `controller/api/destination/endpoint_translator.go`); else the port that is called. Sidecars take
 * HBONE from who speaks it, where they are told to.
 */
export function shownWires(called: Called, from: Speaker): readonly number[] {
  const { layer, workload, plane, port } = called
  switch (plane) {
    case 'none':
    case 'gateway':
      return [port]
    case 'ztunnel':
      return [hbonePort]
    case 'linkerd': {
      if ([adminPort, proxyPorts.control, proxyPorts.inbound].includes(port)) return [port]
      const round = skipped(layer, workload, port)
      return { yes: [port], no: [proxyPorts.inbound], unknown: [port, proxyPorts.inbound] }[round]
    }
    case 'sidecar':
      return intoSidecar(called, from)
  }
}

/** What a caller's own proxy speaks: HBONE, mTLS at the port itself, or it is not known. */
export type Speaker = 'ztunnel' | 'proxy' | 'unknown'

/** Source: ztunnel `src/proxy/outbound.rs` build_request, istio `pilot/pkg/xds/endpoints/endpoint_builder.go` supportTunnel. */
function intoSidecar({ layer: { mesh }, port }: Called, from: Speaker): readonly number[] {
  if (mesh.hbone === false) return [port]
  if (mesh.hbone === true) return from === 'ztunnel' ? [hbonePort] : [port, hbonePort]
  return from === 'proxy' ? [port] : [port, hbonePort]
}

/** What the proxy of a workload speaks; not known of workloads that nobody has read. */
export function speakerOf(layer: Layer, workload: Workload | undefined): Speaker {
  if (!workload || workload.unreadable) return 'unknown'
  const planes = planesOf(layer, workload).map(({ plane }) => plane)
  if (planes.every(plane => plane === 'ztunnel')) return 'ztunnel'
  return planes.includes('ztunnel') ? 'unknown' : 'proxy'
}

/** The ports by which a waypoint calls: by HBONE whoever takes it, others at the port itself (istio `pilot/pkg/xds/endpoints/endpoint_builder.go` buildEnvoyLbEndpoint). */
export function waypointWires({ layer: { mesh }, plane, port }: Called): readonly number[] {
  if (plane === 'ztunnel') return [hbonePort]
  if (plane !== 'sidecar' || mesh.hbone === false) return [port]
  return mesh.hbone === true ? [hbonePort] : [port, hbonePort]
}

const speakers: readonly Speaker[] = ['ztunnel', 'proxy', 'unknown']

/** Whether a call to a port that shows an identity may come by another port than that, which is then all ports' of the Pod. */
export function isSharedWire(layer: Layer, workload: Workload, port: number): boolean {
  return planesOf(layer, workload).some(({ plane }) => {
    const called: Called = { layer, workload, plane, port }
    return speakers.some(from => shownWires(called, from).some(wire => wire !== port))
  })
}
