import { printIdentity } from '../../model/identity'
import type { Layer, Workload } from '../layer'
import { ztunnelPoliciesFor } from '../istio/attachment'
import { judgePolicies } from '../istio/judge-policies'
import { ztunnelFacts } from '../explain/facts'
import { alternative, hop, note } from '../explain/trace'
import { agreement, deny, nameOf, unlessRefused, type Verdict } from '../istio/verdict'
import { matchRule, missedBy, type Connection } from './match-rule'
import { ztunnelModesOf, type ZtunnelMode } from './modes'

/** A connection, without the address it goes to. */
export type Arriving = Omit<Connection, 'destinationIp'>

/**
 * Whether the ztunnel of a workload's node lets a connection in: first the handshake, then what was made of PeerAuthentications, then
 * the policies. What the connection carries it does not look at. Source: ztunnel `src/proxy/inbound.rs`, `src/proxy/inbound_passthrough.rs`.
 */
export function intoZtunnel(layer: Layer, workload: Workload, arriving: Arriving): Verdict {
  const who = arriving.caller ? printIdentity(arriving.caller) : 'a caller without identity'
  return hop(
    () => `ztunnel before ${nameOf(workload)}, port ${arriving.port}, called by ${who}`,
    () => pastZtunnel(layer, workload, arriving),
  )
}

function pastZtunnel(layer: Layer, workload: Workload, arriving: Arriving): Verdict {
  const { caller, port } = arriving
  const inside = () => judged(layer, workload, arriving)
  if (!caller) {
    const modes = ztunnelModesOf(layer, workload, port)
    return agreement(
      modes.map(({ mode, because }) =>
        alternative(
          () => `mTLS mode ${mode}`,
          () => {
            tellMode(mode, because)
            return mode === 'STRICT' ? deny(...because.map(nameOf)) : inside()
          },
        ),
      ),
    )
  }
  const own = layer.mesh.trustDomain
  if (own === undefined) {
    note(() => `whether ${caller.trustDomain} is the mesh's trust domain is not known`, 'unknown')
    return unlessRefused(inside(), `whether ${caller.trustDomain} is the mesh's trust domain is unknown`)
  }
  return own === caller.trustDomain ? inside() : foreign(caller.trustDomain)
}

function tellMode(mode: ZtunnelMode['mode'], because: ZtunnelMode['because']): void {
  const by = because.length === 0 ? "Istio's default" : because.map(nameOf).join(', ')
  if (mode === 'STRICT') note(() => `mTLS mode STRICT, by ${by}, refuses callers without identity`, 'deny')
  else note(() => `mTLS mode PERMISSIVE, by ${by}, takes callers without identity too`)
}

/** Its own trust domain is the only one ztunnel accepts, aliases included (ztunnel `src/tls/workload.rs` TrustDomainVerifier). */
function foreign(trustDomain: string): Verdict {
  note(() => `ztunnel takes certificates of its own trust domain alone, not of ${trustDomain}`, 'deny')
  return deny(`trust domain ${trustDomain} is not accepted`)
}

function judged(layer: Layer, workload: Workload, arriving: Arriving): Verdict {
  const [ip, ...others] = workload.ips
  const connection: Connection = {
    ...arriving,
    ...(ip === undefined || others.length > 0 ? {} : { destinationIp: ip }),
  }
  return judgePolicies({
    policies: ztunnelPoliciesFor(layer, workload),
    matches: (rule, policy) => matchRule(rule, policy, connection),
    missed: (rule, policy) => missedBy(rule, policy, connection),
    facts: ztunnelFacts(connection),
    to: nameOf(workload),
  })
}
