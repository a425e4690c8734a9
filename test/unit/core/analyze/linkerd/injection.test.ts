import assert from 'node:assert/strict'
import { assumeRecorded } from '../../../../../core/analyze/istio/assume'
import { planesOf } from '../../../../../core/analyze/istio/data-plane'
import { ambient } from '../ambient-objects'
import { inNamespace, namespace, object, pod, readAll, type Json } from '../objects'
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
  it('is no of the parts of Linkerd itself, which the webhook leaves alone', () => {
    // linkerd2 `charts/linkerd-control-plane/values.yaml` proxyInjector.objectSelector
    const labelled = (label: string) => planes(shop('enabled'), { labels: { [label]: '' }, ...says('enabled') })
    assert.deepEqual(labelled('linkerd.io/control-plane-component'), ['none'])
    assert.deepEqual(labelled('linkerd.io/cni-resource'), ['none'])
    assert.deepEqual(labelled('linkerd.io/control-plane-ns'), ['linkerd'])
  })
  it('is no of a Pod that has a sidecar already, or what sets one up', () => {
    // linkerd2 `pkg/healthcheck/sidecar.go` HasExistingSidecars
    const container = (name: string, image = '') => ({ name, image })
    const beside = (...more: readonly Json[]) =>
      planes(shop('enabled'), {}, { containers: [container('app'), ...more] })
    const before = (...more: readonly Json[]) =>
      planes(shop('enabled'), {}, { containers: [container('app')], initContainers: more })
    assert.deepEqual(beside(container('x')), ['linkerd'])
    assert.deepEqual(before(container('x')), ['linkerd'])
    for (const each of [beside, before]) {
      assert.deepEqual(each(container('x', 'cr.l5d.io/linkerd/proxy:edge')), ['none'])
      assert.deepEqual(each(container('x', 'gcr.io/istio-release/proxyv2:1')), ['none'])
      assert.ok(!each(container('istio-proxy')).includes('linkerd'))
      assert.deepEqual(each(container('linkerd-proxy', 'cr.l5d.io/linkerd/proxy:edge')), ['linkerd'])
    }
    for (const name of ['linkerd-init', 'istio-init']) {
      assert.deepEqual(before(container(name)), ['none'])
      assert.deepEqual(beside(container(name)), ['linkerd'])
    }
    for (const image of ['cr.l5d.io/linkerd/proxy-init:v2', 'gcr.io/istio-release/proxy_init:1'])
      assert.deepEqual(before(container('x', image)), ['none'])
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
    const speaking: readonly Json[] = [
      inNamespace('Server', 'web/cart', { podSelector: {}, port: 80 }),
      inNamespace('LinkerdAuthorizationPolicy', 'web/p', {
        targetRef: { kind: 'Namespace', name: 'web' },
        requiredAuthenticationRefs: [],
      }),
      linkerdNamespace('web'),
    ]
    for (const one of speaking) assert.ok(planes([one]).includes('linkerd'), JSON.stringify(one))
    assert.ok(!planes([linkerdNamespace('web', {})]).includes('linkerd'))
    assert.ok(planes([], says('enabled')).includes('linkerd'))
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
  it('is of recorded worlds what is beside the workload, or is annotated', () => {
    const taken = (around: readonly Json[], metadata: Json = {}) => {
      const { layer } = readAll([...around, pod('shop/cart', metadata)])
      const recorded = assumeRecorded(layer)
      return recorded.workloads.map(one =>
        planesOf(recorded, one)
          .map(({ plane }) => plane)
          .join(),
      )
    }
    const server = (id: string) => inNamespace('Server', id, { podSelector: {}, port: 80 })
    assert.deepEqual(taken([server('shop/s')]), ['linkerd'])
    assert.deepEqual(taken([server('web/s')]), ['sidecar'])
    assert.deepEqual(taken(shop('enabled')), ['linkerd'])
    assert.deepEqual(taken(shop('disabled')), ['sidecar'])
    assert.deepEqual(taken([], says('ingress')), ['linkerd'])
    assert.deepEqual(taken([], says('no')), ['sidecar'])
  })
  it('leaves Istio’s namespaces to Istio', () => {
    assert.deepEqual(planes([linkerdConfig(), namespace('shop')]), ['sidecar'])
  })
})
