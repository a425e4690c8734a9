import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compile, compileWithNetwork } from '../../core/compile/compile'
import type { MeshTarget } from '../../core/compile/target'
import { graph } from '../support/arbitrary/graph'
import { linkerdTarget } from '../support/linkerd'
import { objectsOf, proveObjects, target } from '../support/prove'

/*
 * A mesh and the NetworkPolicies below it let through together exactly what the mesh does alone: the shadow is never smaller than what casts it, on any hop.
 */

const linkerd = { ...linkerdTarget, nodeNetworks: ['10.0.0.0/16', 'fd00::/64'] }
const ambient = { ...target, kind: 'istio-ambient' } as const

const meshes: Readonly<Record<string, MeshTarget>> = {
  sidecars: target,
  ambient,
  'ambient with a waypoint for each service': { ...ambient, waypoints: { shop: 'service', data: 'service' } },
  'ambient with a shared waypoint': {
    ...ambient,
    waypoints: { shop: { namespace: 'pay', name: 'shared' }, data: { namespace: 'pay', name: 'shared' } },
  },
  'a mesh of both': { ...ambient, dataPlanes: { pay: 'sidecar' } },
  'ambient at stage strict': { ...ambient, stages: { shop: 'strict', data: 'strict' } },
  Linkerd: linkerd,
}

describe('law: layers intersect', () => {
  for (const [name, mesh] of Object.entries(meshes)) {
    it(`on ${name}: the network cuts nothing that the mesh lets through as it is meant`, () => {
      fc.assert(
        fc.property(graph, g => {
          fc.pre(!compile(g, mesh).problems.some(problem => problem.severity !== 'delegated'))
          const both = compileWithNetwork(g, mesh, {})
          assert.deepEqual(
            both.problems.filter(problem => problem.severity !== 'delegated'),
            [],
          )
          assert.deepEqual(proveObjects(objectsOf(both), g, mesh).differences, [])
        }),
        { numRuns: 12 },
      )
    })
  }
})
