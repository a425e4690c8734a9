import type { Graph } from '../graph/graph'
import type { Manifest } from '../model/manifest'
import { assumptions } from './network-policy/assumptions'
import type { Context } from './network-policy/context'
import { contextOf } from './network-policy/context'
import { delegated } from './network-policy/delegated'
import { doubts } from './network-policy/doubts'
import type { Leg } from './network-policy/legs'
import { legsOf } from './network-policy/legs'
import { metricsLegs } from './network-policy/platform'
import { defaultDeny, policies } from './network-policy/policies'
import { settle } from './network-policy/settings'
import { serviceSubjects, strangerSubjects, waypointSubjects } from './network-policy/subjects'
import { standing, unsettledLegs } from './network-policy/waypoints'
import { sorted } from './order'
import type { Compiled, NetworkPolicyTarget } from './target'

/**
 * A graph as NetworkPolicies: which Pods may send packets to which, on the ports that are really on the wire.
 *
 * Per service: a policy that closes its Pods both ways, with its callers, and with its callees and what its proxy needs. Per waypoint, and per gateway or scraper in a namespace of the
 * graph: the same. Per namespace: a policy that closes every other Pod. Namespaces that are not enforced have none of them.
 *
 * It admits more than is meant, since it knows neither identities nor requests; beside a mesh, what both let through is what is meant.
 */
export function compileNetwork(graph: Graph, target: NetworkPolicyTarget): Compiled {
  const { settings, problems } = settle(target)
  const context = contextOf(graph, settings)
  const doubted = doubts(context)
  const ways = legsOf(context)
  const legs = [
    ...ways.legs,
    ...metricsLegs(context),
    ...standing(context).flatMap(each => unsettledLegs(each, context)),
  ]
  const subjects = [
    ...serviceSubjects(context, doubted.services),
    ...waypointSubjects(context),
    ...strangerSubjects(context),
  ]
  return {
    manifests: [...policies(subjects, legs, context), ...closed(legs, context)],
    assumptions: assumptions(context),
    namespaces: {},
    problems: [...problems, ...doubted.problems, ...ways.problems, ...delegated(legs, context)],
  }
}

/** The default of each namespace, justified by all that may still enter or leave it, or else by who is to stay closed. */
function closed(legs: readonly Leg[], context: Context): Manifest[] {
  const touching = new Map<string, Set<string>>()
  for (const { from, to, because } of legs) {
    for (const peer of [from, to]) {
      if (peer.kind !== 'pods') continue
      const known = touching.get(peer.namespace)
      if (known) for (const text of because) known.add(text)
      else touching.set(peer.namespace, new Set(because))
    }
  }
  return sorted(context.governed)
    .filter(namespace => context.isClosed(namespace))
    .map(namespace => {
      const because = sorted(touching.get(namespace) ?? [])
      const services = [...context.workloads.values()].filter(each => each.namespace === namespace)
      const shut = services.map(({ name }) => `${namespace}/${name} (nobody may call it, and it calls nobody)`)
      return defaultDeny(namespace, because.length > 0 ? because : shut)
    })
}
