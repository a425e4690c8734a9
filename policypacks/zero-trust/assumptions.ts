import { stringify } from 'yaml'
import type { GovernedPort, GovernedService, IntendedFlow, Intent } from '../../core/model/intent'
import type { KubernetesObject, Sourced } from '../../core/model/manifest'

/** What a stack says of the mesh it is for. */
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
  /** Absent where the stack registers its mesh config. */
  readonly mesh: MeshFacts | undefined
}

/**
 * Objects that stand for what others deploy, made from the reviewed intent alone: a guard does not take the word of what
 * it guards. Whether real workloads are like this is `workload-matches-assumptions`'s to say, whether namespaces are
 * `namespace-in-mesh`'s.
 */
export function assumptions(intent: Intent, { workloads, services, namespaces, mesh }: Missing): readonly Sourced[] {
  const [revision] = mesh?.revisions ?? []
  const objects = [
    ...namespaces.map(name => namespaceOf(name, revision)),
    ...workloads.map(service => podOf(service, intent)),
    ...gatewaysOf(intent),
    ...services.filter(({ ports }) => ports.length > 0).map(serviceOf),
    ...(mesh ? meshConfigs(mesh) : []),
  ]
  return objects.map(object => ({ object, at: `assumed ${object.kind} ${object.metadata.name}` }))
}

function namespaceOf(name: string, revision: string | undefined): KubernetesObject {
  const labels: Readonly<Record<string, string>> =
    revision === undefined || revision === 'default' ? { 'istio-injection': 'enabled' } : { 'istio.io/rev': revision }
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }
}

/** Gateways that call governed services, as their charts make them: how they come to an ambient Service is up to what they are. */
function gatewaysOf({ flows }: Intent): readonly KubernetesObject[] {
  const gateways = flows.flatMap(({ from }) => (from.kind === 'workload' && from.gateway ? [from] : []))
  const named = new Map(gateways.map(gateway => [`${gateway.namespace}/${gateway.serviceAccount}`, gateway]))
  return [...named.values()].map(({ namespace, serviceAccount: name }) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, annotations: { 'inject.istio.io/templates': 'gateway' } },
    spec: { serviceAccountName: name, containers: [{ name: 'gateway' }] },
  }))
}

function podOf(
  { service, namespace, serviceAccount, labels, ports }: GovernedService,
  { flows }: Intent,
): KubernetesObject {
  const probes = flows.filter(
    ({ from, to }) =>
      from.kind === 'kubelet' && to.kind === 'workload' && to.namespace === namespace && to.service === service,
  )
  const own = { name: service, ports: ports.map(({ name, port }) => ({ name, containerPort: port })) }
  // A container has three probes at most, and which of the three it is makes no difference to who may call.
  const containers = [own, ...probes.map((flow, i) => ({ name: `probe-${i}`, livenessProbe: probeOf(flow, ports) }))]
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: service, namespace, labels },
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

function serviceOf({ service, namespace, labels, ports, headless }: GovernedService): KubernetesObject {
  const all = ports.map(({ name, port, servicePort = port, protocol }) => ({
    name,
    port: servicePort,
    targetPort: port,
    appProtocol: protocol,
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
