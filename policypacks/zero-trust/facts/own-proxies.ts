import { at, gather, given, items, labels, required, text, Unproven, type Field, type Gathered } from '../field'
import type { Context, Finding } from '../rule'
import { isMeshChart, releases } from './charts'
import { dataplaneMode, isLinkerd, type Planes } from './data-plane'
import { onHostNetwork } from './injection'
import { injectValues, linkerdInject } from './linkerd-install/annotations'
import { namespaceLookup } from './namespace-labels'
import { namespaceOf, selects, type Labels } from './policies'
import { podOf, workloads } from './workloads'

/**
 * Pods that are on Linkerd by themselves, in namespaces that are on no mesh, as those of Linkerd's own extensions are. What cannot be read is taken to be on none.
 */
export interface OwnProxies {
  /** Whether the Pods of a workload are. */
  ofWorkload(workload: Field): boolean
  /** Whether all Pods that the stack has of a service are, and there are some. */
  ofService(service: Pick<PodFact, 'namespace' | 'labels'>): boolean
  /** Whether all Pods of a namespace are, and there are some, of every service that the intent has there too. */
  ofNamespace(namespace: string): boolean
  /** Name what could not be read, where anybody asked. */
  findings(): readonly Finding[]
}

interface PodFact {
  readonly field: Field
  readonly namespace: string
  /** Of the Pods. */
  readonly labels: Labels
  readonly own: boolean
}

interface Read extends Gathered<PodFact> {
  /** Namespaces that charts bring Pods to which nobody sees. */
  readonly unseen: ReadonlySet<string>
}

/** Reads Pods when they are asked for, once: what no verdict hangs on may stay unknown. */
export function ownProxies(context: Context, planes: Planes): OwnProxies {
  let read: Read | undefined
  const pods = () => (read ??= readPods(context))
  const isLeft = (namespace: string) => isOnNone(planes, namespace)
  const all = (facts: readonly PodFact[]) =>
    pods().findings.length === 0 && facts.length > 0 && facts.every(({ own }) => own)
  const ofService: OwnProxies['ofService'] = ({ namespace, labels: wanted }) =>
    isLeft(namespace) && all(pods().facts.filter(pod => pod.namespace === namespace && selects(wanted, pod.labels)))
  const governed = context.intent.kind === 'found' ? context.intent.intent.governed : []
  return {
    ofWorkload: workload =>
      isLeft(namespaceOf(workload)) && all(pods().facts.filter(({ field }) => field.of === workload.of)),
    ofService,
    ofNamespace: namespace =>
      isLeft(namespace) &&
      !pods().unseen.has(namespace) &&
      all(pods().facts.filter(pod => pod.namespace === namespace)) &&
      governed.filter(service => service.namespace === namespace).every(ofService),
    findings: () => read?.findings ?? [],
  }
}

/** On no mesh, or on none that anybody knows of. What Istio has a say in is Istio's. */
function isOnNone(planes: Planes, namespace: string): boolean {
  const plane = planes(namespace)
  return plane.kind === 'none' || (plane.kind === 'unknown' && plane.findings.length === 0)
}

function readPods(context: Context): Read {
  const isInjectable = injectable(context)
  const brought = gather(releases(context), field => (isMeshChart(field) ? [] : [required(at(field, 'namespace'))]))
  const pods = gather(workloads(context), (field): PodFact => {
    const namespace = namespaceOf(field)
    const pod = podOf(field)
    const own = labels(at(pod, 'metadata', 'labels'))
    const isPart = isPartOfControlPlane(field, context)
    const isKeptAway = own[componentLabel] !== undefined || hasContainer(pod, 'istio-proxy', 'istio-init')
    const injected = isLinkerd(pod) && !isKeptAway && isInjectable(namespace)
    const isIstios = istioLabels.some(label => own[label] !== undefined) || onHostNetwork(field).length > 0
    return { field, namespace, labels: own, own: !isIstios && (isPart || injected || hasProxy(pod)) }
  })
  return {
    facts: pods.facts,
    findings: [...pods.findings, ...brought.findings],
    unseen: new Set(brought.facts.flat()),
  }
}

/** What Linkerd's own Pods carry, all of them, and which its webhook leaves alone (linkerd2 `charts/linkerd-control-plane/values.yaml` proxyInjector.objectSelector). */
const componentLabel = 'linkerd.io/control-plane-component'

/**
 * Whether Pods are the control plane's: they lie beside it and say so.
 *
 * @throws Unproven where it cannot be read where the control plane lies
 */
export function isPartOfControlPlane(workload: Field, { mesh }: Context): boolean {
  const component = at(podOf(workload), 'metadata', 'labels', componentLabel)
  if (!given(component)) return false
  const place = mesh('controlPlaneNamespace')
  if (place.kind === 'unknown' && place.findings.length > 0)
    throw new Unproven(component, `means nothing: ${place.why}`)
  return place.kind === 'known' && place.value === namespaceOf(workload)
}

/** By which Istio may have a say in a Pod; whether it joins or leaves is then for its own rules. */
const istioLabels = ['sidecar.istio.io/inject', 'istio.io/rev', dataplaneMode]

/** Whether Pods come with their proxy, as those of the control plane do (linkerd2 `pkg/healthcheck/sidecar.go`). */
export function hasProxy(pod: Field): boolean {
  return hasContainer(pod, 'linkerd-proxy')
}

function hasContainer(pod: Field, ...names: readonly string[]): boolean {
  const spec = at(pod, 'spec')
  const all = [...items(at(spec, 'containers')), ...items(at(spec, 'initContainers'))]
  return all.some(container => names.includes(text(at(container, 'name')) ?? ''))
}

/**
 * Whether Pods of a namespace that ask for it are injected: where the namespace keeps the webhook away, or its own annotation has a value that is none, they are not
 * (linkerd2 `charts/linkerd-control-plane/values.yaml` proxyInjector.namespaceSelector, `pkg/inject/report.go` disabledByAnnotation).
 */
function injectable(context: Context): (namespace: string) => boolean {
  const lookUp = namespaceLookup(context)
  return namespace => {
    const own = lookUp(namespace)
    if (own.kind === 'unknown' || ['kube-system', 'cert-manager'].includes(namespace)) return false
    if (own.kind === 'absent') return true
    const said = own.all.map(field => text(at(field, 'metadata', 'annotations', linkerdInject)) ?? '')
    const isValid = said.every(value => value === '' || injectValues.includes(value))
    return isValid && own.labels['config.linkerd.io/admission-webhooks'] !== 'disabled'
  }
}
