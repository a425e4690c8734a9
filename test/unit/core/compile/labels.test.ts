import assert from 'node:assert/strict'
import { gatewayName } from '../../../../core/compile/istio/ingress/gateway-pods'
import { namespaceLabels } from '../../../../core/compile/istio/labels'

describe('the labels by which a namespace joins', () => {
  const canary = { revision: '1-30-3', next: { revision: '1-31-0', namespaces: ['shop'] } }

  it('name the next revision where the namespace has moved to it, and else the one before', () => {
    assert.deepEqual(namespaceLabels(canary, 'shop'), { 'istio.io/rev': '1-31-0' })
    assert.deepEqual(namespaceLabels(canary, 'pay'), { 'istio.io/rev': '1-30-3' })
    assert.deepEqual(namespaceLabels({ revision: '1-30-3', next: { revision: '1-31-0' } }, 'shop'), {
      'istio.io/rev': '1-30-3',
    })
  })
  it('name the tag before the revision it stands for, and never a revision beside injection', () => {
    assert.deepEqual(namespaceLabels({ ...canary, tag: 'prod' }, 'pay'), { 'istio.io/rev': 'prod' })
    assert.deepEqual(namespaceLabels({ ...canary, tag: 'prod' }, 'shop'), { 'istio.io/rev': '1-31-0' })
    assert.deepEqual(namespaceLabels({}, 'shop'), { 'istio-injection': 'enabled' })
  })
})

describe('the Gateway that Pods of istiod are made for', () => {
  it('has the name of their account without what istiod adds at its end', () => {
    assert.equal(gatewayName('web-istio'), 'web')
    assert.equal(gatewayName('web-istio-edge-istio'), 'web-istio-edge')
    assert.equal(gatewayName('my-istio-gateway'), 'my-istio-gateway')
  })
})
