import { arrivals } from './istio/waypoint/arrivals'
import { callersOf, routesTo } from './istio/authorization'
import type { Context, Workload } from './istio/context'
import type { Outcome } from './objects'
import type { Grant } from './istio/grant'
import { identitySource } from './istio/grant'
import { grantsTo } from './istio/grants'
import { plaintextPorts } from './istio/peer-authentication'
import { tokensFor } from './istio/token'
import type { Bound } from './istio/waypoint/waypoints'

/**
 * The objects of one service in an ambient namespace.
 *
 * At its waypoint, a policy with routes and the ports of the Service, and who reads the tokens they ask for. At its Pods, a policy for ztunnel that admits the
 * waypoint, and whoever comes straight, to container ports and says nothing of requests; there the waypoint's identity stands
 * for all who passed it, so that going round it leads nowhere. An exception from mTLS for ports that callers without
 * identity call.
 */
export function ambientCallee(callee: Workload, bound: Bound | undefined, context: Context): Outcome {
  const coming = arrivals(callee, bound, context)
  const through = grantsTo(callee, coming.through, context)
  const direct = grantsTo(callee, coming.direct, context)
  const asked = through.grants.flatMap(grant => atService(grant, callee))
  const attached = { targetRefs: [{ group: '', kind: 'Service', name: callee.name }] }
  const passed = bound ? through.grants.map(grant => fromWaypoint(grant, bound, context)) : []
  return {
    manifests: [
      ...routesTo(callee, asked, context),
      ...tokensFor(callee, asked, { attached, context }),
      ...callersOf(callee, [...passed, ...direct.grants.map(atZtunnel)], context),
      ...plaintextPorts(callee, direct.grants),
    ],
    problems: [...coming.problems, ...through.problems, ...direct.problems],
  }
}

/** The grant for each port of the Service that leads to its container port. */
function atService(grant: Grant, { servicePorts }: Workload): Grant[] {
  return servicePorts.filter(({ targetPort }) => targetPort === grant.port).map(({ port }) => ({ ...grant, port }))
}

/** What is left of a grant where nobody reads requests: who, and which port. */
function atZtunnel({ source, port, because }: Grant): Grant {
  return { source, port, because }
}

/** The same, behind the waypoint, under whose identity the call arrives. */
function fromWaypoint({ port, because }: Grant, { waypoint }: Bound, { settings }: Context): Grant {
  const source = identitySource({ namespace: waypoint.namespace, serviceAccount: waypoint.name }, settings)
  return { source, port, because }
}
