import type { Ternary } from '../../istio/kleene'
import type { NetworkPort, NetworkRule } from '../../network/layer-network'
import type { Pod } from '../../network/pods'
import type { PortRange } from '../../linkerd/port-set'

/** Whether a rule is for a port of the Pod that is entered; of something outside there are no names. */
export function isFor({ ports }: NetworkRule, port: number, entered: Pod | undefined): Ternary {
  if (!ports) return 'yes'
  let doubt = false
  for (const entry of ports) {
    for (const {
      range: [first, last],
      sure,
    } of rangesOf(entry, entered)) {
      if (port < first || port > last) continue
      if (sure) return 'yes'
      doubt = true
    }
  }
  return doubt ? 'unknown' : 'no'
}

/** Ports of TCP that an entry stands for. */
interface Meant {
  readonly range: PortRange
  readonly sure: boolean
}

const everyPort: PortRange = [1, 65_535]

function rangesOf({ protocol, port, endPort }: NetworkPort, entered: Pod | undefined): readonly Meant[] {
  if (protocol !== 'TCP') return []
  if (port === undefined) return [{ range: everyPort, sure: true }]
  if (typeof port === 'number') return [{ range: [port, endPort ?? port], sure: true }]
  if (!entered) return []
  if (entered.workload?.unreadable === true) return [{ range: everyPort, sure: false }]
  return entered.ports
    .filter(({ name, protocol: spoken }) => name === port && spoken === 'TCP')
    .map(one => ({ range: [one.port, one.port] as const, sure: !one.init }))
}

/** The ranges that a rule tells from other ports of a Pod. */
export function rangesTold({ ports = [] }: NetworkRule, entered: Pod): readonly PortRange[] {
  return ports.flatMap(entry => rangesOf(entry, entered).map(({ range }) => range)).filter(range => range !== everyPort)
}
