import { gatewayOf } from '../../graph/resolve'
import type { Problem } from '../../model/problem'
import { blocking } from '../../model/problem'
import { sorted, sortedGroups } from '../order'
import type { Refusal } from '../overlaps'
import { overlaps } from '../overlaps'
import { unknownNamespace } from '../settings'
import type { Context, Workload } from './context'
import type { Account } from './grant'
import { identityOf } from './grant'

/** What is wrong with a graph on Linkerd. */
export interface Doubts {
  /** Namespaces that get no object: no policy would hold there. */
  readonly namespaces: ReadonlySet<string>
  /** Names of services that get no object, since it would also hold for others. */
  readonly services: ReadonlySet<string>
  readonly problems: readonly Problem[]
}

/** Namespaces that are never injected (linkerd2 `charts/linkerd-control-plane/values.yaml` proxyInjector.namespaceSelector). */
const leftAlone = ['kube-system', 'cert-manager']

/**
 * The proxy's own ports, and those that are left out of capture unless an installation says otherwise (linkerd2
 * `charts/linkerd-control-plane/values.yaml` proxy.ports, proxyInit.ignoreInboundPorts).
 */
const reserved: ReadonlyMap<number, string> = new Map([
  ...[4140, 4143, 4190, 4191].map(port => [port, 'is the proxy’s own'] as const),
  ...[4567, 4568].map(port => [port, 'is left out of what the proxy captures'] as const),
])

/** Judges services and settings. A service that is refused still has the default of its namespace, which admits nobody. */
export function doubts(context: Context): Doubts {
  const { workloads } = context
  const byNamespace = sortedGroups(workloads, ({ namespace }) => namespace)
  const misplaced = [...byNamespace.keys()].flatMap(namespace => misplacement(namespace, context))
  // A Server takes every Pod that has its labels, and of two that take one Pod the older one counts alone (linkerd2 `inbound/index.rs` reindex_servers).
  const overlapping = [...byNamespace.values()].flatMap(overlaps)
  return {
    namespaces: new Set(misplaced.map(({ name }) => name)),
    services: new Set(overlapping.map(({ name }) => name)),
    problems: [
      ...[...misplaced, ...overlapping].map(({ problem }) => problem),
      ...workloads.flatMap(reservedPorts),
      ...nameless(context),
      ...unknownStages([...byNamespace.keys()], context),
    ],
  }
}

function misplacement(namespace: string, { settings: { controlPlane } }: Context): Refusal[] {
  const at = `Namespace ${namespace}`
  if (namespace === controlPlane) {
    const message = 'services among the control plane are not supported: the policy controller itself would be denied'
    return [{ name: namespace, problem: blocking({ code: 'system-namespace', at, message, hint: 'move them' }) }]
  }
  if (!leftAlone.includes(namespace)) return []
  const message = 'Linkerd injects no proxy here, so that no policy would hold'
  return [{ name: namespace, problem: blocking({ code: 'never-injected', at, message }) }]
}

function reservedPorts({ name, ports }: Workload): Problem[] {
  return ports.flatMap(port => {
    const why = reserved.get(port.port)
    if (why === undefined) return []
    const message = `port ${port.port} ${why}; no policy would hold there`
    return [blocking({ code: 'reserved-port', at: `services.${name}.ports.${port.name}`, message })]
  })
}

/** Whoever gets no certificate never becomes ready, and calls as nobody (linkerd2 `controller/identity/validator.go`). */
function nameless(context: Context): Problem[] {
  const { workloads, graph } = context
  const all: readonly (readonly [string, Account])[] = [
    ...workloads.map(workload => [`services.${workload.name}`, workload] as const),
    ...Object.entries(graph.ingress).map(([name, ingress]) => [`ingress.${name}.gateway`, gatewayOf(ingress)] as const),
    ...(graph.scraper ? [['scraper', graph.scraper] as const] : []),
  ]
  return all.flatMap(([at, account]) => {
    if (identityOf(account, context) !== undefined) return []
    const { namespace, serviceAccount } = account
    const message = `\`${namespace}/${serviceAccount}\` can have no identity of Linkerd’s, whose parts are DNS labels`
    const hint = 'name the ServiceAccount with lower case letters, digits and `-` alone'
    return [blocking({ code: 'linkerd-identity', at, message, hint })]
  })
}

function unknownStages(namespaces: readonly string[], { settings: { stages } }: Context): Problem[] {
  return sorted(Object.keys(stages))
    .filter(namespace => !namespaces.includes(namespace))
    .map(namespace => unknownNamespace(namespace, 'stages', namespaces))
}
