import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compareOn } from '../../core/analyze/compare-meshes'
import { compareNetwork } from '../../core/analyze/compare-network'
import { compile, compileWithNetwork } from '../../core/compile/compile'
import type { MeshTarget, Stage } from '../../core/compile/target'
import { termsOf } from '../../core/compile/terms'
import type { Graph } from '../../core/graph/graph'
import { intentOf } from '../../core/graph/intent'
import { graph } from '../support/arbitrary/graph'
import { linkerdTarget } from '../support/linkerd'
import { objectsOf, reachOf, target } from '../support/prove'

/*
 * A mesh and the NetworkPolicies below it let through together exactly what the mesh does alone: the shadow is never smaller than what casts it, on any hop. And it is no larger than
 * labels and the ports on the wire make it: no Pod gets further by the network alone than some declared call does.
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

type Stages = Readonly<Record<string, Stage>>

const stage = fc.constantFrom<Stage>('enforce', 'enforce', 'enforce', 'strict')
const drawnStages: fc.Arbitrary<Stages> = fc.record({ shop: stage, pay: stage, data: stage })

/** A mesh whose namespaces are at these stages, as far as the graph has them. */
function staged(mesh: MeshTarget, stages: Stages, { services }: Graph): MeshTarget {
  const known = new Set(Object.values(services).map(({ namespace }) => namespace))
  const among = (isHere: (namespace: string) => boolean): Stages =>
    Object.fromEntries(Object.entries(stages).filter(([name]) => known.has(name) && isHere(name)))
  if (mesh.kind !== 'hybrid') return { ...mesh, stages: { ...among(() => true), ...mesh.stages } }
  const { istio, linkerd: other, namespaces } = mesh
  return {
    ...mesh,
    istio: { ...istio, stages: among(name => namespaces[name] === 'istio') },
    linkerd: { ...other, stages: among(name => namespaces[name] === 'linkerd') },
  }
}

describe('law: layers intersect', () => {
  for (const [name, mesh] of Object.entries(meshes)) {
    it(`on ${name}: the network cuts nothing that the mesh lets through as it is meant, and alone lets in no Pod that nobody declared`, () => {
      fc.assert(
        fc.property(graph, drawnStages, (g, stages) => {
          const to = staged(mesh, stages, g)
          fc.pre(!compile(g, to).problems.some(problem => problem.severity !== 'delegated'))
          const both = compileWithNetwork(g, to, {})
          assert.deepEqual(
            both.problems.filter(problem => problem.severity !== 'delegated'),
            [],
          )
          const reached = reachOf(objectsOf(both))
          assert.deepEqual(compareOn(reached, intentOf(g), termsOf(to)).differences, [])
          assert.deepEqual(compareNetwork(reached, intentOf(g), termsOf(to)), [])
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
