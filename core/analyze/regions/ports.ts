import { agentPorts, captureLists } from '../istio/capture'
import type { Plane } from '../istio/data-plane'
import { planesOf } from '../istio/data-plane'
import { targetPort } from '../istio/protocol'
import { sidecarsFor } from '../istio/scope'
import { containsLabels } from '../istio/attachment'
import type { Layer, Rule, Workload } from '../layer'
import { isWide, linkerdPorts, ownPorts, portsOf, wideRanges } from './linkerd/ports'
import { networkRanges } from './network/view'
import type { Scope } from './scopes'

/**
 * The container ports that anything read names for a workload: its containers, Services, policies of the mesh and the network, and annotations. All others are
 * alike, so one of them stands for them.
 */
export function mentionedPorts(layer: Layer, workload: Workload): readonly number[] {
  const { namespace } = workload
  const near = <T extends { readonly namespace?: string }>(objects: readonly T[]): readonly T[] =>
    objects.filter(object => object.namespace === namespace || object.namespace === undefined)
  const services = near(layer.services).filter(({ selector }) => containsLabels(workload.labels, selector))
  // A host outside has its own ports: only an entry with a selector leads to workloads.
  const entries = near(layer.serviceEntries).filter(
    ({ workloadSelector }) => workloadSelector !== undefined && containsLabels(workload.labels, workloadSelector),
  )
  const listed = [
    ...workload.ports.filter(({ protocol }) => protocol === 'TCP').map(({ port }) => port),
    ...workload.probes.flatMap(({ port }) => (typeof port === 'number' ? [port] : [])),
    ...services.flatMap(service => service.ports.flatMap(port => targetPort(port, workload) ?? [])),
    ...entries.flatMap(({ ports }) => ports.map(({ target, number }) => target ?? number)),
    ...sidecarsFor(layer, workload).flatMap(sidecar => sidecar?.ingress.map(({ port }) => port) ?? []),
    ...layer.peerAuthentications.flatMap(({ ports }) => [...ports.keys()]),
    ...layer.authorizationPolicies.flatMap(({ rules }) => rules.flatMap(rulePorts)),
    ...captureLists(layer, workload).flatMap(numbers),
    ...networkRanges({ layer, workload }).flatMap(portsOf),
  ]
  const planes = planesOf(layer, workload).map(({ plane }) => plane)
  const linkerds = planes.includes('linkerd') ? linkerdPorts(layer, workload) : []
  const left = leftOut(planes)
  return [...new Set([...listed, ...linkerds])].filter(port => !left.includes(port)).sort((a, b) => a - b)
}

/** Ports of the proxy itself, of whatever kind it may be. */
function leftOut(planes: readonly Plane[]): readonly number[] {
  if (planes.includes('linkerd')) return ownPorts
  return planes.includes('ztunnel') ? [] : agentPorts
}

/** Ports that none of `named` is, nor the proxy's own, one for each kind of them there may be: all are alike, but for those of ranges too wide to be named. */
export function spares({ layer, workload }: Scope, named: readonly number[]): readonly [number, ...number[]] {
  const taken = new Set([...named, ...agentPorts, ...ownPorts])
  const proxied = planesOf(layer, workload).some(({ plane }) => plane === 'linkerd')
  const ranges = [...(proxied ? wideRanges(layer, workload) : []), ...networkRanges({ layer, workload }).filter(isWide)]
  const ends = ranges.flatMap(([first, last]) => [first - 1, last])
  const [highest = 65_535, ...lower] = [65_535, ...ends].flatMap(from => below(from, taken) ?? [])
  return [highest, ...lower]
}

/** The highest port from there down that is not taken. */
function below(from: number, taken: ReadonlySet<number>): number | undefined {
  for (let port = from; port > 0; port--) if (!taken.has(port)) return port
  return undefined
}

function rulePorts(rule: Rule): readonly number[] {
  if (rule.kind === 'unreadable') return []
  const operations = rule.to.flatMap(({ ports, notPorts }) => [...ports, ...notPorts])
  const conditions = rule.when
    .filter(({ key }) => key === 'destination.port')
    .flatMap(c => [...c.values, ...c.notValues])
  return [...operations, ...conditions].flatMap(numbers)
}

function numbers(text: string): readonly number[] {
  return text.split(',').flatMap(part => (/^\s*\d+\s*$/.test(part) ? [Number(part)] : []))
}
