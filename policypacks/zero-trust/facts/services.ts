import { at, items, labels, number, portOf, text, type Field } from '../field'
import { ofKind, type Context } from '../rule'
import { namespaceOf, type Labels } from './policies'

/** A port of a Kubernetes Service. */
export interface ServicePortFact {
  readonly field: Field
  /** The Service's own port, which is what a waypoint sees; 0 where it names none. */
  readonly port: number
  /** A container port, or the name of one. */
  readonly target: number | string
  readonly protocol: ServiceProtocol
  /** What Linkerd's proxies take it for. */
  readonly onLinkerd: ServiceProtocol
}

export interface ServiceFact {
  readonly field: Field
  readonly namespace: string
  /** Absent: it selects no Pods. */
  readonly selector: Labels | undefined
  readonly ports: readonly ServicePortFact[]
}

/** How a sidecar treats a port; `sniffed`: it looks at the bytes and decides connection by connection. */
export type ServiceProtocol = 'http' | 'tcp' | 'tls' | 'udp' | 'sniffed'

export function services(context: Context): readonly Field[] {
  return ofKind(context, '', 'Service')
}

export function readService(field: Field): ServiceFact {
  const own = labels(at(field, 'spec', 'selector'))
  return {
    field,
    namespace: namespaceOf(field),
    selector: Object.keys(own).length === 0 ? undefined : own,
    ports: items(at(field, 'spec', 'ports')).map(readPort),
  }
}

/** A target of 0 or without a name is none: the Service's own port then is (kubernetes core/v1 ServicePort). */
function readPort(field: Field): ServicePortFact {
  const target = portOf(at(field, 'targetPort'))
  const own = number(at(field, 'port')) ?? 0
  return {
    field,
    port: own,
    target: target === undefined || target === '' || target === 0 ? own : target,
    protocol: protocolOf(field),
    onLinkerd: declaredOnLinkerd(field) ?? 'sniffed',
  }
}

/** What istiod knows, by the word that stands for it (istio pkg/config/protocol/instance.go Parse). */
const protocols: ReadonlyMap<string, ServiceProtocol> = new Map([
  ['http', 'http'],
  ['http2', 'http'],
  ['http_proxy', 'http'],
  ['grpc', 'http'],
  ['grpc-web', 'http'],
  ['tcp', 'tcp'],
  ['mongo', 'tcp'],
  ['mysql', 'tcp'],
  ['redis', 'tcp'],
  ['https', 'tls'],
  ['tls', 'tls'],
])

/** What Kubernetes itself calls protocols in `appProtocol`, and only so spelt. */
const kubernetesProtocols: ReadonlyMap<string, ServiceProtocol> = new Map([
  ['kubernetes.io/h2c', 'http'],
  ['kubernetes.io/ws', 'http'],
  ['kubernetes.io/wss', 'tls'],
])

/** Ports of server-first protocols, which are not sniffed (istio pkg/config/kube/conversion.go wellKnownPorts). */
const serverFirst = [25, 53, 3306, 27017]

/** How a port is treated: as it says, else by its number, else sniffed. */
function protocolOf(port: Field): ServiceProtocol {
  const said = declaredProtocol(port)
  return said ?? (serverFirst.includes(number(at(port, 'port')) ?? 0) ? 'tcp' : 'sniffed')
}

/**
 * The protocol a port declares: by `appProtocol`, which alone counts where it is there, or by what its name begins with
 * (istio pkg/config/kube/conversion.go ConvertProtocol). `udp` is any transport but TCP, of which no proxy takes notice.
 */
export function declaredProtocol(port: Field): ServiceProtocol | undefined {
  if ((text(at(port, 'protocol')) ?? 'TCP') !== 'TCP') return 'udp'
  const declared = text(at(port, 'appProtocol'))
  const exact = kubernetesProtocols.get(declared ?? '')
  if (exact !== undefined) return exact
  const name = (declared ?? text(at(port, 'name')) ?? '').toLowerCase()
  return protocols.get(name.startsWith('grpc-web') ? 'grpc-web' : (name.split('-')[0] ?? ''))
}

/** What Linkerd knows; `opaque` and `tcp` are bytes, and so is every word that it does not know (linkerd2 policy-controller/core/src/outbound.rs AppProtocol). */
const linkerdProtocols: ReadonlyMap<string, ServiceProtocol> = new Map([
  ['http', 'http'],
  ['kubernetes.io/h2c', 'http'],
  ['linkerd.io/opaque', 'tcp'],
  ['linkerd.io/tcp', 'tcp'],
])

/** The protocol a port declares to Linkerd: by `appProtocol` alone, in a word that it knows. Names mean nothing there. */
export function declaredOnLinkerd(port: Field): ServiceProtocol | undefined {
  if ((text(at(port, 'protocol')) ?? 'TCP') !== 'TCP') return 'udp'
  return linkerdProtocols.get(text(at(port, 'appProtocol')) ?? '')
}
