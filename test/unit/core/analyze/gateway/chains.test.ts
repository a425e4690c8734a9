import assert from 'node:assert/strict'
import type { Json } from '../objects'
import { inNamespace, readAll } from '../objects'
import { reach } from '../../../../../core/analyze/reach'
import type { Layer } from '../../../../../core/analyze/layer'
import { created, door, edge, edgeLayer, enters, goes, onHttps, to, virtualService } from './gateway-objects'

const cart = virtualService('edge/shop', { hosts: ['shop.example.com'], gateways: ['first'], http: [to('cart')] })
const first = (...hosts: readonly string[]) => door('edge/first', [onHttps('SIMPLE', ...hosts)], created(1))
const second = (...hosts: readonly string[]) => door('edge/second', [onHttps('SIMPLE', ...hosts)], created(2))
const passing = (...hosts: readonly string[]) => door('edge/second', [onHttps('PASSTHROUGH', ...hosts)], created(2))

/** What becomes of `GET shop.example.com/cart` at the port of TLS, whose handshake names that host. */
const known = (layer: Layer) => [enters(layer, { port: 8443 }), goes(layer, { port: 8443 })]

/** Whether anything is certain to be let in there, and to get further. */
function certain(layer: Layer): readonly boolean[] {
  const at = reach(layer).gateways.find(({ port }) => port === 8443)
  assert.ok(at)
  return [!at.entered.must.isEmpty, at.routed.some(({ bounds }) => !bounds.must.isEmpty)]
}

describe('servers of TLS on one port of a gateway', () => {
  it('are all in doubt where two Gateways have the same host, open to different namespaces', () => {
    const layer = edgeLayer(first('./shop.example.com'), second('shop.example.com'), cart)
    assert.deepEqual(known(layer), ['unknown', 'unknown'], 'Envoy rejects two chains for one name')
    assert.deepEqual(certain(layer), [false, false])
    const beside = edgeLayer(first('shop.example.com'), second('./x.example.com', '*/x.example.com'), cart)
    assert.deepEqual(known(beside), ['allow', 'cart.edge:80'], 'one server may have a host twice')
    const third = door('edge/third', [onHttps('SIMPLE', 'x.example.com')], created(3))
    const bystander = edgeLayer(first('shop.example.com'), second('./x.example.com'), third, cart)
    assert.equal(enters(bystander, { port: 8443 }), 'unknown', 'the listener of the whole port is rejected')
    assert.deepEqual(certain(bystander), [false, false])
  })

  it('are the older one’s where two Gateways spell the same host alike', () => {
    const layer = edgeLayer(first('./shop.example.com'), second('./shop.example.com'), cart)
    assert.deepEqual(known(layer), ['allow', 'cart.edge:80'])
    assert.deepEqual(certain(layer), [true, true])
  })

  it('are in doubt where one of them is of the Gateway API, whose namespaces are not spelt out', () => {
    const made: Json = inNamespace(
      'Gateway',
      'edge/made',
      {
        gatewayClassName: 'istio',
        addresses: [{ type: 'Hostname', value: 'front-door.edge.svc.cluster.local' }],
        listeners: [
          { name: 'l', port: 443, protocol: 'HTTPS', hostname: 'shop.example.com', tls: { mode: 'Terminate' } },
        ],
      },
      created(2),
    )
    assert.deepEqual(known(edgeLayer(first('shop.example.com'), made, cart)), ['unknown', 'unknown'])
  })

  it('are for all names where one of their hosts is `*`, so that another one’s name goes first', () => {
    const layer = edgeLayer(first('*', 'shop.example.com'), second('*.example.com'), cart)
    assert.deepEqual(known(layer), ['deny', 'nowhere'], 'the younger one takes the handshake, and serves nothing')
    assert.deepEqual(certain(layer), [false, false])
  })

  it('are in doubt under names that Envoy refuses or never finds', () => {
    for (const host of ['*op.example.com', 'Shop.example.com']) {
      assert.deepEqual(known(edgeLayer(first(host), cart))[0] === 'allow', false, host)
    }
  })

  it('are in doubt where a VirtualService may have one passed on unopened by a name of theirs', () => {
    const tls = (...hosts: readonly string[]) =>
      virtualService('edge/bytes', {
        hosts,
        gateways: ['second'],
        tls: [{ match: [{ sniHosts: hosts }], route: [{ destination: { host: 'cart' } }] }],
      })
    const taken = edgeLayer(first('shop.example.com'), passing('*'), cart, tls('shop.example.com'))
    assert.deepEqual(known(taken), ['unknown', 'unknown'])
    assert.deepEqual(certain(taken), [false, false])
    const others = edgeLayer(first('shop.example.com'), passing('*'), cart, tls('pay.example.com'))
    assert.deepEqual(known(others), ['allow', 'cart.edge:80'])
    const unnamed = edgeLayer(first('shop.example.com'), passing('pay.example.com'), cart, tls('shop.example.com'))
    assert.deepEqual(known(unnamed), ['allow', 'cart.edge:80'], 'the server that passes on has no such host')
  })
})

describe('a Gateway that could not be read', () => {
  it('leaves no server of its Pods certain, since any may clash with one of its own', () => {
    const layerWith = (selector: Json) =>
      readAll([
        ...edge,
        first('shop.example.com'),
        cart,
        inNamespace('IstioGateway', 'edge/broken', { selector, servers: 'none' }),
      ]).layer
    assert.deepEqual(known(layerWith({ istio: 'door' })), ['unknown', 'unknown'])
    assert.deepEqual(certain(layerWith({ istio: 'door' })), [false, false])
  })
})
