import { groupBy } from '../../model/group'
import { printCallee } from '../../model/flow'
import type { Problem } from '../../model/problem'
import type { Context, Workload } from './context'
import type { FlowLine } from '../../graph/flows'
import type { Grant } from './grant'
import { grantOf, sourceOf } from './grant'

/** What policies must admit, and what of it cannot be said. */
export interface Granted {
  readonly grants: readonly Grant[]
  readonly problems: readonly Problem[]
}

/** What has to be said to admit `lines` to a callee, in Istio's words. */
export function grantsTo(callee: Workload, lines: readonly FlowLine[], context: Context): Granted {
  const grants: Grant[] = []
  const problems: Problem[] = []
  for (const [caller, same] of groupBy(lines, ({ flow }) => flow.from)) {
    const source = sourceOf(caller, context)
    for (const line of same) {
      const grant = source.kind === 'inexpressible' ? source : grantOf(line, callee, source)
      if ('source' in grant) grants.push(grant)
      else problems.push(inexpressible(line, grant.why))
    }
  }
  return { grants, problems }
}

/** The problem of a flow that is not admitted, since Istio has no words for it. */
export function inexpressible({ flow, text }: FlowLine, why: string, hint?: string): Problem {
  const message = `Istio cannot express \`${text}\`: ${why}`
  const at = printCallee(flow.to)
  return { code: 'inexpressible', severity: 'narrowed', at, message, ...(hint !== undefined && { hint }) }
}
