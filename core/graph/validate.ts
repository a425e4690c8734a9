import type { Problem } from '../model/problem'
import { semanticProblems } from './checks/all'
import { wholeOf } from './checks/context'
import type { Graph } from './graph'
import { parseGraph } from './schema'

/**
 * Every defect of a graph, all at once, each with its place and, where a name is close, what was probably meant. What
 * the compiler would have refused is found too: the program runs without type checks.
 *
 * One that is `delegated` never blocks: it spells out what a caller outside the mesh costs.
 */
export function validate(graph: Graph): readonly Problem[] {
  const { graph: parsed, problems } = parseGraph(graph, '')
  return parsed ? semanticProblems(wholeOf(parsed)) : problems
}
