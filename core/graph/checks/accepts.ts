import type { Problem } from '../../model/problem'
import { didYouMean } from '../../model/problem'
import type { Consent } from '../graph'
import { isName } from '../names'
import { defect, place } from '../place'
import type { Step } from '../place'
import { calleeProblems } from './callees'
import type { Context } from './context'

/** What is wrong with who is let in of other fragments: callees that are not declared here, callers without a namespace, routes. */
export function acceptProblems(context: Context): readonly Problem[] {
  const { graph, lost } = context
  const callees = [...Object.keys(graph.services), ...Object.keys(graph.external)]
  return Object.entries(graph.accepts ?? {}).flatMap(([callee, callers]) => {
    if (lost('services', callee) || lost('external', callee)) return []
    if (!callees.includes(callee)) return [unknownCallee(callee, callees)]
    return Object.entries(callers).flatMap(([caller, consent]) => [
      ...callerProblems(caller, place('accepts', callee, caller)),
      ...consentProblems(context, { callee, consent, path: ['accepts', callee, caller] }),
    ])
  })
}

function unknownCallee(name: string, known: readonly string[]): Problem {
  const at = place('accepts', name)
  const { hint = 'who may call a service is said where it is declared' } = didYouMean(name, known)
  return defect({
    code: 'unknown-service',
    at,
    message: `no service or external named \`${name}\` is declared here`,
    hint,
  })
}

/** An `outside` has no namespace; its name is that of an object. */
function callerProblems(caller: string, at: string): readonly Problem[] {
  const [first = '', second, ...more] = caller.split('/')
  const whole =
    second === undefined ? isName('entry', first) : isName('namespace', first) && isName('serviceAccount', second)
  if (whole && more.length === 0) return []
  const hint = 'write its `namespace/service`; the name alone is that of a caller outside the mesh'
  return [defect({ code: 'malformed-name', at, message: `\`${caller}\` names no caller`, hint })]
}

interface Given {
  readonly callee: string
  readonly consent: Consent
  readonly path: readonly [Step, Step, Step]
}

function consentProblems(context: Context, { callee, consent, path }: Given): readonly Problem[] {
  if (consent === 'any') return []
  // Told of where the caller stands: the callee is known, and its ports are what matters.
  const found = calleeProblems(context, { callees: { [callee]: consent }, path, among: 'services and externals' })
  return found.map(problem => ({ ...problem, at: withoutCallee(problem.at, path, callee) }))
}

function withoutCallee(at: string, path: readonly Step[], callee: string): string {
  const doubled = place(...path, callee)
  return at.startsWith(doubled) ? `${place(...path)}${at.slice(doubled.length)}` : at
}
