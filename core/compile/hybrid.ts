import type { Crossed, Meshes } from '../graph/border'
import { crossings, seenFrom } from '../graph/border'
import type { Graph } from '../graph/graph'
import { place } from '../graph/place'
import { own, pickNames } from '../graph/plain'
import { gatewayOf } from '../graph/resolve'
import type { KubernetesObject } from '../model/manifest'
import { objectName } from '../model/manifest'
import type { Problem } from '../model/problem'
import { compileIstio } from './istio'
import { compileLinkerd } from './linkerd'
import { sortedGroups } from './order'
import type { Compiled } from './target'
import type { HybridTarget, Mesh } from './target-hybrid'

/**
 * A graph for two meshes: what each of them sees, compiled for it alone, and of that what lies in its namespaces.
 *
 * A call across the border has no identity where it arrives. Where the graph says that it crosses in plaintext it is let in, with whoever asks the same from the
 * same networks; otherwise it is a Problem, and nobody is let in for it.
 */
export function compileHybrid(graph: Graph, target: HybridTarget): Compiled {
  const meshes = meshesOf(target)
  const [istio, linkerd] = [istioPart(graph, target, meshes), linkerdPart(graph, target, meshes)]
  return {
    manifests: [...istio.manifests, ...linkerd.manifests],
    assumptions: once([...istio.assumptions, ...linkerd.assumptions]),
    namespaces: { ...istio.namespaces, ...linkerd.namespaces },
    annotations: linkerd.annotations ?? {},
    problems: [
      ...crossings(graph, meshes).map(crossed => borderProblem(crossed, graph, meshes)),
      ...istio.problems,
      ...linkerd.problems,
    ],
  }
}

/** Which mesh a namespace is on; the control plane of Linkerd is on its own. */
export function meshesOf({ namespaces, linkerd, podNetworks }: HybridTarget): Meshes {
  const controlPlane = linkerd.controlPlaneNamespace ?? 'linkerd'
  const of = (namespace: string): Mesh =>
    namespace === controlPlane ? 'linkerd' : (own(namespaces, namespace) ?? 'istio')
  return { of, ...(podNetworks && { podNetworks }) }
}

function istioPart(graph: Graph, { istio }: HybridTarget, meshes: Meshes): Compiled {
  const ours = (name: string) => meshes.of(name) === 'istio'
  const { stages, dataPlanes, waypoints } = istio
  const target = {
    ...istio,
    ...(stages && { stages: pickNames(stages, ours) }),
    ...(dataPlanes && { dataPlanes: pickNames(dataPlanes, ours) }),
    ...(waypoints && { waypoints: pickNames(waypoints, ours) }),
  }
  return within(compileIstio(seenFrom('istio', graph, meshes), target), graph, ours)
}

function linkerdPart(graph: Graph, { linkerd }: HybridTarget, meshes: Meshes): Compiled {
  const ours = (name: string) => meshes.of(name) === 'linkerd'
  const { stages } = linkerd
  const target = { ...linkerd, ...(stages && { stages: pickNames(stages, ours) }) }
  return within(compileLinkerd(seenFrom('linkerd', graph, meshes), target), graph, ours)
}

/** What of a compilation lies in the namespaces of its mesh, and is said of them. */
function within(compiled: Compiled, { services }: Graph, ours: (namespace: string) => boolean): Compiled {
  const { manifests, assumptions, namespaces, annotations, problems } = compiled
  const inside = (object: KubernetesObject) => ours(placeOf(object))
  const foreign = Object.entries(services).flatMap(([name, { namespace }]) =>
    ours(namespace) ? [] : [`${namespace}/`, `Namespace ${namespace}.`, `${place('services', name)}.`],
  )
  return {
    manifests: manifests.filter(({ object }) => inside(object)),
    assumptions: assumptions.filter(inside),
    namespaces: pickNames(namespaces, ours),
    ...(annotations && { annotations: pickNames(annotations, ours) }),
    problems: problems.filter(({ at }) => !foreign.some(prefix => `${at}.`.startsWith(prefix))),
  }
}

function placeOf({ kind, metadata: { namespace, name } }: KubernetesObject): string {
  return namespace ?? (kind === 'Namespace' ? name : '')
}

/** Callers of both meshes have their account assumed by both. */
function once(objects: readonly KubernetesObject[]): KubernetesObject[] {
  return [...sortedGroups(objects, objectName).values()].flatMap(([first]) => first ?? [])
}

/** What becomes of a call across the border: nothing, unless somebody said how it is to cross. */
function borderProblem(crossed: Crossed, graph: Graph, meshes: Meshes): Problem {
  const { caller, namespace, callee, how } = crossed
  const to = own(graph.services, callee)?.namespace ?? ''
  const text = `\`${namespace}/${caller} → ${to}/${callee}\``
  const at = `${to}/${callee}`
  if (how === 'gateway') return throughGateway({ at, text, callee, to }, graph, meshes)
  if (how === 'plaintext') {
    const whom = meshes.podNetworks ? `whoever calls from ${meshes.podNetworks.join(', ')}` : 'anybody'
    const message = `${text} crosses from mesh to mesh in plaintext: ${whom} may ask the same without identity`
    return { code: 'crosses-in-plaintext', severity: 'delegated', at, message }
  }
  const message = `${text} goes from ${meshes.of(namespace)} to ${meshes.of(to)}, where its identity is not known: nobody is let in`
  const hint = `say how at \`${place('border', caller, callee)}\`: \`plaintext\`, or \`gateway\` for one of the mesh of \`${callee}\``
  return { code: 'crosses-meshes', severity: 'narrowed', at, message, hint }
}

interface Entered {
  readonly at: string
  readonly text: string
  readonly callee: string
  /** The callee's namespace. */
  readonly to: string
}

/** Under the gateway's own identity, which takes a gateway that leads there. */
function throughGateway({ at, text, callee, to }: Entered, { ingress }: Graph, meshes: Meshes): Problem {
  const leads = Object.values(ingress).find(
    one => own(one.routes, callee) && meshes.of(gatewayOf(one).namespace) === meshes.of(to),
  )
  if (!leads) {
    const message = `${text} is to come through a gateway, and none on the mesh of \`${callee}\` leads there`
    const hint = 'declare it under `ingress`'
    return { code: 'crosses-meshes', severity: 'narrowed', at, message, hint }
  }
  const message = `${text} comes through \`${leads.gateway}\`, whose routes say what may be asked; whoever reaches the gateway may ask it`
  return { code: 'crosses-by-gateway', severity: 'delegated', at, message }
}
