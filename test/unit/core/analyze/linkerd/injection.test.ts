import assert from 'node:assert/strict'
import { planesOf } from '../../../../../core/analyze/istio/data-plane'
import { ambient } from '../ambient-objects'
import { namespace, object, pod, readAll, type Json } from '../objects'
import { linkerdConfig, linkerdNamespace } from './objects'

/** The planes that Pod `shop/cart` may be on. */
function planes(around: readonly Json[], metadata: Json = {}, spec: Json = {}): readonly string[] {
  const { layer } = readAll([...around, pod('shop/cart', metadata, spec)])
  const [workload] = layer.workloads
  assert.ok(workload)
  return planesOf(layer, workload).map(({ plane }) => plane)
}

const says = (value: string): Json => ({ annotations: { 'linkerd.io/inject': value } })
const shop = (value?: string) => [linkerdNamespace('shop', value === undefined ? {} : { 'linkerd.io/inject': value })]
const proxy = { containers: [{ name: 'app' }, { name: 'linkerd-proxy' }] }

describe('whether a workload is behind a Linkerd proxy', () => {
  it('is said by its namespace or by itself, as upstream’s truth table has it', () => {
    const table: readonly (readonly [string | undefined, string | undefined, string])[] = [
      ['enabled', 'enabled', 'linkerd'],
      ['enabled', undefined, 'linkerd'],
      ['enabled', 'disabled', 'none'],
      ['disabled', 'enabled', 'linkerd'],
      [undefined, 'enabled', 'linkerd'],
      [undefined, 'ingress', 'linkerd'],
      ['ingress', undefined, 'linkerd'],
      ['disabled', undefined, 'none'],
      [undefined, 'disabled', 'none'],
      [undefined, undefined, 'none'],
    ]
    for (const [wide, own, plane] of table) {
      assert.deepEqual(planes(shop(wide), own === undefined ? {} : says(own)), [plane], `${wide} ${own}`)
    }
  })
  it('is no with any value that is none of these, on either side', () => {
    assert.deepEqual(planes(shop('true')), ['none'])
    assert.deepEqual(planes(shop('true'), says('enabled')), ['none'])
    assert.deepEqual(planes(shop('enabled'), says('yes')), ['none'])
  })
  it('is no on the host’s network, in system namespaces, and where the webhooks are kept away', () => {
    assert.deepEqual(planes(shop('enabled'), {}, { hostNetwork: true }), ['none'])
    const away = linkerdNamespace(
      'shop',
      { 'linkerd.io/inject': 'enabled' },
      { 'config.linkerd.io/admission-webhooks': 'disabled' },
    )
    assert.deepEqual(planes([away]), ['none'])
    const { layer } = readAll([
      linkerdNamespace('kube-system'),
      pod('kube-system/dns', { annotations: { 'linkerd.io/inject': 'enabled' } }),
    ])
    const [dns] = layer.workloads
    assert.deepEqual(dns && planesOf(layer, dns).map(({ plane }) => plane), ['none'])
  })
  it('is what its containers say, once it runs', () => {
    assert.deepEqual(planes(shop('enabled'), { uid: 'a' }), ['none'])
    assert.deepEqual(planes(shop(), { uid: 'a' }, proxy), ['linkerd'])
    assert.deepEqual(planes(shop(), {}, proxy), ['linkerd'])
  })
  it('is no where another mesh’s sidecar is there, or comes first', () => {
    const istio = { containers: [{ name: 'app' }, { name: 'istio-proxy' }] }
    assert.deepEqual(planes(shop('enabled'), { uid: 'a' }, istio), ['sidecar'])
    const both = object('Namespace', {
      name: 'shop',
      labels: { 'istio-injection': 'enabled' },
      annotations: { 'linkerd.io/inject': 'enabled' },
    })
    assert.deepEqual(planes([both]), ['sidecar'])
  })
  it('is one of two where ztunnel captures the Pod as well', () => {
    const both = object('Namespace', { name: 'shop', labels: ambient, annotations: { 'linkerd.io/inject': 'enabled' } })
    assert.deepEqual(planes([both]), ['linkerd', 'ztunnel'])
  })
  it('is not known of a namespace that nobody gave, if anything speaks of Linkerd at all', () => {
    assert.deepEqual(planes([linkerdConfig()]), ['linkerd', 'sidecar', 'ztunnel', 'none'])
    assert.deepEqual(planes([]), ['sidecar', 'ztunnel', 'none'])
  })
  it('is not known where annotations, or the labels that keep webhooks away, could not be read', () => {
    assert.deepEqual(planes([object('Namespace', { name: 'shop', annotations: { x: 1 } }), linkerdConfig()]), [
      'linkerd',
      'none',
    ])
    const odd = { name: 'shop', annotations: { 'linkerd.io/inject': 'enabled' }, labels: { x: 1 } }
    assert.ok(planes([object('Namespace', odd)]).includes('linkerd'))
    assert.ok(planes([object('Namespace', odd)]).includes('none'))
  })
  it('leaves Istio’s namespaces to Istio', () => {
    assert.deepEqual(planes([linkerdConfig(), namespace('shop')]), ['sidecar'])
  })
})
