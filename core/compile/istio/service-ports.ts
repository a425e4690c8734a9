import type { Protocol, Service } from '../../graph/graph'
import { own } from '../../graph/plain'
import { portsOf } from '../../graph/resolve'
import { sortedBy } from '../order'

/** A port of the Kubernetes Service that stands before a service's Pods. */
export interface ServicePort {
  readonly name: string
  readonly port: number
  /** The container port. */
  readonly targetPort: number
  readonly protocol: Protocol
}

/**
 * The ports its Service must have, by number: those declared, and the metrics port, whose protocol Istio would not know
 * otherwise. Metrics give way where a declared port has the same number on the Service.
 */
export function servicePorts(service: Service): ServicePort[] {
  const all = portsOf(service).map(({ name, port, protocol }) => {
    const declared = own(service.ports, name)
    return { name, port: declared?.servicePort ?? port, targetPort: port, protocol, declared: declared?.port === port }
  })
  const taken = new Set(all.filter(each => each.declared).map(({ port }) => port))
  const fitting = all.filter(each => each.declared || !taken.has(each.port))
  return sortedBy(
    fitting.map(({ name, port, targetPort, protocol }) => ({ name, port, targetPort, protocol })),
    ({ port, name }) => `${String(port).padStart(5, '0')} ${name}`,
  )
}
