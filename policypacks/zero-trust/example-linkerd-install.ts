import type { KubernetesObject } from '../../core/model/manifest'
import { byMesh, callsOn, cartServer, frontend, linkerdPolicy, toRoute } from './example-linkerd'
import { annotated, namespace, object, release } from './example-objects'

/*
 * Objects for the examples of rules about Linkerd and how it is installed: the namespace `shop`, and the control plane in `linkerd`.
 */

type Data = Readonly<Record<string, unknown>>

/** The namespace `shop` on Linkerd, with whatever else its annotations say. */
export function onLinkerd(
  annotations: Readonly<Record<string, string>> = { 'config.linkerd.io/default-inbound-policy': 'deny' },
): KubernetesObject {
  return annotated(namespace('shop', {}), { 'linkerd.io/inject': 'enabled', ...annotations })
}

/** The namespace `shop` on Linkerd, closed by default. */
export const closedShop = onLinkerd()

/** The Release of the control plane, with these of its values. */
export function linkerdRelease(values: Data, properties: Data = { version: '2026.6.3' }): KubernetesObject {
  const chart = { chart: 'linkerd-control-plane', repositoryOpts: { repo: 'https://helm.linkerd.io/edge' } }
  return release('linkerd-control-plane', { ...chart, namespace: 'linkerd', ...properties, values })
}

/** A Certificate of cert-manager in the control plane's namespace. */
export function certificate(name: string, spec: Data): KubernetesObject {
  return object(['cert-manager.io/v1', 'Certificate'], ['linkerd', name], { spec })
}

const cartRoute = callsOn('cart.port', 'cart.get', [{ matches: [{ method: { service: 'shop.Cart', method: 'Get' } }] }])

/** The Server of `cart`, the one method of it that is called, and who may call that; and nobody may call anything outside. */
export const cartOnLinkerd = [
  object(['policy.linkerd.io/v1alpha1', 'EgressNetwork'], ['shop', 'egress'], { spec: { trafficPolicy: 'Deny' } }),
  cartServer,
  cartRoute,
  linkerdPolicy('callers-of-cart', toRoute('cart.get', 'GRPCRoute'), [byMesh('frontend')]),
  frontend,
]

/** The control plane, with all that a proof asks for. */
export const installed = linkerdRelease({
  identityTrustDomain: 'mesh.example',
  clusterNetworks: '10.0.0.0/8',
  policyController: { probeNetworks: ['10.1.0.0/16'] },
  proxy: { defaultInboundPolicy: 'deny', opaquePorts: '25,3306' },
  proxyInit: { ignoreInboundPorts: '', ignoreOutboundPorts: '' },
})
