import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Diff } from '../../core/analyze/diff/diff'
import { diff } from '../../core/analyze/diff/diff'
import { isEmpty, patched } from '../../core/analyze/diff/patch'
import { anyhow } from '../../core/analyze/equal-callers'
import type { Reach } from '../../core/analyze/reach'
import { reach } from '../../core/analyze/reach'
import { read } from '../../core/analyze/read-istio'
import type { Match } from '../../core/analyze/regions/bounds'
import { never } from '../../core/analyze/regions/bounds'
import { Region } from '../../core/model/region'
import { ambientWorld } from '../support/arbitrary/ambient-world'
import { gatewayWorld } from '../support/arbitrary/gateway-world'
import type { Json } from '../support/arbitrary/json'
import { linkerdWorld } from '../support/arbitrary/linkerd-world'
import { world } from '../support/arbitrary/world'

/*
 * What a diff says is all there is to say: with it, each port's earlier bounds give the later ones, and the later ones the earlier,
 *   may(new) = (may(old) ∪ admitted) − ruledOut    must(new) = (must(old) ∪ assured) − cut
 * where a port that one state does not name is in it like those that no object names, and nobody reaches a workload that it does not have.
 */

const reachOf = (objects: readonly Json[]): Reach =>
  reach(read(objects.map((object, i) => ({ object, at: `object ${i}` }))).layer)

const assertSame = (found: Match, expected: Match, at: string): void => {
  assert.ok(found.must === expected.must && found.may === expected.may, at)
}

/** That each port of the later state is what the earlier one and the patch make of it; the number of ports that are not the same in both. */
function assertPatched(old: Reach, now: Reach, found: Diff): number {
  for (const port of now.ports) {
    const patch = found.ports.find(each => each.now === port && each.port === port.port)
    assert.ok(patch, `${port.workload.name}:${port.port} is not compared`)
    assertSame(patched(patch.old?.bounds ?? never, patch.whole), port.bounds, `${port.workload.name}:${port.port}`)
  }
  for (const port of old.ports) assert.ok(found.ports.some(each => each.old === port && each.port === port.port))
  for (const { old: a, now: b, whole } of found.ports) {
    const back = { admitted: whole.ruledOut, ruledOut: whole.admitted, cut: whole.assured, assured: whole.cut }
    assertSame(patched(b?.bounds ?? never, back), a?.bounds ?? never, 'the way back')
  }
  return found.ports.filter(({ whole }) => !isEmpty(whole)).length
}

describe('law: a diff patches', () => {
  for (const [name, worlds, numRuns] of [
    ['sidecars', world, 8],
    ['ambient', ambientWorld, 6],
    ['gateways', gatewayWorld, 8],
    ['Linkerd', linkerdWorld, 8],
  ] as const) {
    it(`of ${name}: the earlier reach and the diff give the later reach, and back`, () => {
      let changed = 0
      fc.assert(
        fc.property(worlds, worlds, (before, after) => {
          const [old, now] = [reachOf(before), reachOf(after)]
          changed += assertPatched(old, now, diff(old, now))
        }),
        { numRuns },
      )
      assert.ok(changed > numRuns, `only ${changed} ports changed`)
    })
  }

  it('and what it tells as newly admitted is possible now and was not, whatever certificate anybody left at home', () => {
    fc.assert(
      fc.property(fc.oneof(world, linkerdWorld), fc.oneof(world, linkerdWorld), (before, after) => {
        const [old, now] = [reachOf(before), reachOf(after)]
        for (const { patch, before: was, after: is } of diff(old, now).changes) {
          assert.ok(patch.admitted.within(is.may) && patch.admitted.intersect(was.may).isEmpty)
          assert.ok(patch.cut.within(was.must) && patch.cut.intersect(is.must).isEmpty)
        }
      }),
      { numRuns: 8 },
    )
  })

  it('and nothing that is admitted beyond the floor goes untold', () => {
    fc.assert(
      fc.property(world, world, (before, after) => {
        const [old, now] = [reachOf(before), reachOf(after)]
        const found = diff(old, now)
        for (const { old: a, now: b, port } of found.ports) {
          const [was, is] = [a?.bounds.may ?? Region.none, b?.bounds.may ?? Region.none]
          const more = anyhow(is).minus(anyhow(was))
          const at = `${b?.workload.namespace ?? a?.workload.namespace}/${b?.workload.name ?? a?.workload.name}:${port}`
          const told = found.changes.filter(({ callee }) => callee === at).map(({ patch }) => patch.admitted)
          assert.ok(more === Region.union(told), at)
        }
      }),
      { numRuns: 8 },
    )
  })

  it('between a state and itself there is nothing', () => {
    fc.assert(
      fc.property(fc.oneof(world, ambientWorld, linkerdWorld, gatewayWorld), objects => {
        const { changes, came, gone, renamed, floor } = diff(reachOf(objects), reachOf(objects))
        assert.deepEqual(
          { changes, came, gone, renamed, floor },
          {
            changes: [],
            came: [],
            gone: [],
            renamed: [],
            floor: { came: [], gone: [] },
          },
        )
      }),
      { numRuns: 8 },
    )
  })
})
