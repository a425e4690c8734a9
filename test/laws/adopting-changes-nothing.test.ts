import assert from 'node:assert/strict'
import fc from 'fast-check'
import { adopt } from '../../core/adopt/adopt'
import type { Adopted } from '../../core/adopt/adopted'
import { beyond } from '../../core/adopt/within'
import { canonicalRequests } from '../../core/analyze/compare'
import { requestRegion } from '../../core/analyze/expect'
import { reach } from '../../core/analyze/reach'
import type { Reach } from '../../core/analyze/reach'
import { read } from '../../core/analyze/read-istio'
import { compile } from '../../core/compile/compile'
import type { Target } from '../../core/compile/target'
import type { Graph } from '../../core/graph/graph'
import { intentOf } from '../../core/graph/intent'
import { validate } from '../../core/graph/validate'
import type { Sourced } from '../../core/model/manifest'
import { Region } from '../../core/model/region'
import { ambientWorld } from '../support/arbitrary/ambient-world'
import { graph } from '../support/arbitrary/graph'
import { linkerdWorld } from '../support/arbitrary/linkerd-world'
import { networkWorld } from '../support/arbitrary/network-world'
import { world } from '../support/arbitrary/world'
import { linkerdTarget } from '../support/linkerd'
import { objectsOf, sourced, target } from '../support/prove'

const targets: Readonly<Record<string, Target>> = {
  sidecars: target,
  ambient: { ...target, kind: 'istio-ambient' },
  Linkerd: { ...linkerdTarget, nodeNetworks: ['10.0.0.0/16'] },
}

const worlds = { sidecars: world, ambient: ambientWorld, Linkerd: linkerdWorld, networks: networkWorld }

function adopted(inputs: readonly Sourced[]): Adopted & { readonly today: Reach } {
  const { layer } = read(inputs)
  const today = reach(layer)
  return { ...adopt({ inputs, layer, reached: today }), today }
}

/** What each caller may ask of each port. Bytes that a gateway passes on are not followed, and so are no part of what is adopted. */
function callsIn(g: Graph): ReadonlyMap<string, Region> {
  const calls = new Map<string, Region>()
  for (const { from, to, http, purpose } of intentOf(g).flows) {
    if (from.kind !== 'workload' || to.kind !== 'workload' || purpose !== undefined) continue
    if (from.namespace === 'istio-ingress' && !http) continue
    const key = `${from.namespace}/${from.serviceAccount} → ${to.namespace}/${to.service}:${to.port}`
    const asked = requestRegion(http).intersect(canonicalRequests())
    calls.set(key, (calls.get(key) ?? Region.none).union(asked))
  }
  return calls
}

function assertSame(found: Graph, meant: Graph): void {
  const [a, b] = [callsIn(found), callsIn(meant)]
  assert.deepEqual([...a.keys()].sort(), [...b.keys()].sort())
  for (const [call, requests] of b) assert.ok(a.get(call) === requests, `${call} is another one`)
}

describe('law: adopting changes nothing', () => {
  for (const [name, to] of Object.entries(targets)) {
    it(`finds in what was compiled for ${name} the calls of the graph, and no others`, () => {
      let whole = 0
      fc.assert(
        fc.property(graph, g => {
          fc.pre(g.jwt === undefined && Object.keys(g.outside).length === 0)
          const compiled = compile(g, to)
          fc.pre(!compiled.problems.some(({ severity }) => severity !== 'delegated'))
          const found = adopted(sourced(objectsOf(compiled)))
          assert.deepEqual(
            validate(found.graph).filter(({ severity }) => severity === 'error'),
            [],
          )
          assertSame(found.graph, g)
          whole++
        }),
        { numRuns: 12 },
      )
      assert.ok(whole >= 5, `only ${whole} graphs could be said in full`)
    })
  }

  for (const [name, objects] of Object.entries(worlds)) {
    it(`gives, for any manifests of ${name}, a graph without defects that lets in nothing but what is let in already`, () => {
      fc.assert(
        fc.property(objects, drawn => {
          const inputs = drawn.map(object => ({ object, at: '' }))
          const { graph: found, today, mesh } = adopted(inputs)
          assert.deepEqual(
            validate(found).filter(({ severity }) => severity === 'error'),
            [],
          )
          assert.deepEqual(beyond(found, today, mesh), [])
        }),
        { numRuns: 8 },
      )
    })
  }
})
