import type { Entry } from '../../../graph/entries'
import { entryLines } from '../../../graph/entries'
import { own } from '../../../graph/plain'
import type { Problem } from '../../../model/problem'
import { sortedGroups } from '../../order'
import type { GatewayTarget } from '../../target'
import type { Context, Workload } from '../context'
import type { FlowLine } from '../../../graph/flows'
import type { GatewayIdentity } from './gateway-pods'
import { istioPath } from '../path'

/** A gateway that calls come in through, and what it is to let in. */
export interface IngressGateway extends GatewayIdentity {
  readonly target: Required<Pick<GatewayTarget, 'routing'>> & GatewayTarget
  /** What may enter and can be said in Istio's words; sorted by text. */
  readonly doors: readonly Door[]
  /** Flows of bytes: what enters for them is told apart by its port alone. */
  readonly bytes: readonly FlowLine[]
  /** Of entries that cannot be said. */
  readonly problems: readonly Problem[]
}

/** One entry in Istio's words. */
export interface Door {
  readonly entry: Entry
  readonly to: Workload
  /** The Service's port that leads to the callee's. */
  readonly port: number
  /** As a policy writes it. */
  readonly path: string
}

/** The gateways of the graph that are none of its services, by `namespace/serviceAccount`. */
export function ingressGateways(context: Context): IngressGateway[] {
  const byGateway = sortedGroups(
    entryLines(context.graph),
    ({ gateway }) => `${gateway.namespace}/${gateway.serviceAccount}`,
  )
  return [...context.gateways].map(key => {
    const [namespace = '', account = ''] = key.split('/')
    const target = { routing: 'istio', ...own(context.settings.gateways, key) } as const
    const judged = (byGateway.get(key) ?? []).map(entry => doorOf(entry, context))
    return {
      namespace,
      account,
      target,
      doors: judged.flatMap(one => ('entry' in one ? [one] : [])),
      bytes: (context.outOf.get(key) ?? []).filter(carriesBytes),
      problems: judged.flatMap(one => ('entry' in one ? [] : [one])),
    }
  })
}

function carriesBytes({ flow: { to, route, purpose } }: FlowLine): boolean {
  return to.kind === 'workload' && purpose === 'call' && (route.kind === 'tcp' || route.kind === 'tls')
}

/** What cannot be said is let in nowhere, and routed nowhere. */
function doorOf(entry: Entry, { workloads }: Context): Door | Problem {
  const path = istioPath(entry.path)
  if (path.kind === 'inexpressible') return unsaid(entry, path.why)
  const to = workloads.find(({ name }) => name === entry.to.service)
  const leading = to?.servicePorts.filter(({ targetPort }) => targetPort === entry.to.port) ?? []
  const port = leading.find(({ name }) => name === entry.port) ?? leading[0]
  if (!to || !port) return unsaid(entry, `no port of its Service leads to port ${entry.to.port}`)
  return { entry, to, port: port.port, path: path.path }
}

function unsaid({ text, ingress }: Entry, why: string): Problem {
  const message = `Istio cannot express \`${text}\`: ${why}`
  return { code: 'inexpressible', severity: 'narrowed', at: `ingress.${ingress}`, message }
}
