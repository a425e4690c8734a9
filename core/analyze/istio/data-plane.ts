import type { Layer, Workload } from '../layer'
import { linkerdInjectionOf } from '../linkerd/injection'
import { readBool } from './go-bool'
import { injectionOf, isFrontDoor } from './injection'
import type { Ternary } from './kleene'

/** What inbound traffic passes before it reaches a workload: its own sidecar, the node's ztunnel, a Linkerd proxy, or nothing; of a `gateway` it meets the proxy itself. */
export type Plane = 'sidecar' | 'ztunnel' | 'gateway' | 'linkerd' | 'none'

/** A plane a workload may be on, and why, in the style of a message. */
export interface PlaneChoice {
  readonly plane: Plane
  readonly because: string
}

/**
 * The planes a workload may be on; one, where everything that decides it is known.
 *
 * A sidecar goes first: ztunnel does not capture Pods that have one. Else the label `istio.io/dataplane-mode` decides, the
 * Pod's before its namespace's. Sources: istio `cni/pkg/util/podutil.go` PodRedirectionEnabled, `manifests/charts/istio-cni/values.yaml`
 * enablementSelectors, excludeNamespaces.
 */
export function planesOf(layer: Layer, workload: Workload): readonly PlaneChoice[] {
  const known = answered[layer.assume].get(layer.namespaces) ?? new WeakMap<Workload, readonly PlaneChoice[]>()
  answered[layer.assume].set(layer.namespaces, known)
  const found = known.get(workload) ?? withLinkerd(layer, workload, choose(layer, workload))
  known.set(workload, found)
  return found
}

type Answered = WeakMap<Layer['namespaces'], WeakMap<Workload, readonly PlaneChoice[]>>

/** Asked for every call of a workload and for every call to it. INVARIANT: layers with the same namespaces are cut from one, and share their mesh. */
const answered: Readonly<Record<Layer['assume'], Answered>> = { nothing: new WeakMap(), recorded: new WeakMap() }

/**
 * The same, where a Linkerd proxy may stand in place of nothing, or beside ztunnel, when both have a say. Of two sidecars Istio's goes first: its webhook
 * does, by name, and Linkerd's injector leaves alone whoever has one (linkerd2 `pkg/healthcheck/sidecar.go` HasExistingSidecars).
 */
function withLinkerd(layer: Layer, workload: Workload, choices: readonly PlaneChoice[]): readonly PlaneChoice[] {
  const { proxied, because } = linkerdInjectionOf(layer, workload)
  if (proxied === 'no') return choices
  const linkerd: PlaneChoice = { plane: 'linkerd', because }
  if (layer.assume === 'recorded') return [linkerd]
  const kept = proxied === 'yes' ? choices.filter(({ plane }) => plane !== 'none') : choices
  const certainlyIstio = choices.every(({ plane }) => plane === 'sidecar') && !workload.linkerd.proxyContainer
  return certainlyIstio ? choices : [linkerd, ...kept]
}

function choose(layer: Layer, workload: Workload): readonly PlaneChoice[] {
  const enrolled = enrolment(layer, workload)
  if (layer.assume === 'recorded') {
    const because = 'every workload is taken to be proxied'
    return [{ plane: enrolled.captured === 'yes' ? 'ztunnel' : 'sidecar', because }]
  }
  if (isFrontDoor(workload) && !workload.unreadable) {
    return [{ plane: 'gateway', because: `${workload.kind} ${workload.namespace}/${workload.name} is a gateway` }]
  }
  const { proxied, because } = injectionOf(layer, workload)
  const sidecar: PlaneChoice = { plane: 'sidecar', because }
  if (proxied === 'yes') return [sidecar]
  const ztunnel: PlaneChoice = { plane: 'ztunnel', because: enrolled.because }
  const none: PlaneChoice = { plane: 'none', because }
  const rest = { yes: [ztunnel], no: [none], unknown: [ztunnel, none] }[enrolled.captured]
  return proxied === 'no' ? rest : [sidecar, ...rest]
}

interface Enrolment {
  readonly captured: Ternary
  readonly because: string
}

/** Read as Go reads a boolean (istio `cni/pkg/nodeagent/net.go`, `cni/pkg/util/podutil.go` CheckBooleanAnnotation). */
export const bypass = 'ambient.istio.io/bypass-inbound-capture'

/**
 * What the labels say; but from 1.30 on Pods of these namespaces are never captured, before they were, and nothing here tells the version.
 * Source: istio `cni/pkg/nodeagent/informers.go` excludeNamespaces (not in 1.29), `manifests/charts/istio-cni/values.yaml`.
 */
function enrolment(layer: Layer, workload: Workload): Enrolment {
  const labelled = byLabels(layer, workload)
  if (labelled.captured === 'no' || !excluded.includes(workload.namespace)) return labelled
  return { captured: 'unknown', because: `${labelled.because}, but from 1.30 on ${workload.namespace} is left alone` }
}

const excluded: readonly string[] = ['kube-system']

function byLabels(layer: Layer, workload: Workload): Enrolment {
  const { namespace, labels, annotations, hostNetwork } = workload
  const pod = `${workload.kind} ${namespace}/${workload.name}`
  const own = labels['istio.io/dataplane-mode']
  const known = layer.namespaces.get(namespace)
  const wide = known?.labels['istio.io/dataplane-mode']
  if (hostNetwork) return { captured: 'no', because: `${pod} uses the host's network` }
  if (readBool(annotations[bypass] ?? 'false')) return { captured: 'no', because: `${pod} says ${bypass}=true` }
  if (own === 'ambient') return { captured: 'yes', because: `${pod} is labelled istio.io/dataplane-mode=ambient` }
  if (own === 'none') return { captured: 'no', because: `${pod} is labelled istio.io/dataplane-mode=none` }
  if (known?.unreadable === true)
    return { captured: 'unknown', because: `the labels of namespace ${namespace} could not be read` }
  if (!known)
    return { captured: 'unknown', because: `namespace ${namespace} is not among the objects, nor are its labels` }
  const said = `namespace ${namespace} is ${wide === 'ambient' ? '' : 'not '}labelled istio.io/dataplane-mode=ambient`
  return { captured: wide === 'ambient' ? 'yes' : 'no', because: said }
}
