import assert from 'node:assert/strict'
import { objectName } from '../../../../core/model/manifest'
import { compiled, service } from '../../../support/compiled'

describe('an object that an API server would not store', () => {
  const label = 'x'.repeat(60)
  const host = (i: number): string => [`h${i}`, label, label, label, 'example.com'].join('.')
  /** Of a service that calls so many hosts: all of them stand in one Sidecar. */
  const calling = (count: number) =>
    compiled({
      services: { cart: service('http', 8080) },
      external: {
        partner: {
          hosts: Array.from({ length: count }, (_, i) => host(i)),
          ports: { https: { protocol: 'tls', port: 443 } },
        },
      },
      calls: { cart: { partner: { https: 'tls' } } },
    })

  it('is a problem, told once, by its name', () => {
    for (const count of [4000, 6000]) {
      const { manifests, problems } = calling(count)
      const large = manifests.filter(({ object }) => JSON.stringify(object).length > 1_000_000)
      assert.equal(large.length, count === 4000 ? 0 : 1)
      assert.deepEqual(
        problems.map(({ code, severity, at }) => [code, severity, at]),
        large.map(({ object }) => ['object-too-large', 'error', objectName(object)]),
      )
    }
  })
})
