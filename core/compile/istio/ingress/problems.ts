import { listing } from '../../../graph/place'
import { accountOf, gatewayOf } from '../../../graph/resolve'
import type { Problem } from '../../../model/problem'
import { blocking, didYouMean } from '../../../model/problem'
import type { Context, Workload } from '../context'
import { identityKey } from '../context'
import { gatewayLabels } from './gateway-pods'
import type { IngressGateway } from './gateways'
import { isLabel } from '../../settings'
import { stageOf } from '../../settings'

/** What is wrong with a gateway itself, so that nothing is written for it: another's Pods would be meant, or nobody's. */
export function gatewayFaults(gateway: IngressGateway, context: Context): Problem[] {
  const { account, target } = gateway
  const at = `gateway ${keyOf(gateway)}`
  if (target.routing === 'gateway-api') {
    if (/.-istio$/.test(account) && isLabel(account)) return []
    const message = `\`${account}\` is no account that istiod gives the Pods of a Gateway`
    const hint = 'name it `<gateway>-istio`, at most 63 characters, or route in another way'
    return [blocking({ code: 'gateway-account', at, message, hint })]
  }
  if (!isLabel(account)) {
    const message = `\`${account}\` is no label, and Pods of Istio's gateway chart have their account as one`
    return [blocking({ code: 'gateway-account', at, message, hint: 'give the gateway a shorter name, without dots' })]
  }
  const taken = context.workloads.filter(workload => looksLike(workload, gateway, context)).map(({ name }) => name)
  if (taken.length === 0) return []
  const message = `the labels of the gateway's Pods are also those of ${listing(taken)}, which would let in what the gateway does`
  return [blocking({ code: 'overlapping-labels', at, message, hint: 'give each service a label value of its own' })]
}

/** A policy in the root namespace holds for Pods of every namespace. */
function looksLike({ namespace, labels }: Workload, gateway: IngressGateway, { settings }: Context): boolean {
  if (namespace !== gateway.namespace && gateway.namespace !== settings.rootNamespace) return false
  const wanted = Object.entries(gatewayLabels(gateway, gateway.target.routing))
  return wanted.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value)
}

/** What of bytes comes in otherwise than it is declared, or is for others to limit. */
export function byteProblems(
  { bytes, doors, ...gateway }: IngressGateway,
  { settings, workloads }: Context,
): Problem[] {
  const key = keyOf(gateway)
  const amongServices = workloads.some(({ namespace }) => namespace === gateway.namespace)
  return bytes.map(({ text }): Problem => {
    const at = `gateway ${key}`
    if (stageOf(gateway.namespace, settings) === 'enforce' && (doors.length > 0 || amongServices)) {
      const closer = doors.length > 0 ? 'the policy for its requests' : `the default deny of \`${gateway.namespace}\``
      const message = `nothing enters \`${key}\` for \`${text}\`: ${closer} closes what carries bytes`
      return {
        code: 'closed-entry',
        severity: 'narrowed',
        at,
        message,
        hint: 'give bytes a gateway of their own, in a namespace of its own',
      }
    }
    const message = `who may enter \`${key}\` for \`${text}\` is decided by who configures the gateway: a gateway tells bytes apart by port alone`
    return { code: 'unlisted-entry', severity: 'delegated', at, message }
  })
}

/** Gateways that are services of the graph: whoever calls them is declared as their caller, and routes are theirs to have. */
export function serviceGateways({ graph, gateways }: Context): Problem[] {
  return Object.entries(graph.ingress).flatMap(([name, ingress]): Problem[] => {
    const key = identityKey(gatewayOf(ingress))
    if (gateways.has(key)) return []
    const message = `\`${key}\` is a service of the graph: who may enter is for its own callers to say, and what it serves for itself`
    return [{ code: 'unlisted-entry', severity: 'delegated', at: `ingress.${name}.gateway`, message }]
  })
}

/** A slip in the target, by which a gateway would be routed otherwise than was meant. */
export function unknownGateways({ graph, gateways, settings }: Context): Problem[] {
  const leaving = Object.values(graph.external).flatMap(({ gateway }) =>
    gateway === undefined ? [] : [identityKey(gatewayOf({ gateway }))],
  )
  const services = Object.entries(graph.services).map(([name, each]) => `${each.namespace}/${accountOf(name, each)}`)
  const known = [...gateways, ...leaving]
  return Object.keys(settings.gateways)
    .filter(key => !known.includes(key))
    .map(key => {
      const at = `target.gateways.${key}`
      const what = services.includes(key) ? 'is a service, which routes for itself' : 'is no gateway of the graph'
      return blocking({ code: 'unknown-gateway', at, message: `\`${key}\` ${what}`, ...didYouMean(key, known) })
    })
}

function keyOf({ namespace, account }: Pick<IngressGateway, 'namespace' | 'account'>): string {
  return `${namespace}/${account}`
}
