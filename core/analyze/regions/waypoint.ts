import { groupBy } from '../../model/group'
import type { ServiceAddress } from '../istio/addresses'
import { waypointPoliciesFor, waypointTokensFor } from '../istio/attachment'
import { serviceChain } from '../istio/protocol'
import type { AuthorizationPolicy, Gateway, Layer, RequestAuthentication, Service, TargetRef } from '../layer'
import { acceptedBy, domainsOf } from './domains'
import type { PortFacts } from './port'
import type { Questions } from './tokens'

/** What a call through a waypoint names: a Service's port, or a Pod's. */
export type Addressee =
  { readonly kind: 'service'; readonly address: ServiceAddress } | { readonly kind: 'workload'; readonly port: number }

/** What a waypoint knows of a port it is asked for. */
export type WaypointFacts = (gateway: Gateway, named: Addressee) => PortFacts

/**
 * A waypoint's inbound listeners have a chain for each port of each Service, and one for the Pods it stands before; they are entered by HBONE alone,
 * so that there is always an identity. Source: istio `pilot/pkg/networking/core/listener_waypoint.go` buildWaypointInternal.
 */
export function waypointView(layer: Layer, questions: Questions): WaypointFacts {
  const near = shelf(layer)
  const common = {
    // What a waypoint's connections go to, the Service's address or a listener's of its own, no policy was seen to ask.
    ips: [],
    questions,
    domains: domainsOf(layer),
    accepted: acceptedBy(layer),
    modes: ['STRICT'],
  } as const
  return (gateway, named) => {
    const service = named.kind === 'service' ? named.address.service : undefined
    const cut = near(gateway, service)
    return {
      ...common,
      ...(named.kind === 'service'
        ? { port: named.address.port.port, chains: [serviceChain(named.address.port)] }
        : { port: named.port, chains: ['sniffed'] }),
      policies: waypointPoliciesFor(cut, gateway, service),
      requestAuthentications: waypointTokensFor(cut, gateway, service),
    }
  }
}

type Targeted = AuthorizationPolicy | RequestAuthentication

/** The layer cut to the policies that can concern one Service behind one gateway, so that nobody searches the whole cluster for each. */
function shelf(layer: Layer): (gateway: Gateway, service: Service | undefined) => Layer {
  const authorizationPolicies = indexed(layer.authorizationPolicies)
  const requestAuthentications = indexed(layer.requestAuthentications)
  return (gateway, service) => {
    const wanted = [
      ...(service ? [keyOf({ kind: 'Service', name: service.name }, service.namespace)] : []),
      keyOf({ kind: 'Gateway', name: gateway.name }, gateway.namespace),
      anywhere,
    ]
    return {
      ...layer,
      authorizationPolicies: wanted.flatMap(key => authorizationPolicies.get(key) ?? []),
      requestAuthentications: wanted.flatMap(key => requestAuthentications.get(key) ?? []),
    }
  }
}

const anywhere = 'anywhere'

function indexed<P extends Targeted>(policies: readonly P[]): ReadonlyMap<string, readonly P[]> {
  const filed = policies.flatMap(policy => [...new Set(keysOf(policy))].map(key => ({ key, policy })))
  const groups = groupBy(filed, ({ key }) => key)
  return new Map([...groups].map(([key, entries]) => [key, entries.map(({ policy }) => policy)]))
}

function keysOf({ targeted, targets, namespace }: Targeted): readonly string[] {
  if (targeted === 'unknown' || (targeted === 'yes' && namespace === undefined)) return [anywhere]
  return targets.map(target => (target.kind === 'GatewayClass' ? anywhere : keyOf(target, namespace)))
}

function keyOf({ kind, name }: TargetRef, namespace = ''): string {
  return `${kind} ${namespace}/${name}`
}
