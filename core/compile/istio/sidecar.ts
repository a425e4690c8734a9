import type { Manifest } from '../../model/manifest'
import { fitName } from '../names'
import { sorted } from '../order'
import type { Context, Workload } from './context'
import type { FlowLine } from '../../graph/flows'
import { identityKey } from './context'
import { manifest } from '../objects'
import type { Externals } from './egress/external'
import { planeOf } from './plane'
import { isLabel } from '../settings'
import { stageOf } from '../settings'

/** A namespace, and those of its services that a selector can pick out. */
export interface Callers {
  readonly namespace: string
  readonly selectable: readonly Workload[]
  readonly context: Context
  readonly externals: Externals
}

/**
 * Who may be called from a namespace: one Sidecar for whatever runs there, which knows nobody but the mesh's own system
 * namespace, and one for each of `selectable` that calls somebody.
 *
 * They keep what every proxy must know small, and make an undeclared call fail early. They stop nobody: a workload can go
 * round its own sidecar. At stage `strict` there are none, since what is undeclared is still to work there, nor on ambient,
 * where no proxy reads them.
 *
 * Egress follows identity, so services that share a ServiceAccount know the same callees. The shared Sidecar never takes
 * one service's hosts even where all services in the namespace have the same: the next service would change all of them.
 * It only takes those of callers in the namespace that are no service of the graph, such as a scraper.
 */
export function sidecars({ namespace, selectable, context, externals }: Callers): Manifest[] {
  const { settings } = context
  if (planeOf(namespace, settings) === 'ambient' || stageOf(namespace, settings) === 'strict') return []
  const governed = new Set(context.workloads.map(identityKey))
  const strangers = [...context.outOf]
    .filter(([caller]) => caller.startsWith(`${namespace}/`) && !governed.has(caller))
    .flatMap(([, lines]) => lines)
  const shared = hosts(strangers, context, externals)
  const callers = selectable.map(workload => {
    const lines = context.outOf.get(identityKey(workload)) ?? []
    return { workload, lines, hosts: hosts(lines, context, externals) }
  })
  const own = callers.filter(caller => caller.hosts.join() !== shared.join())
  const rest = callers.filter(caller => !own.includes(caller)).map(({ workload }) => workload)
  return [
    sidecar({ namespace, name: 'default', hosts: shared, because: reasons(namespace, strangers, rest) }),
    ...own.map(({ workload, lines, hosts }) =>
      sidecar({
        namespace,
        name: fitName(`callees-of-${workload.name}`),
        labels: workload.labels,
        hosts,
        because: lines.length === 0 ? silent([workload]) : lines.map(({ text }) => text),
      }),
    ),
  ]
}

interface Egress {
  readonly namespace: string
  readonly name: string
  readonly labels?: Readonly<Record<string, string>>
  readonly hosts: readonly string[]
  readonly because: readonly string[]
}

function sidecar({ namespace, name, labels, hosts, because }: Egress): Manifest {
  const spec = {
    ...(labels && { workloadSelector: { labels: { ...labels } } }),
    egress: [{ hosts }],
    outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
  }
  return manifest({ kind: 'Sidecar', namespace, name, spec, because })
}

/** Callees as a Sidecar names them, and the system namespace, where tracing and rate limits are commonly served; `~` is none. */
function hosts(lines: readonly FlowLine[], { settings }: Context, externals: Externals): string[] {
  const callees = lines.flatMap(({ flow: { from, to } }) => {
    if (to.kind === 'workload') return [`${to.namespace}/${to.service}.${to.namespace}.svc.${settings.clusterDomain}`]
    return from.kind === 'workload' ? externals.hostFor(from.namespace, to.host) : []
  })
  const system = isLabel(settings.systemNamespace) ? settings.systemNamespace : '~'
  return sorted([...callees, `${system}/*`])
}

function reasons(namespace: string, strangers: readonly FlowLine[], rest: readonly Workload[]): string[] {
  if (strangers.length > 0) return sorted(strangers.map(({ text }) => text))
  return rest.length > 0 ? silent(rest) : [`${namespace} (whatever else runs there may call nobody)`]
}

function silent(workloads: readonly Workload[]): string[] {
  return workloads.map(({ namespace, name }) => `${namespace}/${name} (may call nobody)`)
}
