import { agentPorts } from '../istio/capture'
import { planesOf } from '../istio/data-plane'
import { targetPort } from '../istio/protocol'
import { containsLabels } from '../istio/attachment'
import type { Layer, Rule, Workload } from '../layer'

/**
 * The container ports that anything read names for a workload: its containers, Services, policies and annotations. All others are
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
    ...near(layer.sidecars).flatMap(({ ingress }) => ingress.map(({ port }) => port)),
    ...layer.peerAuthentications.flatMap(({ ports }) => [...ports.keys()]),
    ...layer.authorizationPolicies.flatMap(({ rules }) => rules.flatMap(rulePorts)),
    ...Object.entries(workload.annotations).flatMap(([key, value]) =>
      key.includes('InboundPorts') ? numbers(value) : [],
    ),
  ]
  const left = planesOf(layer, workload).some(({ plane }) => plane === 'ztunnel') ? [] : agentPorts
  return [...new Set(listed)].filter(port => !left.includes(port)).sort((a, b) => a - b)
}

/** A port that none of `named` is, nor the agent's. */
export function spare(named: readonly number[]): number {
  for (let port = 65_535; ; port--) if (!named.includes(port) && !agentPorts.includes(port)) return port
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
