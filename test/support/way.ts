import assert from 'node:assert/strict'
import type { Verdict } from '../../core/analyze/decide'
import { normalise } from '../../core/analyze/istio/match-path'
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

/** Whether a request certainly, and whether it possibly, gets in. */
export interface GotIn {
  readonly must: boolean
  readonly may: boolean
}

/** Whether a request gets in by the way it takes; `path`: as policies see it. */
export function gotIn(
  all: Reach,
  layer: Layer,
  { request, path }: { readonly request: Request; readonly path: string },
): GotIn {
  const served = wayTaken(portAsked(all, request), layer, request)
  const point = pointOf({ request, path, questions: all.questions })
  return { must: served.must.contains(point), may: served.may.contains(point) }
}

/** The same of Istio's proxies, which look at paths when they have normalised them, and answer 400 to some. */
export function gotInNormalised(all: Reach, layer: Layer, request: Request): GotIn {
  const path = request.http ? normalise(request.http.path, layer.mesh.pathNormalization ?? 'BASE') : ''
  if (path === undefined) return { must: false, may: false }
  return gotIn(all, layer, { request, path: path.split('?')[0] ?? '' })
}

/** The same of Linkerd's, which look at paths as they were sent, but for their query. */
export function reachedBehindLinkerd(all: Reach, layer: Layer, request: Request): GotIn {
  const [path = ''] = (request.http?.path ?? '').split(/[?#]/)
  return gotIn(all, layer, { request, path })
}

/** As a verdict has it. */
export function inWords({ must, may }: GotIn): Verdict['verdict'] {
  return must ? 'allow' : may ? 'unknown' : 'deny'
}
