import type { Injection } from '../istio/injection'
import type { Layer, Workload } from '../layer'
import type { LinkerdLayer, LinkerdNamespace } from './layer-linkerd'

const key = 'linkerd.io/inject'
/** `ingress` injects too, in another mode (`pkg/inject/report.go` InjectEnabledValues). Every other value is invalid, `true` among them. */
const enabling = ['enabled', 'ingress']

const yes = (because: string): Injection => ({ proxied: 'yes', because })
const no = (because: string): Injection => ({ proxied: 'no', because })
const unknown = (because: string): Injection => ({ proxied: 'unknown', because })

/**
 * Whether a workload's Pods run behind a Linkerd proxy. Whoever has one among its containers does, however it got there; a Pod that was seen running without one
 * does not; of the others the injector decides.
 */
export function linkerdInjectionOf(layer: Layer, workload: Workload): Injection {
  const pod = `${workload.kind} ${workload.namespace}/${workload.name}`
  if (workload.linkerd.proxyContainer) return yes(`${pod} has a linkerd-proxy container`)
  if (layer.assume === 'recorded') return recorded(layer, workload, pod)
  if (workload.live) return no(`Pods of ${workload.namespace}/${workload.name} run without a linkerd-proxy container`)
  if (workload.hostNetwork) return no(`${pod} uses the host's network`)
  if (workload.linkerd.foreignSidecar) return no(`${pod} has the sidecar of another mesh`)
  return byWebhook(layer, workload, pod)
}

/** A recorded target is proxied by the mesh its world is about: that of its annotation, else the one whose policies lie beside it. */
function recorded({ linkerd }: Layer, workload: Workload, pod: string): Injection {
  const annotated = [workload.annotations[key], linkerd.namespaces.get(workload.namespace)?.annotations[key]]
  const beside = [...linkerd.servers, ...linkerd.authorizationPolicies].some(o => o.namespace === workload.namespace)
  const meant = beside || annotated.some(value => value !== undefined && enabling.includes(value))
  return meant ? yes(`${pod} is taken to be behind a Linkerd proxy`) : no(`${pod} is not said to be Linkerd's`)
}

/** Pods that the webhook leaves alone, by their labels (`charts/linkerd-control-plane/values.yaml` proxyInjector.objectSelector). */
const ownParts = ['linkerd.io/control-plane-component', 'linkerd.io/cni-resource']

/** Which Pods reach the injector (`charts/linkerd-control-plane/values.yaml` proxyInjector.namespaceSelector). */
function byWebhook(layer: Layer, workload: Workload, pod: string): Injection {
  const { namespace, labels } = workload
  if (['kube-system', 'cert-manager'].includes(namespace)) return no(`namespace ${namespace} is never injected`)
  const own = ownParts.find(label => labels[label] !== undefined)
  if (own !== undefined) return no(`${pod} is a part of Linkerd itself, by its label ${own}`)
  const known = layer.linkerd.namespaces.get(namespace)
  if (!known) {
    // Where nothing else speaks of Linkerd, a namespace that nobody gave is not taken to either.
    return isPresent(layer.linkerd) || workload.annotations[key] !== undefined
      ? unknown(`namespace ${namespace} is not among the objects, nor are its annotations`)
      : no(`nothing of Linkerd is among the objects`)
  }
  if (known.unreadable) return unknown(`the annotations of namespace ${namespace} could not be read`)
  const wished = byAnnotation(workload, known.annotations[key] ?? '', pod)
  return wished.proxied === 'yes' ? unlessKeptAway(known, namespace, wished) : wished
}

/** A namespace may keep Linkerd's webhooks away altogether (`charts/linkerd-control-plane/values.yaml` proxyInjector.namespaceSelector). */
function unlessKeptAway({ labels, labelsUnreadable }: LinkerdNamespace, name: string, wished: Injection): Injection {
  const webhooks = 'config.linkerd.io/admission-webhooks'
  if (labelsUnreadable) return unknown(`the labels of namespace ${name} could not be read`)
  return labels[webhooks] === 'disabled' ? no(`namespace ${name} is labelled ${webhooks}=disabled`) : wished
}

/** The truth table of `pkg/inject/report.go` disabledByAnnotation: an invalid value on either side switches it off. */
function byAnnotation({ annotations, namespace }: Workload, wide: string, pod: string): Injection {
  const own = annotations[key] ?? ''
  const valid = ['', 'disabled', ...enabling]
  if (!valid.includes(wide)) return no(`namespace ${namespace} says ${key}=${wide}, which is no value of it`)
  if (!valid.includes(own)) return no(`${pod} says ${key}=${own}, which is no value of it`)
  if (own === 'disabled') return no(`${pod} says ${key}=disabled`)
  if (enabling.includes(own)) return yes(`${pod} says ${key}=${own}`)
  if (enabling.includes(wide)) return yes(`namespace ${namespace} says ${key}=${wide}`)
  return no(`neither ${pod} nor its namespace says ${key}=enabled`)
}

/** Whether anything that was read is Linkerd's. */
function isPresent({ mesh, namespaces, servers, authorizationPolicies }: LinkerdLayer): boolean {
  if (Object.keys(mesh).length > 0 || servers.length > 0 || authorizationPolicies.length > 0) return true
  return [...namespaces.values()].some(({ annotations }) => annotations[key] !== undefined)
}
