import type { Ternary } from '../../istio/kleene'
import type { Layer, Workload } from '../../layer'
import { chartDefaults } from '../assume'
import type { EgressNetwork } from './layer-outbound'

/** The EgressNetworks that calls of a workload to a host outside may be for. */
export interface Captured {
  readonly networks: readonly EgressNetwork[]
  /** Whether one of them takes every such call; else the proxy may know of none, and passes the call on. */
  readonly all: Ternary
}

/**
 * Those of the workload's own namespace, or where it has none those of the one that is for all. Which of several takes a call hangs on the address, which a name does not
 * tell. `unknown` where one lies nobody knows where. Where it is not known which namespace is for all it is taken for the chart's, whose networks are then in
 * doubt. Source: `outbound/index/egress_network.rs` resolve_egress_network.
 */
export function networksOf({ linkerd }: Layer, { namespace }: Workload): Captured | 'unknown' {
  const { egressNetworks, mesh } = linkerd
  if (egressNetworks.some(network => network.namespace === undefined)) return 'unknown'
  const own = egressNetworks.filter(network => network.namespace === namespace)
  if (own.length > 0) return captured(own)
  const { egressNamespace = chartDefaults.egressNamespace } = mesh
  const wide = egressNetworks.filter(network => network.namespace === egressNamespace)
  return wide.length > 0 && mesh.egressNamespace === undefined ? 'unknown' : captured(wide)
}

/** Without networks of its own it takes all addresses but the cluster's; hosts outside are taken to have none of these. */
function captured(networks: readonly EgressNetwork[]): Captured {
  if (networks.length === 0) return { networks, all: 'no' }
  return { networks, all: networks.some(network => network.networks === undefined) ? 'yes' : 'unknown' }
}
