import { own } from '../../../graph/plain'
import { accountOf, gatewayOf } from '../../../graph/resolve'
import type { Problem } from '../../../model/problem'
import { sortedBy, sortedGroups } from '../../order'
import type { Context } from '../context'
import { identityKey } from '../context'
import { permitOf } from './policy'
import type { Exit, Use } from '../../outside'
import { wireOf } from '../../outside'
import { narrowed } from './use'
import { planeOf } from '../plane'
import { isLabel } from '../../settings'

/** The uses that can be said as they are meant, and the problems of the others, which are cut off. */
export interface Sifted {
  readonly kept: readonly Use[]
  readonly problems: readonly Problem[]
}

/**
 * Cuts off what a proxy would not do as it is meant: calls through a gateway that cannot be told apart there, or that is no place to leave through,
 * and whatever asks something of ztunnel. Cut, not sent straight out: there nobody would limit it.
 */
export function siftExits(uses: readonly Use[], context: Context): Sifted {
  const taken = takenIdentities(context)
  const single = new Set([...sortedGroups(uses, ({ host }) => host).values()].flatMap(oneWay))
  const judged = uses.map(use => ({ use, fault: faultOf(use, { context, taken, single }) }))
  return {
    kept: judged.filter(({ fault }) => !fault).map(({ use }) => use),
    problems: judged.flatMap(({ use, fault }) => (fault ? [narrowed(use, fault.why, fault.hint)] : [])),
  }
}

interface Fault {
  readonly why: string
  readonly hint: string
}

interface Surroundings {
  readonly context: Context
  /** Identities that are services or let calls in. */
  readonly taken: ReadonlySet<string>
  /** The uses that go the one way that calls to their host may go. */
  readonly single: ReadonlySet<Use>
}

function faultOf(use: Use, around: Surroundings): Fault | undefined {
  const { via, tls, namespace } = use
  const { settings } = around.context
  if (!via && !tls) return undefined
  if (planeOf(namespace, settings) === 'ambient') {
    const why = 'ztunnel follows no route to a gateway and speaks no TLS for callers'
    return { why, hint: `move \`${namespace}\` to sidecars` }
  }
  if (wireOf(use) !== 'http') return via ? unreadable : unspoken
  if (!around.single.has(use)) return divided
  return via && (placeFault(via, around) ?? policyFault(use, around))
}

const unreadable: Fault = {
  why: 'the gateway can tell callers and hosts apart only where it reads requests',
  hint: 'let callers ask in plain http and declare `tls`, or leave `gateway` out',
}

const unspoken: Fault = {
  why: 'nobody speaks TLS for callers of a port whose bytes go out as they are',
  hint: 'leave `tls` out',
}

const divided: Fault = {
  why: 'calls to one host leave one way, and through a gateway to one port of it',
  hint: 'keep one gateway and one port a host',
}

function placeFault({ namespace, serviceAccount }: Exit, { context, taken }: Surroundings): Fault | undefined {
  const { settings, workloads } = context
  const key = identityKey({ namespace, serviceAccount })
  const hint = 'let calls leave through a gateway of their own, in a namespace of its own'
  if (!isLabel(namespace) || !isLabel(serviceAccount)) return { why: `no Service is called \`${key}\``, hint }
  if (taken.has(key)) return { why: `\`${key}\` is there for others to call`, hint }
  if (namespace === settings.rootNamespace || namespace === settings.systemNamespace)
    return { why: `what is written in \`${namespace}\` would hold beyond the gateway`, hint }
  if (workloads.some(workload => workload.namespace === namespace))
    return { why: `the default deny of \`${namespace}\` and its services stand beside the gateway`, hint }
  const { routing = 'istio' } = own(settings.gateways, key) ?? {}
  if (routing === 'istio') return undefined
  return { why: `the target leaves the routing of \`${key}\` to \`${routing}\``, hint: 'leave `routing` out' }
}

function policyFault(use: Use, { context }: Surroundings): Fault | undefined {
  const permitted = permitOf(use, context)
  if (!('kind' in permitted)) return undefined
  return { why: permitted.why, hint: 'ask in another way, or leave `gateway` out' }
}

function takenIdentities({ graph }: Context): ReadonlySet<string> {
  return new Set([
    ...Object.values(graph.ingress).map(ingress => identityKey(gatewayOf(ingress))),
    ...Object.entries(graph.services).map(([name, service]) =>
      identityKey({ namespace: service.namespace, serviceAccount: accountOf(name, service) }),
    ),
  ])
}

/**
 * Those of one host's uses that go the same way as the first. A gateway sees one of its own ports only, so that it could not tell two ports of a host
 * apart; a caller's proxy can.
 */
function oneWay(uses: readonly Use[]): readonly Use[] {
  const [first] = sortedBy(uses, ({ via, port }) => `${via ? identityKey(via) : ''} ${String(port).padStart(5, '0')}`)
  return uses.filter(({ via, port }) => {
    if (!via || !first?.via) return !via && !first?.via
    return identityKey(via) === identityKey(first.via) && port === first.port
  })
}
