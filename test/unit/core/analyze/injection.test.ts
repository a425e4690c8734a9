import assert from 'node:assert/strict'
import { injectionOf } from '../../../../core/analyze/istio/injection'
import { captured } from '../../../../core/analyze/istio/capture'
import { mesh, namespace, object, pod, readAll, type Json } from './objects'

interface Case {
  readonly namespace?: Json
  /** Of the Pod. */
  readonly labels?: Json
  readonly annotations?: Json
  readonly spec?: Json
  readonly metadata?: Json
  readonly more?: readonly Json[]
}

function proxied({
  namespace: labels,
  labels: podLabels = {},
  annotations = {},
  spec,
  metadata,
  more = [],
}: Case): string {
  const namespaces = labels ? [namespace('shop', labels)] : []
  const target = pod('shop/cart', { labels: podLabels, annotations, ...metadata }, spec)
  const { layer } = readAll([...namespaces, target, ...more])
  const [workload] = layer.workloads
  assert.ok(workload)
  return injectionOf(layer, workload).proxied
}

const enabled = { 'istio-injection': 'enabled' }
const revision = { 'istio.io/rev': '1-30-3' }
const ofRevision = (name: string) =>
  object('ConfigMap', { namespace: 'istio-system', name }, { data: { mesh: 'rootNamespace: a' } })
const tag = object('MutatingWebhookConfiguration', {
  name: 'istio-revision-tag-prod',
  labels: { 'istio.io/tag': 'prod', 'istio.io/rev': '1-30-3' },
})
const injector = object(
  'MutatingWebhookConfiguration',
  { name: 'istio-sidecar-injector-1-30-3', labels: { 'istio.io/rev': '1-30-3' } },
  { webhooks: [{ name: 'rev.namespace.sidecar-injector.istio.io' }] },
)
const proxy = { containers: [{ name: 'app' }, { name: 'istio-proxy' }] }
const nativeProxy = {
  containers: [{ name: 'app' }],
  initContainers: [{ name: 'istio-proxy', restartPolicy: 'Always' }],
}
const live = { uid: 'x' }

const cases: readonly (readonly [string, Case, 'yes' | 'no' | 'unknown'])[] = [
  ['an enabled namespace', { namespace: enabled }, 'yes'],
  ['a namespace without labels', { namespace: {} }, 'no'],
  ['a disabled namespace', { namespace: { 'istio-injection': 'disabled' } }, 'no'],
  ['a namespace that is not among the objects', {}, 'unknown'],
  ['a Pod that opts out by label', { namespace: enabled, labels: { 'sidecar.istio.io/inject': 'false' } }, 'no'],
  [
    'a Pod that opts out by annotation',
    { namespace: enabled, annotations: { 'sidecar.istio.io/inject': 'false' } },
    'no',
  ],
  [
    'a Pod whose label wins over its annotation',
    {
      namespace: enabled,
      labels: { 'sidecar.istio.io/inject': 'true' },
      annotations: { 'sidecar.istio.io/inject': 'false' },
    },
    'yes',
  ],
  [
    'a Pod that opts in where its namespace says nothing',
    { namespace: {}, labels: { 'sidecar.istio.io/inject': 'true' } },
    'yes',
  ],
  [
    'an annotation alone, which no webhook sees',
    { namespace: {}, annotations: { 'sidecar.istio.io/inject': 'true' } },
    'no',
  ],
  [
    'a Pod that opts in against its namespace',
    { namespace: { 'istio-injection': 'disabled' }, labels: { 'sidecar.istio.io/inject': 'true' } },
    'no',
  ],
  ['a Pod on the host’s network', { namespace: enabled, spec: { hostNetwork: true } }, 'no'],
  ['a revision nobody vouches for', { namespace: revision }, 'unknown'],
  ['a revision whose mesh config is there', { namespace: revision, more: [ofRevision('istio-1-30-3')] }, 'yes'],
  ['a revision whose webhook is there', { namespace: revision, more: [injector] }, 'yes'],
  [
    'another revision than those that are there',
    { namespace: revision, more: [ofRevision('istio-1-29-6')] },
    'unknown',
  ],
  ['a tag', { namespace: { 'istio.io/rev': 'prod' }, more: [tag] }, 'yes'],
  ['a revision named by the Pod', { namespace: {}, labels: revision, more: [injector] }, 'yes'],
  ['both labels, of which the older wins', { namespace: { ...enabled, ...revision }, more: [mesh()] }, 'yes'],
  ['an enabled namespace where only a named revision is there', { namespace: enabled, more: [injector] }, 'unknown'],
  ['a running Pod with a proxy', { namespace: {}, metadata: live, spec: proxy }, 'yes'],
  ['a running Pod with a native proxy', { namespace: {}, metadata: live, spec: nativeProxy }, 'yes'],
  ['a running Pod without, whatever its namespace says now', { namespace: enabled, metadata: live }, 'no'],
  ['a proxy container that no injector put there', { namespace: {}, spec: proxy }, 'unknown'],
  ['a gateway', { namespace: enabled, annotations: { 'inject.istio.io/templates': 'gateway' } }, 'unknown'],
  [
    'a gateway of the Gateway API',
    { namespace: enabled, labels: { 'gateway.networking.k8s.io/gateway-name': 'x' } },
    'unknown',
  ],
  ['a Pod that ztunnel captures', { namespace: { 'istio.io/dataplane-mode': 'ambient' } }, 'no'],
  ['labels that cannot be read', { namespace: { 'istio-injection': 1 } }, 'unknown'],
]

