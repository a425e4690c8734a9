import { Region } from '../../model/region'
import type { Attached } from '../istio/attachment'
import type { AuthorizationPolicy } from '../layer'
import type { Match } from './bounds'
import { any, both, exactly, oneOf } from './bounds'
import { nobody, trustedCallers } from './callers'
import { decision, enforced } from './decision'
import { ztunnelPolicyRegion } from './ztunnel'

/** What is known of one port of one workload that ztunnel guards; lists hold every possibility where something cannot be known. */
export interface ZtunnelFacts {
  readonly port: number
  /** The Pods' addresses. */
  readonly ips: readonly string[]
  readonly modes: readonly ('STRICT' | 'PERMISSIVE')[]
  readonly policies: readonly Attached<AuthorizationPolicy>[]
  /** The mesh's own; absent where unknown. */
  readonly trustDomain: string | undefined
}

/**
 * The connections that ztunnel lets into a port, whatever they carry. STRICT refuses who shows no identity; a peer of any other trust domain than
 * the mesh's own is refused in the handshake, aliases included (ztunnel `src/tls/workload.rs` TrustDomainVerifier).
 */
export function admittedByZtunnel(facts: ZtunnelFacts): Match {
  const { port, ips, modes, trustDomain } = facts
  const policed = decision(
    facts.policies.map(({ policy, applies }) => ({
      action: policy.action,
      applies: enforced(policy, applies),
      region: ztunnelPolicyRegion(policy, {
        port,
        ips,
        action: policy.action,
        policyNamespace: policy.namespace ?? '',
      }),
    })),
  )
  const peers = exactly(Region.where('caller', trustedCallers(trustDomain === undefined ? undefined : [trustDomain])))
  const shown = trustDomain === undefined ? { must: Region.none, may: peers.may } : peers
  const anybody = any([shown, exactly(Region.where('caller', nobody))])
  return oneOf(modes.map(mode => both(mode === 'STRICT' ? shown : anybody, policed)))
}
