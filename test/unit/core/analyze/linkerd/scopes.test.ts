import assert from 'node:assert/strict'
import fc from 'fast-check'
import { read } from '../../../../../core/analyze/read-istio'
import { intoLinkerdPort } from '../../../../../core/analyze/regions/linkerd/entrance'
import { mentionedPorts } from '../../../../../core/analyze/regions/ports'
import { scopes } from '../../../../../core/analyze/regions/scopes'
import { linkerdWorld } from '../../../../support/arbitrary/linkerd-world'

describe('the part of a layer that concerns a workload behind Linkerd', () => {
  it('lets in what the whole does, at every port', () => {
    let compared = 0
    fc.assert(
      fc.property(linkerdWorld, objects => {
        const { layer } = read(objects.map((object, i) => ({ object, at: `object ${i}` })))
        for (const { workload, layer: part } of scopes(layer)) {
          for (const port of mentionedPorts(layer, workload)) {
            const [whole, cut] = [layer, part].map(each => intoLinkerdPort({ layer: each, workload, port }))
            assert.deepEqual(
              [
                cut?.served.must === whole?.served.must,
                cut?.served.may === whole?.served.may,
                cut?.floor === whole?.floor,
              ],
              [true, true, true],
            )
            compared++
          }
        }
      }),
      { numRuns: 60 },
    )
    assert.ok(compared > 100, `${compared}`)
  })
})
