import type { GatewayRouting } from '../../target'
import type { Labels } from '../labels'

/** A gateway, by the identity it calls under. */
export interface GatewayIdentity {
  readonly namespace: string
  readonly account: string
}

/**
 * The labels of a gateway's Pods that tell them from all others. Those of Istio's gateway chart, whose release and ServiceAccount have one name (istio
 * `manifests/charts/gateway/templates/_helpers.tpl` gateway.selectorLabels), or the one by which istiod knows the Pods it makes for a Gateway (istio
 * `manifests/charts/istio-control/istio-discovery/files/kube-gateway.yaml`).
 */
export function gatewayLabels({ account }: GatewayIdentity, routing: GatewayRouting): Labels {
  if (routing === 'gateway-api') return { 'gateway.networking.k8s.io/gateway-name': gatewayName(account) }
  return { app: account, istio: account.replace(/^istio-/, '') }
}

/** The Gateway for which istiod makes Pods under an account, `<name>-istio` (istio `pilot/pkg/config/kube/gatewaycommon/gateway_utils.go` GetDefaultName). */
export function gatewayName(account: string): string {
  return account.replace(/-istio$/, '')
}

/** What a policy says to hold for a gateway's Pods: their labels, or the Gateway they were made for. */
export function attachedToGateway(
  identity: GatewayIdentity,
  routing: GatewayRouting,
): Readonly<Record<string, unknown>> {
  if (routing !== 'gateway-api') return { selector: { matchLabels: gatewayLabels(identity, routing) } }
  const name = gatewayName(identity.account)
  return { targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name }] }
}

/**
 * A host as policies at a gateway name it. They match the header as it was sent, which may name a port, and in any case of its letters (istio
 * `pilot/pkg/security/authz/matcher/header.go` HostMatcher). A star stands at one end only, so that beside a wildcard there are just the ports of the web.
 */
export function policyHosts(host: string): string[] {
  return host.startsWith('*') ? [host, `${host}:80`, `${host}:443`] : [host, `${host}:*`]
}
