import type { Values } from './istio-values'
import type { LinkerdSettings } from './settings'

/** Where the control plane runs. */
export function controlPlaneNamespace({ controlPlaneNamespace = 'linkerd' }: LinkerdSettings): string {
  return controlPlaneNamespace
}

/** Who may ask what a probe asks, without identity; nothing where nobody says where nodes are. */
export function probeNetworks({ nodeNetworks, multicluster }: LinkerdSettings): readonly string[] | undefined {
  if (nodeNetworks === undefined) return undefined
  // Other clusters find out by a probe of the gateway whether they may send it calls, and the chart admits them by nothing else
  // (linkerd2 `multicluster/charts/linkerd-multicluster/templates/service-mirror-policy.yaml`).
  return [...new Set([...nodeNetworks, ...(multicluster?.gateway?.sourceNetworks ?? [])])]
}

/** Values of the chart `linkerd-crds`. The CRDs of Gateway API come from its own release: the chart's are another one's, and experimental. */
export const crdValues: Values = { installGatewayAPI: false }

/** A webhook of the control plane: its key in the values, and what its Service and Certificate are called. */
export interface Webhook {
  readonly key: string
  readonly service: string
}

/** The webhooks of the control plane (linkerd2 `charts/linkerd-control-plane/templates/{proxy-injector,destination}-rbac.yaml`). */
export const controlPlaneWebhooks: readonly Webhook[] = [
  { key: 'proxyInjector', service: 'linkerd-proxy-injector' },
  { key: 'profileValidator', service: 'linkerd-sp-validator' },
  { key: 'policyValidator', service: 'linkerd-policy-validator' },
]

/** Values by which a chart takes a webhook's certificate from cert-manager: it would otherwise make keys anew whenever it is rendered. */
export function certified({ service }: Webhook, namespace: string): Values {
  return { externalSecret: true, injectCaFrom: `${namespace}/${service}` }
}

/** Values of the chart `linkerd-control-plane`. */
export function controlPlaneValues(settings: LinkerdSettings): Values {
  const { trustDomain, clusterDomain = 'cluster.local', clusterNetworks, highAvailability = false } = settings
  const probes = probeNetworks(settings)
  const namespace = controlPlaneNamespace(settings)
  const { controllerImage, debugContainer, proxyImage } = images(settings)
  return {
    ...(highAvailability && available),
    clusterDomain,
    // Always said: the chart takes the cluster's domain, which every other mesh has too.
    identityTrustDomain: trustDomain,
    ...(clusterNetworks && { clusterNetworks: clusterNetworks.join(',') }),
    ...(probes && { policyController: { probeNetworks: [...probes] } }),
    // The anchors, and what is signed with, are put beside it: no certificate and no key is among the values.
    identity: { externalCA: true, issuer: { scheme: 'kubernetes.io/tls' } },
    cniEnabled: settings.cni !== undefined,
    disableIPv6: settings.ipv6 !== true,
    proxy: {
      // Where no Server is. The chart lets everybody in.
      defaultInboundPolicy: 'deny',
      nativeSidecar: settings.nativeSidecars ?? true,
      ...(highAvailability && { resources: proxyResources }),
      ...(proxyImage && { image: proxyImage }),
    },
    // The chart leaves 4567 and 4568 to whoever calls, without mTLS and past every policy.
    proxyInit: { ignoreInboundPorts: '', ignoreOutboundPorts: '' },
    ...Object.fromEntries(controlPlaneWebhooks.map(webhook => [webhook.key, certified(webhook, namespace)])),
    // Without an injector no Pod starts, rather than one without a proxy.
    webhookFailurePolicy: 'Fail',
    // It tells the project of the cluster every day, at a time that the chart takes from the clock: no two previews are the same.
    disableHeartBeat: true,
    ...(controllerImage !== undefined && { controllerImage, debugContainer }),
    ...pullSecrets(settings),
  }
}

function images({ hub }: LinkerdSettings) {
  if (hub === undefined) return {}
  return {
    controllerImage: `${hub}/controller`,
    debugContainer: { image: { name: `${hub}/debug` } },
    proxyImage: { name: `${hub}/proxy` },
  }
}

/** Of every chart of Linkerd's. */
export function pullSecrets({ pullSecrets: secrets }: LinkerdSettings): Values {
  return secrets ? { imagePullSecrets: secrets.map(name => ({ name })) } : {}
}

const controllerResources = { cpu: { limit: '', request: '100m' }, memory: { limit: '250Mi', request: '50Mi' } }
const proxyResources = { cpu: { request: '100m' }, memory: { limit: '250Mi', request: '20Mi' } }

/** What the chart has in a file of its own, which a Release does not read (linkerd2 `charts/linkerd-control-plane/values-ha.yaml`). */
const available: Values = {
  enablePodDisruptionBudget: true,
  controller: { podDisruptionBudget: { maxUnavailable: 1 } },
  deploymentStrategy: { rollingUpdate: { maxUnavailable: 1, maxSurge: '25%' } },
  enablePodAntiAffinity: true,
  controllerReplicas: 3,
  controllerResources,
  destinationResources: controllerResources,
  identityResources: { cpu: controllerResources.cpu, memory: { limit: '250Mi', request: '10Mi' } },
  heartbeatResources: controllerResources,
  proxyInjectorResources: controllerResources,
  spValidatorResources: controllerResources,
  highAvailability: true,
}

/** Values of the chart `linkerd2-cni`, the agent on each node. */
export function linkerdCniValues(settings: LinkerdSettings): Values {
  const { cni = {}, hub } = settings
  return {
    ...(cni.binDir !== undefined && { destCNIBinDir: cni.binDir }),
    ...(cni.confDir !== undefined && { destCNINetDir: cni.confDir }),
    disableIPv6: settings.ipv6 !== true,
    ...(hub !== undefined && { image: { name: `${hub}/cni-plugin` } }),
    ...pullSecrets(settings),
  }
}
