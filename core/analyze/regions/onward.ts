import { printIdentity } from '../../model/identity'
import type { Region } from '../../model/region'
import { waypointIdentity } from '../istio/waypoints'
import type { Gateway, Layer } from '../layer'
import type { Match } from './bounds'
import { always, never, oneOf, unknowable } from './bounds'

/** A workload as its waypoints see it. */
export interface Behind {
  readonly layer: Layer
  /** What stands before it. */
  readonly guard: 'ztunnel' | 'sidecar' | 'none'
  /** What this lets in, whatever the network makes of it. */
  readonly guarded: Match
}

/** A call that a waypoint passes on. */
export interface Onward {
  readonly gateway: Gateway
  /** What it names: a Service's address, or a Pod's. */
  readonly to: 'service' | 'workload'
  /** Whether the waypoint reads tokens, and may keep them to itself (`forwardOriginalToken`). */
  readonly readsTokens: boolean
}

/**
 * The requests that get from a waypoint into a workload. It calls by HBONE whoever takes it, and others in plaintext, since it knows no mTLS but in a
 * tunnel; to the address of a Pod it knows HBONE alone. From which address it calls is not known. Sources: istio
 * `pilot/pkg/xds/endpoints/endpoint_builder.go` buildEnvoyLbEndpoint, `pilot/pkg/networking/core/cluster_waypoint.go` buildWaypointInboundVIPCluster.
 */
export function letIn({ layer, guard, guarded }: Behind, onward: Onward): Match {
  const tunnel = { ztunnel: true, sidecar: layer.mesh.hbone, none: false }[guard]
  if (tunnel !== true && onward.to === 'workload') return unknowable
  if (guard === 'none') return always
  const identity = waypointIdentity(layer, onward.gateway)
  const tunnelled = identity
    ? called(guarded, printIdentity(identity), onward)
    : guarded.may.isEmpty
      ? never
      : unknowable
  if (tunnel === true) return tunnelled
  const plain = called(guarded, '', onward)
  return tunnel === false ? plain : oneOf([tunnelled, plain])
}

/** Without TLS of its own a connection has no server name, be it in a tunnel or not. */
function called({ must, may }: Match, caller: string, { readsTokens }: Onward): Match {
  const seen = (region: Region): Region => region.given('caller', caller).given('sni', '')
  const lost = (region: Region): readonly string[] =>
    variablesOf(region).filter(variable => addresses.includes(variable) || (readsTokens && !isPlain(variable)))
  const some = (region: Region): Region => lost(region).reduce((rest, variable) => rest.without(variable), region)
  return { must: some(seen(must).complement()).complement(), may: some(seen(may)) }
}

const addresses = ['address', 'remote-address']

/** Whether it is an attribute of the request that no token tells. */
function isPlain(variable: string): boolean {
  return ['protocol', 'method', 'path', 'host'].includes(variable) || variable.startsWith('header:')
}

function variablesOf(region: Region, seen = new Set<Region>()): readonly string[] {
  if (region.variable === undefined || seen.has(region)) return []
  seen.add(region)
  return [...new Set([region.variable, ...region.edges.flatMap(({ to }) => variablesOf(to, seen))])]
}
