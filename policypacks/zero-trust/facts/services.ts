import { at, items, labels, number, portOf, text, type Field } from '../field'
import { ofKind, type Context } from '../rule'
import { namespaceOf, type Labels } from './policies'

/** A port of a Kubernetes Service. */
export interface ServicePortFact {
  readonly field: Field
  /** A container port, or the name of one. */
  readonly target: number | string
  readonly protocol: ServiceProtocol
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
    target: target === undefined || target === '' || target === 0 ? own : target,
    protocol: protocolOf(field),
  }
}

const protocols: Readonly<Record<string, ServiceProtocol>> = {
  http: 'http',
  http2: 'http',
  grpc: 'http',
  'grpc-web': 'http',
  'kubernetes.io/h2c': 'http',
  'kubernetes.io/ws': 'http',
  tcp: 'tcp',
  mongo: 'tcp',
  mysql: 'tcp',
  redis: 'tcp',
  https: 'tls',
  tls: 'tls',
  'kubernetes.io/wss': 'tls',
}

/** Ports of server-first protocols, which are not sniffed (istio pkg/config/kube/conversion.go wellKnownPorts). */
const serverFirst = [25, 53, 3306, 27017]

/**
 * `appProtocol`, else what the port's name begins with, else sniffed (istio pkg/config/kube/conversion.go
 * ConvertProtocol).
 */
function protocolOf(port: Field): ServiceProtocol {
  if ((text(at(port, 'protocol')) ?? 'TCP') !== 'TCP') return 'udp'
  const declared = text(at(port, 'appProtocol'))
  if (declared !== undefined) return protocols[declared.toLowerCase()] ?? 'sniffed'
  const name = (text(at(port, 'name')) ?? '').toLowerCase()
  const prefix = name.startsWith('grpc-web') ? 'grpc-web' : (name.split('-')[0] ?? '')
  const named = protocols[prefix]
  if (named !== undefined) return named
  return serverFirst.includes(number(at(port, 'port')) ?? 0) ? 'tcp' : 'sniffed'
}
