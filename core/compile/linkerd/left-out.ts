import { gatewayOf } from '../../graph/resolve'
import type { Problem } from '../../model/problem'
import { sortedBy } from '../order'
import type { Context } from './context'

/** What a graph says and nothing is generated for: how calls enter the cluster. */
export function leftOut({ graph }: Context): Problem[] {
  const gateways = sortedBy(Object.entries(graph.ingress), ([name]) => name)
  return gateways.map(([name, ingress]): Problem => {
    const { namespace, serviceAccount } = gatewayOf(ingress)
    const message = `what enters through \`${namespace}/${serviceAccount}\` is decided there; it has to be in the mesh to call anybody`
    return { code: 'unlisted-entry', severity: 'delegated', at: `ingress.${name}.gateway`, message }
  })
}
