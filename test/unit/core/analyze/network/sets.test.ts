import assert from 'node:assert/strict'
import { kubelet } from '../../../../../core/analyze/expect'
import { isSharedWire } from '../../../../../core/analyze/network/wires'
import { reach } from '../../../../../core/analyze/reach'
import { inNamespace, mesh, namespace, pod, readAll, service, type Json } from '../objects'
import { verdict } from './both'
import { cluster, only, policy } from './objects'

const block = (cidr: string): Json => ({ from: [{ ipBlock: { cidr } }] })
const plainly = (ip: string): Json => ({ plaintext: true, ip })
const atCart = (spec: Json): Json => policy('shop/cart', { ...only('cart'), ...spec })
const shown = (more: Json = {}): Json => ({
  trustDomain: 'cluster.local',
  namespace: 'web',
  serviceAccount: 'frontend',
  ...more,
})

describe('what the network lets in, as sets', () => {
  // A controller may add the label once there is a Pod.
  const perhaps = { podSelector: { matchLabels: { 'linkerd.io/control-plane-ns': 'linkerd' } } }
  const twice = (...rules: readonly Json[]): readonly Json[] => [
    ...cluster,
    ...rules.map((rule, i) => policy(`shop/perhaps-${i}`, { ...perhaps, ingress: [rule] })),
  ]

  it('is certain of what all policies let in of which none is certain to limit a Pod', () => {
    const [one, both] = [twice({ from: [only('db')] }, {}), twice({}, {})]
    assert.deepEqual([verdict(one, { from: 'shop/db' }), verdict(one, { from: 'web/frontend' })], ['allow', 'unknown'])
    assert.equal(verdict(both, { from: 'web/frontend' }), 'allow')
    const blocks = twice(block('203.0.113.0/24'), block('203.0.113.0/25'))
    assert.equal(verdict(blocks, { from: plainly('203.0.113.9') }), 'allow')
    assert.equal(verdict(blocks, { from: plainly('203.0.113.200') }), 'unknown')
    assert.equal(verdict(twice(block('203.0.113.0/24'), {}), { from: plainly('203.0.113.9') }), 'allow')
  })

  it('is nothing certain from a block, at a port of a container that ends before the others start', () => {
    const init = [{ name: 'setup', ports: [{ name: 'early', containerPort: 9000 }] }]
    const objects = [
      namespace('shop', {}),
      pod('shop/cart', {}, { initContainers: init }),
      atCart({ ingress: [{ ...block('203.0.113.0/24'), ports: [{ port: 'early' }] }] }),
    ]
    assert.equal(verdict(objects, { from: plainly('203.0.113.9'), to: { port: 9000 } }), 'unknown')
    assert.equal(verdict(objects, { from: plainly('198.51.100.1'), to: { port: 9000 } }), 'deny')
  })

  it('is certain of Pods of one name only where it is of all of them', () => {
    const template = (app: string): Json => ({
      selector: { matchLabels: { app } },
      template: {
        metadata: { labels: { app } },
        spec: { containers: [{ name: 'app' }] },
      },
    })
    const objects = (...apps: readonly string[]): readonly Json[] => [
      namespace('shop', {}),
      pod('shop/cart'),
      inNamespace('Deployment', 'shop/worker', template('near')),
      inNamespace('StatefulSet', 'shop/worker', template('far')),
      atCart({ ingress: [{ from: apps.map(only) }] }),
    ]
    assert.equal(verdict(objects('near'), { from: 'shop/worker' }), 'unknown')
    assert.equal(verdict(objects('far'), { from: 'shop/worker' }), 'unknown')
    assert.equal(verdict(objects('near', 'far'), { from: 'shop/worker' }), 'allow')
    assert.equal(verdict(objects('db'), { from: 'shop/worker' }), 'deny')
  })

  it('may be what comes from a Pod whose labels could not be read, be it asked for by them or not', () => {
    const objects = [...cluster, pod('shop/odd', { labels: 'none' }), atCart({ ingress: [{ from: [only('db')] }] })]
    assert.equal(verdict(objects, { from: 'shop/odd' }), 'unknown')
  })

  it('tells ports apart that policies of callers name, where the Pod may be entered by them', () => {
    const out = policy('web/out', { policyTypes: ['Egress'], egress: [{ ports: [{ port: 9090 }] }] })
    const entered = [[], [atCart({ ingress: [{ from: [{ namespaceSelector: {} }] }] })]]
    for (const more of entered) {
      const objects = [...cluster, out, ...more]
      const at = (port: number) => verdict(objects, { from: 'web/frontend', to: { port } })
      assert.deepEqual([at(9090), at(9091), at(8080)], ['allow', 'deny', 'deny'])
    }
  })

  it('is always what the kubelet asks, but for its probes of Pods of ztunnel, which no policy has to let in', () => {
    const asked = (labels: Json): readonly boolean[] => {
      const { layer } = readAll([mesh(), namespace('shop', labels), pod('shop/cart'), atCart({})])
      const found = reach(layer).ports.find(({ port }) => port === 8080) ?? assert.fail('no port')
      const { must, may } = found.bounds
      return [must, may].map(region => !region.given('caller', kubelet).isEmpty)
    }
    assert.deepEqual(asked({}), [true, true])
    assert.deepEqual(asked({ 'istio.io/dataplane-mode': 'ambient' }), [false, true])
  })
})

