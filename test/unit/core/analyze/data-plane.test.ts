import assert from 'node:assert/strict'
import { planesOf } from '../../../../core/analyze/istio/data-plane'
import { ambient } from './ambient-objects'
import { mesh, namespace, pod, readAll, type Json } from './objects'

/** The planes that Pod `shop/cart` may be on, in a namespace with these labels. */
function planes(labels: Json | undefined, metadata: Json = {}, spec: Json = {}, place = 'shop'): readonly string[] {
  const around = labels ? [namespace(place, labels)] : []
  const { layer } = readAll([mesh(), ...around, pod(`${place}/cart`, metadata, spec)])
  const [workload] = layer.workloads
  assert.ok(workload)
  return planesOf(layer, workload).map(({ plane }) => plane)
}

const injected = { 'istio-injection': 'enabled' }
const running = { uid: 'a' }
const proxy = { containers: [{ name: 'app' }, { name: 'istio-proxy' }] }

describe('the plane of a workload', () => {
  it('is ztunnel’s where its namespace says so, or it does itself', () => {
    assert.deepEqual(planes(ambient), ['ztunnel'])
    assert.deepEqual(planes({}, { labels: ambient }), ['ztunnel'])
    assert.deepEqual(planes({}), ['none'])
  })
  it('is none where it opts out, uses the host’s network, or lets traffic go round', () => {
    assert.deepEqual(planes(ambient, { labels: { 'istio.io/dataplane-mode': 'none' } }), ['none'])
    assert.deepEqual(planes(ambient, {}, { hostNetwork: true }), ['none'])
    for (const spelling of ['true', 'T', '1']) {
      const annotations = { 'ambient.istio.io/bypass-inbound-capture': spelling }
      assert.deepEqual(planes(ambient, { annotations }), ['none'], spelling)
    }
    assert.deepEqual(planes(ambient, { annotations: { 'ambient.istio.io/bypass-inbound-capture': 'yes' } }), [
      'ztunnel',
    ])
  })
  it('is the sidecar’s where it has or gets one, whatever the namespace says of ambient', () => {
    assert.deepEqual(planes({ ...ambient, ...injected }), ['sidecar'])
    assert.deepEqual(planes(ambient, running, proxy), ['sidecar'])
    assert.deepEqual(planes({ ...ambient, ...injected }, running), ['ztunnel'])
  })
  it('is one of several where labels, or a revision, are not known', () => {
    assert.deepEqual(planes({ 'istio.io/dataplane-mode': 1 }), ['sidecar', 'ztunnel', 'none'])
    assert.deepEqual(planes({ ...ambient, 'istio.io/rev': 'odd' }), ['sidecar', 'ztunnel'])
    assert.deepEqual(planes({ 'istio.io/rev': 'odd' }), ['sidecar', 'none'])
  })
  it('is one of several where its namespace is not among the objects, unless the Pod itself decides', () => {
    assert.deepEqual(planes(undefined), ['sidecar', 'ztunnel', 'none'])
    assert.deepEqual(planes(undefined, running), ['ztunnel', 'none'])
    assert.deepEqual(planes(undefined, { ...running, labels: ambient }), ['ztunnel'])
    assert.deepEqual(planes(undefined, { ...running, labels: { 'istio.io/dataplane-mode': 'none' } }), ['none'])
    assert.deepEqual(planes(undefined, running, proxy), ['sidecar'])
    assert.deepEqual(planes(undefined, running, { hostNetwork: true }), ['none'])
  })
  it('is ztunnel’s or none in kube-system where labels ask for it, since versions differ', () => {
    assert.deepEqual(planes(ambient, {}, {}, 'kube-system'), ['ztunnel', 'none'])
    assert.deepEqual(planes({}, { labels: ambient }, {}, 'kube-system'), ['ztunnel', 'none'])
    assert.deepEqual(planes({}, {}, {}, 'kube-system'), ['none'])
    assert.deepEqual(planes(ambient, {}, { hostNetwork: true }, 'kube-system'), ['none'])
  })
  it('is told apart for Pods of one controller of which some let traffic go round', () => {
    const owned = { labels: {}, ownerReferences: [{ kind: 'StatefulSet', name: 'db', controller: true }] }
    const round = { ...owned, annotations: { 'ambient.istio.io/bypass-inbound-capture': 'true' } }
    const pods = [owned, round].map((metadata, i) => pod(`shop/db-${i}`, metadata, { serviceAccountName: 'db' }))
    const { layer } = readAll([mesh(), namespace('shop', ambient), ...pods])
    const found = layer.workloads.flatMap(workload => planesOf(layer, workload).map(({ plane }) => plane))
    assert.deepEqual(found, ['ztunnel', 'none'])
  })
})
