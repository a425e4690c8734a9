import { flows } from '../graph/flows'
import type { Graph } from '../graph/graph'
import { groupBy } from '../model/group'
import type { Manifest } from '../model/manifest'
import { printCallee } from '../model/flow'
import type { Problem } from '../model/problem'
import { authorizationPolicies, defaultDeny } from './istio/authorization'
import { assumptions } from './istio/assumptions'
import type { Context, Line, Workload } from './istio/context'
import { contextOf } from './istio/context'
import { doubts } from './istio/doubts'
import { externals } from './istio/external'
import type { Grant } from './istio/grant'
import { grantOf, sourceOf } from './istio/grant'
import { plaintextPorts, strictMtls } from './istio/peer-authentication'
import { settle } from './istio/settings'
import { sidecars } from './istio/sidecar'
import { sorted, sortedGroups } from './order'
import type { Compiled, IstioSidecarTarget } from './target'

/**
 * A graph as Istio objects for a mesh of sidecars.
 *
 * Per namespace: mTLS for all, a policy that admits nobody, and a Sidecar. Per callee: one AuthorizationPolicy with its
 * callers, and an exception from mTLS for ports that callers without identity call. Per caller: a Sidecar with its
 * callees, and a ServiceEntry for each host outside.
 *
 * What cannot be said admits nobody and is a Problem, also where `validate` would have refused the graph.
 */
export function compileIstioSidecar(graph: Graph, target: IstioSidecarTarget): Compiled {
  const { settings, problems } = settle(target)
  const context = contextOf(graph, flows(graph), settings)
  const doubted = doubts(graph, context.workloads, settings)
  const outside = externals(context)
  const placed = context.workloads.filter(({ namespace }) => !doubted.namespaces.has(namespace))
  const callees = placed
    .filter(({ name }) => !doubted.services.has(name))
    .map(workload => ({ workload, ...grantsTo(workload, context) }))
  return {
    manifests: [
      ...[...sortedGroups(placed, ({ namespace }) => namespace)].flatMap(([namespace, all]) => {
        const selectable = all.filter(({ name }) => !doubted.services.has(name))
        return [...wide(namespace, all, context), ...sidecars({ namespace, selectable, context, externals: outside })]
      }),
      ...callees.flatMap(({ workload, grants }) => [
        ...plaintextPorts(workload, grants),
        ...authorizationPolicies(workload, grants, context),
      ]),
      ...outside.manifests.filter(({ object }) => !doubted.namespaces.has(object.metadata.namespace ?? '')),
    ],
    assumptions: assumptions(context),
    problems: [...problems, ...doubted.problems, ...callees.flatMap(callee => callee.problems), ...outside.problems],
  }
}

/** The objects that hold for a whole namespace, justified by all that may enter it, or else by who is to stay closed. */
function wide(namespace: string, workloads: readonly Workload[], context: Context): Manifest[] {
  const entering = workloads.flatMap(({ name }) => (context.into.get(name) ?? []).map(({ text }) => text))
  const closed = workloads.map(({ name }) => `${namespace}/${name} (nobody may call)`)
  const because = entering.length > 0 ? sorted(entering) : closed
  return [strictMtls(namespace, because), defaultDeny(namespace, because, context)]
}

interface Granted {
  readonly grants: readonly Grant[]
  readonly problems: readonly Problem[]
}

/** What a service's policy must admit, and what of it cannot be said. */
function grantsTo(workload: Workload, context: Context): Granted {
  const grants: Grant[] = []
  const problems: Problem[] = []
  for (const [caller, lines] of groupBy(context.into.get(workload.name) ?? [], ({ flow }) => flow.from)) {
    const source = sourceOf(caller, context)
    for (const line of lines) {
      const grant = source.kind === 'inexpressible' ? source : grantOf(line, workload, source)
      if ('source' in grant) grants.push(grant)
      else problems.push(inexpressible(line, grant.why))
    }
  }
  return { grants, problems }
}

function inexpressible({ flow, text }: Line, why: string): Problem {
  const message = `Istio cannot express \`${text}\`: ${why}`
  return { code: 'inexpressible', severity: 'narrowed', at: printCallee(flow.to), message }
}