describe('whether a workload is proxied', () => {
  for (const [name, world, expected] of cases) {
    it(`is ${expected} for ${name}`, () => {
      assert.equal(proxied(world), expected)
    })
  }

  it('is no in namespaces the injector ignores', () => {
    const { layer } = readAll([namespace('kube-system'), pod('kube-system/dns')])
    assert.deepEqual(
      layer.workloads.map(workload => injectionOf(layer, workload).proxied),
      ['no'],
    )
  })
})

describe('whether a port is captured', () => {
  const answer = (port: number, annotations: Json, more: readonly Json[] = []) => {
    const { layer } = readAll([pod('shop/cart', { annotations }), ...more])
    const [workload] = layer.workloads
    assert.ok(workload)
    return captured(layer.mesh, workload, port)
  }
  const include = (ports: string) => ({ 'traffic.sidecar.istio.io/includeInboundPorts': ports })
  const exclude = (ports: string) => ({ 'traffic.sidecar.istio.io/excludeInboundPorts': ports })

  it('is yes without a word to the contrary', () => {
    assert.equal(answer(8080, {}), 'yes')
  })
  it('is no for the agent’s ports, whatever the annotations', () => {
    for (const port of [15020, 15021, 15090]) assert.equal(answer(port, include('*')), 'no')
    assert.equal(answer(16000, { 'status.sidecar.istio.io/port': '16000' }), 'no')
  })
  it('is no for excluded ports, and for those not included', () => {
    assert.equal(answer(8080, exclude('9090, 8080')), 'no')
    assert.equal(answer(8081, exclude('9090,8080')), 'yes')
    assert.equal(answer(8080, include('9090')), 'no')
    assert.equal(answer(9090, include('9090')), 'yes')
    assert.equal(answer(8080, include('')), 'no')
  })
  it('asks nothing of exclusions beside a list of inclusions', () => {
    assert.equal(answer(8080, { ...include('8080'), ...exclude('8080') }), 'yes')
  })
  it('is no without interception', () => {
    assert.equal(answer(8080, { 'sidecar.istio.io/interceptionMode': 'NONE' }), 'no')
    assert.equal(answer(8080, { 'sidecar.istio.io/interceptionMode': 'TPROXY' }), 'yes')
  })
  it('is no where the mesh intercepts nothing, unless the Pod has it otherwise, and unknown where its own configuration may have it', () => {
    const none = mesh({ defaultConfig: { interceptionMode: 'NONE' } })
    assert.equal(answer(8080, {}, [none]), 'no')
    assert.equal(answer(8080, { 'sidecar.istio.io/interceptionMode': 'REDIRECT' }, [none]), 'yes')
    assert.equal(answer(8080, { 'proxy.istio.io/config': 'interceptionMode: NONE' }), 'unknown')
    assert.equal(answer(8080, { 'proxy.istio.io/config': 'concurrency: 1' }), 'yes')
  })
  it('is unknown where interfaces are left out', () => {
    assert.equal(answer(8080, { 'traffic.sidecar.istio.io/excludeInterfaces': 'eth1' }), 'unknown')
    assert.equal(answer(8080, { 'traffic.sidecar.istio.io/excludeInterfaces': '' }), 'yes')
  })
  it('is unknown where the annotation is no list of ports', () => {
    assert.equal(answer(8080, exclude('http')), 'unknown')
    assert.equal(answer(8080, { 'sidecar.istio.io/interceptionMode': 'none' }), 'unknown')
  })
  it('follows the injector’s own values where the Pod says nothing', () => {
    const values = JSON.stringify({ global: { proxy: { excludeInboundPorts: '8080' } } })
    const config = object('ConfigMap', { namespace: 'a', name: 'istio-sidecar-injector' }, { data: { values } })
    assert.equal(answer(8080, {}, [config]), 'no')
    assert.equal(answer(8080, exclude(''), [config]), 'yes')
  })
})
