import type { Layer, Workload } from '../../layer'
import { skippedEverywhere } from '../../linkerd/assume'
import { adminPort, proxyPorts } from '../../linkerd/own-ports'
import { parsePortSet, type PortRange } from '../../linkerd/port-set'
import { liesIn } from '../../linkerd/serving'

/** More ports than that in one range are not told one by one: its ends are, and the ports next to it. */
const mostOfRange = 128

/**
 * The ports that Linkerd's objects and settings name for a workload: those of Servers beside it, of its probes, of the proxy's metrics, and of the lists in annotations
 * and in the installation's settings.
 */
export function linkerdPorts(layer: Layer, workload: Workload): readonly number[] {
  const { linkerd } = workload
  const servers = layer.linkerd.servers.filter(server => liesIn(server, workload.namespace) !== 'no')
  const numbers = servers.flatMap(({ port }) => (typeof port === 'number' ? [port] : []))
  return [
    adminPort,
    ...numbers,
    ...linkerd.namedPorts.map(({ port }) => port),
    ...linkerd.probes.map(({ port }) => port),
    ...listedRanges(layer, workload).flatMap(portsOf),
  ].filter(port => !ownPorts.includes(port))
}

/** What comes in here is for the proxy, or is judged at the port that it is for. */
export const ownPorts: readonly number[] = Object.values(proxyPorts)

/** Ranges of which some ports are named by none of {@link linkerdPorts}: what holds for these need not hold for other ports. */
export function wideRanges(layer: Layer, workload: Workload): readonly PortRange[] {
  return listedRanges(layer, workload).filter(isWide)
}

const annotations = ['skip-inbound-ports', 'opaque-ports', 'proxy-require-identity-inbound-ports']

/** Ports of the annotations that tell ports apart, wherever they stand, and of the lists that count where none does. */
function listedRanges({ linkerd }: Layer, workload: Workload): readonly PortRange[] {
  const wide = linkerd.namespaces.get(workload.namespace)?.annotations ?? {}
  const written = annotations.flatMap(name => {
    const key = `config.linkerd.io/${name}`
    return [workload.annotations[key], wide[key]].flatMap(text => text ?? [])
  })
  return [...written, skippedEverywhere(linkerd.mesh)].flatMap(text => parsePortSet(text) ?? [])
}

/** Whether a range has too many ports to tell each. */
export function isWide([first, last]: PortRange): boolean {
  return last - first >= mostOfRange
}

/** The ports of a range; of a wide one, its ends. */
export function portsOf([first, last]: PortRange): readonly number[] {
  const ends = [first, last]
  return isWide([first, last]) ? ends : Array.from({ length: last - first + 1 }, (_, i) => first + i)
}
