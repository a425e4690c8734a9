import type { Layer, Service, ServiceEntry, ServicePort, Sidecar, Workload } from '../layer'
import { nearby, remembering } from '../remember'
import { containsLabels, selects } from './attachment'
import { orders } from './order'
import { sidecarsFor } from './scope'

/**
 * How the proxy reads a port: as HTTP, as bytes, or (`sniffed`) as HTTP where it looks like it and as bytes where not.
 * Source: istio `pilot/pkg/networking/core/listener_inbound.go`, `filterchain_options.go`.
 */
export type Chain = 'http' | 'tcp' | 'sniffed'

/**
 * How the workload's proxy may read a container port; one, where everything that decides it is known.
 *
 * The oldest Service (then the first host name, then its first port) that sends a port to this container port decides.
 * Without one the port is sniffed. A Sidecar with `ingress` replaces what Services say, unless a feature flag nobody can see
 * merges them. Sources: istio `pilot/pkg/model/context.go` SetServiceTargets, `pilot/pkg/networking/core/listener_inbound.go`
 * buildInboundChainConfigs, `pilot/pkg/serviceregistry/kube/controller/controller.go` GetProxyServiceTargetsByPod.
 */
export function chainsOf(layer: Layer, workload: Workload, port: number): readonly Chain[] {
  return knownChains(layer, workload, port)
}

/** Services that may serve workloads of a namespace. */
export const servicesNear = nearby(
  layer => layer.services,
  ({ selector, unreadable }) => (unreadable ? undefined : selector),
)

const knownChains = remembering(
  (layer, workload, port: number): readonly Chain[] => {
    const fromServices = servedChains(layer, workload, port)
    const chains = sidecarsFor(layer, workload).flatMap(sidecar => ingressChains(sidecar, port) ?? fromServices)
    return [...new Set(chains)]
  },
  port => port,
)

/** Merging Services into `ingress` is off by default (istio `pilot/pkg/features/experimental.go`). */
function ingressChains(sidecar: Sidecar | undefined, port: number): readonly Chain[] | undefined {
  if (sidecar?.unreadable === true) return ['http', 'tcp', 'sniffed']
  if (!sidecar || sidecar.ingress.length === 0) return undefined
  const listener = sidecar.ingress.find(entry => entry.port === port)
  return [listener ? chainOf(listener.protocol) : 'sniffed']
}

function servedChains(layer: Layer, workload: Workload, port: number): readonly Chain[] {
  const services = servicesNear(layer, workload).filter(service => mayServe(service, workload))
  if (services.some(service => service.unreadable)) return ['http', 'tcp', 'sniffed']
  if (services.length === 0) return undirectedChains(layer, workload, port)
  const entries = layer.serviceEntries.filter(entry => mayBack(entry, workload))
  const withEntries = entries.length === 0 ? [] : orders([...services, ...entries], hostOf)
  const possible = [...orders(services, hostOf), ...withEntries]
  return [...new Set(possible.map(order => order.flatMap(target => chainsTo(target, workload, port))[0] ?? 'sniffed'))]
}

/**
 * Only where no Service selects the workload may one without a selector lead to it, by endpoints nobody gave
 * (istio `pilot/pkg/serviceregistry/kube/controller/controller.go` GetProxyServiceTargets).
 */
function undirectedChains(layer: Layer, workload: Workload, port: number): readonly Chain[] {
  const possible: readonly (Service | ServiceEntry)[] = [
    ...servicesNear(layer, workload).filter(
      ({ namespace, selector, type }) =>
        namespace === workload.namespace && Object.keys(selector).length === 0 && type !== 'ExternalName',
    ),
    ...layer.serviceEntries.filter(entry => mayBack(entry, workload)),
  ]
  return [...new Set<Chain>(['sniffed', ...possible.flatMap(target => chainsTo(target, workload, port))])]
}

/** A Service serves Pods of its namespace that have all labels it selects by (istio `…/controller/util.go` getPodServices). */
function mayServe(service: Service, workload: Workload): boolean {
  if (service.namespace !== undefined && service.namespace !== workload.namespace) return false
  if (service.unreadable) return true
  return Object.keys(service.selector).length > 0 && containsLabels(workload.labels, service.selector)
}

/** A ServiceEntry may do the same, where its resolution and the control plane's settings allow it. */
function mayBack({ namespace, workloadSelector }: ServiceEntry, workload: Workload): boolean {
  if (namespace !== workload.namespace || workloadSelector === undefined) return false
  return selects({ kind: 'labels', labels: workloadSelector }, workload.labels) === 'yes'
}

function hostOf(target: Service | ServiceEntry): string {
  return 'hosts' in target ? (target.hosts[0] ?? '') : `${target.name}.${target.namespace ?? ''}.svc.cluster.local`
}

function chainsTo(target: Service | ServiceEntry, workload: Workload, port: number): readonly Chain[] {
  if ('hosts' in target) {
    return target.ports
      .filter(entry => (entry.target ?? entry.number) === port)
      .map(entry => chainOf(entry.protocol ?? ''))
  }
  return target.ports.filter(entry => targetPort(entry, workload) === port).map(serviceChain)
}

/**
 * The container port a Service port leads to; nothing where no container has a port of that name. A named port must have the
 * Service port's transport protocol (istio `…/controller/util.go` FindPort).
 */
export function targetPort({ target, protocol }: ServicePort, { ports }: Workload): number | undefined {
  if (typeof target === 'number') return target
  return ports.find(port => port.name === target && port.protocol === protocol && !port.init)?.port
}

/** Service ports that mean TCP unless something is declared: SMTP, DNS, MySQL, MongoDB (istio `pkg/config/kube/conversion.go`). */
const serverFirst = [25, 53, 3306, 27017]

/**
 * `appProtocol`, else the port's name up to the first dash, names the protocol; a name that is none leaves the port
 * sniffed, unless its Service port is a well-known one. Source: istio `pkg/config/kube/conversion.go` ConvertProtocol.
 */
export function serviceChain({ port, name = '', protocol, appProtocol }: ServicePort): Chain {
  if (protocol === 'UDP') return 'tcp'
  const declared = kubernetesProtocols[appProtocol ?? ''] ?? appProtocol ?? name
  const chain = chainOf(declared.toLowerCase().startsWith('grpc-web') ? 'grpc-web' : (declared.split('-')[0] ?? ''))
  return chain === 'sniffed' && serverFirst.includes(port) ? 'tcp' : chain
}

const kubernetesProtocols: Partial<Record<string, string>> = {
  'kubernetes.io/h2c': 'http2',
  'kubernetes.io/ws': 'http',
  'kubernetes.io/wss': 'https',
}

/** Sources: istio `pkg/config/protocol/instance.go` Parse, `pilot/pkg/networking/networking.go` ModelProtocolToListenerProtocol. */
function chainOf(protocol: string): Chain {
  switch (protocol.toLowerCase()) {
    case 'http':
    case 'http2':
    case 'http_proxy':
    case 'grpc':
    case 'grpc-web':
      return 'http'
    // UDP gets a TCP chain, since it is neither HTTP nor sniffed.
    case 'tcp':
    case 'udp':
    case 'https':
    case 'tls':
    case 'mongo':
    case 'redis':
    case 'mysql':
      return 'tcp'
    default:
      return 'sniffed'
  }
}
