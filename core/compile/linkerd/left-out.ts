import { gatewayOf } from '../../graph/resolve'
import type { Problem } from '../../model/problem'
import { sortedBy } from '../order'
import type { Context } from './context'

/** What a graph says and nothing is generated for: how calls enter and leave the cluster, and how they are spread. */
export function leftOut({ graph }: Context): Problem[] {
  const services = sortedBy(Object.entries(graph.services), ([name]) => name)
  const gateways = sortedBy(Object.entries(graph.ingress), ([name]) => name)
  const hosts = sortedBy(Object.entries(graph.external), ([name]) => name)
  return [
    ...gateways.map(([name, ingress]): Problem => {
      const { namespace, serviceAccount } = gatewayOf(ingress)
      const message = `what enters through \`${namespace}/${serviceAccount}\` is decided there; it has to be in the mesh to call anybody`
      return { code: 'unlisted-entry', severity: 'delegated', at: `ingress.${name}.gateway`, message }
    }),
    ...hosts.flatMap(([name, external]) => leaving(name, external.gateway !== undefined || external.tls !== undefined)),
    ...services
      .filter(([, { traffic }]) => traffic && Object.keys(traffic).length > 0)
      .map(([name, { namespace }]): Problem => {
        const message = `the traffic of \`${namespace}/${name}\` does not hold on Linkerd: calls go to all its Pods alike`
        const hint = 'set it on the Service and its routes, or leave it out'
        return { code: 'unread-traffic', severity: 'narrowed', at: `services.${name}.traffic`, message, hint }
      }),
  ]
}

/** Proxies pass on what leaves, to wherever it goes. */
function leaving(name: string, assisted: unknown): Problem[] {
  const at = `external.${name}`
  if (assisted === true) {
    const message = `the gateway or the TLS that calls to \`${name}\` ask for is not there on Linkerd: they leave as they are`
    return [{ code: 'inexpressible', severity: 'narrowed', at, message }]
  }
  const message = `proxies let everybody call \`${name}\`, and every other host`
  const hint = 'limit it by a NetworkPolicy'
  return [{ code: 'egress-needs-network-policy', severity: 'delegated', at, message, hint }]
}
