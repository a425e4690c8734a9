import { at, gather, text, type Field } from '../field'
import { unreadable } from '../mesh'
import type { Context, Finding } from '../rule'
import { injects, linkerdInject } from './linkerd-install/annotations'
import { namespaceLookup, type NamespaceLabels, type NamespaceLookup } from './namespace-labels'
import type { Labels } from './policies'

/** What carries the calls of a namespace's Pods, unless a Pod opts in or out by itself. `linkerd` has sidecars too, of another mesh. */
export type Plane =
  | { readonly kind: 'ambient' | 'sidecar' | 'linkerd' | 'none' }
  /** `findings` name the objects that could not be read. */
  | { readonly kind: 'unknown'; readonly why: string; readonly findings: readonly Finding[] }

/** Looks the data plane of a namespace up, when a rule needs it. */
export type Planes = (namespace: string) => Plane

/** The label by which namespaces and Pods join the ambient mesh, or stay out of it (`none`). */
export const dataplaneMode = 'istio.io/dataplane-mode'

/**
 * The data planes of namespaces, by the labels of their Namespaces (istio manifests/charts/istio-cni/values.yaml
 * enablementSelectors, manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml) and by their annotation of Linkerd
 * (linkerd2 pkg/inject/report.go). Of a namespace the stack does not register it is the mesh's own (`kind`); where nobody says that, it is
 * not known.
 */
export function dataPlanes(context: Context, lookUp: NamespaceLookup = namespaceLookup(context)): Planes {
  return namespace => {
    if (context.config.exempt.includes(namespace)) return { kind: 'none' }
    const own = lookUp(namespace)
    const why = `the data plane of the namespace \`${namespace}\` is not known`
    switch (own.kind) {
      case 'known':
        return planeBy(own, why)
      case 'unknown':
        return { kind: 'unknown', why, findings: own.findings }
      case 'absent':
        return planeOfMesh(context, `${why}: the stack does not register it`, namespace)
    }
  }
}

/** Both planes at once are `one-injection-label`'s; that ztunnel may be there is what most policies are wrong for. */
function planeBy(own: NamespaceLabels & { readonly kind: 'known' }, why: string): Plane {
  if (isAmbient(own.labels)) return { kind: 'ambient' }
  if (isInjected(own.labels)) return { kind: 'sidecar' }
  const { facts, findings } = gather(own.all, isLinkerd)
  if (findings.length > 0) return { kind: 'unknown', why, findings }
  return { kind: facts.includes(true) ? 'linkerd' : 'none' }
}

/** Whether the labels of a Namespace enrol its Pods with ztunnel. */
export function isAmbient(own: Labels): boolean {
  return own[dataplaneMode] === 'ambient'
}

/** Whether the labels of a Namespace give its Pods a sidecar: `istio-injection` beats `istio.io/rev`. */
export function isInjected(own: Labels): boolean {
  const injection = own['istio-injection']
  return injection === undefined ? own['istio.io/rev'] !== undefined : injection === 'enabled'
}

/** Whether the annotation of a Namespace, or of a Pod, gives it a proxy of Linkerd. */
export function isLinkerd(object: Field): boolean {
  return injects(text(at(object, 'metadata', 'annotations', linkerdInject)))
}

const planes: ReadonlyMap<string, Plane> = new Map([
  ['istio-ambient', { kind: 'ambient' }],
  ['istio-sidecar', { kind: 'sidecar' }],
  ['linkerd', { kind: 'linkerd' }],
])

/**
 * The data plane of namespaces that the stack does not register, or of one of them; `why` says for what it is needed. Of a mesh that is both
 * (`hybrid`), only the namespaces that are listed as Linkerd's are known.
 */
export function planeOfMesh({ mesh }: Context, why: string, namespace?: string): Plane {
  const kind = mesh('kind')
  const plane = kind.kind === 'known' ? planes.get(kind.value) : undefined
  if (plane !== undefined) return plane
  if (kind.kind === 'known' && kind.value === 'hybrid') {
    const listed = mesh('linkerdNamespaces')
    if (namespace !== undefined && listed.kind === 'known' && listed.value.split(',').includes(namespace))
      return { kind: 'linkerd' }
    return { kind: 'unknown', why: `${why}, and the mesh is of both kinds`, findings: unreadable(listed) }
  }
  return { kind: 'unknown', why: `${why}, and the \`kind\` of the mesh is not known`, findings: unreadable(kind) }
}
