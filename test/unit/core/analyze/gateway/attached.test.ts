import assert from 'node:assert/strict'
import type { Layer } from '../../../../../core/analyze/layer'
import { inNamespace, layerOf, mesh, namespace, readAll, type Json } from '../objects'
import { goes as goesFrom, listens as listensAt, type Knock } from './gateway-objects'

const http = (changes: Json = {}): Json => ({ name: 'http', port: 80, protocol: 'HTTP', ...changes })
const gateway = (...listeners: readonly Json[]): Json =>
  inNamespace('Gateway', 'edge/door', { gatewayClassName: 'istio', listeners })
const layer = (...objects: readonly Json[]): Layer =>
  layerOf([mesh(), namespace('edge'), namespace('shop'), ...objects])
const goes = (known: Layer, asked: Knock = {}): string =>
  goesFrom(known, { port: 80, workload: 'door-istio', ...asked })
const listens = (known: Layer): readonly string[] => listensAt(known, 'door-istio')

describe('what hangs on a listener of the Gateway API', () => {
  const route = (parent: Json): Json =>
    inNamespace('HTTPRoute', 'edge/shop', {
      parentRefs: [{ name: 'door', ...parent }],
      rules: [{ backendRefs: [{ name: 'cart', port: 80 }] }],
    })
  const hangs = (parent: Json) => {
    const known = layer(gateway(http(), http({ name: 'more', port: 81 })), route(parent))
    return [goes(known), goes(known, { port: 81 })]
  }

  it('is a route that names its Gateway, by name and namespace, and no other', () => {
    assert.deepEqual(hangs({}), ['cart.edge:80', 'cart.edge:80'])
    assert.deepEqual(hangs({ namespace: 'edge' }), ['cart.edge:80', 'cart.edge:80'])
    for (const other of [{ name: 'other' }, { namespace: 'shop' }, { kind: 'Service', group: '', name: 'door' }])
      assert.deepEqual(hangs(other), ['nowhere', 'nowhere'], JSON.stringify(other))
  })

  it('is one that names the listener or its port, or none', () => {
    assert.deepEqual(hangs({ sectionName: 'more' }), ['nowhere', 'cart.edge:80'])
    assert.deepEqual(hangs({ port: 80 }), ['cart.edge:80', 'nowhere'])
    assert.deepEqual(hangs({ port: 81, sectionName: 'http' }), ['nowhere', 'nowhere'])
    assert.deepEqual(hangs({ port: 81, sectionName: 'more' }), ['nowhere', 'cart.edge:80'])
  })

  it('is on neither of two listeners alike for certain, and on both of two of one port for other hosts', () => {
    const at = (...listeners: readonly Json[]) => listens(layer(gateway(...listeners), route({})))
    assert.deepEqual(at(http()), ['80 *'])
    assert.ok(at(http(), http({ name: 'twin' })).every(one => one.startsWith('80? ')))
    const hosted = (name: string) => http({ name, hostname: `${name}.example.com` })
    assert.ok(at(hosted('a'), hosted('b')).every(one => one.startsWith('80 ')))
    assert.ok(at(hosted('a'), { ...hosted('a'), name: 'twin' }).every(one => one.startsWith('80? ')))
    assert.deepEqual(at(http(), http({ name: 'more', port: 81 })), ['80 *', '81 *'])
  })
})

describe('where a route of the Gateway API leads', () => {
  const to = (backend: Json): string =>
    goes(
      layer(
        gateway(http()),
        inNamespace('HTTPRoute', 'edge/shop', { parentRefs: [{ name: 'door' }], rules: [{ backendRefs: [backend] }] }),
      ),
    )

  it('is a Service of its own namespace, however that is written', () => {
    const cart = { name: 'cart', port: 80 }
    for (const way of [
      {},
      { kind: 'Service' },
      { group: '' },
      { group: 'core', kind: 'Service' },
      { namespace: 'edge' },
    ])
      assert.equal(to({ ...cart, ...way }), 'cart.edge:80', JSON.stringify(way))
  })

  it('is a host by its name in lower case, without any leave', () => {
    const host = { group: 'networking.istio.io', kind: 'Hostname', name: 'API.example.com', port: 443 }
    assert.equal(to(host), 'api.example.com:443')
    assert.equal(to({ ...host, namespace: 'shop' }), 'api.example.com:443')
  })

  it('is not known where a grant that could not be read may let it into another namespace, be it beside what is let', () => {
    const far = { name: 'pay', namespace: 'shop', port: 80 }
    const routed = (grants: readonly Json[], ...backendRefs: readonly Json[]): string => {
      const spec = { parentRefs: [{ name: 'door' }], rules: [{ backendRefs }] }
      const all = [mesh(), namespace('edge'), gateway(http()), inNamespace('HTTPRoute', 'edge/shop', spec), ...grants]
      return goes(readAll(all).layer)
    }
    const odd = inNamespace('ReferenceGrant', 'shop/odd', { from: 1, to: 1 })
    const near = { name: 'cart', port: 80 }
    assert.deepEqual([routed([], far), routed([], near, far)], ['nowhere', 'cart.edge:80'])
    assert.deepEqual(
      [routed([odd], far), routed([odd], near, far), routed([odd], near)],
      ['unknown', 'unknown', 'cart.edge:80'],
    )
  })

  it('is not known of another kind, whatever its group or name', () => {
    for (const other of [
      { group: 'multicluster.x-k8s.io', kind: 'ServiceImport' },
      { group: 'networking.istio.io', kind: 'Service' },
      { group: 'example.com', kind: 'Hostname' },
      { kind: 'Hostname' },
    ])
      assert.equal(to({ name: 'cart', port: 80, ...other }), 'unknown', JSON.stringify(other))
  })
})
