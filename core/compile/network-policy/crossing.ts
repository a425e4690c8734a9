import { crossings } from '../../graph/border'
import { own } from '../../graph/plain'
import { gatewayOf } from '../../graph/resolve'
import { meshesOf } from '../hybrid'
import type { Context } from './context'
import type { Leg } from './legs'
import { tcp } from './ports'
import { listeningPorts, strangersOf } from './strangers'

/**
 * From services to the gateways of another mesh, through which their calls cross the border: to the ports that these listen on, for everybody. What goes on from there is the
 * gateway's own call.
 */
export function crossingLegs(context: Context): Leg[] {
  const { graph, settings, workloads } = context
  if (settings.mesh?.kind !== 'hybrid') return []
  const meshes = meshesOf(settings.mesh)
  const gateways = strangersOf(context).filter(({ role }) => role === 'gateway')
  return crossings(graph, meshes).flatMap(({ caller, namespace, callee, how }) => {
    const from = workloads.get(caller)
    const to = workloads.get(callee)
    if (how !== 'gateway' || from?.namespace !== namespace || !to) return []
    const leading = gateways.filter(gateway => {
      const isLed = Object.values(graph.ingress).some(ingress => {
        const { namespace: at, serviceAccount } = gatewayOf(ingress)
        return at === gateway.namespace && serviceAccount === gateway.serviceAccount && own(ingress.routes, callee)
      })
      return isLed && meshes.of(gateway.namespace) === meshes.of(to.namespace)
    })
    const because = [`${namespace}/${caller} → ${to.namespace}/${callee} (through a gateway)`]
    return leading.map(gateway => ({
      from: from.pods,
      to: gateway.pods,
      ports: tcp(...listeningPorts(gateway, context).filter(port => port !== 15021)),
      because,
    }))
  })
}
