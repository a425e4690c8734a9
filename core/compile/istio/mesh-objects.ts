import { stringify } from 'yaml'
import type { KubernetesObject } from '../../model/manifest'
import { object } from '../objects'
import { planeOf } from './plane'
import type { Settings } from './settings'

/** The settings that manifests depend on, where istiod of the revision keeps them, and the tag that leads to it. */
export function meshObjects(settings: Settings, namespaces: readonly string[]): KubernetesObject[] {
  const { revision = 'default', next } = settings
  // Two control planes of one mesh are told the same, or they would make two of it.
  const revisions = [revision, ...(next ? [next.revision] : [])]
  return [
    ...revisions.flatMap(each => controlPlane(each, settings, namespaces)),
    ...tagWebhook(settings, next?.tagged === true ? next.revision : revision),
  ]
}

function controlPlane(revision: string, settings: Settings, namespaces: readonly string[]): KubernetesObject[] {
  const { systemNamespace: namespace, trustDomain, trustDomainAliases, rootNamespace, clusterDomain } = settings
  const suffix = revision === 'default' ? '' : `-${revision}`
  const labels = { 'istio.io/rev': revision }
  const config = (name: string, data: Readonly<Record<string, string>>): KubernetesObject =>
    object('ConfigMap', { name: `${name}${suffix}`, namespace, labels }, { data })
  const domains = { rootNamespace, trustDomain, ...(trustDomainAliases.length > 0 && { trustDomainAliases }) }
  const values = JSON.stringify({ global: { proxy: { clusterDomain } } })
  return [
    config('istio', { mesh: stringify({ ...hbone(settings, namespaces), ...domains }) }),
    ...(clusterDomain === 'cluster.local' ? [] : [config('istio-sidecar-injector', { values })]),
  ]
}

/** Between sidecars and ztunnel calls keep their identity only in HBONE, which sidecars speak where they are told to. */
function hbone(settings: Settings, namespaces: readonly string[]): object {
  if (!namespaces.some(namespace => planeOf(namespace, settings) === 'ambient')) return {}
  return { defaultConfig: { proxyMetadata: { ISTIO_META_ENABLE_HBONE: 'true' } } }
}

function tagWebhook({ tag, systemNamespace }: Settings, revision: string): KubernetesObject[] {
  if (tag === undefined) return []
  const suffix = systemNamespace === 'istio-system' ? '' : `-${systemNamespace}`
  const metadata = {
    name: `istio-revision-tag-${tag}${suffix}`,
    labels: { 'istio.io/rev': revision, 'istio.io/tag': tag },
  }
  return [{ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingWebhookConfiguration', metadata }]
}
