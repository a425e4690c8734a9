import type { z } from 'zod'
import type { Problem } from '../model/problem'
import { semanticProblems } from './checks/all'
import type { Graph } from './graph'
import { within } from './place'
import { frozen } from './plain'
import { salvage } from './salvage'
import { graphShape } from './shape'
import { jsonSchemaOf } from './shape-parts'
import { fit } from './shape-problems'

/** The graph that was read, where it has the right shape, and every problem there is with it otherwise. */
export interface Parsed {
  readonly graph?: Graph
  readonly problems: readonly Problem[]
}

/**
 * Reads a graph from plain data: a YAML or JSON document, a stack's output, or `defineGraph`'s own, as the program runs
 * without type checks. Keys that a graph does not have are problems, with what was probably meant.
 *
 * A graph of the right shape is returned with no problems; what its values mean is for `validate`. Where the shape is
 * wrong there is no graph, and the problems are all there are, those of meaning included.
 *
 * @param at what was read, put before the path of each problem: `graph.yaml services.cart.ports.grpc.port`
 */
export function parseGraph(value: unknown, at: string): Parsed {
  const fitted = fit(graphShape, value)
  if (fitted.kind === 'fits') return { graph: graphFrom(fitted.value), problems: [] }
  const wrong = fitted.misfits.map(({ problem }) => problem)
  const told = new Set(wrong.map(problem => problem.at))
  const rest = salvage(graphShape, value)
  const meaning = rest ? semanticProblems({ ...rest, graph: graphFrom(rest.value) }) : []
  const problems = [...wrong, ...meaning.filter(problem => !told.has(problem.at))]
  return { problems: problems.map(problem => within(at, problem)) }
}

function graphFrom({ $schema: _, ...graph }: z.infer<typeof graphShape>): Graph {
  return frozen(graph as Graph) // zod admits `undefined` where the type says absent; `frozen` leaves such keys out
}

/** The JSON Schema of a graph's JSON form, generated from what `parseGraph` checks. For editors and other languages. */
export function graphJsonSchema(): Readonly<Record<string, unknown>> {
  return jsonSchemaOf(graphShape, {
    $id: 'urn:zero-trust-mesh:graph:1',
    title: 'Service graph',
    description: 'Services, their ports, and who may call whom on which route. Nothing else is let through.',
  })
}
