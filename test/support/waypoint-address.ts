import { decide, type Verdict } from '../../core/analyze/decide'
import { planesOf } from '../../core/analyze/istio/data-plane'
import { agreement } from '../../core/analyze/istio/verdict'
import { waypointIdentity } from '../../core/analyze/istio/waypoints'
import type { Layer } from '../../core/analyze/layer'
import type { Request } from '../../core/analyze/request'
import { byAnyRoute, type Door } from '../../core/analyze/waypoint/ambient'
import { intoZtunnel } from '../../core/analyze/ztunnel/hop'

/** One address of each kind that the blocks of arbitrary worlds tell apart, and one that is in none of them. */
const addresses = ['10.1.2.3', '10.1.9.9', '10.9.9.9', '192.168.1.9', '2001:db8::7', '203.0.113.1']

/**
 * The verdict on a request, asked once for each address that a waypoint may call from, where it is unknown without: `decide` asks each rule whether
 * the address matters, and does not see that it is the same one for all of them.
 */
export function decideByAddress(layer: Layer, request: Request): Verdict {
  const decided = decide(layer, request)
  const { namespace, workload: name } = request.to
  const [workload, ...others] = layer.workloads.filter(w => w.namespace === namespace && w.names.includes(name))
  if (decided.verdict !== 'unknown' || !workload || others.length > 0) return decided
  const planes = planesOf(layer, workload)
  if (planes.some(({ plane }) => plane !== 'ztunnel')) return decided
  return agreement(addresses.map(ip => byAnyRoute({ layer, workload, request }, doorSeenFrom(ip))))
}

function doorSeenFrom(ip: string): Door {
  return {
    plane: 'ztunnel',
    straight: ({ layer, workload, request: { from, to } }) =>
      intoZtunnel(layer, workload, {
        port: to.port,
        ...(from.kind === 'identity' && { caller: from.identity }),
        ...(from.ip !== undefined && { sourceIp: from.ip }),
      }),
    passedOn: ({ gateway }, { layer, workload, request }) => {
      const caller = waypointIdentity(layer, gateway)
      if (!caller) throw new Error('the worlds of the law all know their trust domain')
      return intoZtunnel(layer, workload, { caller, port: request.to.port, sourceIp: ip })
    },
  }
}
