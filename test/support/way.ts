import assert from 'node:assert/strict'
import type { Layer } from '../../core/analyze/layer'
import type { PortReach, Reach } from '../../core/analyze/reach'
import type { Match } from '../../core/analyze/regions/bounds'
import { oneOf } from '../../core/analyze/regions/bounds'
import { clientsOf } from '../../core/analyze/regions/clients'
import { pointOf } from '../../core/analyze/regions/point'
import type { Request } from '../../core/analyze/request'
import { printIdentity } from '../../core/model/identity'

/** The port that a request is for, or the one that stands for all those no object names. */
export function portAsked({ ports }: Reach, { to }: Request): PortReach {
  const mine = ports.filter(
    ({ workload }) => workload.namespace === to.namespace && workload.names.includes(to.workload),
  )
  const found = mine.find(({ port }) => port === to.port) ?? mine.find(({ port }) => port === 'other')
  assert.ok(found, `no port ${to.port} of ${to.namespace}/${to.workload}`)
  return found
}

/** The way into a port which a caller of its kind takes to the address it names; where no waypoint may be there is but one. */
export function wayTaken({ served, direct, ways }: PortReach, layer: Layer, { from, to }: Request): Match {
  const named = ways.find(
    ({ address }) => address?.service.name === to.viaService && address?.port.port === to.servicePort,
  )
  const way = named ?? ways.find(({ address }) => address === undefined)
  const caller = from.kind === 'identity' ? printIdentity(from.identity) : ''
  const clients = clientsOf(layer)
  if (!way) return direct ?? served
  if (clients.straight.contains(caller)) return way.direct
  if (clients.gateways.contains(caller)) return way.fromGateways
  return clients.ambient.contains(caller) ? way.through : oneOf([way.through, way.fromGateways, way.direct])
}

/** Whether a request certainly, and whether it possibly, gets into a port behind Linkerd's proxy, which looks at paths as they were sent, but for their query. */
export function reachedBehindLinkerd(
  all: Reach,
  layer: Layer,
  request: Request,
): { readonly must: boolean; readonly may: boolean } {
  const served = wayTaken(portAsked(all, request), layer, request)
  const [path = ''] = (request.http?.path ?? '').split(/[?#]/)
  const point = pointOf({ request, path, questions: all.questions })
  return { must: served.must.contains(point), may: served.may.contains(point) }
}
