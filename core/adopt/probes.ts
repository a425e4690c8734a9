import { literalPathFlaws } from '../graph/paths'
import type { Port, Service } from '../graph/graph'
import type { PodProbe } from './pods'

/** What the kubelet asks, as a graph says it, and what it cannot. */
export interface SaidProbes {
  readonly probes?: NonNullable<Service['probes']>
  /** Probes that are left out, and why. */
  readonly leftOut: readonly string[]
}

/** The probes of a service's Pods in the words of a graph, given its ports. Of several containers' the first counts. */
export function saidProbes(found: readonly PodProbe[], ports: readonly Port[]): SaidProbes {
  const probes: Record<string, string> = {}
  const leftOut: string[] = []
  for (const probe of found) {
    if (Object.hasOwn(probes, probe.which)) continue
    const { text, why } = said(probe, ports)
    if (text !== undefined) probes[probe.which] = text
    else leftOut.push(`the ${probe.which} probe of port ${probe.port} is left out: ${why ?? ''}`)
  }
  return { ...(Object.keys(probes).length > 0 && { probes }), leftOut: [...new Set(leftOut)] }
}

function said(probe: PodProbe, ports: readonly Port[]): { readonly text?: string; readonly why?: string } {
  const port = ports.find(one => one.port === probe.port)
  if (!port) return { why: 'no Service leads to that port' }
  const { protocol } = port
  // Whoever may ask anything of a port may be asked for its health too.
  if (protocol === 'tcp' || protocol === 'tls') return { text: `tcp:${port.port}` }
  if (probe.kind === 'grpc' && protocol === 'grpc') return { text: `grpc:${port.port}` }
  if (probe.kind === 'tcp')
    return { why: `it opens a connection and asks nothing, which ${protocol} cannot be limited to` }
  if (probe.kind !== protocol) return { why: `it asks in ${probe.kind} on a port that speaks ${protocol}` }
  const { path = '/' } = probe
  if (literalPathFlaws(path).length > 0) return { why: `\`${path}\` is no path that all proxies read alike` }
  const several = ports.filter(one => one.protocol === 'http').length > 1
  return { text: several ? `GET:${port.port} ${path}` : `GET ${path}` }
}
