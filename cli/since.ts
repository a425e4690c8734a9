import type { MeshTarget } from '../core/compile/target'
import type { Graph } from '../core/graph/graph'
import { count } from '../core/report/words'
import type { Placed } from '../core/rollout/moves'
import { stagesOf } from '../core/compile/terms'
import { plannedSteps } from '../core/rollout/moves'
import { readGraph } from './graph-file'
import type { Session } from './session'

/** A graph that was deployed, the one that is to be, and the mesh of both. */
export interface Change {
  readonly since: string
  readonly graph: Graph
  readonly target: MeshTarget
  readonly session: Session
}

/** Tells on standard error which changes since another graph one update would not make without an outage or a hole, and the steps to take. Throws BadInput where that graph cannot be read. */
export async function tellSteps({ since, graph, target, session }: Change): Promise<void> {
  const before = await readGraph(since, session.stdin)
  const moves = plannedSteps(placed(before.graph, target), placed(graph, target))
  if (moves.length === 0) return
  session.err(`${count(moves.length, 'change')} since ${since} would cut calls if made at once; take them in steps:\n`)
  for (const { at, why, steps } of moves) {
    session.err(`  ${at}: ${why}\n${steps.map((step, i) => `    ${i + 1}. ${step}\n`).join('')}`)
  }
}

/** A proxy of Linkerd's stands beside each Pod, as a sidecar does. */
function placed(graph: Graph, target: MeshTarget): Placed {
  const usual = target.kind === 'istio-ambient' ? 'ambient' : 'sidecar'
  const dataPlanes = target.kind === 'linkerd' || target.kind === 'hybrid' ? {} : target.dataPlanes
  const stages = stagesOf(target)
  return {
    graph,
    planeOf: namespace => dataPlanes?.[namespace] ?? usual,
    stageOf: namespace => stages[namespace] ?? 'enforce',
  }
}
