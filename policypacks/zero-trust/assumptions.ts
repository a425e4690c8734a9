import { stringify } from 'yaml'
import type { GovernedPort, GovernedService, IntendedFlow, Intent } from '../../core/model/intent'
import type { KubernetesObject, Sourced } from '../../core/model/manifest'
import { groupBy } from '../../core/model/group'
import {
  linkerdConfig,
  linkerdNamespace,
  linkerdWords,
  opaquePorts,
  type LinkerdFacts,
  type Stage,
} from './assumptions-linkerd'
import { chartLabels, gatewaysIn } from './facts/intent-gateways'

/** What a stack says of the mesh it is for, as one control plane is told it. */
export interface MeshFacts {
  /** The whole mesh config, or as much of it as is known. */
  readonly config: Readonly<Record<string, unknown>>
  /** Revisions and tags that Pods are injected by. */
  readonly revisions: readonly string[]
}

/** What of the intent the stack itself does not register, so that it is taken from the intent. */
export interface Missing {
  /** Services of which no Pod is in the stack. */
  readonly workloads: readonly GovernedService[]
  /** Services that nothing in the stack stands before. */
  readonly services: readonly GovernedService[]
  readonly namespaces: readonly string[]
  /** Gateways, `namespace/serviceAccount`, whose Pods the stack has, or has a Gateway for; all others are taken to be there. */
  readonly gatewaysHere: ReadonlySet<string>
  /** One a control plane, which the analyzer unites; none where the stack registers its mesh config. */
  readonly mesh: readonly MeshFacts[]
  /** Namespaces that are on Linkerd; all others are taken to be on Istio. */
  readonly onLinkerd: ReadonlySet<string>
  /** Absent where the stack registers it, or nothing is on Linkerd. */
  readonly linkerd: LinkerdFacts | undefined
  readonly stages: Readonly<Record<string, Stage>>
}

/**
 * Objects that stand for what others deploy, made from the reviewed intent alone: a guard does not take the word of what
 * it guards. Whether real workloads are like this is `workload-matches-assumptions`'s to say, whether namespaces are
 * `namespace-in-mesh`'s.
 */
export function assumptions(intent: Intent, missing: Missing): readonly Sourced[] {
  const { workloads, services, namespaces, mesh, onLinkerd, linkerd, stages } = missing
  const [revision] = mesh.flatMap(({ revisions }) => revisions)
  const probes = probesOf(intent)
  const objects = [
    ...namespaces.map(name =>
      onLinkerd.has(name) ? linkerdNamespace(name, stages[name] ?? 'enforce') : namespaceOf(name, revision),
    ),
    ...workloads.map(service => podOf(service, probes.get(nameOf(service)) ?? [], onLinkerd)),
    ...gatewaysOf(intent, missing),
    ...services.filter(({ ports }) => ports.length > 0).map(service => serviceOf(service, onLinkerd)),
    ...mesh.flatMap(meshConfigs),
    ...(linkerd ? [linkerdConfig(linkerd)] : []),
  ]
  return objects.map(object => ({ object, at: `assumed ${object.kind} ${object.metadata.name}` }))
}

function namespaceOf(name: string, revision: string | undefined): KubernetesObject {
  const labels: Readonly<Record<string, string>> =
    revision === undefined || revision === 'default' ? { 'istio-injection': 'enabled' } : { 'istio.io/rev': revision }
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }
}

/**
 * Gateways of Istio that call governed services, or that these call through, as its chart makes them and their Services: how they come to an ambient Service is up to what they are, and what they let in to
 * the labels of their Pods (istio `manifests/charts/gateway/templates/_helpers.tpl` gateway.selectorLabels).
 */
function gatewaysOf(intent: Intent, { gatewaysHere, onLinkerd }: Missing): readonly KubernetesObject[] {
  return [...gatewaysIn(intent)].flatMap(([key, gateway]) => {
    if (gatewaysHere.has(key) || onLinkerd.has(gateway.namespace)) return []
    const { namespace, serviceAccount: name } = gateway
    const labels = { ...chartLabels(gateway) }
    const annotations = { 'inject.istio.io/templates': 'gateway' }
    const ports = [80, 443].map(port => ({ name: port === 80 ? 'http2' : 'https', port, targetPort: port }))
    const spec = { serviceAccountName: name, containers: [{ name: 'gateway' }] }
    return [
      { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels, annotations }, spec },
      { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { selector: labels, ports } },
    ]
  })
}

/** The kubelet's calls, by the services that they are to. */
function probesOf({ flows }: Intent): ReadonlyMap<string, readonly IntendedFlow[]> {
  const probes = flows.filter(({ from }) => from.kind === 'kubelet')
  return groupBy(probes, ({ to }) => (to.kind === 'workload' ? nameOf(to) : ''))
}

function nameOf({ namespace, service }: Pick<GovernedService, 'namespace' | 'service'>): string {
  return `${namespace}/${service}`
}

function podOf(
  { service, namespace, serviceAccount, labels, ports }: GovernedService,
  probes: readonly IntendedFlow[],
  onLinkerd: ReadonlySet<string>,
): KubernetesObject {
  const own = { name: service, ports: ports.map(({ name, port }) => ({ name, containerPort: port })) }
  // A container has three probes at most, and which of the three it is makes no difference to who may call.
  const containers = [own, ...probes.map((flow, i) => ({ name: `probe-${i}`, livenessProbe: probeOf(flow, ports) }))]
  const annotations = onLinkerd.has(namespace) ? opaquePorts(ports) : undefined
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: service, namespace, labels, ...(annotations && { annotations }) },
    spec: { serviceAccountName: serviceAccount, containers },
  }
}

function probeOf(
  { to: { port }, http }: IntendedFlow,
  ports: readonly GovernedPort[],
): Readonly<Record<string, unknown>> {
  if (http === undefined) return { tcpSocket: { port } }
  if (ports.some(own => own.port === port && own.protocol === 'grpc')) return { grpc: { port } }
  return { httpGet: { port, path: typeof http.path === 'string' ? http.path : '/' } }
}

function serviceOf(
  { service, namespace, labels, ports, headless }: GovernedService,
  onLinkerd: ReadonlySet<string>,
): KubernetesObject {
  const all = ports.map(({ name, port, servicePort = port, protocol }) => ({
    name,
    port: servicePort,
    targetPort: port,
    appProtocol: onLinkerd.has(namespace) ? linkerdWords[protocol] : protocol,
  }))
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: service, namespace },
    spec: { ...(headless && { clusterIP: 'None' }), selector: labels, ports: all },
  }
}

/** One per revision or tag, under the name istiod gives it (istio manifests/charts/istio-control/istio-discovery/templates/configmap.yaml). */
function meshConfigs({ config, revisions }: MeshFacts): readonly KubernetesObject[] {
  const namespace = typeof config.rootNamespace === 'string' ? config.rootNamespace : 'istio-system'
  return (revisions.length === 0 ? ['default'] : revisions).map(revision => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: revision === 'default' ? 'istio' : `istio-${revision}`, namespace },
    data: { mesh: stringify(config) },
  }))
}
