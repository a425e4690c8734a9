import assert from 'node:assert/strict'
import fc from 'fast-check'
import { decide } from '../../core/analyze/decide'
import { normalise } from '../../core/analyze/istio/match-path'
import type { Layer } from '../../core/analyze/layer'
import type { PortReach, Reach } from '../../core/analyze/reach'
import { reach } from '../../core/analyze/reach'
import { read } from '../../core/analyze/read-istio'
import type { Request } from '../../core/analyze/request'
import { parseRequest } from '../../core/analyze/request'
import type { Match } from '../../core/analyze/regions/bounds'
import { oneOf } from '../../core/analyze/regions/bounds'
import { clientsOf } from '../../core/analyze/regions/clients'
import { pointOf } from '../../core/analyze/regions/point'
import { printIdentity } from '../../core/model/identity'
import type { Json } from '../support/arbitrary/json'
import { addressed, request } from '../support/arbitrary/request'
import { ambientWorld } from '../support/arbitrary/ambient-world'
import { world } from '../support/arbitrary/world'

const layerOf = (objects: readonly Json[]): Layer => {
  const { layer, problems } = read(objects.map((object, i) => ({ object, at: `object ${i}` })))
  assert.deepEqual(problems, [])
  return layer
}

const requestOf = (json: Json): Request => {
  const { request: parsed, problems } = parseRequest(json, 'request')
  assert.ok(parsed, JSON.stringify(problems))
  return parsed
}

/** Whether the request certainly, and whether it possibly, gets through by the way it takes, as `reach` has it. */
function reached(all: Reach, layer: Layer, asked: Request): { must: boolean; may: boolean } {
  const { questions } = all
  const served = wayTaken(portAsked(all, asked), layer, asked)
  const path = asked.http ? normalise(asked.http.path, layer.mesh.pathNormalization ?? 'BASE') : ''
  if (path === undefined) return { must: false, may: false }
  const point = pointOf({ request: asked, path: path.split('?')[0] ?? '', questions })
  return { must: served.must.contains(point), may: served.may.contains(point) }
}

function portAsked({ ports }: Reach, { to: { namespace, workload, port } }: Request): PortReach {
  const mine = ports.filter(p => p.workload.namespace === namespace && p.workload.names.includes(workload))
  const at = mine.find(p => p.port === port) ?? mine.find(p => p.port === 'other')
  assert.ok(at)
  return at
}

/** The way that a caller of its kind takes to the address it names. */
function wayTaken({ served, direct, ways }: PortReach, layer: Layer, { from, to }: Request): Match {
  if (!direct) return served
  const named = ways.find(
    ({ address }) => address?.service.name === to.viaService && address?.port.port === to.servicePort,
  )
  const way = named ?? ways.find(({ address }) => address === undefined)
  const caller = from.kind === 'identity' ? printIdentity(from.identity) : ''
  const clients = clientsOf(layer)
  if (!way || clients.straight.contains(caller)) return direct
  if (clients.gateways.contains(caller)) return way.fromGateways
  return clients.ambient.contains(caller) ? way.through : oneOf([way.through, way.fromGateways, direct])
}

describe('law: reach agrees with decide', () => {
  it('request by request, in worlds where everything is known', () => {
    let decided = 0
    fc.assert(
      fc.property(world, fc.array(request, { minLength: 12, maxLength: 24 }), (objects, requests) => {
        const layer = layerOf(objects)
        const all = reach(layer)
        for (const asked of requests.map(requestOf)) {
          const { verdict, because } = decide(layer, asked)
          const { must, may } = reached(all, layer, asked)
          const seen = must ? 'allow' : may ? 'unknown' : 'deny'
          if (verdict !== 'unknown') decided++
          assert.equal(seen, verdict, `${JSON.stringify(asked)} ${because.join('; ')}`)
        }
      }),
      { numRuns: 200 },
    )
    assert.ok(decided > 1500, `only ${decided} verdicts were known`)
  })

  it('hop by hop, in ambient worlds with waypoints', () => {
    let decided = 0
    fc.assert(
      fc.property(ambientWorld, fc.array(addressed, { minLength: 12, maxLength: 24 }), (objects, requests) => {
        const layer = layerOf(objects)
        const all = reach(layer)
        for (const asked of requests.map(requestOf)) {
          const { verdict, because } = decide(layer, asked)
          const { must, may } = reached(all, layer, asked)
          const seen = must ? 'allow' : may ? 'unknown' : 'deny'
          if (verdict !== 'unknown') decided++
          // From which address a waypoint calls is not known; that it is one, and not two, only sets can tell.
          if (verdict === 'unknown' && portAsked(all, asked).ways.length > 0) continue
          assert.equal(seen, verdict, `${JSON.stringify(asked)} ${because.join('; ')}`)
        }
      }),
      { numRuns: 200 },
    )
    assert.ok(decided > 1500, `only ${decided} verdicts were known`)
  })
})
