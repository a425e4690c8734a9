import type { Graph, Service } from '../graph/graph'
import type { Probe } from '../graph/probes'
import { probedPort, probesOf, readProbe } from '../graph/probes'
import { accountOf, gatewayOf } from '../graph/resolve'
import type { KubernetesObject } from '../model/manifest'
import { object } from './objects'
import { sorted } from './order'

/*
 * What every mesh takes to be there, whatever it is.
 */

/** The ServiceAccounts of the services, and of the gateways and the scraper that call them. */
export function accounts({ services, ingress, scraper }: Graph): KubernetesObject[] {
  const callees = Object.entries(services).map(([name, service]) => ({
    namespace: service.namespace,
    serviceAccount: accountOf(name, service),
  }))
  const callers = [...Object.values(ingress).map(gatewayOf), ...(scraper ? [scraper] : [])]
  const keys = [...callees, ...callers].map(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`)
  return sorted(keys).map(key => {
    const [namespace = '', name = ''] = key.split('/')
    return object('ServiceAccount', { name, namespace })
  })
}

/** The probes of a service as its owner writes them into the container. */
export function containerProbes(service: Service): Record<string, unknown> {
  return Object.fromEntries(
    probesOf(service).flatMap(([name, text]) => {
      const probe = readProbe(text)
      const port = probe && probedPort(probe, service)?.port
      return probe && port !== undefined ? [[`${name}Probe`, handler(probe, port)]] : []
    }),
  )
}

function handler(probe: Probe, port: number): Record<string, unknown> {
  switch (probe.kind) {
    case 'http':
      return { httpGet: { path: probe.path, port } }
    case 'tcp':
      return { tcpSocket: { port } }
    case 'grpc':
      return { grpc: { port } }
  }
}
