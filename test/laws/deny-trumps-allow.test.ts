import assert from 'node:assert/strict'
import fc from 'fast-check'
import { reach } from '../../core/analyze/reach'
import { read } from '../../core/analyze/read-istio'
import type { Json } from '../support/arbitrary/json'
import { world } from '../support/arbitrary/world'

const reachOf = (objects: readonly Json[]): ReturnType<typeof reach> =>
  reach(read(objects.map((object, i) => ({ object, at: `object ${i}` }))).layer)

const denyAll = (namespace: string): Json => ({
  apiVersion: 'security.istio.io/v1',
  kind: 'AuthorizationPolicy',
  metadata: { name: 'deny-all', namespace },
  spec: { action: 'DENY', rules: [{}] },
})

describe('law: deny trumps allow', () => {
  it('whatever is allowed, a DENY that matches everything leaves nothing', () => {
    fc.assert(
      fc.property(world, objects => {
        const { ports } = reachOf([...objects, denyAll('shop')])
        const shop = ports.filter(({ workload }) => workload.namespace === 'shop')
        assert.ok(shop.length > 0)
        for (const { served } of shop) assert.ok(served.may.isEmpty && served.must.isEmpty)
      }),
      { numRuns: 40 },
    )
  })

  it('and adding any DENY never lets more in', () => {
    fc.assert(
      fc.property(world, world, (objects, others) => {
        const denies = others.filter(o => o.kind === 'AuthorizationPolicy' && (o.spec as Json).action === 'DENY')
        const named = denies.map((o, i) => ({ ...o, metadata: { ...(o.metadata as Json), name: `extra-${i}` } }))
        const [before, after] = [reachOf(objects), reachOf([...objects, ...named])]
        for (const port of after.ports) {
          const same = before.ports.filter(
            ({ workload }) => workload.namespace === port.workload.namespace && workload.name === port.workload.name,
          )
          const old = same.find(p => p.port === port.port) ?? same.find(p => p.port === 'other')
          assert.ok(old && port.served.may.within(old.served.may) && port.served.must.within(old.served.must))
        }
      }),
      { numRuns: 40 },
    )
  })
})
