import type { Context } from './context'
import type { Subject } from './policies'
import type { Stranger } from './strangers'
import { listeningPorts, strangersOf } from './strangers'
import { standing } from './waypoints'

/*
 * Names have a dot where services' names have none, so that no service's policy is ever a waypoint's or a gateway's.
 */

/** Whose Pods get a policy: services in namespaces that are closed, but for those in doubt. */
export function serviceSubjects(context: Context, doubted: ReadonlySet<string>): Subject[] {
  return [...context.workloads.values()]
    .filter(({ name, namespace }) => context.isClosed(namespace) && !doubted.has(name))
    .map(({ name, namespace, pods }) => ({
      pods,
      name: `calls-of-${name}`,
      runs: context.planeOf(namespace),
      text: `${namespace}/${name} (nobody may call it, and it calls nobody)`,
    }))
}

/**
 * Waypoints, which stand where the graph governs or are ours alone. One that stands elsewhere, before services that are not closed yet, is left as it is.
 */
export function waypointSubjects(context: Context): Subject[] {
  return standing(context)
    .filter(({ waypoint: { namespace }, settled }) =>
      context.governed.has(namespace) ? context.isClosed(namespace) : settled,
    )
    .map(({ waypoint: { namespace, name }, pods }) => ({
      pods,
      name: `calls-of-waypoint.${name}`,
      runs: 'envoy',
      text: `${namespace}/${name} (a waypoint)`,
    }))
}

/** Gateways and the scraper, where they stand in a namespace that is closed; those whose labels nobody knows stay closed with it. */
export function strangerSubjects(context: Context): Subject[] {
  return isolated(context).flatMap(stranger => {
    const { namespace, serviceAccount, role, labels, pods } = stranger
    if (!labels) return []
    const isGateway = role === 'gateway'
    const plane = context.planeOf(namespace)
    return [
      {
        pods,
        name: `calls-of-${role}.${serviceAccount}`,
        runs: isGateway && plane !== 'linkerd' && plane !== 'plaintext' ? 'envoy' : plane,
        text: `${namespace}/${serviceAccount} (a ${role})`,
        ...(isGateway && { open: listeningPorts(stranger, context) }),
      },
    ]
  })
}

/** Gateways and the scraper in namespaces that are closed. */
export function isolated(context: Context): readonly Stranger[] {
  return strangersOf(context).filter(({ namespace }) => context.isClosed(namespace))
}
