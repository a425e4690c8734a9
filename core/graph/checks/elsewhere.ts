import type { Problem } from '../../model/problem'
import type { Ingress } from '../graph'
import { listing } from '../place'
import { byText } from '../resolve'
import type { Context } from './context'

type Entering = Pick<Ingress, 'routes'>

/** Calls that wait for a fragment: the graph by itself lets none of them through. Told, since nothing that is written may vanish unseen. */
export function elsewhereProblems({ graph }: Context): readonly Problem[] {
  const { elsewhere = {} } = graph
  const entering: readonly Entering[] = [...Object.values(graph.ingress), ...Object.values(graph.outside)]
  const all = [...Object.values(graph.calls), ...entering.map(({ routes }) => routes)]
  const called = new Set(all.flatMap(callees => Object.keys(callees)).filter(name => Object.hasOwn(elsewhere, name)))
  if (called.size === 0) return []
  const message = `calls to ${listing([...called].sort(byText))} are left out: fragments declare these services`
  const hint = 'name the fragments in the configuration of the stack, or with `--fragments`'
  return [{ code: 'not-merged', severity: 'delegated', at: 'elsewhere', message, hint }]
}
