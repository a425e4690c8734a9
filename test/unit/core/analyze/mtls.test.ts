import assert from 'node:assert/strict'
import { modesOf } from '../../../../core/analyze/istio/mtls'
import { chainsOf } from '../../../../core/analyze/istio/protocol'
import { inNamespace, layerOf, mesh, namespace, peers, pod, service, shop, type Json } from './objects'

const selector = { matchLabels: { app: 'cart' } }

function modes(objects: readonly Json[], port = 8080, where = 'shop'): readonly string[] {
  const layer = layerOf([mesh(), namespace(where), pod(`${where}/cart`), ...objects])
  const [workload] = layer.workloads
  assert.ok(workload)
  return modesOf(layer, workload, port).map(({ mode }) => mode)
}

describe('the mTLS mode of a port', () => {
  const root = peers('istio-system/default', { mtls: { mode: 'STRICT' } })
  const wide = peers('shop/default', { mtls: { mode: 'PERMISSIVE' } })

  it('is PERMISSIVE where nothing sets it', () => {
    assert.deepEqual(modes([]), ['PERMISSIVE'])
    assert.deepEqual(modes([peers('shop/default', {}), peers('pay/default', { mtls: { mode: 'STRICT' } })]), [
      'PERMISSIVE',
    ])
  })
  it('is set by the mesh, then the namespace, then the workload, then the port', () => {
    const own = peers('shop/cart', {
      selector,
      mtls: { mode: 'DISABLE' },
      portLevelMtls: { '9090': { mode: 'STRICT' } },
    })
    assert.deepEqual(modes([root]), ['STRICT'])
    assert.deepEqual(modes([root, wide]), ['PERMISSIVE'])
    assert.deepEqual(modes([root, wide, own]), ['DISABLE'])
    assert.deepEqual(modes([root, wide, own], 9090), ['STRICT'])
  })
  it('is inherited where a level leaves it unset', () => {
    const own = peers('shop/cart', { selector, portLevelMtls: { '9090': { mode: 'UNSET' } } })
    assert.deepEqual(modes([root, peers('shop/default', { mtls: { mode: 'UNSET' } }), own], 9090), ['STRICT'])
  })
  it('is not set by a selector in the root namespace, also for the Pods there', () => {
    const there = peers('istio-system/cart', { selector, mtls: { mode: 'STRICT' } })
    assert.deepEqual(modes([there]), ['PERMISSIVE'])
    assert.deepEqual(modes([there], 8080, 'istio-system'), ['PERMISSIVE'])
    assert.deepEqual(modes([root], 8080, 'istio-system'), ['STRICT'])
  })
  it('is set for the namespace by an empty selector', () => {
    assert.deepEqual(modes([inNamespace('PeerAuthentication', 'shop/a', { selector: {}, mtls: { mode: 'STRICT' } })]), [
      'STRICT',
    ])
  })
})

describe('the protocol of a port', () => {
  function chains(port: Json, more: readonly Json[] = [], at = 8080): readonly string[] {
    const layer = layerOf([...shop.slice(0, 3), service('shop/cart', { name: undefined, ...port }), ...more])
    const [workload] = layer.workloads
    assert.ok(workload)
    return chainsOf(layer, workload, at)
  }

  it('is told by the port’s name up to the first dash, or by its appProtocol', () => {
    const table: readonly (readonly [Json, string])[] = [
      [{ name: 'http' }, 'http'],
      [{ name: 'http-web' }, 'http'],
      [{ name: 'grpc-web' }, 'http'],
      [{ name: 'GRPC' }, 'http'],
      [{ name: 'https' }, 'tcp'],
      [{ name: 'redis' }, 'tcp'],
      [{ name: 'web' }, 'sniffed'],
      [{ name: 'httpx' }, 'sniffed'],
      [{}, 'sniffed'],
      [{ name: 'http', appProtocol: 'tcp' }, 'tcp'],
      [{ name: 'http', appProtocol: 'acme.com/x' }, 'sniffed'],
      [{ appProtocol: 'kubernetes.io/h2c' }, 'http'],
      [{ appProtocol: 'kubernetes.io/wss' }, 'tcp'],
      [{ port: 3306 }, 'tcp'],
      [{ port: 3306, name: 'http' }, 'http'],
    ]
    for (const [port, expected] of table) assert.deepEqual(chains(port), [expected], JSON.stringify(port))
  })
  it('is that of the container port a name leads to', () => {
    assert.deepEqual(chains({ name: 'http', targetPort: 'web' }), ['http'])
    assert.deepEqual(chains({ name: 'http', targetPort: 'nothing' }), ['sniffed'])
    assert.deepEqual(chains({ name: 'http', targetPort: 9090 }), ['sniffed'])
    assert.deepEqual(chains({ name: 'http', port: 8080, targetPort: undefined }), ['http'])
  })
  it('is that of the first port of a Service that has several for it', () => {
    const two = inNamespace('Service', 'shop/cart', {
      selector: { app: 'cart' },
      ports: [
        { name: 'tcp', port: 1, targetPort: 8080 },
        { name: 'http', port: 2, targetPort: 8080 },
      ],
    })
    const layer = layerOf([...shop.slice(0, 3), two])
    const [workload] = layer.workloads
    assert.ok(workload)
    assert.deepEqual(chainsOf(layer, workload, 8080), ['tcp'])
  })
  it('may be that of a ServiceEntry that selects the Pod', () => {
    const entry = inNamespace('ServiceEntry', 'shop/cart', {
      hosts: ['cart.acme'],
      ports: [{ number: 8080, name: 'tcp', protocol: 'TCP' }],
      workloadSelector: { labels: { app: 'cart' } },
    })
    assert.deepEqual(chains({ name: 'http', targetPort: 9090 }, [entry]), ['sniffed', 'tcp'])
  })
  it('may be that of a Service without a selector, where none selects the Pod', () => {
    const loose = inNamespace('Service', 'shop/loose', { clusterIP: 'None', ports: [{ name: 'tcp', port: 8080 }] })
    const layer = layerOf([...shop.slice(0, 3), loose])
    const [workload] = layer.workloads
    assert.ok(workload)
    assert.deepEqual(chainsOf(layer, workload, 8080), ['sniffed', 'tcp'])
    assert.deepEqual(chains({ name: 'http' }, [loose]), ['http'])
  })
})
