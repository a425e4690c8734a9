import type { FlowLine } from '../graph/flows'
import type { External, Graph, Origination, Protocol } from '../graph/graph'
import { own } from '../graph/plain'
import type { ExternalCallee } from '../model/flow'
import { isName } from './settings'

/*
 * Calls to hosts outside the cluster, as every mesh has to see them.
 */

/** One namespace's use of one port of one host. */
export interface Use {
  readonly namespace: string
  /** In lower case. */
  readonly host: string
  readonly port: number
  readonly protocol: Protocol
  /** The gateway that it leaves through; absent where it leaves from the caller's own proxy. */
  readonly via?: Exit
  /** TLS that a proxy of ours speaks to the host. */
  readonly tls?: Origination
  readonly line: FlowLine
}

/** The identity of a gateway that calls leave through. */
export type Exit = NonNullable<ExternalCallee['via']>

/** The use that a line makes of a host outside; none where it is a call of another kind. */
export function usesOf(line: FlowLine, { external: declared }: Pick<Graph, 'external'>): readonly Use[] {
  const { from, to } = line.flow
  if (from.kind !== 'workload' || to.kind !== 'external') return []
  const external: Pick<External, 'ports' | 'tls'> = own(declared, to.name) ?? { ports: {} }
  const { tls } = external
  return Object.values(external.ports)
    .filter(({ port }) => port === to.port)
    .map(({ protocol, port }) => ({
      namespace: from.namespace,
      host: to.host.toLowerCase(),
      port,
      protocol,
      ...(to.via && { via: to.via }),
      ...(tls && { tls }),
      line,
    }))
}

export type Wire = 'http' | 'tls' | 'tcp'

/**
 * What the caller's proxy sees: gRPC to a host outside comes in TLS of the caller's own, unless it is the mesh that speaks TLS there. A call in
 * plaintext that nobody declared to be HTTP is declared as TCP.
 */
export function wireOf({ protocol, tls }: Use): Wire {
  return protocol === 'grpc' ? (tls ? 'http' : 'tls') : protocol
}

/**
 * Whether DNS can say where a host is, and it is none of the cluster's Services: what is written for it would stand before the real one, and
 * take from callers the mTLS that they use there.
 */
export function isOutside(host: string, clusterDomain: string): boolean {
  return isName(host) && host.includes('.') && /[a-z]/.test(host) && !host.endsWith(`.svc.${clusterDomain}`)
}
