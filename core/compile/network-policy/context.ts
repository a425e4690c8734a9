import type { Meshes } from '../../graph/border'
import { seenFrom } from '../../graph/border'
import type { FlowLine } from '../../graph/flows'
import { flowLines } from '../../graph/flows'
import type { Graph } from '../../graph/graph'
import { portsOf } from '../../graph/resolve'
import type { GovernedPort } from '../../model/intent'
import { groupBy } from '../../model/group'
import type { Declared } from '../declared'
import { declaredServices } from '../declared'
import { meshesOf } from '../hybrid'
import type { Context as IstioContext } from '../istio/context'
import { contextOf as istioContextOf } from '../istio/context'
import { planeOf } from '../istio/plane'
import { settle as settleIstio } from '../istio/settings'
import { arrivals } from '../istio/waypoint/arrivals'
import type { Bound } from '../istio/waypoint/waypoints'
import { waypointsOf } from '../istio/waypoint/waypoints'
import { stageOf } from '../settings'
import type { IstioTarget, Mesh, MeshTarget } from '../target'
import { publicAddresses } from './addresses'
import type { BlocksPeer, PodsPeer } from './peers'
import { podsIn } from './peers'
import type { Plane } from './ports'
import type { Settings } from './settings'

/** A service of the graph, and its Pods as the network sees them. */
export interface Workload extends Declared {
  /** Sorted by number. */
  readonly ports: readonly GovernedPort[]
  readonly pods: PodsPeer
}

/** What one mesh of the cluster sees of the graph; all of it where there is one mesh, or none. */
export interface Side {
  /** Absent where there is no mesh. */
  readonly mesh?: Mesh
  readonly graph: Graph
  /** Every flow that this mesh sees. */
  readonly lines: readonly FlowLine[]
  readonly isHere: (namespace: string) => boolean
  readonly istio?: IstioSide
}

/** What only Istio has. */
export interface IstioSide {
  readonly context: IstioContext
  /** Whether some namespace is ambient, so that sidecars take HBONE. */
  readonly mixed: boolean
  /** Services behind a waypoint, by name. */
  readonly bound: ReadonlyMap<string, Bound>
  /** Services that no waypoint stands before, but for a while of the update that brings the first or takes the last. */
  readonly possible: ReadonlyMap<string, Bound>
  /** Calls into ambient namespaces that pass a waypoint, or do in that while. */
  readonly through: ReadonlySet<FlowLine>
  /** Those that come to the Pods themselves; some do both, and what does neither is let in nowhere. */
  readonly direct: ReadonlySet<FlowLine>
}

/** What every part of this target looks at. */
export interface Context {
  readonly graph: Graph
  readonly settings: Settings
  /** By name, sorted by namespace, then name. */
  readonly workloads: ReadonlyMap<string, Workload>
  /** By `namespace/serviceAccount`. */
  readonly accounts: ReadonlyMap<string, readonly Workload[]>
  readonly sides: readonly Side[]
  /** Namespaces of the graph's services. */
  readonly governed: ReadonlySet<string>
  readonly planeOf: (namespace: string) => Plane
  /** Every address that a host outside may have. */
  readonly publicAddresses: readonly BlocksPeer[]
  /** Whether what runs in a namespace is closed by policies of ours. */
  readonly isClosed: (namespace: string) => boolean
}

/** Sorts a graph, and finds out how each of its calls goes over the wire. */
export function contextOf(graph: Graph, settings: Settings): Context {
  const workloads = declaredServices(graph, service => ({ ports: portsOf(service) })).map(each => ({
    ...each,
    pods: podsIn(each.namespace, each.labels),
  }))
  const governed = new Set(workloads.map(({ namespace }) => namespace))
  const sides = sidesOf(graph, settings.mesh)
  return {
    graph,
    settings,
    workloads: new Map(workloads.map(each => [each.name, each])),
    accounts: groupBy(workloads, ({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`),
    sides,
    governed,
    publicAddresses: publicAddresses(settings),
    planeOf: namespace => planeIn(namespace, sides),
    isClosed: namespace => governed.has(namespace) && stageOf(namespace, settings) === 'enforce',
  }
}

function planeIn(namespace: string, sides: readonly Side[]): Plane {
  const side = sides.find(({ isHere }) => isHere(namespace))
  if (side?.istio) return planeOf(namespace, side.istio.context.settings)
  return side?.mesh === 'linkerd' ? 'linkerd' : 'plaintext'
}

function sidesOf(graph: Graph, mesh: MeshTarget | undefined): readonly Side[] {
  switch (mesh?.kind) {
    case undefined:
      return [{ graph, lines: flowLines(graph), isHere: everywhere }]
    case 'istio-sidecar':
    case 'istio-ambient':
      return [istioSide(graph, mesh, everywhere)]
    case 'linkerd':
      return [{ mesh: 'linkerd', graph, lines: flowLines(graph), isHere: everywhere }]
    case 'hybrid': {
      const meshes = meshesOf(mesh)
      return [
        istioSide(seenFrom('istio', graph, meshes), mesh.istio, isOn('istio', meshes)),
        linkerdSide(seenFrom('linkerd', graph, meshes), isOn('linkerd', meshes)),
      ]
    }
  }
}

const everywhere = () => true

function isOn(mesh: Mesh, meshes: Meshes): (namespace: string) => boolean {
  return namespace => meshes.of(namespace) === mesh
}

function linkerdSide(graph: Graph, isHere: Side['isHere']): Side {
  return { mesh: 'linkerd', graph, lines: flowLines(graph), isHere }
}

function istioSide(graph: Graph, target: IstioTarget, isHere: Side['isHere']): Side {
  const { settings } = settleIstio(target)
  const context = istioContextOf(graph, settings)
  const ambient = context.workloads.filter(
    ({ namespace }) => isHere(namespace) && planeOf(namespace, settings) === 'ambient',
  )
  const { bound, possible } = waypointsOf(ambient, context)
  const passing = [...possible.values()].flatMap(({ lines }) => lines)
  const ways = ambient.map(callee => arrivals(callee, bound.get(callee.name), context))
  return {
    mesh: 'istio',
    graph,
    lines: [...context.lines, ...probeLines(graph)],
    isHere,
    istio: {
      context,
      mixed: target.kind === 'istio-ambient' || Object.values(settings.dataPlanes).includes('ambient'),
      bound,
      possible,
      through: new Set([...ways.flatMap(({ through }) => through), ...passing]),
      direct: new Set(ways.flatMap(({ direct }) => direct)),
    },
  }
}

/** The kubelet's flows, which Istio's own policies need not know. */
function probeLines(graph: Graph): readonly FlowLine[] {
  const alone = { ...graph, calls: {}, ingress: {}, outside: {} }
  return flowLines(alone).filter(({ flow }) => flow.from.kind === 'kubelet')
}
