import assert from 'node:assert/strict'
import { reach } from '../../../../../core/analyze/reach'
import { Region } from '../../../../../core/model/region'
import { ambientShop } from '../ambient-objects'
import { authorization, layerOf, mesh, namespace, pod, readAll, shop, type Json } from '../objects'

/** Who decides about all that comes to `cart:8080`. */
function because(objects: readonly Json[]): readonly string[] {
  const { ports } = reach(readAll(objects).layer)
  const found = ports.find(({ workload, port }) => workload.name === 'cart' && port === 8080)
  return found?.because(Region.all) ?? assert.fail('no port')
}

const open = (kind: string): string => `no AuthorizationPolicy applies to ${kind} shop/cart`
const own = (spec: Parameters<typeof authorization>[1], metadata: Json = {}): Json =>
  authorization('shop/p', spec, metadata)
const named = { rules: [{ from: [{ source: { namespaces: ['web'] } }] }] }

describe('who decides about a port', () => {
  it('is told with what a policy that is not in force leaves open', () => {
    assert.deepEqual(because([...shop]), [open('Pod')])
    assert.deepEqual(because([...shop, own(named)]), ['AuthorizationPolicy shop/p'])
    assert.ok(because([...shop, own(named, { annotations: { 'istio.io/dry-run': 'true' } })]).includes(open('Pod')))
    assert.ok(because([...shop, own({ action: 'DENY', ...named })]).includes(open('Pod')))
  })

  it('are at ztunnel the policies that match some of it', () => {
    assert.deepEqual(because([...ambientShop, own(named)]), ['AuthorizationPolicy shop/p'])
    assert.deepEqual(because([...ambientShop, own({})]), [])
  })

  it('is why a proxy may stand before it, where that is not known', () => {
    const { layer } = readAll([mesh(), pod('shop/cart'), own(named)])
    const [found] = reach(layer).ports
    assert.deepEqual(found?.because(Region.all), because([mesh(), pod('shop/cart')]))
    assert.notDeepEqual(because([mesh(), pod('shop/cart')]), because([mesh(), namespace('shop'), pod('shop/cart')]))
    assert.equal(layerOf([mesh(), namespace('shop')]).workloads.length, 0)
  })
})
