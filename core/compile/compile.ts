import type { Graph } from '../graph/graph'
import type { KubernetesObject, Manifest } from '../model/manifest'
import { objectName } from '../model/manifest'
import type { Problem } from '../model/problem'
import { compileHybrid } from './hybrid'
import { compileIstio } from './istio'
import { compileLinkerd } from './linkerd'
import { compileNetwork } from './network-policy'
import { together } from './network-policy/assumptions'
import { sortedBy, sortedGroups } from './order'
import type { Compiled, MeshTarget, NetworkPolicyTarget, NetworkSettings, Target } from './target'

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
  return inOrder(compileFor(graph, target))
}

/**
 * A mesh, and the network below it: the manifests of both in one, and what both assume. What the two let through together is what the mesh does alone, and whoever goes round its
 * proxies still meets the network.
 */
export function compileWithNetwork(graph: Graph, mesh: MeshTarget, network: NetworkSettings): Compiled {
  const above = compileFor(graph, mesh)
  const below = compileNetwork(graph, { ...network, kind: 'network-policy', mesh })
  return inOrder({
    ...above,
    manifests: [...above.manifests, ...below.manifests],
    assumptions: together(above.assumptions, below.assumptions),
    problems: [...(isClosed(graph, below) ? above.problems.filter(isOpen) : above.problems), ...below.problems],
  })
}

/** Whether every namespace of the graph is closed both ways. */
function isClosed({ services }: Graph, { manifests }: Compiled): boolean {
  const closed = new Set(manifests.map(({ object }) => object.metadata.namespace))
  return Object.values(services).every(({ namespace }) => closed.has(namespace))
}

/** Whether a problem is still one where NetworkPolicies keep workloads from calling out by themselves. */
function isOpen({ code }: Problem): boolean {
  return code !== 'egress-needs-network-policy'
}

/** Canonically sorted, and without what would replace each other. */
function inOrder({ manifests, assumptions, problems, ...joining }: Compiled): Compiled {
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
    case 'network-policy':
      return compileAlone(graph, target)
  }
}

/** NetworkPolicies alone, of a mesh that somebody else configures: what is assumed of that stays. */
function compileAlone(graph: Graph, target: NetworkPolicyTarget): Compiled {
  const { assumptions, ...compiled } = compileNetwork(graph, target)
  const above = target.mesh ? compileFor(graph, target.mesh).assumptions : []
  return { ...compiled, assumptions: together(above, assumptions) }
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

/** What so few flows explain is small, and there are many of them. */
const fewFlows = 500

/** Policies are split well below that; one Sidecar has to name all callees of its workload, one VirtualService all routes of its hosts, one NetworkPolicy all callers of its Pods. */
function oversized({ object, because }: Manifest): Problem[] {
  const grows = object.kind === 'NetworkPolicy' && because.length > fewFlows
  if (object.kind !== 'Sidecar' && object.kind !== 'VirtualService' && !grows) return []
  const size = JSON.stringify(object).length
  if (size <= largest) return []
  const message = `the object has ${size} bytes, more than an API server stores`
  return [{ code: 'object-too-large', severity: 'error', at: objectName(object), message }]
}

function distinct(problems: readonly Problem[]): Problem[] {
  const key = ({ at, code, message }: Problem) => `${at}\n${code}\n${message}`
  return [...sortedGroups(problems, key).values()].flatMap(([first]) => (first ? [first] : []))
}
