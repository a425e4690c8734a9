import { stringify } from 'yaml'
import type { KubernetesObject, ObjectMeta } from '../../model/manifest'
import { planeOf } from './plane'
import type { Settings } from './settings'

/** An object of the core API group. */
export function object(
  kind: string,
  metadata: ObjectMeta,
  rest: Readonly<Record<string, unknown>> = {},
): KubernetesObject {
  return { apiVersion: 'v1', kind, metadata, ...rest }
}

/** The settings that manifests depend on, where istiod of the revision keeps them, and the tag that leads to it. */
export function meshObjects(settings: Settings, namespaces: readonly string[]): KubernetesObject[] {
  const { systemNamespace: namespace, revision, trustDomain, rootNamespace, clusterDomain } = settings
  const rev = revision ?? 'default'
  const suffix = rev === 'default' ? '' : `-${rev}`
  const labels = { 'istio.io/rev': rev }
  const config = (name: string, data: Readonly<Record<string, string>>): KubernetesObject =>
    object('ConfigMap', { name: `${name}${suffix}`, namespace, labels }, { data })
  const values = JSON.stringify({ global: { proxy: { clusterDomain } } })
  return [
    config('istio', { mesh: stringify({ ...hbone(settings, namespaces), rootNamespace, trustDomain }) }),
    ...(clusterDomain === 'cluster.local' ? [] : [config('istio-sidecar-injector', { values })]),
    ...tagWebhook(settings, labels),
  ]
}

/** Between sidecars and ztunnel calls keep their identity only in HBONE, which sidecars speak where they are told to. */
function hbone(settings: Settings, namespaces: readonly string[]): object {
  if (!namespaces.some(namespace => planeOf(namespace, settings) === 'ambient')) return {}
  return { defaultConfig: { proxyMetadata: { ISTIO_META_ENABLE_HBONE: 'true' } } }
}

function tagWebhook({ tag, systemNamespace }: Settings, labels: Readonly<Record<string, string>>): KubernetesObject[] {
  if (tag === undefined) return []
  const suffix = systemNamespace === 'istio-system' ? '' : `-${systemNamespace}`
  const metadata = { name: `istio-revision-tag-${tag}${suffix}`, labels: { ...labels, 'istio.io/tag': tag } }
  return [{ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingWebhookConfiguration', metadata }]
}
