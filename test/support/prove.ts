import type { Comparison } from '../../core/analyze/compare'
import { compareOn } from '../../core/analyze/compare-meshes'
import type { Reach } from '../../core/analyze/reach'
import { reach } from '../../core/analyze/reach'
import { read } from '../../core/analyze/read-istio'
import { compile } from '../../core/compile/compile'
import { termsOf } from '../../core/compile/terms'
import type { Compiled, IstioTarget, MeshTarget } from '../../core/compile/target'
import type { Graph } from '../../core/graph/graph'
import { intentOf } from '../../core/graph/intent'
import type { KubernetesObject, Sourced } from '../../core/model/manifest'
import { objectName } from '../../core/model/manifest'

/** A mesh whose trust domain is not the default, so that nobody gets away with assuming it. */
export const target: IstioTarget = { kind: 'istio-sidecar', version: '1.30.3', trustDomain: 'td.example' }

export function sourced(objects: readonly KubernetesObject[]): readonly Sourced[] {
  return objects.map(object => ({ object, at: objectName(object) }))
}

/** All that a compilation says is, or will be, in the cluster. */
export function objectsOf(compiled: Compiled): readonly KubernetesObject[] {
  return [...compiled.assumptions, ...compiled.manifests.map(manifest => manifest.object)]
}

export function reachOf(objects: readonly KubernetesObject[]): Reach {
  return reach(read(sourced(objects)).layer)
}

/** What a graph's compilation lets through, compared with what the graph means. */
export function prove(graph: Graph, to: MeshTarget = target): Comparison {
  return proveObjects(objectsOf(compile(graph, to)), graph, to)
}

/** The same for objects that were tampered with. */
export function proveObjects(objects: readonly KubernetesObject[], graph: Graph, to: MeshTarget = target): Comparison {
  return compareOn(reachOf(objects), intentOf(graph), termsOf(to))
}
