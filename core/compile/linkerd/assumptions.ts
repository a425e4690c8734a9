import { stringify } from 'yaml'
import type { Protocol } from '../../graph/graph'
import type { KubernetesObject, ObjectMeta } from '../../model/manifest'
import { accounts, containerProbes } from '../assumed'
import { object } from '../objects'
import { sorted } from '../order'
import { podsOf, versionsOf } from '../versions'
import type { Context, Workload } from './context'
import { exportLabels } from './multicluster/exports'
import { stageOf } from '../settings'

/** Annotations of each namespace, by its name. */
export type Annotations = Readonly<Record<string, Readonly<Record<string, string>>>>

/**
 * The annotations by which each namespace of the graph joins the mesh. Both are read when a Pod is injected and never again (recorded), so that what runs
 * already keeps the ones it began with.
 */
export function annotationsOf({ workloads, settings }: Context): Annotations {
  const namespaces = sorted(workloads.map(({ namespace }) => namespace))
  return Object.fromEntries(
    namespaces.map(namespace => {
      const policy = stageOf(namespace, settings) === 'strict' ? 'all-authenticated' : 'deny'
      return [namespace, { 'linkerd.io/inject': 'enabled', 'config.linkerd.io/default-inbound-policy': policy }]
    }),
  )
}

/**
 * What the manifests rest on and others deploy, as the objects an analyzer or a rule would read: namespaces, ServiceAccounts, one Pod a service with its
 * labels, ports and probes, Services, and what the mesh was installed with.
 */
export function assumptions(context: Context, annotations: Annotations): KubernetesObject[] {
  const { workloads } = context
  const callable = workloads.filter(({ ports }) => ports.length > 0)
  return [
    ...Object.entries(annotations).map(([name, its]) => object('Namespace', { name, annotations: its })),
    ...accounts(context.graph),
    ...workloads.flatMap(podsOf).map(pod),
    ...callable.map(workload => serviceOf(workload, exportLabels(workload, context))),
    ...callable.flatMap(versionServices),
    installation(context),
  ]
}

/** Ports are declared, since the proxy looks at others anew after each idle time, under the default (linkerd2-proxy `linkerd/app/inbound/src/policy/store.rs`). */
function pod({ name, namespace, labels, serviceAccount, ports, service }: Workload): KubernetesObject {
  const containerPorts = ports.map(port => ({ name: port.name, containerPort: port.port }))
  const container = { name, ...(ports.length > 0 && { ports: containerPorts }), ...containerProbes(service) }
  const annotations = opaquePorts(ports)
  const metadata = { name, namespace, labels, ...(annotations && { annotations }) }
  return object('Pod', metadata, { spec: { serviceAccountName: serviceAccount, containers: [container] } })
}

/** Ports that proxies do not read unless they are told to (linkerd2 `charts/linkerd-control-plane/values.yaml` proxy.opaquePorts). */
export const usuallyOpaque = [25, 587, 3306, 4444, 5432, 6379, 9300, 11211]

/**
 * The list that takes the usual one's place, where a port with requests is among those: a Server that hints HTTP on an opaque port refuses everybody
 * (linkerd2 issue 15188).
 */
function opaquePorts(ports: Workload['ports']): ObjectMeta['annotations'] | undefined {
  const carriesBytes = (protocol: Protocol) => protocol === 'tcp' || protocol === 'tls'
  if (!ports.some(({ port, protocol }) => usuallyOpaque.includes(port) && !carriesBytes(protocol))) return undefined
  const opaque = ports.filter(({ protocol }) => protocol === 'tcp').map(({ port }) => port)
  return { 'config.linkerd.io/opaque-ports': opaque.join(',') }
}

/** What a Service may say of its ports; every other word, `grpc` among them, makes proxies take them for bytes (linkerd.io, protocol detection). */
const appProtocols: Readonly<Record<Protocol, string>> = {
  http: 'http',
  grpc: 'kubernetes.io/h2c',
  tcp: 'linkerd.io/opaque',
  tls: 'linkerd.io/tcp',
}

function serviceOf(
  { name, namespace, labels, ports, service }: Workload,
  own?: Readonly<Record<string, string>>,
): KubernetesObject {
  const all = ports.map(({ name: port, port: targetPort, servicePort = targetPort, protocol }) => ({
    name: port,
    port: servicePort,
    targetPort,
    appProtocol: appProtocols[protocol],
  }))
  const spec = { ...(service.headless && { clusterIP: 'None' }), selector: labels, ports: all }
  return object('Service', { name, namespace, ...(own && { labels: own }) }, { spec })
}

/** The Services that lead to one version each, which is what routes name; the Servers before their Pods are those of the service. */
function versionServices(workload: Workload): KubernetesObject[] {
  return versionsOf(workload).length === 0 ? [] : podsOf(workload).map(version => serviceOf(version))
}

/** Where the chart writes down what a mesh was installed with (linkerd2 `charts/linkerd-control-plane/templates/config.yaml`). */
function installation({ settings }: Context): KubernetesObject {
  const { controlPlane, trustDomain, clusterDomain, nodeNetworks } = settings
  const values = {
    clusterDomain,
    identityTrustDomain: trustDomain,
    policyController: { probeNetworks: nodeNetworks },
    proxy: { defaultInboundPolicy: 'deny', opaquePorts: usuallyOpaque.join(',') },
    proxyInit: { ignoreInboundPorts: '4567,4568' },
  }
  const data = { values: stringify(values) }
  return object('ConfigMap', { name: 'linkerd-config', namespace: controlPlane }, { data })
}
