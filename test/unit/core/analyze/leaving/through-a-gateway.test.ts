import assert from 'node:assert/strict'
import { authorization, inNamespace, type Json } from '../objects'
import { virtualService } from '../gateway/gateway-objects'
import type { Called, Leaves } from './outward'
import { allow, cart, labels, objects, other, out, toHost, type World } from './gateway-out'
import { because, entry, leaves, leavesAt } from './outward'

const network = (spec: Json, id: string): Json => inNamespace('NetworkPolicy', id, { podSelector: {}, ...spec })

describe('a call that is sent to a gateway on its way out', () => {
  type Row = readonly [title: string, changes: World, more: readonly Json[], called: Called, leaves: Leaves]
  // istio `pilot/pkg/networking/core/{gateway,httproute}.go`; what each of them knows, `pilot/pkg/model/sidecar.go`
  const table: readonly Row[] = [
    ['gets out', {}, [], {}, 'surely'],
    ['gets out of the account that a policy there names', {}, [allow()], {}, 'surely'],
    ['does not of another', {}, [allow()], { workload: 'other' }, 'no'],
    ['does not where another is named', {}, [allow(other)], {}, 'no'],
    ['gets out by the path that a policy names', {}, [allow(cart, { paths: ['/v1/*'] })], { path: '/v1/x' }, 'surely'],
    ['does not by any other', {}, [allow(cart, { paths: ['/v1/*'] })], { path: '/v2' }, 'no'],
    ['gets out to the host that a policy names', {}, [allow(cart, { hosts: ['api.example.com'] })], {}, 'surely'],
    ['does not where it names another', {}, [allow(cart, { hosts: ['b.example.com'] })], {}, 'no'],
    ['does not where all are denied', {}, [authorization('edge/p', {})], {}, 'no'],
    ['goes nowhere where nothing leads on', { onward: [] }, [], {}, 'no'],
    [
      'goes on by the path that leads on',
      {
        onward: virtualService('edge/api', {
          hosts: ['api.example.com'],
          gateways: ['out'],
          http: [{ match: [{ uri: { prefix: '/v1' } }], ...toHost('api.example.com') }],
        }),
      },
      [],
      { path: '/v1/x' },
      'surely',
    ],
    [
      'goes nowhere by any other',
      {
        onward: virtualService('edge/api', {
          hosts: ['api.example.com'],
          gateways: ['out'],
          http: [{ match: [{ uri: { prefix: '/v1' } }], ...toHost('api.example.com') }],
        }),
      },
      [],
      { path: '/v2' },
      'no',
    ],
    [
      'goes nowhere where its Gateway does not serve the host',
      {
        gateway: inNamespace('IstioGateway', 'edge/out', {
          selector: labels,
          servers: [
            {
              port: { number: 80, name: 'https', protocol: 'HTTPS' },
              tls: { mode: 'ISTIO_MUTUAL' },
              hosts: ['b.example.com'],
            },
          ],
        }),
      },
      [],
      {},
      'no',
    ],
    ['may go anywhere where nobody says what listens', { gateway: [] }, [], {}, 'no'],
    ['goes nowhere where the Service is not read', { service: [] }, [], {}, 'no'],
    ['goes nowhere where there is no Pod', { pod: [] }, [], {}, 'no'],
    ['is not certain where it is not called in mTLS', { rule: [] }, [], {}, 'perhaps'],
    ['is not certain where the gateway does not know the host', { there: [] }, [], {}, 'perhaps'],
    ['goes straight where nothing turns it', { turn: [] }, [], {}, 'surely'],
    [
      'goes straight on a port that nothing turns',
      {
        turn: virtualService('shop/api', {
          hosts: ['api.example.com'],
          http: [{ match: [{ port: 80 }], ...toHost(out) }],
        }),
      },
      [
        entry({ ports: [{ number: 81, name: 'http-81', protocol: 'HTTP' }], exportTo: ['.'] }, {}, 'shop/more'),
        authorization('edge/p', {}),
      ],
      { port: 81 },
      'surely',
    ],
    [
      'is judged there by the host and path that it is given on its way',
      {
        turn: virtualService('shop/api', {
          hosts: ['api.example.com'],
          http: [{ ...toHost(out), rewrite: { uri: '/v1/x' } }],
        }),
      },
      [allow(cart, { paths: ['/v1/x'] })],
      { path: '/v2' },
      'perhaps',
    ],
  ]
  for (const [title, changes, more, called, expected] of table)
    it(title, () => assert.equal(leaves(objects(changes, ...more), called), expected))
})

describe('a gateway that sends calls to another host', () => {
  const elsewhere = virtualService('edge/api', {
    hosts: ['api.example.com'],
    gateways: ['out'],
    http: [toHost('b.example.com')],
  })
  const there = [entry({ hosts: ['api.example.com', 'b.example.com'], exportTo: ['.'] }, {}, 'edge/both')]
  const asked = (changes: World, host: string): Leaves => leaves(objects({ there, ...changes }), { host })

  it('lets them out to that one, and not to the one that was asked for', () => {
    assert.deepEqual(
      [asked({ onward: elsewhere }, 'api.example.com'), asked({ onward: elsewhere }, 'b.example.com')],
      ['no', 'perhaps'],
    )
  })
  it('lets none out to the other where nothing of the kind is said', () => {
    const here = entry({ hosts: ['api.example.com'], exportTo: ['.'] })
    assert.equal(leaves(objects({ there, here: [here] }), { host: 'c.example.com' }), 'no')
  })
})

describe('the network before and behind a gateway', () => {
  const to = (...peers: readonly Json[]): Json => ({
    policyTypes: ['Egress'],
    egress: peers.map(peer => ({ to: [peer] })),
  })
  const block = (cidr: string): Json => ({ ipBlock: { cidr } })
  const table: readonly (readonly [title: string, more: Json, called: Called, leaves: Leaves])[] = [
    ['keep a call from none where they say nothing of it', network({ policyTypes: ['Ingress'] }, 'b/n'), {}, 'surely'],
    [
      'keep calls in that may not get from the gateway to the address',
      network(to(block('198.51.100.0/24')), 'edge/n'),
      {},
      'no',
    ],
    ['let them out to the address', network(to(block('192.0.2.0/24')), 'edge/n'), {}, 'perhaps'],
    [
      'let them out that get from the caller to the gateway',
      network(to({ namespaceSelector: {} }), 'shop/n'),
      {},
      'surely',
    ],
    [
      'are not asked whether they let the caller get to the gateway',
      network(to(block('198.51.100.0/24')), 'shop/n'),
      {},
      'perhaps',
    ],
  ]
  for (const [title, more, called, expected] of table)
    it(title, () => assert.equal(leavesAt(objects({}, more), called), expected))
})

describe('what decides of a call through a gateway', () => {
  it('is what turns it, and nothing of what does not', () => {
    const told = because(objects())
    assert.ok(told.includes('VirtualService shop/api'), told.join())
    assert.ok(!told.includes('VirtualService edge/api') || told.length > 1)
  })
})
