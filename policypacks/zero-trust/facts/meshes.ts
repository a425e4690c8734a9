import { at, gather, required } from '../field'
import { unreadable } from '../mesh'
import type { Context, Finding } from '../rule'
import { dataPlanes } from './data-plane'
import { namespaces } from './namespaces'
import { ownProxies } from './own-proxies'

/** The mesh of a namespace. What is not on Linkerd is taken to be Istio's: what is on none speaks plaintext as well. */
export type FoundMesh =
  | { readonly kind: 'istio' | 'linkerd' }
  /** `findings` name the objects that could not be read. */
  | { readonly kind: 'unknown'; readonly why: string; readonly findings: readonly Finding[] }

/** Looks the mesh of a namespace up, when a rule needs it. */
export type MeshOf = (namespace: string) => FoundMesh

/** By the planes of namespaces, and by their Pods where these are on Linkerd by themselves. */
export function meshesIn(context: Context): MeshOf {
  const planes = dataPlanes(context)
  const proxies = ownProxies(context, planes)
  return namespace => {
    const plane = planes(namespace)
    if (plane.kind === 'linkerd' || proxies.ofNamespace(namespace)) return { kind: 'linkerd' }
    if (plane.kind === 'ambient' || plane.kind === 'sidecar') return { kind: 'istio' }
    const why = `the Pods of the namespace \`${namespace}\` cannot be read`
    const unread = proxies.findings()
    if (plane.kind === 'unknown' && (plane.findings.length > 0 || !isListedOut(context))) return plane
    return unread.length > 0 ? { kind: 'unknown', why, findings: unread } : { kind: 'istio' }
  }
}

/** Whether a cluster of two meshes says which namespaces are Linkerd's, so that all others are not. */
function isListedOut({ mesh }: Context): boolean {
  const kind = mesh('kind')
  return kind.kind === 'known' && kind.value === 'hybrid' && mesh('linkerdNamespaces').kind === 'known'
}

/** Whether a stack has to do with both meshes. */
export function ofBothMeshes(context: Context): { readonly both: boolean; readonly findings: readonly Finding[] } {
  const kind = context.mesh('kind')
  const planes = dataPlanes(context)
  const names = gather(namespaces(context), field => required(at(field, 'metadata', 'name')))
  const found = names.facts.map(planes)
  const kinds = new Set(found.map(plane => plane.kind))
  return {
    both:
      (kind.kind === 'known' && kind.value === 'hybrid') ||
      (kinds.has('linkerd') && (kinds.has('sidecar') || kinds.has('ambient'))),
    findings: [
      ...unreadable(kind),
      ...names.findings,
      ...found.flatMap(plane => (plane.kind === 'unknown' ? plane.findings : [])),
    ],
  }
}
