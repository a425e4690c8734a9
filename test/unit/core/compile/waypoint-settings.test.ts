import assert from 'node:assert/strict'
import type { Graph } from '../../../../core/graph/graph'
import { ambient, names, service, told } from '../../../support/compiled'

/** `a` calls `b` on a route, in `shop`; `d` calls `e` so in `pay`. */
const world: Partial<Graph> = {
  services: {
    a: service('http', 8080),
    b: service('http', 8080),
    d: service('http', 8080, { namespace: 'pay' }),
    e: service('http', 8080, { namespace: 'pay' }),
  },
  calls: { a: { b: { http: ['GET /'] } }, d: { e: { http: ['GET /'] } } },
}

describe('what a target says of waypoints', () => {
  it('is refused for a namespace on sidecars, or one that the graph does not have', () => {
    const sidecar = ambient(world, { dataPlanes: { shop: 'sidecar' }, waypoints: { shop: 'namespace' } })
    assert.deepEqual(told(sidecar), ['error sidecar-waypoint at target.waypoints.shop'])
    const { problems } = ambient(world, { waypoints: { shpo: 'service' }, dataPlanes: { payy: 'sidecar' } })
    assert.deepEqual(
      problems.map(({ at, hint }) => `${at}: ${hint ?? ''}`),
      ['target.dataPlanes.payy: did you mean `pay`?', 'target.waypoints.shpo: did you mean `shop`?'],
    )
  })

  it('is refused where no Gateway could have the name', () => {
    for (const [namespace, name] of [
      ['edge', 'none'],
      ['edge', '1st'],
      ['edge', 'a.b'],
      ['edge', ''],
      ['*', 'shared'],
      ['edge', 'a'.repeat(64)],
    ] as const) {
      const result = ambient(world, { waypoints: { shop: { namespace, name } } })
      assert.ok(told(result).includes('error bad-name at target.waypoints.shop'), name)
      assert.deepEqual(names(result, 'Gateway'), ['Gateway pay/waypoint'])
      assert.ok(!names(result).includes('AuthorizationPolicy shop/routes-to-b'))
    }
  })
})
