import type { Manifest } from '../../../model/manifest'
import { kindOf } from '../../../model/kinds'
import { sorted, sortedGroups } from '../../order'
import { defaultDeny } from '../authorization'
import type { Context } from '../context'
import { strictMtls } from '../peer-authentication'
import type { IngressGateway } from './gateways'

/**
 * What holds for the whole of each namespace that a gateway of ours stands in, where no service does: mTLS for whatever else runs there, and a policy that
 * admits nobody, so that a gateway whose labels are not those we know is closed and not open. The gateway itself heeds no PeerAuthentication (istio
 * `pilot/pkg/networking/core/gateway.go`).
 *
 * So is the namespace of a gateway that nothing may enter, for which there is no other policy that would say so.
 *
 * Not in the mesh's root namespace, where both would hold for the whole mesh, nor where istiod runs.
 */
export function gatewayNamespaces(
  routing: readonly Manifest[],
  gateways: readonly IngressGateway[],
  context: Context,
): Manifest[] {
  const { rootNamespace, systemNamespace } = context.settings
  const others = new Set([...context.workloads.map(({ namespace }) => namespace), rootNamespace, systemNamespace, ''])
  const open = routing
    .filter(({ object }) => isGateway(object))
    .map(each => ({ namespace: placeOf(each), because: each.because }))
  const shut = gateways.filter(({ doors, bytes }) => doors.length + bytes.length === 0).map(closed)
  const placed = [...open, ...shut].filter(({ namespace }) => !others.has(namespace))
  return [...sortedGroups(placed, ({ namespace }) => namespace)].flatMap(([namespace, all]) => {
    const because = sorted(all.flatMap(door => door.because))
    return [strictMtls(namespace, because), defaultDeny(namespace, because, context)]
  })
}

function closed({ namespace, account }: IngressGateway): Pick<Manifest, 'because'> & { readonly namespace: string } {
  return { namespace, because: [`${namespace}/${account} (nothing may enter)`] }
}

function isGateway({ kind, apiVersion }: Manifest['object']): boolean {
  const known = kindOf(kind, apiVersion.split('/')[0] ?? '')
  return known === 'Gateway' || known === 'IstioGateway'
}

function placeOf({ object }: Manifest): string {
  return object.metadata.namespace ?? ''
}
