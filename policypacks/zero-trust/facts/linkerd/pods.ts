import { groupBy } from '../../../../core/model/group'
import type { GovernedService, IntendedFlow, Intent } from '../../../../core/model/intent'
import { adminPort, proxyPorts } from '../../../../core/analyze/linkerd/own-ports'
import { at, gather, items, labels, number, portOf, text, given, type Field, type Gathered } from '../../field'
import type { Context } from '../../rule'
import { namespaceOf, type Labels } from '../policies'
import { podOf, workloads } from '../workloads'

/** Pods as Servers see them, known from the stack or from the intent. */
export interface LinkerdPodFact {
  /** `Deployment shop/cart`, `service shop/cart`. */
  readonly name: string
  readonly namespace: string
  /** With the one that the injector adds. */
  readonly labels: Labels
  /** TCP ports of containers and init containers, and those that the injector declares. */
  readonly ports: readonly LinkerdPort[]
  /** What makes them, where it is in the stack. */
  readonly maker: Field | undefined
  readonly governed: GovernedService | undefined
  /** The flows of the intent to a service that it governs. */
  readonly flows: readonly IntendedFlow[]
}

export interface LinkerdPort {
  readonly port: number
  readonly name?: string
  /** Where a container of the stack declares it. */
  readonly field?: Field
  /** Whether it is the proxy's, and not a container's that somebody wrote. */
  readonly ofProxy: boolean
}

const controlPlaneLabel = 'linkerd.io/control-plane-ns'

/** What the injector declares (linkerd2 `charts/partials/templates/_proxy.tpl`). */
const injected: readonly LinkerdPort[] = [
  { name: 'linkerd-proxy', port: proxyPorts.inbound, ofProxy: true },
  { name: 'linkerd-admin', port: adminPort, ofProxy: true },
]

/** All Pods that Servers may be for. */
export function linkerdPods(context: Context): Gathered<LinkerdPodFact> {
  const real = gather(workloads(context), readLinkerdPod)
  const governed = context.intent.kind === 'found' ? governedPods(context.intent.intent) : []
  return { facts: [...real.facts, ...governed], findings: real.findings }
}

/** The Pods of the services of an intent. */
export function governedPods({ governed, flows }: Intent): readonly LinkerdPodFact[] {
  const into = groupBy(flows, ({ to }) => (to.kind === 'workload' ? `${to.namespace}/${to.service}` : ''))
  return governed.map(service => governedPod(service, into.get(`${service.namespace}/${service.service}`) ?? []))
}

/**
 * The Pods of a workload. The label of their control plane, by which policies for the proxy's own port select them, is taken for the usual one
 * (linkerd2 `pkg/k8s/labels.go` ControllerNSLabel).
 */
export function readLinkerdPod(field: Field): LinkerdPodFact {
  const pod = podOf(field)
  return {
    name: field.of.label,
    namespace: namespaceOf(field),
    labels: { [controlPlaneLabel]: 'linkerd', ...labels(at(pod, 'metadata', 'labels')) },
    ports: [...containersOf(pod).flatMap(portsOf), ...injected],
    maker: field,
    governed: undefined,
    flows: [],
  }
}

function governedPod(service: GovernedService, flows: readonly IntendedFlow[]): LinkerdPodFact {
  return {
    name: `service ${service.namespace}/${service.service}`,
    namespace: service.namespace,
    labels: { [controlPlaneLabel]: 'linkerd', ...service.labels },
    ports: [...service.ports.map(({ name, port }) => ({ name, port, ofProxy: false })), ...injected],
    maker: undefined,
    governed: service,
    flows,
  }
}

function containersOf(pod: Field): readonly Field[] {
  return [...items(at(pod, 'spec', 'containers')), ...items(at(pod, 'spec', 'initContainers'))]
}

/** Without a protocol, and with TCP in whatever case (linkerd2 `policy-controller/k8s/index/src/inbound/workload.rs` named_tcp_port). */
function portsOf(container: Field): readonly LinkerdPort[] {
  const ofProxy = text(at(container, 'name')) === 'linkerd-proxy'
  return items(at(container, 'ports')).flatMap(field => {
    const port = number(at(field, 'containerPort'))
    const name = text(at(field, 'name'))
    if (port === undefined || (text(at(field, 'protocol')) ?? 'TCP').toUpperCase() !== 'TCP') return []
    return [{ port, field, ofProxy, ...(name === undefined ? {} : { name }) }]
  })
}

/** What a kubelet asks of a Pod by HTTP. */
export interface ProbeFact {
  readonly port: number
  readonly path: string
  /** Absent where the intent says it. */
  readonly field?: Field
}

/** What the injector's own probes ask (linkerd2 `charts/partials/templates/_proxy.tpl`). */
const proxyProbes: readonly ProbeFact[] = ['/live', '/ready'].map(path => ({ port: adminPort, path }))

/**
 * The `httpGet` probes of a Pod, its proxy's among them; not those by TLS, which the proxy does not read. Of one that the intent alone knows they are the kubelet's
 * flows to ports that speak HTTP (linkerd2 `policy-controller/k8s/index/src/inbound/workload.rs` container_http_probe_paths).
 */
export function probesOf({ maker, governed, flows }: LinkerdPodFact): readonly ProbeFact[] {
  const written = maker ? containersOf(podOf(maker)).flatMap(containerProbes) : []
  return [...written, ...flows.flatMap(flow => intendedProbe(flow, governed)), ...proxyProbes]
}

function containerProbes(container: Field): readonly ProbeFact[] {
  return ['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap(kind => {
    const field = at(container, kind, 'httpGet')
    if (!given(field) || (text(at(field, 'scheme')) ?? 'HTTP').toUpperCase() === 'HTTPS') return []
    const port = probePort(portOf(at(field, 'port')), container)
    const [path = ''] = (text(at(field, 'path')) ?? '/').split(/[?#]/)
    return port === undefined ? [] : [{ port, path: path === '' ? '/' : path, field }]
  })
}

/** A name is looked up among the container's own ports, in whatever case (linkerd2 `policy-controller/k8s/index/src/inbound/workload.rs`). */
function probePort(port: number | string | undefined, container: Field): number | undefined {
  if (typeof port !== 'string') return port
  return portsOf(container).find(({ name }) => name?.toLowerCase() === port.toLowerCase())?.port
}

function intendedProbe({ from, to, http }: IntendedFlow, governed?: GovernedService): readonly ProbeFact[] {
  if (from.kind !== 'kubelet' || typeof http?.path !== 'string') return []
  const speaksHttp = governed?.ports.some(({ port, protocol }) => port === to.port && protocol === 'http')
  return speaksHttp ? [{ port: to.port, path: http.path }] : []
}
