import { stringify } from 'yaml'
import { gatewayOf, portsOf } from '../../graph/resolve'
import type { Probe } from '../../graph/probes'
import { probedPort, probesOf, readProbe } from '../../graph/probes'
import type { KubernetesObject, ObjectMeta } from '../../model/manifest'
import { sorted, sortedBy } from '../order'
import type { Context, Workload } from './context'
import { identityKey } from './context'
import type { Settings } from './settings'

/** What namespaces may follow; a target is one. */
interface Followed {
  readonly tag?: string | undefined
  readonly revision?: string | undefined
}

/**
 * The labels by which a namespace joins the mesh: a revision or tag, or `istio-injection`, and never both, since
 * `istio-injection` would win and an upgrade would silently pass the namespace by.
 */
export function namespaceLabels({ tag, revision }: Followed): Record<string, string> {
  const follows = tag ?? revision
  return follows === undefined ? { 'istio-injection': 'enabled' } : { 'istio.io/rev': follows }
}

/**
 * What the manifests rest on and others deploy, as the objects an analyzer or a rule would read: namespaces with their
 * labels, ServiceAccounts, one Pod a service with its labels, ports and probes, Services that name each port's protocol,
 * and the mesh's settings.
 *
 * Probes stand on the Pod as its owner writes them. Injection makes the agent perform them (HTTP, TCP and gRPC alike), so
 * they need no policy; a Pod that opts out of that breaks the assumption.
 */
export function assumptions(context: Context): KubernetesObject[] {
  const { workloads, settings } = context
  const namespaces = sorted(workloads.map(({ namespace }) => namespace))
  return [
    ...namespaces.map(name => object('Namespace', { name, labels: namespaceLabels(settings) })),
    ...accounts(context),
    ...workloads.map(pod),
    ...workloads.filter(({ service }) => portsOf(service).length > 0).map(serviceOf),
    ...mesh(settings),
  ]
}

/** An object of the core API group. */
function object(kind: string, metadata: ObjectMeta, rest: Readonly<Record<string, unknown>> = {}): KubernetesObject {
  return { apiVersion: 'v1', kind, metadata, ...rest }
}

/** Those of the services, and of the gateways and the scraper that call them. */
function accounts({ graph, workloads }: Context): KubernetesObject[] {
  const callers = [...Object.values(graph.ingress).map(gatewayOf), ...(graph.scraper ? [graph.scraper] : [])]
  return sorted([...workloads, ...callers].map(identityKey)).map(key => {
    const [namespace = '', name = ''] = key.split('/')
    return object('ServiceAccount', { name, namespace })
  })
}

function pod({ name, namespace, labels, serviceAccount, service }: Workload): KubernetesObject {
  const named = sortedBy(portsOf(service), port => `${String(port.port).padStart(5, '0')} ${port.name}`)
  const ports = named.map(port => ({ name: port.name, containerPort: port.port }))
  const container = { name, ...(ports.length > 0 && { ports }), ...probes(service) }
  const spec = { serviceAccountName: serviceAccount, containers: [container] }
  return object('Pod', { name, namespace, labels }, { spec })
}

function probes(service: Workload['service']): Record<string, unknown> {
  return Object.fromEntries(
    probesOf(service).flatMap(([name, text]) => {
      const probe = readProbe(text)
      const port = probe && probedPort(probe, service)?.port
      return probe && port !== undefined ? [[`${name}Probe`, handler(probe, port)]] : []
    }),
  )
}

function handler(probe: Probe, port: number): Record<string, unknown> {
  switch (probe.kind) {
    case 'http':
      return { httpGet: { path: probe.path, port } }
    case 'tcp':
      return { tcpSocket: { port } }
    case 'grpc':
      return { grpc: { port } }
  }
}

/** Each port says its protocol: what Istio must sniff, it may take for TCP, where no rule with a route holds. */
function serviceOf({ name, namespace, labels, servicePorts, service }: Workload): KubernetesObject {
  const ports = servicePorts.map(({ protocol, ...port }) => ({ ...port, appProtocol: protocol }))
  const spec = { ...(service.headless && { clusterIP: 'None' }), selector: labels, ports }
  return object('Service', { name, namespace }, { spec })
}

/** The settings that manifests depend on, where istiod of the revision keeps them, and the tag that leads to it. */
function mesh(settings: Settings): KubernetesObject[] {
  const { systemNamespace: namespace, revision, trustDomain, rootNamespace, clusterDomain } = settings
  const rev = revision ?? 'default'
  const suffix = rev === 'default' ? '' : `-${rev}`
  const labels = { 'istio.io/rev': rev }
  const config = (name: string, data: Readonly<Record<string, string>>): KubernetesObject =>
    object('ConfigMap', { name: `${name}${suffix}`, namespace, labels }, { data })
  const values = JSON.stringify({ global: { proxy: { clusterDomain } } })
  return [
    config('istio', { mesh: stringify({ rootNamespace, trustDomain }) }),
    ...(clusterDomain === 'cluster.local' ? [] : [config('istio-sidecar-injector', { values })]),
    ...tagWebhook(settings, labels),
  ]
}

function tagWebhook({ tag, systemNamespace }: Settings, labels: Readonly<Record<string, string>>): KubernetesObject[] {
  if (tag === undefined) return []
  const suffix = systemNamespace === 'istio-system' ? '' : `-${systemNamespace}`
  const metadata = { name: `istio-revision-tag-${tag}${suffix}`, labels: { ...labels, 'istio.io/tag': tag } }
  return [{ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingWebhookConfiguration', metadata }]
}
