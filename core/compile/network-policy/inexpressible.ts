import type { FlowLine } from '../../graph/flows'
import { printCallee } from '../../model/flow'
import type { Problem } from '../../model/problem'

/** The problem of a flow that is not let through, since there is no word for who calls. */
export function inexpressible({ flow, text }: FlowLine, why: string, hint?: string): Problem {
  const message = `a NetworkPolicy cannot express \`${text}\`: ${why}`
  const at = printCallee(flow.to)
  return { code: 'inexpressible', severity: 'narrowed', at, message, ...(hint !== undefined && { hint }) }
}
