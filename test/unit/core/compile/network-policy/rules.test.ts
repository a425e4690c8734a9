import assert from 'node:assert/strict'
import type { Peer } from '../../../../../core/compile/network-policy/peers'
import { addressesIn, anybody, podsIn } from '../../../../../core/compile/network-policy/peers'
import { tcp } from '../../../../../core/compile/network-policy/ports'
import { rulesFor } from '../../../../../core/compile/network-policy/rules'

const on8080 = (...peers: readonly Peer[]) =>
  rulesFor(
    peers.map(peer => ({ peer, ports: tcp(8080) })),
    'from',
  )
const shop = { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } }
const ports = tcp(8080)

describe('the rules of a NetworkPolicy', () => {
  it('take Pods together that one label of one namespace tells apart', () => {
    const values = ['a', 'b']
    const podSelector = { matchExpressions: [{ key: 'app', operator: 'In', values }] }
    assert.deepEqual(on8080(podsIn('shop', { app: 'b' }), podsIn('shop', { app: 'a' })), [
      { from: [{ namespaceSelector: shop, podSelector }], ports },
    ])
  })
  it('take none together that more than one label tells apart, which would be more Pods than were named', () => {
    const [old, young] = [
      { app: 'a', version: 'v1' },
      { app: 'b', version: 'v2' },
    ]
    assert.deepEqual(on8080(podsIn('shop', old), podsIn('shop', young)), [
      {
        from: [
          { namespaceSelector: shop, podSelector: { matchLabels: old } },
          { namespaceSelector: shop, podSelector: { matchLabels: young } },
        ],
        ports,
      },
    ])
  })
  it('name a whole namespace without a selector, and blocks beside it with what is left out of them', () => {
    assert.deepEqual(on8080(podsIn('shop'), addressesIn('10.0.0.0/8', ['10.1.0.0/16']), addressesIn('192.0.2.1/32')), [
      {
        from: [
          { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } },
          { ipBlock: { cidr: '192.0.2.1/32' } },
          { namespaceSelector: shop },
        ],
        ports,
      },
    ])
  })
  it('name nobody beside who stands for everybody', () => {
    assert.deepEqual(on8080(anybody, podsIn('shop')), [{ ports }])
  })
  it('are one for each set of ports, each port once', () => {
    const peer = podsIn('shop')
    const opened = [
      { peer, ports: tcp(9090, 8080) },
      { peer, ports: tcp(8080) },
      { peer: podsIn('pay'), ports: tcp(80) },
    ]
    const pay = { matchLabels: { 'kubernetes.io/metadata.name': 'pay' } }
    assert.deepEqual(rulesFor(opened, 'to'), [
      { to: [{ namespaceSelector: pay }], ports: tcp(80) },
      { to: [{ namespaceSelector: shop }], ports: tcp(8080, 9090) },
    ])
  })
})
