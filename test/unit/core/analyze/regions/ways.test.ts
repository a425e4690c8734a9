import assert from 'node:assert/strict'
import { reach } from '../../../../../core/analyze/reach'
import { ambientShop, targeted, waypoint } from '../ambient-objects'
import { inNamespace, readAll, type Json } from '../objects'

describe('what ambient callers are certain to get', () => {
  /** Behind a waypoint for Services alone. */
  const bounds = (...objects: readonly Json[]) => {
    const using = {
      ...inNamespace('Service', 'shop/cart', {
        selector: { app: 'cart' },
        ports: [{ name: 'http', port: 80, targetPort: 8080 }],
      }),
      metadata: { namespace: 'shop', name: 'cart', labels: { 'istio.io/use-waypoint': 'waypoint' } },
    }
    const given = [...ambientShop.filter(one => one.kind !== 'Service'), using, waypoint('shop/waypoint'), ...objects]
    const found = reach(readAll(given).layer).ports.find(
      ({ workload, port }) => workload.name === 'cart' && port === 8080,
    )
    const { must, may } = found?.served ?? assert.fail('no port')
    return [must, may].map(region => !region.given('caller', 'cluster.local/ns/web/sa/frontend').isEmpty)
  }

  it('is what they get by a Service, where one leads there, though who names the Pod gets past', () => {
    assert.deepEqual(bounds(), [true, true])
    assert.deepEqual(bounds(targeted('shop/nobody', 'Service cart')), [false, true])
  })
})
