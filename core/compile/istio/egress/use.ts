import type { External, Origination, Protocol } from '../../../graph/graph'
import { own } from '../../../graph/plain'
import type { ExternalCallee } from '../../../model/flow'
import type { Problem } from '../../../model/problem'
import type { Context } from '../context'
import type { FlowLine } from '../../../graph/flows'

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
export function usesOf(line: FlowLine, { graph }: Context): readonly Use[] {
  const { from, to } = line.flow
  if (from.kind !== 'workload' || to.kind !== 'external') return []
  const external: Pick<External, 'ports' | 'tls'> = own(graph.external, to.name) ?? { ports: {} }
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

/** The namespace of the proxy that calls the host itself. */
export function leavesFrom({ namespace, via }: Use): string {
  return via?.namespace ?? namespace
}

export type Wire = 'http' | 'tls' | 'tcp'

/**
 * What the caller's sidecar sees: gRPC to a host outside comes in TLS of the caller's own, unless it is the mesh that speaks TLS there. A call in
 * plaintext that nobody declared to be HTTP is declared as TCP.
 */
export function wireOf({ protocol, tls }: Use): Wire {
  return protocol === 'grpc' ? (tls ? 'http' : 'tls') : protocol
}

/** The problem of a use that is cut off, since it cannot be said as it is meant. */
export function narrowed({ line, namespace, host }: Use, why: string, hint: string): Problem {
  const at = `ServiceEntry ${namespace}/${host}`
  const message = `Istio cannot express \`${line.text}\`: ${why}`
  return { code: 'inexpressible', severity: 'narrowed', at, message, hint }
}
