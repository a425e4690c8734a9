import assert from 'node:assert/strict'
import { everyDomainOf } from '../../../../../core/analyze/regions/domains'
import { linkerdConfig, linkerdNamespace } from '../linkerd/objects'
import { layerOf, mesh, namespace, pod, type Json } from '../objects'

describe('the trust domains that workloads can be of', () => {
  const linkerd = [
    linkerdConfig({ identityTrustDomain: 'linkerd.example' }),
    linkerdNamespace('web'),
    pod('web/frontend'),
  ]
  const istio = [mesh({ trustDomain: 'istio.example', trustDomainAliases: ['old.example'] })]
  const sidecar = [namespace('shop'), pod('shop/cart')]
  const of = (...objects: readonly Json[]) => everyDomainOf(layerOf(objects))

  it('are those of the mesh that there is, Istio’s with its aliases', () => {
    assert.deepEqual(of(...istio, ...sidecar), ['istio.example', 'old.example'])
    assert.deepEqual(of(...istio, ...linkerd), ['linkerd.example'])
    assert.deepEqual(of(...istio, ...linkerd, namespace('bare', {}), pod('bare/job')), ['linkerd.example'])
  })

  it('are those of both where there are both, and not known where one of them is not', () => {
    assert.deepEqual(of(...istio, ...sidecar, ...linkerd), ['istio.example', 'old.example', 'linkerd.example'])
    assert.equal(of(...sidecar, ...linkerd), undefined)
    const unknown = linkerdConfig({ identityTrustDomain: undefined, clusterDomain: undefined })
    assert.equal(of(...istio, ...sidecar, unknown, ...linkerd.slice(1)), undefined)
  })
})
