import type { Problem } from '../../model/problem'
import { didYouMean } from '../../model/problem'
import type { Graph } from '../graph'
import { defect, place } from '../place'
import { calleeProblems } from './callees'
import type { Context } from './context'

/** What is wrong with who calls whom. A service may call itself: its replicas may talk to each other. */
export function callProblems(context: Context): readonly Problem[] {
  const { graph, lost } = context
  return Object.entries(graph.calls).flatMap(([caller, callees]) => {
    const known = Object.hasOwn(graph.services, caller) || lost('services', caller)
    const routes = calleeProblems(context, { callees, path: ['calls', caller], among: 'services and externals' })
    return known ? routes : [unknownCaller(graph, caller), ...routes]
  })
}

function unknownCaller(graph: Graph, caller: string): Problem {
  const at = place('calls', caller)
  if (Object.hasOwn(graph.external, caller)) {
    const hint = 'a caller outside the mesh is declared under `outside`'
    return defect({
      code: 'external-caller',
      at,
      message: `\`${caller}\` is a host outside, which is called and does not call`,
      hint,
    })
  }
  const section = (['ingress', 'outside'] as const).find(name => Object.hasOwn(graph[name], caller))
  const hint = section && { hint: `its routes are declared at \`${place(section, caller, 'routes')}\`` }
  const near = hint ?? didYouMean(caller, Object.keys(graph.services))
  return defect({ code: 'unknown-service', at, message: `no service named \`${caller}\``, ...near })
}
