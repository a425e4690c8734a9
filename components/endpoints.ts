import type { Graph } from '../core/graph/graph'
import { mapValues } from '../core/graph/plain'

/** `host:port` by service and port name: what a caller dials. */
export type Endpoints = Readonly<Record<string, Readonly<Record<string, string>>>>

/** The addresses of a graph's Services. The port is the Service's, not the container's. */
export function endpointsOf({ services }: Graph, clusterDomain = 'cluster.local'): Endpoints {
  return mapValues(services, ({ namespace, ports }, service) =>
    mapValues(ports, ({ port, servicePort = port }) => `${service}.${namespace}.svc.${clusterDomain}:${servicePort}`),
  )
}
