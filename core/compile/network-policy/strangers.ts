import { entryLines } from '../../graph/entries'
import { own } from '../../graph/plain'
import { gatewayOf } from '../../graph/resolve'
import { gatewayLabels } from '../istio/ingress/gateway-pods'
import type { WorkloadCaller } from '../../model/flow'
import { sortedBy, sortedGroups } from '../order'
import type { Context } from './context'
import type { Labels, Peer, PodsPeer } from './peers'
import { podsIn } from './peers'

/** A caller that is no service of the graph: a gateway, or the scraper. */
export interface Stranger {
  readonly namespace: string
  readonly serviceAccount: string
  readonly role: 'gateway' | 'scraper'
  /** What tells its Pods from those beside them; absent where nobody knows. */
  readonly labels?: Labels
  readonly pods: PodsPeer
}

/** An account that somebody calls under. */
export interface Account {
  readonly namespace: string
  readonly serviceAccount: string
}

/** Gateways that calls come in through, and the scraper, as far as they are none of the graph's services; sorted. */
export function strangersOf(context: Context): readonly Stranger[] {
  const { ingress, scraper } = context.graph
  const gateways = Object.values(ingress).map(each => ({ ...gatewayOf(each), role: 'gateway' as const }))
  const all = [...gateways, ...(scraper ? [{ ...scraper, role: 'scraper' as const }] : [])]
  const apart = all.filter(({ namespace, serviceAccount }) => !context.accounts.has(`${namespace}/${serviceAccount}`))
  const byAccount = sortedGroups(apart, ({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`)
  return [...byAccount.values()].flatMap(([first]) => {
    if (!first) return []
    const { namespace, serviceAccount, role } = first
    return [{ namespace, serviceAccount, role, ...strangerPods(first, role, context) }]
  })
}

/** The Pods of an account that no service of the graph has; its whole namespace where their labels are not known. */
export function strangerPods(
  { namespace, serviceAccount }: Account,
  role: Stranger['role'],
  context: Context,
): Pick<Stranger, 'labels' | 'pods'> {
  const given = own(context.settings.callers, `${namespace}/${serviceAccount}`)
  const labels = given ?? (role === 'gateway' ? labelsOnIstio({ namespace, serviceAccount }, context) : undefined)
  return { ...(labels && { labels }), pods: podsIn(namespace, labels) }
}

/** Container ports that a gateway listens on. On Istio it listens on 80, and on 443 where it has a certificate; the agent's own 15021 is what load balancers look at. */
export function listeningPorts(gateway: Stranger, context: Context): readonly number[] {
  const key = `${gateway.namespace}/${gateway.serviceAccount}`
  const given = own(context.settings.gatewayPorts, key)
  const side = sideOf(gateway, context)
  const readiness = side?.istio ? [15021] : []
  if (given) return [...given, ...readiness]
  if (!side?.istio || routingOf(gateway, context) === 'elsewhere') return [80, 443, ...readiness]
  const secure = entryLines(context.graph).some(({ gateway: at, secret }) => {
    return secret !== undefined && `${at.namespace}/${at.serviceAccount}` === key
  })
  return secure ? [80, 443, ...readiness] : [80, ...readiness]
}

/** Who tells a gateway of Istio's what to listen on. */
export function routingOf(
  { namespace, serviceAccount }: Account,
  context: Context,
): 'istio' | 'gateway-api' | 'elsewhere' {
  const gateways = sideOf({ namespace, serviceAccount }, context)?.istio?.context.settings.gateways ?? {}
  return own(gateways, `${namespace}/${serviceAccount}`)?.routing ?? 'istio'
}

function labelsOnIstio(account: Account, context: Context): Labels | undefined {
  if (!sideOf(account, context)?.istio) return undefined
  const { namespace, serviceAccount } = account
  const labels = gatewayLabels({ namespace, account: serviceAccount }, routingOf(account, context))
  return Object.fromEntries(sortedBy(Object.entries(labels), ([key]) => key))
}

function sideOf({ namespace }: Account, { sides }: Context): Context['sides'][number] | undefined {
  return sides.find(({ isHere }) => isHere(namespace))
}

/** The Pods that a caller with an identity runs in. */
export function podsOf(caller: WorkloadCaller, context: Context): Peer {
  const { namespace, serviceAccount, service, gateway } = caller
  if (!context.accounts.has(`${namespace}/${serviceAccount}`))
    return strangerPods(caller, gateway ? 'gateway' : 'scraper', context).pods
  return context.workloads.get(service)?.pods ?? podsIn(namespace)
}
