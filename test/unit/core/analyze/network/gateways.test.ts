import assert from 'node:assert/strict'
import type { GatewayReach } from '../../../../../core/analyze/gateway/gateway-reach'
import { reach } from '../../../../../core/analyze/reach'
import { addressBits } from '../../../../../core/model/address'
import type { Region } from '../../../../../core/model/region'
import { door, edgeLayer, onHttp, to, virtualService, enters } from '../gateway/gateway-objects'
import { namespace, pod, service, type Json } from '../objects'
import { only, policy } from './objects'

const objects: readonly Json[] = [
  door('edge/door', [onHttp('shop.example.com')]),
  virtualService('shop/shop', { hosts: ['shop.example.com'], gateways: ['edge/door'], http: [to('cart')] }),
  pod('shop/cart'),
  service('shop/cart'),
  namespace('web', {}),
  pod('web/frontend'),
]
const atDoor = (...ingress: readonly Json[]): Json => policy('edge/door', { ...only('front-door'), ingress })
const fromBlock: Json = { from: [{ ipBlock: { cidr: '203.0.113.0/24' } }], ports: [{ port: 8080 }] }

function gatewayOf(...more: readonly Json[]): GatewayReach {
  const found = reach(edgeLayer(...objects, ...more)).gateways.find(({ port }) => port === 8080)
  assert.ok(found)
  return found
}

/** Whether a request from an address outside, or from a Pod, is in a region. */
function has(region: Region, from: { readonly ip?: string; readonly pod?: string }): boolean {
  const values: Readonly<Record<string, string>> = {
    address: addressBits(from.ip ?? '10.9.9.9') ?? '',
    caller: '',
    pod: from.pod ?? '',
    protocol: 'http',
    method: 'GET',
    path: '/',
    host: 'shop.example.com',
  }
  return region.contains(variable => values[variable] ?? '')
}

describe('a gateway on the network', () => {
  it('is entered by whom a policy lets in, and what it sends on is no more than that', () => {
    const { entered, routed, plaintext } = gatewayOf(atDoor(fromBlock))
    const [sent] = routed
    assert.ok(sent)
    for (const { must, may } of [entered, sent.bounds, { must: plaintext, may: plaintext }]) {
      assert.deepEqual([has(must, { ip: '203.0.113.9' }), has(may, { ip: '203.0.113.9' })], [true, true])
      assert.deepEqual([has(must, { ip: '198.51.100.1' }), has(may, { ip: '198.51.100.1' })], [false, false])
    }
    const fromPod = { ip: '203.0.113.9', pod: 'web/frontend' }
    assert.deepEqual([has(entered.must, fromPod), has(entered.may, fromPod)], [false, true], 'a block may take in Pods')
  })

  it('is entered on the port of its Pods, and not on its Service’s', () => {
    const onPort = (port: number) => gatewayOf(atDoor({ ports: [{ port }] })).entered
    assert.equal(has(onPort(8080).must, { pod: 'web/frontend' }), true)
    assert.equal(has(onPort(80).may, { pod: 'web/frontend' }), false)
  })

  it('is closed by a policy without rules, but for its own node and itself', () => {
    const { entered, routed, astray } = gatewayOf(atDoor())
    for (const region of [entered.may, astray, ...routed.map(({ bounds }) => bounds.may)]) {
      assert.equal(has(region, { ip: '203.0.113.9' }) || has(region, { pod: 'web/frontend' }), false)
    }
    assert.equal(enters(edgeLayer(...objects, atDoor()), { from: { kind: 'plaintext', ip: '203.0.113.9' } }), 'deny')
    assert.equal(
      enters(edgeLayer(...objects, atDoor(fromBlock)), { from: { kind: 'plaintext', ip: '203.0.113.9' } }),
      'allow',
    )
  })

  it('calls on from where it stands: a policy of the callee’s that does not let it in closes the callee to it', () => {
    const atCart = (...ingress: readonly Json[]) => policy('shop/cart', { ...only('cart'), ingress })
    const ports = (...more: readonly Json[]) =>
      reach(edgeLayer(...objects, ...more)).ports.find(
        ({ workload, port }) => workload.name === 'cart' && port === 8080,
      )
    const fromDoor = (region: Region | undefined): boolean =>
      region?.given('caller', 'cluster.local/ns/edge/sa/front-door').given('pod', 'edge/front-door').isEmpty === false
    const open = ports(atCart({ from: [{ namespaceSelector: {}, ...only('front-door') }] }))
    const closed = ports(atCart({ from: [only('frontend')] }))
    assert.deepEqual([fromDoor(open?.bounds.must), fromDoor(open?.bounds.may)], [true, true])
    assert.deepEqual([fromDoor(closed?.bounds.must), fromDoor(closed?.bounds.may)], [false, false])
  })

  it('names the policies that decide about it', () => {
    const port = reach(edgeLayer(...objects, atDoor(fromBlock))).ports.find(
      ({ workload, port: at }) => workload.name === 'front-door' && at === 8080,
    )
    assert.ok(port)
    assert.ok(port.because(port.bounds.may).includes('NetworkPolicy edge/door'))
    assert.ok(port.gateway?.because(port.bounds.may).includes('NetworkPolicy edge/door'))
  })
})
