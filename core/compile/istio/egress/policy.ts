import type { Manifest } from '../../../model/manifest'
import { admitting } from '../authorization'
import type { Context, Workload } from '../context'
import type { Exit, Use } from '../../outside'
import { attachedToGateway, policyHosts } from '../ingress/gateway-pods'
import type { Inexpressible } from '../grant'
import { grantOf, sourceOf } from '../grant'
import type { Permit } from '../rules'

/** What a policy at the gateway must say to let a use leave, or why it cannot be said. */
export function permitOf({ line, host, port }: Use, context: Context): Permit | Inexpressible {
  const source = sourceOf(line.flow.from, context)
  if (source.kind === 'inexpressible') return source
  const grant = grantOf(line, readAsHttp(port), source)
  if ('kind' in grant) return grant
  const { port: _, ...permit } = grant
  return { ...permit, hosts: policyHosts(host) }
}

/** The gateway reads requests, whatever the port that callers ask for. */
function readAsHttp(port: number): Workload {
  const servicePorts = [{ name: 'http', port, targetPort: port, protocol: 'http' }] as const
  const service = { namespace: '', ports: {} }
  return { name: '', namespace: '', serviceAccount: '', labels: {}, servicePorts, service }
}

/**
 * The policies by which a gateway lets out exactly `uses`. They say no ports, since a Gateway may listen elsewhere; hosts are met by requests
 * alone, so that bytes get no further (istio `pilot/pkg/security/authz/model/model.go`).
 */
export function exitPolicies({ namespace, serviceAccount }: Exit, uses: readonly Use[], context: Context): Manifest[] {
  const grants = uses.flatMap(use => {
    const permit = permitOf(use, context)
    return 'kind' in permit ? [] : [permit]
  })
  const attached = attachedToGateway({ namespace, account: serviceAccount }, 'istio')
  return admitting(`calls-through-${serviceAccount}`, { namespace, attached, grants, context })
}
