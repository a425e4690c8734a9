import type { Problem } from '../../model/problem'
import { didYouMean } from '../../model/problem'
import type { Graph } from '../graph'
import { defect, place } from '../place'
import { own } from '../plain'
import { gatewayOf } from '../resolve'
import type { Context } from './context'

/** What is wrong with how calls are to cross from mesh to mesh: names that nobody has, and calls that nobody declared. */
export function borderProblems(context: Context): readonly Problem[] {
  const { graph, damaged } = context
  const callers = callersIn(graph)
  const complete = !(['services', 'calls', 'ingress', 'scraper'] as const).some(section => damaged(section))
  return Object.entries(graph.border ?? {}).flatMap(([caller, callees]) => {
    const called = callers.get(caller)
    if (!called) return complete ? [unknownCaller(caller, [...callers.keys()])] : []
    return Object.keys(callees).flatMap(callee => {
      if (called.has(callee) || !complete) return []
      const message = `\`${caller}\` calls no service named \`${callee}\`, so that nothing crosses`
      return [
        defect({
          code: 'unused-crossing',
          at: place('border', caller, callee),
          message,
          ...didYouMean(callee, [...called]),
        }),
      ]
    })
  })
}

function unknownCaller(caller: string, known: readonly string[]): Problem {
  const message = `no service, gateway or scraper is named \`${caller}\``
  return defect({ code: 'unknown-service', at: place('border', caller), message, ...didYouMean(caller, known) })
}

/** Who may be named as a caller, and the services that he calls. */
function callersIn(graph: Graph): ReadonlyMap<string, ReadonlySet<string>> {
  const callers = new Map<string, Set<string>>(Object.keys(graph.services).map(name => [name, new Set<string>()]))
  const calls = (caller: string, callees: readonly string[]) => {
    const services = callees.filter(name => Object.hasOwn(graph.services, name))
    callers.set(caller, new Set([...(callers.get(caller) ?? []), ...services]))
  }
  for (const name of Object.keys(graph.services)) calls(name, Object.keys(own(graph.calls, name) ?? {}))
  for (const ingress of Object.values(graph.ingress))
    calls(gatewayOf(ingress).serviceAccount, Object.keys(ingress.routes))
  if (graph.scraper) {
    const read = Object.entries(graph.services).flatMap(([name, { metrics }]) => (metrics ? [name] : []))
    calls(graph.scraper.serviceAccount, read)
  }
  return callers
}
