import type { Graph } from '../core/graph/graph'

/** `host:port` by service and port name: what a caller dials. */
export type Endpoints = Readonly<Record<string, Readonly<Record<string, string>>>>

/** The addresses of a graph's Services. The port is the Service's, not the container's. */
export function endpointsOf({ services }: Graph, clusterDomain = 'cluster.local'): Endpoints {
  return mapValues(services, ({ namespace, ports }, service) =>
    mapValues(ports, ({ port, servicePort = port }) => `${service}.${namespace}.svc.${clusterDomain}:${servicePort}`),
  )
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, value: (item: T, key: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, item]) => [key, value(item, key)]))
}
