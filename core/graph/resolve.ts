import { byText } from '../model/order'
import type { GovernedPort } from '../model/intent'
import type { Graph, Ingress, Service } from './graph'

export { byText }

/** The ServiceAccount a service runs under: its own name, unless it says otherwise. */
export function accountOf(name: string, service: Service): string {
  return service.serviceAccount ?? name
}

/** What selects a service's Pods: `app: <name>`, unless it says otherwise. */
export function labelsOf(name: string, service: Service): Readonly<Record<string, string>> {
  return service.labels ?? { app: name }
}

/**
 * The ports of a service that are governed, by number: those declared, and the one metrics are read from, which is an
 * http port named `metrics` where it is not among them.
 */
export function portsOf(service: Service): readonly GovernedPort[] {
  const ports = Object.entries(service.ports).map(([name, { port, servicePort = port, protocol }]) => ({
    name,
    port,
    ...(servicePort !== port && { servicePort }),
    protocol,
  }))
  const { metrics } = service
  const extra = metrics !== undefined && !ports.some(({ port }) => port === metrics.port)
  const all: readonly GovernedPort[] = extra
    ? [...ports, { name: 'metrics', port: metrics.port, protocol: 'http' }]
    : ports
  return [...all].sort((a, b) => a.port - b.port || byText(a.name, b.name))
}

/** The identity a gateway calls under: `namespace/serviceAccount`, or one name that is both. */
export function gatewayOf({ gateway }: Pick<Ingress, 'gateway'>): NonNullable<Graph['scraper']> {
  const [namespace = '', serviceAccount = namespace] = gateway.split('/')
  return { namespace, serviceAccount }
}
