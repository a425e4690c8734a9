import { listing } from '../../graph/place'
import { groupBy } from '../../model/group'
import type { Problem } from '../../model/problem'
import { sorted } from '../order'
import { printWaypoint } from '../istio/waypoint/waypoints'
import type { Context } from './context'
import type { Leg } from './legs'
import { hbone, linkerdInbound } from './ports'
import { strangersOf } from './strangers'
import { standing } from './waypoints'

/**
 * What NetworkPolicies cannot say, and a mesh has to hold: once for each kind, however many calls it is true of.
 */
export function delegated(legs: readonly Leg[], context: Context): Problem[] {
  return [
    ...requests(context),
    ...identities(legs, context),
    ...onePort(legs, context),
    ...behindWaypoints(context),
    ...wholeNamespaces(legs, context),
    ...hosts(legs, context),
  ]
}

function told(code: string, at: string, message: string): Problem {
  return { code, severity: 'delegated', at, message }
}

/** Who holds what the network does not. */
function rest({ settings: { mesh } }: Context): string {
  return mesh ? 'the mesh holds the rest' : 'without a mesh nobody holds the rest'
}

function requests(context: Context): Problem[] {
  const count = new Set(
    context.sides.flatMap(({ lines }) =>
      lines.flatMap(({ flow: { to, route, purpose }, text }) => {
        const isRead = route.kind === 'http' || route.kind === 'grpc'
        return isRead && purpose === 'call' && to.kind === 'workload' ? [text] : []
      }),
    ),
  ).size
  if (count === 0) return []
  const flows = count === 1 ? '1 flow says' : `${count} flows say`
  const message = `${flows} what may be asked, of which a NetworkPolicy knows nothing: whoever may call a port may ask it anything; ${rest(context)}`
  return [told('network-without-requests', 'calls', message)]
}

function identities(legs: readonly Leg[], context: Context): Problem[] {
  if (!legs.some(({ from, to }) => from.kind === 'pods' && to.kind === 'pods')) return []
  const message = `callers are told by the labels of their Pods, not by who they are: whoever may run a Pod in a caller’s namespace may call what it calls; ${rest(context)}`
  return [told('network-without-identities', 'services', message)]
}

/** Callees of which somebody may call one port, and reaches all of them since they are one on the wire. */
function onePort(legs: readonly Leg[], context: Context): Problem[] {
  const shared = legs.filter(({ ports }) => ports.some(({ port }) => port === hbone || port === linkerdInbound))
  const called = new Set(shared.map(({ to }) => to.key))
  const wide = [...context.workloads.values()].filter(({ pods, ports }) => ports.length > 1 && called.has(pods.key))
  if (wide.length === 0) return []
  const names = listing(wide.map(({ namespace, name }) => `${namespace}/${name}`))
  const message = `all ports of ${names} are one on the wire: whoever may call one of them gets to the others; ${rest(context)}`
  return [told('network-one-port', 'services', message)]
}

function behindWaypoints(context: Context): Problem[] {
  const shared = standing(context).filter(({ bound }) => bound.length > 1)
  if (shared.length === 0) return []
  const names = listing(shared.map(({ waypoint }) => printWaypoint(waypoint)))
  const message = `behind ${names} nobody sees who called: whoever may call one service there gets as far as the waypoint of all of them; ${rest(context)}`
  return [told('network-behind-waypoint', 'services', message)]
}

function wholeNamespaces(legs: readonly Leg[], context: Context): Problem[] {
  const calling = groupBy(legs, ({ from }) => from.key)
  const wide = strangersOf(context).filter(({ labels, pods }) => !labels && calling.has(pods.key))
  if (wide.length === 0) return []
  const names = listing(sorted(wide.map(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`)))
  const message = `the labels of ${names} are not known, so that whatever runs beside may call the same`
  return [{ ...told('network-whole-namespace', 'target.callers', message), hint: 'say them in `callers`' }]
}

function hosts(legs: readonly Leg[], context: Context): Problem[] {
  const anywhere = new Set(context.publicAddresses.map(({ key }) => key))
  const leaving = new Set(legs.flatMap(({ to, because }) => (anywhere.has(to.key) ? because : [])))
  if (leaving.size === 0) return []
  const flows = leaving.size === 1 ? '1 flow leaves' : `${leaving.size} flows leave`
  const message = `${flows} for a host by name, which a packet has not: the caller may connect to that port of every public address`
  return [{ ...told('network-without-hosts', 'external', message), hint: 'give their addresses in `externals`' }]
}
