import { listing } from '../../graph/place'
import { own } from '../../graph/plain'
import { gatewayOf } from '../../graph/resolve'
import type { Problem } from '../../model/problem'
import { blocking } from '../../model/problem'
import { sorted, sortedGroups } from '../order'
import type { Context } from './context'
import { identityKey } from './context'

/**
 * Gateways that have one name in several namespaces, and with it the same labels. A Gateway selects Pods of every namespace unless istiod is told otherwise
 * (`PILOT_SCOPE_GATEWAY_TO_NAMESPACE`), so that each would serve the other's hosts; and two that serve one host in TLS are two chains for one name, for which Envoy
 * rejects the whole listener (istio `pilot/pkg/model/push_context.go` mergeGateways, `pilot/pkg/model/gateway.go` CheckDuplicates).
 */
export function twins({ graph, settings }: Context): Problem[] {
  const entered = Object.values(graph.ingress).map(gatewayOf)
  const left = Object.values(graph.external).flatMap(({ gateway }) =>
    gateway === undefined ? [] : [gatewayOf({ gateway })],
  )
  const ours = [...entered, ...left].filter(one => {
    const { routing = 'istio' } = own(settings.gateways, identityKey(one)) ?? {}
    return routing === 'istio'
  })
  return [...sortedGroups(ours, ({ serviceAccount }) => serviceAccount)].flatMap(([name, same]) => {
    const namespaces = sorted(same.map(({ namespace }) => namespace))
    if (namespaces.length < 2) return []
    const message = `gateways in ${listing(namespaces)} are all called \`${name}\`: each would serve what is for the others, since a Gateway selects Pods in every namespace`
    const hint = 'give each a name of its own'
    return [blocking({ code: 'gateway-twins', at: `gateway ${namespaces[0] ?? ''}/${name}`, message, hint })]
  })
}
