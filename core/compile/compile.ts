import type { Graph } from '../graph/graph'
import type { KubernetesObject, Manifest } from '../model/manifest'
import { objectName } from '../model/manifest'
import type { Problem } from '../model/problem'
import { compileHybrid } from './hybrid'
import { compileIstio } from './istio'
import { compileLinkerd } from './linkerd'
import { sortedBy, sortedGroups } from './order'
import type { Compiled, Target } from './target'

export { followed, namespaceLabels } from './istio/labels'

/** An API server takes requests of up to 1.5 MiB; an object nearer to that than this will not be stored. */
const largest = 1_000_000

/**
 * Turns a graph into the manifests of a target, in an order and with bytes that depend on what is declared and never on
 * where or in which order.
 *
 * Assumes a graph that `validate` has passed; on any other it may admit less than was meant, never more. Callers stop on
 * problems: fewer manifests than last time would, once deployed, open what the missing ones closed.
 */
export function compile(graph: Graph, target: Target): Compiled {
  const { manifests, assumptions, problems, ...joining } = compileFor(graph, target)
  const { kept, clashes } = withoutClashes(manifests)
  return {
    manifests: sortedBy(kept, ({ object }) => placeOf(object)),
    assumptions: sortedBy(assumptions, placeOf),
    ...joining,
    problems: distinct([...problems, ...clashes, ...kept.flatMap(oversized)]),
  }
}

function compileFor(graph: Graph, target: Target): Compiled {
  switch (target.kind) {
    case 'istio-sidecar':
    case 'istio-ambient':
      return compileIstio(graph, target)
    case 'linkerd':
      return compileLinkerd(graph, target)
    case 'hybrid':
      return compileHybrid(graph, target)
  }
}

function placeOf({ kind, metadata: { namespace = '', name } }: KubernetesObject): string {
  return `${namespace}/${kind}/${name}`
}

/** Two objects of one name would replace each other, and with them what either admits or closes: neither is deployed. */
function withoutClashes(manifests: readonly Manifest[]): { readonly kept: Manifest[]; readonly clashes: Problem[] } {
  const groups = [...sortedGroups(manifests, ({ object }) => placeOf(object)).values()]
  const clashes = groups.filter(group => group.length > 1).flatMap(([first]) => (first ? [clash(first)] : []))
  return { kept: groups.filter(group => group.length === 1).flat(), clashes }
}

function clash({ object, because }: Manifest): Problem {
  const message = 'two objects would have this name'
  const hint = `rename one of the services in \`${because[0] ?? ''}\``
  return { code: 'name-clash', severity: 'error', at: objectName(object), message, hint }
}

/** Policies are split well below that; one Sidecar has to name all callees of its workload, one VirtualService all routes of its hosts. */
function oversized({ object }: Manifest): Problem[] {
  if (object.kind !== 'Sidecar' && object.kind !== 'VirtualService') return []
  const size = JSON.stringify(object).length
  if (size <= largest) return []
  const message = `the object has ${size} bytes, more than an API server stores`
  return [{ code: 'object-too-large', severity: 'error', at: objectName(object), message }]
}

function distinct(problems: readonly Problem[]): Problem[] {
  const key = ({ at, code, message }: Problem) => `${at}\n${code}\n${message}`
  return [...sortedGroups(problems, key).values()].flatMap(([first]) => (first ? [first] : []))
}
