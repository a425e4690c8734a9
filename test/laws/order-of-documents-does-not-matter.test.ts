import assert from 'node:assert/strict'
import fc from 'fast-check'
import { ambientWorld } from '../support/arbitrary/ambient-world'
import { gatewayWorld } from '../support/arbitrary/gateway-world'
import type { Json } from '../support/arbitrary/json'
import { linkerdWorld } from '../support/arbitrary/linkerd-world'
import { networkWorld } from '../support/arbitrary/network-world'
import { world } from '../support/arbitrary/world'
import { renderedExamples } from '../support/examples'
import { assertSameReach, reachOfObjects } from '../support/same-reach'

/*
 * A directory is read file by file, a dump kind by kind, and neither order means anything to a cluster. Where age decides, the objects
 * say how old they are, or what hangs on it is unknown.
 */

const shuffled = (objects: readonly Json[]): fc.Arbitrary<Json[]> =>
  fc.shuffledSubarray([...objects], { minLength: objects.length })

const drawn = {
  sidecars: world,
  ambient: ambientWorld,
  gateways: gatewayWorld,
  Linkerd: linkerdWorld,
  'a network': networkWorld,
}

describe('law: the order of documents does not matter', () => {
  for (const { name, objects } of renderedExamples()) {
    it(`to what ${name} lets through`, () => {
      const expected = reachOfObjects(objects)
      assert.ok(expected.ports.some(({ bounds }) => !bounds.must.isEmpty))
      fc.assert(
        fc.property(shuffled(objects), drawn => assertSameReach(reachOfObjects(drawn), expected)),
        { numRuns: 1 },
      )
    })
  }

  for (const [name, worlds] of Object.entries(drawn)) {
    it(`to what any world of ${name} lets through`, () => {
      const pair = worlds.chain(objects => fc.tuple(fc.constant(objects), shuffled(objects)))
      fc.assert(
        fc.property(pair, ([objects, drawn]) => assertSameReach(reachOfObjects(drawn), reachOfObjects(objects))),
        { numRuns: 4 },
      )
    })
  }
})
