import { unreadable } from '../mesh'
import type { Context, Finding } from '../rule'
import { namespaceLookup, type NamespaceLookup } from './namespace-labels'
import type { Labels } from './policies'

/** What carries the calls of a namespace's Pods, unless a Pod opts in or out by itself. */
export type Plane =
  | { readonly kind: 'ambient' | 'sidecar' | 'none' }
  /** `findings` name the objects that could not be read. */
  | { readonly kind: 'unknown'; readonly why: string; readonly findings: readonly Finding[] }

/** Looks the data plane of a namespace up, when a rule needs it. */
export type Planes = (namespace: string) => Plane

/** The label by which namespaces and Pods join the ambient mesh, or stay out of it (`none`). */
export const dataplaneMode = 'istio.io/dataplane-mode'

/**
 * The data planes of namespaces, by the labels of their Namespaces (istio manifests/charts/istio-cni/values.yaml
 * enablementSelectors, manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml). Of a namespace the
 * stack does not register it is the mesh's own (`kind`); where nobody says that, it is not known.
 */
export function dataPlanes(context: Context, lookUp: NamespaceLookup = namespaceLookup(context)): Planes {
  return namespace => {
    if (context.config.exempt.includes(namespace)) return { kind: 'none' }
    const own = lookUp(namespace)
    const why = `the data plane of the namespace \`${namespace}\` is not known`
    switch (own.kind) {
      case 'known':
        return planeBy(own.labels)
      case 'unknown':
        return { kind: 'unknown', why, findings: own.findings }
      case 'absent':
        return planeOfMesh(context, `${why}: the stack does not register it`)
    }
  }
}

/** Both planes at once are `one-injection-label`'s; that ztunnel may be there is what most policies are wrong for. */
function planeBy(own: Labels): Plane {
  if (isAmbient(own)) return { kind: 'ambient' }
  return { kind: isInjected(own) ? 'sidecar' : 'none' }
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

const planes: ReadonlyMap<string, Plane> = new Map([
  ['istio-ambient', { kind: 'ambient' }],
  ['istio-sidecar', { kind: 'sidecar' }],
  ['linkerd', { kind: 'none' }],
])

/** The data plane of namespaces that the stack does not register; `why` says for what it is needed. */
export function planeOfMesh({ mesh }: Context, why: string): Plane {
  const kind = mesh('kind')
  const plane = kind.kind === 'known' ? planes.get(kind.value) : undefined
  return (
    plane ?? { kind: 'unknown', why: `${why}, and the \`kind\` of the mesh is not known`, findings: unreadable(kind) }
  )
}
