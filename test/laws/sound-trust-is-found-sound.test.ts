import assert from 'node:assert/strict'
import fc from 'fast-check'
import { day } from '../../core/trust/certificate'
import { checkTrust } from '../../core/trust/check'
import { readTrust } from '../../core/trust/read'
import type { Authority } from '../support/pki'
import { at, authority } from '../support/pki'

const text = (all: readonly Authority[]): string => all.map(({ pem }) => pem).join('')

/** A hierarchy in which each authority outlasts the one below it, among other anchors, in any order. */
const hierarchies = fc.record({
  mesh: fc.constantFrom('istio' as const, 'linkerd' as const),
  depth: fc.integer({ min: 0, max: 3 }),
  others: fc.integer({ min: 0, max: 2 }),
  place: fc.nat({ max: 2 }),
  last: fc.integer({ min: 61, max: 400 }),
  shuffled: fc.boolean(),
})

describe('law: sound trust is found sound', () => {
  it('whatever stands between the issuer and its anchor, and beside it; without that anchor it is not', async function () {
    this.timeout(20_000)
    await fc.assert(
      fc.asyncProperty(hierarchies, async ({ mesh, depth, others, place, last, shuffled }) => {
        const path = [await authority({ subject: 'root', until: last + 100 * (depth + 1) })]
        for (let below = depth; below >= 0; below--) {
          const by = path[0]
          assert.ok(by)
          path.unshift(await authority({ subject: `authority ${below}`, by, until: last + 100 * below }))
        }
        const [issuer, ...above] = path
        const anchor = above.pop()
        assert.ok(issuer && anchor)
        const foreign = await Promise.all(
          Array.from({ length: others }, (_, i) => authority({ subject: `other ${i}` })),
        )
        const between = shuffled ? [...above].reverse() : above
        const check = async (anchors: readonly Authority[]) => {
          const { trust, problems } = await readTrust({
            anchors: [{ text: text(anchors), at: 'bundle' }],
            issuer: { text: text([issuer, ...between]), at: 'issuer' },
          })
          assert.deepEqual(problems, [])
          assert.ok(trust)
          return checkTrust(trust, { mesh, at, horizon: 60 * day }).problems.map(({ code }) => code)
        }
        assert.deepEqual(await check([...foreign.slice(0, place), anchor, ...foreign.slice(place)]), [])
        const another = await authority({ subject: 'root' })
        assert.deepEqual(await check([...foreign, another]), ['issuer-not-chained'])
      }),
      { numRuns: 25 },
    )
  })
})
