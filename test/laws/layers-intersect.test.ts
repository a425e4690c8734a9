import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compareNetwork } from '../../core/analyze/compare-network'
import { compile, compileWithNetwork } from '../../core/compile/compile'
import type { MeshTarget } from '../../core/compile/target'
import { intentOf } from '../../core/graph/intent'
import { graph } from '../support/arbitrary/graph'
import { linkerdTarget } from '../support/linkerd'
import { objectsOf, proveObjects, reachOf, target } from '../support/prove'

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
  'two meshes': {
    kind: 'hybrid',
    istio: ambient,
    linkerd,
    namespaces: { shop: 'istio', data: 'istio', pay: 'linkerd' },
    podNetworks: ['10.0.0.0/8'],
  },
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

  it('without a mesh: the network lets in just whom the graph declares', () => {
    fc.assert(
      fc.property(graph, g => {
        const alone = compile(g, { kind: 'network-policy' })
        fc.pre(!alone.problems.some(problem => problem.severity === 'error'))
        assert.deepEqual(compareNetwork(reachOf(objectsOf(alone)), intentOf(g)), [])
      }),
      { numRuns: 12 },
    )
  })
})
