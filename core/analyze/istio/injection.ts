import type { Layer, Workload } from '../layer'
import type { Ternary } from './kleene'

/** Whether a workload's Pods run behind a sidecar, and why. */
export interface Injection {
  readonly proxied: Ternary
  /** In the style of a message: `namespace shop is labelled istio-injection=enabled`. */
  readonly because: string
}

const yes = (because: string): Injection => ({ proxied: 'yes', because })
const no = (because: string): Injection => ({ proxied: 'no', because })
const unknown = (because: string): Injection => ({ proxied: 'unknown', because })

/** Namespaces the injector leaves alone, whatever their labels (istio `pkg/kube/inject/initializer.go`). */
const ignored = ['kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage']

/**
 * Whether a workload's inbound traffic passes through a sidecar that enforces policy.
 *
 * A running Pod is what its containers say. Otherwise the webhooks decide by the labels of namespace and Pod, then the
 * injector by those of the Pod, its annotation and `hostNetwork`. Gateways are proxies of another kind, `unknown` here.
 */
export function injectionOf(layer: Layer, workload: Workload): Injection {
  if (layer.assume === 'recorded') return yes('every workload is taken to be proxied')
  const name = `${workload.namespace}/${workload.name}`
  if (workload.unreadable) return unknown(`${workload.kind} ${name} could not be read`)
  if (isGateway(workload)) return unknown(`${workload.kind} ${name} is a gateway, not a sidecar`)
  if (workload.live) return running(workload, name)
  const injected = byLabels(layer, workload)
  if (injected.proxied === 'no' && workload.proxyContainer) {
    return unknown(`${workload.kind} ${name} has an istio-proxy container that no injector put there`)
  }
  return injected
}

/** Sources: istio `manifests/…/files/gateway-injection-template.yaml`, `pilot/pkg/model/policyattachment.go` workloadGatewayName. */
export function isGateway({ labels, annotations }: Workload): boolean {
  const templates = annotations['inject.istio.io/templates'] ?? ''
  return labels['gateway.networking.k8s.io/gateway-name'] !== undefined || templates.includes('gateway')
}

/** Gateways that are no one's front door: waypoints, and those between clusters. */
const innerClasses = ['istio-waypoint', 'istio-east-west']

/** Whether a workload is a gateway that Gateways tell what to listen on. */
export function isFrontDoor(workload: Workload): boolean {
  const kind = workload.labels['gateway.networking.k8s.io/gateway-class-name'] ?? ''
  return isGateway(workload) && !innerClasses.includes(kind)
}

function running(workload: Workload, name: string): Injection {
  if (workload.hostNetwork) return no(`Pods of ${name} use the host's network`)
  if (workload.proxyContainer) return yes(`Pods of ${name} run an istio-proxy container`)
  return no(`Pods of ${name} run without an istio-proxy container`)
}

/** Sources: istio `manifests/…/templates/mutatingwebhook.yaml` (which Pods reach the injector), `pkg/kube/inject/inject.go` injectRequired. */
function byLabels(layer: Layer, workload: Workload): Injection {
  const { namespace, labels, annotations, hostNetwork } = workload
  const pod = `${workload.kind} ${namespace}/${workload.name}`
  if (hostNetwork) return no(`${pod} uses the host's network`)
  if (ignored.includes(namespace)) return no(`namespace ${namespace} is never injected`)
  // The label alone is looked at where there is one; only the injector reads the annotation.
  const wish = labels['sidecar.istio.io/inject'] ?? annotations['sidecar.istio.io/inject']
  if (wish === 'false') return no(`${pod} says sidecar.istio.io/inject=false`)
  return byNamespace(layer, workload, pod)
}

function byNamespace(layer: Layer, { namespace, labels }: Workload, pod: string): Injection {
  const known = layer.namespaces.get(namespace)
  if (!known) return unknown(`namespace ${namespace} is not among the objects, nor are its labels`)
  if (known.unreadable) return unknown(`the labels of namespace ${namespace} could not be read`)
  const injection = known.labels['istio-injection']
  if (injection === 'enabled')
    return byDefaultRevision(layer, `namespace ${namespace} is labelled istio-injection=enabled`)
  if (injection !== undefined) return no(`namespace ${namespace} is labelled istio-injection=${injection}`)
  const revision = known.labels['istio.io/rev']
  if (revision !== undefined)
    return byRevision(layer, revision, `namespace ${namespace} is labelled istio.io/rev=${revision}`)
  const podRevision = labels['istio.io/rev']
  if (podRevision !== undefined) return byRevision(layer, podRevision, `${pod} is labelled istio.io/rev=${podRevision}`)
  if (labels['sidecar.istio.io/inject'] === 'true')
    return byDefaultRevision(layer, `${pod} says sidecar.istio.io/inject=true`)
  return no(`namespace ${namespace} has no injection label`)
}

/** Without any revision among the objects, an ordinary installation is taken for granted; where others are known, it is not. */
function byDefaultRevision(layer: Layer, because: string): Injection {
  return layer.mesh.revisions.size === 0 ? yes(because) : byRevision(layer, 'default', because)
}

/** Objects that nobody gave may still be there: a revision that is not among them is unknown, not missing. */
function byRevision({ mesh }: Layer, revision: string, because: string): Injection {
  if (mesh.revisions.has(revision)) return yes(because)
  return unknown(`${because}, but no revision or tag ${revision} is among the objects`)
}
