import assert from 'node:assert/strict'
import { meets } from '../../../../../core/analyze/network/isolation'
import { namespace, pod, type Json } from '../objects'
import { type Call, cluster, networkVerdict, only, policy } from './objects'

type Row = readonly [title: string, spec: Json, from: Call['from'], verdict: string, to?: Json]

/** Under one policy `shop/p`, from and to `shop/cart:8080`. */
function check(rows: readonly Row[], objects: readonly Json[] = cluster): void {
  for (const [title, spec, from, expected, to = {}] of rows)
    it(`${title}: ${expected}`, () => {
      assert.equal(networkVerdict([...objects, policy('shop/p', { podSelector: {}, ...spec })], { from, to }), expected)
    })
}

const ip = (address: string): Json => ({ plaintext: true, ip: address })
const frontendAt = (address: string): Json => ({ ...ip(address), namespace: 'web', workload: 'frontend' })
const outside = ip('203.0.113.9')
const peers = (...from: readonly Json[]): Json => ({ ingress: [{ from }] })
const ports = (...list: readonly Json[]): Json => ({ ingress: [{ ports: list }] })
const block = (cidr: string, ...except: readonly string[]): Json => ({ ipBlock: { cidr, except } })
const team = (name: string): Json => ({ namespaceSelector: { matchLabels: { team: name } } })

describe('a NetworkPolicy of what comes in', () => {
  // https://kubernetes.io/docs/concepts/services-networking/network-policies/; kubernetes `staging/src/k8s.io/api/networking/v1/types.go`
  check([
    ['closes', {}, 'web/frontend', 'deny'],
    ['closes to those beside it', {}, 'shop/db', 'deny'],
    ['closes to who is no Pod', {}, outside, 'deny'],
    ['does not close to the Pod itself', {}, 'shop/cart', 'allow'],
    ['closes what it selects', only('cart'), 'web/frontend', 'deny'],
    ['closes nothing else', only('db'), 'web/frontend', 'allow'],
    ['closes nothing by what goes out alone', { policyTypes: ['Egress'] }, 'web/frontend', 'allow'],
    ['closes by both', { policyTypes: ['Egress', 'Ingress'] }, 'web/frontend', 'deny'],
    ['closes without types', { egress: [{}] }, 'web/frontend', 'deny'],
    ['opens by an empty rule', { ingress: [{}] }, 'web/frontend', 'allow'],
    ['opens by an empty rule to anybody', { ingress: [{}] }, outside, 'allow'],
    ['opens to no list of peers', { ingress: [{ from: [] }] }, outside, 'allow'],
    ['opens on no list of ports', { ingress: [{ ports: [] }] }, outside, 'allow'],
    ['opens to the Pods beside it', peers({ podSelector: {} }), 'shop/db', 'allow'],
    ['opens to no Pods elsewhere by that', peers({ podSelector: {} }), 'web/frontend', 'deny'],
    ['opens to nobody outside by that', peers({ podSelector: {} }), outside, 'deny'],
    ['opens to a Pod beside it', peers(only('db')), 'shop/db', 'allow'],
    ['opens to no other', peers(only('x')), 'shop/db', 'deny'],
    ['opens to all namespaces', peers({ namespaceSelector: {} }), 'web/frontend', 'allow'],
    ['opens to nobody outside by that', peers({ namespaceSelector: {} }), outside, 'deny'],
    ['opens to a namespace', peers(team('blue')), 'web/frontend', 'allow'],
    ['opens to no other namespace', peers(team('red')), 'web/frontend', 'deny'],
    ['opens to a Pod of a namespace', peers({ ...team('blue'), ...only('frontend') }), 'web/frontend', 'allow'],
    ['opens to no other of it', peers({ ...team('blue'), ...only('x') }), 'web/frontend', 'deny'],
    ['opens to none of another', peers({ ...team('red'), ...only('frontend') }), 'web/frontend', 'deny'],
    ['opens to the second of two peers', peers(only('x'), team('blue')), 'web/frontend', 'allow'],
    [
      'opens by the second of two rules',
      { ingress: [{ from: [only('x')] }, { from: [team('blue')] }] },
      'web/frontend',
      'allow',
    ],
    ['opens to an address', peers(block('203.0.113.0/24')), outside, 'allow'],
    ['opens to none beside it', peers(block('203.0.113.0/24')), ip('203.0.114.1'), 'deny'],
    ['opens to none that is left out', peers(block('203.0.113.0/24', '203.0.113.8/30')), outside, 'deny'],
    ['opens to all of IPv4', peers(block('0.0.0.0/0')), outside, 'allow'],
    ['opens to none of IPv6 by that', peers(block('0.0.0.0/0')), ip('2001:db8::1'), 'deny'],
    ['opens to all of IPv6', peers(block('::/0')), ip('2001:db8::1'), 'allow'],
    ['may open to a Pod by a block', peers(block('10.0.0.0/8')), frontendAt('10.1.2.3'), 'unknown'],
    ['opens to no Pod by a block that no Pod is in', peers(block('169.254.0.0/16')), 'web/frontend', 'deny'],
    ['opens to no Pod by a part of it', peers(block('169.254.7.0/24')), 'web/frontend', 'deny'],
    ['opens to no Pod by one of IPv6', peers(block('fe80::/64')), 'web/frontend', 'deny'],
    [
      'opens to no Pod by that of probes',
      peers(block('fd16:9254:7127:1337:ffff:ffff:ffff:ffff/128')),
      'web/frontend',
      'deny',
    ],
    [
      'may open to a Pod by a block with more than that',
      peers(block('169.0.0.0/8')),
      frontendAt('169.1.2.3'),
      'unknown',
    ],
    ['may open to a Pod by one beside it', peers(block('169.253.0.0/16')), frontendAt('169.253.2.3'), 'unknown'],
    ['opens on a port', ports({ port: 8080 }), 'web/frontend', 'allow'],
    ['opens on no other', ports({ port: 8080 }), 'web/frontend', 'deny', { port: 8081 }],
    ['opens on the second of two', ports({ port: 1 }, { port: 8080 }), 'web/frontend', 'allow'],
    ['opens by its name', ports({ port: 'web' }), 'web/frontend', 'allow'],
    ['opens on no other by that', ports({ port: 'web' }), 'web/frontend', 'deny', { port: 8081 }],
    ['opens on none of another name', ports({ port: 'x' }), 'web/frontend', 'deny'],
    ['opens from the start of a range', ports({ port: 8080, endPort: 8090 }), 'web/frontend', 'allow'],
    ['opens to its end', ports({ port: 8070, endPort: 8080 }), 'web/frontend', 'allow'],
    ['opens on none before it', ports({ port: 8081, endPort: 8090 }), 'web/frontend', 'deny'],
    ['opens on none behind it', ports({ port: 8070, endPort: 8079 }), 'web/frontend', 'deny'],
    ['opens on all of TCP', ports({ protocol: 'TCP' }), 'web/frontend', 'allow'],
    ['opens on none of UDP', ports({ protocol: 'UDP' }), 'web/frontend', 'deny'],
    ['opens on none of SCTP by its number', ports({ protocol: 'SCTP', port: 8080 }), 'web/frontend', 'deny'],
    [
      'opens to a peer on a port',
      { ingress: [{ from: [team('blue')], ports: [{ port: 8080 }] }] },
      'web/frontend',
      'allow',
    ],
    [
      'opens to a peer on no other',
      { ingress: [{ from: [team('blue')], ports: [{ port: 81 }] }] },
      'web/frontend',
      'deny',
    ],
    [
      'opens on a port to no other',
      { ingress: [{ from: [team('red')], ports: [{ port: 8080 }] }] },
      'web/frontend',
      'deny',
    ],
  ])
})

