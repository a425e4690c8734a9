import assert from 'node:assert/strict'
import { inNamespace, mesh, namespace, pod, type Json } from '../objects'
import type { Called, Leaves } from './outward'
import { because, leavesAt, leavesPast } from './outward'

const base: readonly Json[] = [mesh(), namespace('shop', {}), pod('shop/cart'), pod('shop/other')]

function policy(egress: readonly Json[], spec: Json = {}, id = 'shop/p'): Json {
  return inNamespace('NetworkPolicy', id, { podSelector: {}, policyTypes: ['Egress'], egress, ...spec })
}

const to = (...peers: readonly Json[]): Json => ({ to: peers })
const block = (cidr: string, ...except: readonly string[]): Json => ({
  ipBlock: { cidr, ...(except.length > 0 && { except }) },
})
const ports = (...list: readonly Json[]): Json => ({ ports: list })
const tcp = (port: unknown, more: Json = {}): Json => ({ protocol: 'TCP', port, ...more })

describe('the network, of a call that goes out', () => {
  type Row = readonly [title: string, objects: readonly Json[], called: Called, leaves: Leaves]
  // https://kubernetes.io/docs/concepts/services-networking/network-policies/
  const table: readonly Row[] = [
    ['lets it out without a policy', [], {}, 'surely'],
    ['keeps it in under one without rules', [policy([])], {}, 'no'],
    ['lets it out under one with a rule of no peers', [policy([{}])], {}, 'surely'],
    ['lets it out under one of ingress alone', [policy([], { policyTypes: ['Ingress'] })], {}, 'surely'],
    [
      'lets it out under one of other Pods',
      [policy([], { podSelector: { matchLabels: { app: 'other' } } })],
      {},
      'surely',
    ],
    ['lets it out under one of another namespace', [policy([], {}, 'b/p')], {}, 'surely'],
    ['lets it out to an address of the block', [policy([to(block('192.0.2.0/24'))])], {}, 'surely'],
    ['keeps it in beside it', [policy([to(block('192.0.2.0/24'))])], { address: '192.0.3.1' }, 'no'],
    ['keeps it in where the block leaves it out', [policy([to(block('192.0.2.0/24', '192.0.2.0/30'))])], {}, 'no'],
    ['lets it out to either of two blocks', [policy([to(block('10.0.0.0/8'), block('192.0.2.0/24'))])], {}, 'surely'],
    [
      'lets it out by either of two rules',
      [policy([to(block('10.0.0.0/8')), to(block('192.0.2.0/24'))])],
      {},
      'surely',
    ],
    ['lets it out by either of two policies', [policy([]), policy([{}], {}, 'shop/q')], {}, 'surely'],
    ['keeps it in where only Pods are let in', [policy([to({ podSelector: {} })])], {}, 'no'],
    ['lets it out on the port of a rule', [policy([ports(tcp(80))])], {}, 'surely'],
    ['keeps it in on the next', [policy([ports(tcp(80))])], { port: 81 }, 'no'],
    ['keeps it in on the one before', [policy([ports(tcp(80))])], { port: 79 }, 'no'],
    ['lets it out at the end of a range', [policy([ports(tcp(80, { endPort: 90 }))])], { port: 90 }, 'surely'],
    ['keeps it in beyond', [policy([ports(tcp(80, { endPort: 90 }))])], { port: 91 }, 'no'],
    ['keeps it in where a rule is of UDP', [policy([ports({ protocol: 'UDP', port: 80 })])], {}, 'no'],
    ['lets it out on the last port there is', [policy([ports(tcp(65535))])], { port: 65535 }, 'surely'],
    ['keeps it in on the last but one', [policy([ports(tcp(65535))])], { port: 65534 }, 'no'],
    ['lets it out on the first', [policy([ports(tcp(1))])], { port: 1 }, 'surely'],
    ['keeps it in on the second', [policy([ports(tcp(1))])], { port: 2 }, 'no'],
    ['asks for the address and the port', [policy([{ ...to(block('192.0.2.0/24')), ...ports(tcp(81)) }])], {}, 'no'],
    ['may let it out where a policy could not be read', [policy([{ to: 7 }])], {}, 'perhaps'],
    [
      'may let it out where it is not known whether a policy is for the Pod',
      [policy([], { podSelector: 7 })],
      {},
      'perhaps',
    ],
    [
      'lets it out where one that may be for the Pod lets out what another does anyway',
      [policy([{}]), policy([], { podSelector: 7 }, 'shop/q')],
      {},
      'surely',
    ],
    [
      'may let it out on the node’s network',
      [policy([]), pod('shop/cart', { labels: { app: 'cart' } }, { hostNetwork: true })],
      {},
      'perhaps',
    ],
    [
      'surely lets out there what the policy does',
      [policy([{}]), pod('shop/cart', { labels: { app: 'cart' } }, { hostNetwork: true })],
      {},
      'surely',
    ],
  ]
  for (const [title, objects, called, expected] of table)
    it(title, () => {
      assert.equal(leavesAt([...base, ...objects], called), expected)
      assert.equal(leavesPast([...base, ...objects], called), expected)
    })

  it('is told by the policies that are for the Pod', () => {
    assert.deepEqual(
      because([...base, policy([]), policy([], { podSelector: { matchLabels: { app: 'other' } } }, 'shop/q')]),
      ['NetworkPolicy shop/p'],
    )
    assert.deepEqual(because(base), [])
  })
})
