import { CustomResourcePatch } from '@pulumi/kubernetes/apiextensions'
import type * as pulumi from '@pulumi/pulumi'
import type { LinkerdChart } from './charts'
import type { Values } from './istio-values'
import type { Webhook } from './linkerd-values'
import { certified, controlPlaneNamespace, pullSecrets } from './linkerd-values'
import type { LinkerdSettings } from './settings'

/** An extension of Linkerd's, and what of its own policies is to be tightened. */
export interface Extension {
  readonly chart: LinkerdChart
  /** What Linkerd knows it by. */
  readonly id: 'viz' | 'multicluster'
  readonly namespace: string
  /** What its namespace says of it. */
  readonly annotations: Readonly<Record<string, string>>
  readonly values: Values
  readonly webhooks: readonly Webhook[]
  readonly tightened: readonly Tightened[]
}

/** The spec that replaces one of the chart's, which no value of the chart reaches. */
export interface Tightened {
  readonly kind: 'NetworkAuthentication' | 'MeshTLSAuthentication'
  readonly name: string
  readonly spec: Readonly<Record<string, unknown>>
}

/** The extensions that the settings ask for. */
export function extensionsOf(settings: LinkerdSettings): readonly Extension[] {
  return [...vizOf(settings), ...multiclusterOf(settings)]
}

/** The webhooks of the dashboard (linkerd2 `viz/charts/linkerd-viz/templates/{tap,tap-injector}-rbac.yaml`). */
const tap: Webhook = { key: 'tap', service: 'tap' }
const tapInjector: Webhook = { key: 'tapInjector', service: 'tap-injector' }

function vizOf(settings: LinkerdSettings): readonly Extension[] {
  const { viz, trustDomain, clusterDomain = 'cluster.local', hub, nodeNetworks } = settings
  if (viz === undefined) return []
  const { namespace = 'linkerd-viz', prometheusUrl, apiServerNetworks } = viz
  const available = settings.highAvailability === true
  const values: Values = {
    linkerdNamespace: controlPlaneNamespace(settings),
    clusterDomain,
    identityTrustDomain: trustDomain,
    // The namespace is ours, and says itself what the Job would have it say.
    createNamespaceMetadataJob: false,
    // Whoever opens the dashboard sees no requests of others, which `tap` would show.
    dashboard: { restrictPrivileges: true },
    ...(prometheusUrl !== undefined && { prometheusUrl, prometheus: { enabled: false } }),
    // As in the chart's own file (linkerd2 `viz/charts/linkerd-viz/values-ha.yaml`).
    ...(available && { enablePodAntiAffinity: true, enablePodDisruptionBudget: true }),
    tap: { ...certified(tap, namespace), ...(available && { replicas: 3 }) },
    tapInjector: certified(tapInjector, namespace),
    ...(hub !== undefined && { defaultRegistry: hub }),
    ...pullSecrets(settings),
  }
  const annotations = { ...(prometheusUrl !== undefined && { 'viz.linkerd.io/external-prometheus': prometheusUrl }) }
  const tightened = [...networks('kube-api-server', apiServerNetworks), ...networks('kubelet', nodeNetworks)]
  return [{ chart: 'linkerd-viz', id: 'viz', namespace, annotations, values, webhooks: [tap, tapInjector], tightened }]
}

function multiclusterOf(settings: LinkerdSettings): readonly Extension[] {
  const { multicluster, trustDomain, hub } = settings
  if (multicluster === undefined) return []
  const { namespace = 'linkerd-multicluster', gateway, links = [] } = multicluster
  const available = settings.highAvailability === true
  const image = hub === undefined ? {} : { image: { name: `${hub}/controller` } }
  const values: Values = {
    linkerdNamespace: controlPlaneNamespace(settings),
    // The chart's `cluster.local` would have other clusters expect a gateway of another name.
    identityTrustDomain: trustDomain,
    createNamespaceMetadataJob: false,
    gateway: {
      enabled: gateway !== undefined,
      ...(gateway && { serviceType: gateway.service ?? 'LoadBalancer', ...(available && { replicas: 3 }) }),
    },
    ...(available && { enablePodAntiAffinity: true }),
    controllers: links.map(name => ({ link: { ref: { name } } })),
    ...(hub !== undefined && { localServiceMirror: image, controllerDefaults: image }),
    ...pullSecrets(settings),
  }
  const tightened = [...networks('source-cluster', gateway?.sourceNetworks), ...callers(gateway?.identities)]
  const id = 'multicluster'
  return [{ chart: 'linkerd-multicluster', id, namespace, annotations: {}, values, webhooks: [], tightened }]
}

/** By whom calls of other clusters come; the chart's `*` is everybody the anchors vouch for. */
function callers(identities: readonly string[] | undefined): readonly Tightened[] {
  if (identities === undefined) return []
  return [{ kind: 'MeshTLSAuthentication', name: 'any-meshed', spec: { identities: [...identities] } }]
}

function networks(name: string, blocks: readonly string[] | undefined): readonly Tightened[] {
  if (blocks === undefined) return []
  return [{ kind: 'NetworkAuthentication', name, spec: { networks: blocks.map(cidr => ({ cidr })) } }]
}

/**
 * Replaces what an extension's chart lets in and has no value for. By force, as the chart's own release owns these fields; its
 * next update leaves them alone, since Helm sends only what changed between two versions of the chart.
 *
 * Kept when it is no longer named: what would be left is no authentication, and the release takes it along anyway.
 */
export function tighten(
  prefix: string,
  { id, namespace, tightened }: Extension,
  options: pulumi.CustomResourceOptions,
): void {
  for (const { kind, name, spec } of tightened) {
    const annotations = { 'pulumi.com/patchForce': 'true' }
    const args = { apiVersion: 'policy.linkerd.io/v1alpha1', kind, metadata: { name, namespace, annotations }, spec }
    new CustomResourcePatch(`${prefix}-${id}-${name}`, args, { ...options, retainOnDelete: true })
  }
}