describe('the port on the wire, as sets', () => {
  const ambient = { 'istio.io/dataplane-mode': 'ambient' }
  const admitting = (...ports: readonly number[]): Json =>
    atCart({ ingress: [{ ports: ports.map(port => ({ port })) }] })
  /** A mesh of which sidecars take HBONE. */
  const world = (...more: readonly Json[]): readonly Json[] => [
    mesh({ defaultConfig: { proxyMetadata: { ISTIO_META_ENABLE_HBONE: 'true' } } }),
    namespace('shop'),
    pod('shop/cart'),
    ...more,
  ]

  it('hangs on what the caller speaks', () => {
    const from = (labels: Json | undefined, ...ports: readonly number[]) =>
      verdict(world(namespace('web', labels), pod('web/frontend'), admitting(...ports)), {
        from: shown({ workload: 'frontend' }),
      })
    assert.deepEqual([from(undefined, 8080), from(undefined, 15_008)], ['unknown', 'unknown'])
    assert.equal(from(undefined, 8080, 15_008), 'allow')
    assert.deepEqual([from(ambient, 8080), from(ambient, 15_008)], ['deny', 'allow'])
  })

  it('is shared with other ports where some caller may come by HBONE', () => {
    const cart = (...objects: readonly Json[]): boolean => {
      const { layer } = readAll([...objects, pod('shop/cart')])
      return isSharedWire(layer, layer.workloads[0] ?? assert.fail('no Pod'), 8080)
    }
    assert.deepEqual([cart(...world()), cart(namespace('shop')), cart(mesh(), namespace('shop'))], [true, true, false])
    assert.deepEqual([cart(mesh(), namespace('shop', ambient)), cart(mesh(), namespace('shop', {}))], [true, false])
  })

  it('is not known of Pods of one name that speak otherwise', () => {
    const workload = (kind: 'Deployment' | 'StatefulSet', labels: Json): Json =>
      inNamespace(kind, 'web/frontend', {
        selector: { matchLabels: { app: 'frontend' } },
        template: {
          metadata: { labels: { app: 'frontend', ...labels } },
          spec: { serviceAccountName: 'frontend', containers: [{ name: 'app' }] },
        },
      })
    const speaking = workload('Deployment', { 'sidecar.istio.io/inject': 'false', ...ambient })
    const other = workload('StatefulSet', {})
    const at = (...objects: readonly Json[]) =>
      verdict(world(namespace('web'), ...objects, admitting(15_008)), { from: shown({ workload: 'frontend' }) })
    assert.deepEqual([at(speaking), at(other)], ['allow', 'unknown'])
    assert.deepEqual([at(speaking, other), at(other, speaking)], ['unknown', 'unknown'])
  })
})

describe('what the network alone lets get to a port that waypoints lead to', () => {
  const ambient = { 'istio.io/dataplane-mode': 'ambient' }
  const own = { podSelector: { matchLabels: { 'gateway.networking.k8s.io/gateway-name': 'waypoint' } } }
  const waypoint = inNamespace('Gateway', 'shop/waypoint', {
    gatewayClassName: 'istio-waypoint',
    listeners: [{ name: 'mesh', port: 15_008, protocol: 'HBONE' }],
  })
  const doorPod = pod('shop/door', { annotations: { 'inject.istio.io/templates': 'gateway' } })
  /** Whether it is certain, and possible, from a Pod. */
  function alone(from: string, use: Json, ...policies: readonly Json[]): readonly boolean[] {
    const { layer } = readAll([
      mesh(),
      namespace('shop', { ...ambient }),
      namespace('web', ambient),
      pod('shop/cart'),
      service('shop/cart', {}, { labels: { 'istio.io/use-waypoint': 'waypoint', ...use } }),
      doorPod,
      pod('web/frontend'),
      waypoint,
      ...policies,
    ])
    const port = reach(layer).ports.find(one => one.workload.name === 'cart' && one.port === 8080)
    const { must, may } = port?.network() ?? assert.fail('nothing limits it')
    return [must, may].map(region => !region.given('pod', from).given('caller', 'x').isEmpty)
  }
  const byWaypoint = atCart({ ingress: [{ from: [own], ports: [{ port: 15_008 }] }] })
  const straight = atCart({ ingress: [{ from: [only('door')], ports: [{ port: 15_008 }] }] })

  it('is by the waypoint what ambient callers send', () => {
    assert.deepEqual(alone('web/frontend', {}, byWaypoint), [true, true])
    assert.deepEqual(alone('web/frontend', {}, straight), [false, false])
  })

  it('is straight, too, what is called by a Service without a waypoint', () => {
    const selector = { app: 'cart' }
    const another = inNamespace('Service', 'shop/plain', {
      selector,
      ports: [{ name: 'http', port: 80, targetPort: 8080 }],
    })
    assert.deepEqual(alone('web/frontend', {}, straight, another), [false, false])
    const fromFrontend = atCart({
      ingress: [{ from: [{ namespaceSelector: {}, ...only('frontend') }], ports: [{ port: 15_008 }] }],
    })
    assert.deepEqual(alone('web/frontend', {}, fromFrontend, another), [true, true])
  })

  it('is straight what gateways send, unless the Service has them pass the waypoint', () => {
    const ingress = { 'istio.io/ingress-use-waypoint': 'true' }
    assert.deepEqual(alone('shop/door', ingress, byWaypoint), [true, true])
    assert.deepEqual(alone('shop/door', ingress, straight), [false, true])
    assert.deepEqual(alone('shop/door', {}, straight), [true, true])
    assert.deepEqual(alone('shop/door', {}, byWaypoint), [false, true])
  })
})
