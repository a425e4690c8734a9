import type { Graph } from '../graph'
import type { Step } from '../place'

/** What a check looks at. */
export interface Context {
  readonly graph: Graph
  /** Whether something was declared at a path, but so badly that it had to be left out. */
  readonly lost: (...path: readonly Step[]) => boolean
  /** Whether anything was left out at a path or below it. */
  readonly damaged: (...path: readonly Step[]) => boolean
}

/** A graph of the right shape, of which nothing had to be left out. */
export function wholeOf(graph: Graph): Context {
  return { graph, lost: () => false, damaged: () => false }
}
