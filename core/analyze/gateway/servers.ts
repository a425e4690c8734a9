/**
 * Which servers of which Gateways a workload stands for, and on which of its ports.
 */
import { containsLabels } from '../istio/attachment'
import { hostOf } from '../istio/client'
import { every, type Ternary } from '../istio/kleene'
import { orders } from '../istio/order'
import { targetPort } from '../istio/protocol'
import type { Gateway, IstioGateway, Layer, Listener, Named, Server, Service, Workload } from '../layer'
import { ownHosts } from './hosts'

/** What routes name when they hang on a server. */
export type Door =
  | { readonly kind: 'istio-gateway'; readonly gateway: IstioGateway }
  | { readonly kind: 'gateway'; readonly gateway: Gateway; readonly listener: Listener }

/** A server of a workload. */
export interface BoundServer {
  readonly door: Door
  /** Its hosts are spelt out: `namespace/host`, or `host` alone for routes of every namespace. */
  readonly server: Server
  /** One of the Pod's own ports that it stands on. */
  readonly port: number
  readonly certain: Ternary
}

/** All servers of a workload, of the oldest Gateway first; and the Gateways that may hold others, since they could not be read. */
export interface Bound {
  readonly servers: readonly BoundServer[]
  readonly unreadable: readonly Named[]
}

/** Source: istio `pilot/pkg/model/push_context.go` mergeGateways. */
export function boundTo(layer: Layer, workload: Workload): Bound {
  const classic = layer.istioGateways.filter(gateway => selectsGateway(gateway, workload))
  const modern = layer.gateways.flatMap(gateway => standFor(layer, gateway, workload) ?? [])
  return {
    servers: [
      ...classic.flatMap(gateway => istioServers(layer, gateway, workload)),
      ...modern.flatMap(standing => gatewayServers(standing, workload)),
    ].sort((a, b) => (a.door.gateway.created ?? 0) - (b.door.gateway.created ?? 0) || compareNames(a.door, b.door)),
    unreadable: [...classic, ...modern.map(({ gateway }) => gateway)].filter(({ unreadable }) => unreadable),
  }
}

function compareNames(a: Door, b: Door): number {
  const [one, other] = [a, b].map(({ gateway }) => `${gateway.name}\n${gateway.namespace ?? ''}`)
  return one === other ? 0 : (one ?? '') < (other ?? '') ? -1 : 1
}

/** A selector of another namespace counts, too, unless istiod is told otherwise (`PILOT_SCOPE_GATEWAY_TO_NAMESPACE`). */
function selectsGateway({ selector, unreadable }: IstioGateway, { labels }: Workload): boolean {
  return unreadable || containsLabels(labels, selector)
}

function istioServers(layer: Layer, gateway: IstioGateway, workload: Workload): readonly BoundServer[] {
  const certain: Ternary = gateway.unreadable ? 'unknown' : 'yes'
  return gateway.servers.flatMap(server => {
    const hosts = ownHosts(server.hosts, gateway.namespace ?? '')
    const ports = possiblePorts(layer, workload, server.port)
    return ports.map(port => ({
      door: { kind: 'istio-gateway' as const, gateway },
      server: { ...server, hosts },
      port,
      certain: ports.length > 1 ? ('unknown' as const) : certain,
    }))
  })
}

/** Such a Service has its Gateways name the Pods' own ports. */
const untranslated = 'experimental.istio.io/disable-gateway-port-translation'

/**
 * The port of the Pod that a port of a Gateway of Istio's own comes to: the target of the first Service that has the port, else the number itself.
 * Source: istio `pilot/pkg/model/gateway.go` resolvePorts.
 */
function possiblePorts(layer: Layer, workload: Workload, number: number): readonly number[] {
  const services = servicesOf(layer, workload).filter(service => service.labels[untranslated] === undefined)
  const possible = orders(services, service => hostOf(service)).map(order => {
    const targets = order.flatMap(service => targetsOf(service, workload, number))
    return targets[0] ?? number
  })
  const damaged = services.some(({ unreadable }) => unreadable)
  return [...new Set(damaged ? [...possible, number] : possible)]
}

function targetsOf(service: Service, workload: Workload, number: number): readonly number[] {
  return service.ports.filter(({ port }) => port === number).flatMap(port => targetPort(port, workload) ?? [])
}

function servicesOf(layer: Layer, { namespace, labels }: Workload): readonly Service[] {
  return layer.services.filter(
    service =>
      service.namespace === namespace &&
      Object.keys(service.selector).length > 0 &&
      containsLabels(labels, service.selector),
  )
}

/** A Gateway of the Gateway API that a workload stands for. */
interface Standing {
  readonly gateway: Gateway
  readonly certain: Ternary
  /** The Services that it is for; absent where its Pods are made by istiod, whose Service has the same ports. */
  readonly services?: readonly Service[]
}

const nameLabel = 'gateway.networking.k8s.io/gateway-name'

/** Classes of Istio's that open no front door. */
const innerClasses = ['istio-waypoint', 'istio-east-west']

/** What a Gateway of another class is, nobody here knows. Source: `pilot/pkg/config/kube/gateway/conversion.go` extractGatewayServices. */
function standFor(layer: Layer, gateway: Gateway, workload: Workload): Standing | undefined {
  if (innerClasses.includes(gateway.className)) return undefined
  if (gateway.namespace !== undefined && gateway.namespace !== workload.namespace) return undefined
  const ready: Ternary = gateway.programmed === 'no' || gateway.unreadable ? 'unknown' : 'yes'
  const certain = every([ready, gateway.className === 'istio' ? 'yes' : 'unknown'])
  const made = gateway.deployment === undefined ? [] : [hostOf({ ...gateway, name: gateway.deployment }, layer.mesh)]
  const known = gateway.addresses ?? made
  const services = servicesOf(layer, workload).filter(service => known.includes(hostOf(service, layer.mesh)))
  if (services.length > 0) return { gateway, certain, services }
  const own = gateway.addresses === undefined && workload.labels[nameLabel] === gateway.name
  return own ? { gateway, certain } : undefined
}

function gatewayServers({ gateway, certain, services }: Standing, workload: Workload): readonly BoundServer[] {
  return gateway.listeners.flatMap(listener => {
    const server = serverOf(listener)
    if (!server) return []
    const twin = gateway.listeners.some(other => other !== listener && conflicts(other, listener))
    const ports = services ? services.flatMap(service => targetsOf(service, workload, listener.port)) : [listener.port]
    return [...new Set(ports)].map(port => ({
      door: { kind: 'gateway' as const, gateway, listener },
      server,
      port,
      certain: every([certain, twin ? 'unknown' : 'yes']),
    }))
  })
}

/** Neither of two alike is taken, which versions differ in (istio `pilot/pkg/config/kube/gatewaycommon/listener_conflict.go`). */
function conflicts(a: Listener, b: Listener): boolean {
  return a.port === b.port && (a.hostname ?? '') === (b.hostname ?? '')
}

/** Whose routes it takes is asked of each route, so that its hosts are open to all here (`conversion.go` buildListener). */
function serverOf({ port, protocol, hostname, tls }: Listener): Server | undefined {
  if (!['HTTP', 'HTTPS', 'TLS', 'TCP'].includes(protocol)) return undefined
  if (!tls && (protocol === 'HTTPS' || protocol === 'TLS')) return undefined
  return { port, protocol, hosts: [hostname ?? '*'], ...(tls ? { tls } : {}) }
}