describe('a NetworkPolicy of what goes out', () => {
  const out = (...to: readonly Json[]): Json => ({ policyTypes: ['Egress'], egress: [{ to }] })
  const on = (...list: readonly Json[]): Json => ({ policyTypes: ['Egress'], egress: [{ ports: list }] })
  // The Pods of `shop` are those that call.
  check([
    ['closes', { policyTypes: ['Egress'] }, 'shop/db', 'deny'],
    ['closes nothing that comes in', { policyTypes: ['Egress'] }, 'web/frontend', 'allow'],
    ['closes nobody outside', { policyTypes: ['Egress'] }, outside, 'allow'],
    ['does not close to the Pod itself', { policyTypes: ['Egress'] }, 'shop/cart', 'allow'],
    ['closes what it selects', { policyTypes: ['Egress'], ...only('db') }, 'shop/db', 'deny'],
    ['closes nothing else', { policyTypes: ['Egress'], ...only('x') }, 'shop/db', 'allow'],
    ['closes nothing that comes in alone', { policyTypes: ['Ingress'], ...only('db') }, 'shop/db', 'allow'],
    ['opens by an empty rule', { policyTypes: ['Egress'], egress: [{}] }, 'shop/db', 'allow'],
    ['opens to a Pod', out(only('cart')), 'shop/db', 'allow'],
    ['opens to no other', out(only('x')), 'shop/db', 'deny'],
    ['opens to its namespace', out(team('red')), 'shop/db', 'allow'],
    ['opens to no other', out(team('blue')), 'shop/db', 'deny'],
    ['may open to a Pod by a block', out(block('10.0.0.0/8')), 'shop/db', 'unknown'],
    ['opens on a port', on({ port: 8080 }), 'shop/db', 'allow'],
    ['opens on no other', on({ port: 81 }), 'shop/db', 'deny'],
    ['opens by the name of the port that is called', on({ port: 'web' }), 'shop/db', 'allow'],
    ['opens by no other name', on({ port: 'x' }), 'shop/db', 'deny'],
  ])
})

describe('a NetworkPolicy, and Pods of which not all is known', () => {
  const host = pod('shop/agent', {}, { hostNetwork: true })
  const unread = pod('web/unread', { labels: 7 })
  const spread = { ...pod('shop/many'), apiVersion: 'apps/v1', kind: 'Deployment' }
  const many = {
    ...spread,
    spec: {
      selector: { matchLabels: { app: 'many' } },
      template: {
        metadata: { labels: { app: 'many' } },
        spec: { containers: [{ name: 'app', ports: [{ containerPort: 8080, name: 'web' }] }] },
      },
    },
  }
  const perhaps = { podSelector: { matchLabels: { 'linkerd.io/control-plane-ns': 'linkerd' } } }
  check(
    [
      ['need not hold on the node’s network', {}, 'shop/agent', 'unknown'],
      ['need not take one there for a Pod', peers(only('agent')), 'shop/agent', 'unknown'],
      ['open to all of them', { ingress: [{}] }, 'shop/agent', 'allow'],
      ['may be for one whose labels come later', perhaps, 'web/frontend', 'unknown'],
      ['may let in one whose labels come later', peers(perhaps), 'shop/db', 'unknown'],
      [
        'may let in one whose labels were not read',
        peers({ namespaceSelector: {}, ...only('x') }),
        'web/unread',
        'unknown',
      ],
      ['let in all of a namespace, whatever their labels', peers({ namespaceSelector: {} }), 'web/unread', 'allow'],
      [
        'let in all but some',
        peers({ podSelector: { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['x'] }] } }),
        'shop/db',
        'allow',
      ],
      [
        'let in none of some',
        peers({ podSelector: { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['db'] }] } }),
        'shop/db',
        'deny',
      ],
      [
        'let in who lacks a label',
        peers({ podSelector: { matchExpressions: [{ key: 'x', operator: 'DoesNotExist' }] } }),
        'shop/db',
        'allow',
      ],
      [
        'keep out who has it',
        peers({ podSelector: { matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] } }),
        'shop/db',
        'deny',
      ],
      [
        'let in who has one',
        peers({ podSelector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } }),
        'shop/db',
        'allow',
      ],
      [
        'keep out who lacks it',
        peers({ podSelector: { matchExpressions: [{ key: 'x', operator: 'Exists' }] } }),
        'shop/db',
        'deny',
      ],
      [
        'let in one of several',
        peers({ podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['x', 'db'] }] } }),
        'shop/db',
        'allow',
      ],
      [
        'keep out who is none of them',
        peers({ podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['x'] }] } }),
        'shop/db',
        'deny',
      ],
      [
        'ask for both',
        peers({ podSelector: { matchLabels: { app: 'db' }, matchExpressions: [{ key: 'x', operator: 'Exists' }] } }),
        'shop/db',
        'deny',
      ],
    ],
    [...cluster, host, unread],
  )

  it('keeps a Pod from others of its kind, and not from itself', () => {
    const world = [namespace('shop', {}), many, policy('shop/p', { podSelector: {} })]
    const to = { workload: 'many' }
    assert.equal(networkVerdict(world, { from: 'shop/many', to }), 'unknown')
    assert.equal(
      networkVerdict([...world, policy('shop/q', { podSelector: {}, ingress: [{}] })], { from: 'shop/many', to }),
      'allow',
    )
  })
})

describe('labels and a selector', () => {
  type Selector = Parameters<typeof meets>[0]
  const all = (labels: Selector['labels'], ...expressions: Selector['expressions']): Selector => ({
    labels,
    expressions,
  })
  const asks = (operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist', ...values: readonly string[]): Selector =>
    all({}, { key: 'a', operator, values })
  const [known, unsure] = [
    { labels: { a: '1' }, unsure: () => false },
    { labels: {}, unsure: () => true },
  ]
  const none = { labels: {}, unsure: () => false }
  // kubernetes `apimachinery/pkg/labels/selector.go` Requirement.Matches
  const table: readonly (readonly [selector: Selector, known: string, none: string, unsure: string])[] = [
    [all({}), 'yes', 'yes', 'yes'],
    [all({ a: '1' }), 'yes', 'no', 'unknown'],
    [all({ a: '2' }), 'no', 'no', 'unknown'],
    [all({ a: '1', b: '1' }), 'no', 'no', 'unknown'],
    [asks('In', '1', '2'), 'yes', 'no', 'unknown'],
    [asks('In', '2'), 'no', 'no', 'unknown'],
    [asks('NotIn', '1'), 'no', 'yes', 'unknown'],
    [asks('NotIn', '2'), 'yes', 'yes', 'unknown'],
    [asks('Exists'), 'yes', 'no', 'unknown'],
    [asks('DoesNotExist'), 'no', 'yes', 'unknown'],
  ]
  for (const [selector, ...expected] of table)
    it(JSON.stringify(selector), () => {
      assert.deepEqual(
        [known, none, unsure].map(seen => meets(selector, seen)),
        expected,
      )
    })
})
