import assert from 'node:assert/strict'
import { readAll, type Json } from '../objects'
import { policy } from './objects'

const networkOf = (...objects: readonly Json[]) => readAll(objects).layer.network
const one = (spec: Json) => {
  const [first] = networkOf(policy('shop/p', spec)).policies
  assert.ok(first)
  return first
}
const messages = (...objects: readonly Json[]) => readAll(objects).problems.map(({ message }) => message)

describe('reading a NetworkPolicy', () => {
  it('isolates for ingress, and for egress only where there are rules for it, unless it names types', () => {
    assert.deepEqual(one({}).isolates, ['ingress'])
    assert.deepEqual(one({ egress: [] }).isolates, ['ingress'])
    assert.deepEqual(one({ policyTypes: [], egress: [{}] }).isolates, ['ingress', 'egress'])
    assert.deepEqual(one({ policyTypes: ['Egress'], ingress: [{}] }).isolates, ['egress'])
    assert.deepEqual(one({ policyTypes: ['Egress', 'Ingress'] }).isolates, ['ingress', 'egress'])
  })

  it('takes empty lists of peers and ports for absent ones, and an absent list of rules for an empty one', () => {
    assert.deepEqual(one({ ingress: [{ from: [], ports: [] }, {}, null] }).ingress, [{}, {}, {}])
    assert.deepEqual(one({}).ingress, [])
  })

  it('keeps selectors of one peer together, and TCP as the protocol of a port that names none', () => {
    const peers = [
      { podSelector: {}, namespaceSelector: { matchLabels: { team: 'red' } } },
      { podSelector: { matchExpressions: [{ key: 'app', operator: 'Exists', values: [] }] } },
      { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } },
    ]
    const ports = [{ port: 'web' }, { port: 80, endPort: 90, protocol: 'UDP' }, {}]
    assert.deepEqual(one({ ingress: [{ from: peers, ports }] }).ingress, [
      {
        peers: [
          {
            kind: 'pods',
            pods: { labels: {}, expressions: [] },
            namespaces: { labels: { team: 'red' }, expressions: [] },
          },
          { kind: 'pods', pods: { labels: {}, expressions: [{ key: 'app', operator: 'Exists' }] } },
          { kind: 'block', cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] },
        ],
        ports: [{ protocol: 'TCP', port: 'web' }, { protocol: 'UDP', port: 80, endPort: 90 }, { protocol: 'TCP' }],
      },
    ])
  })

  for (const [what, spec, told] of [
    ['an empty peer', { ingress: [{ from: [{}] }] }, /a `podSelector`, a `namespaceSelector` or an `ipBlock`/],
    ['a peer that is null', { ingress: [{ from: [null] }] }, /a `podSelector`/],
    [
      'a block beside a selector',
      { ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8' }, podSelector: {} }] }] },
      /alone/,
    ],
    ['a block without length', { egress: [{ to: [{ ipBlock: { cidr: '10.0.0.1' } }] }] }, /a CIDR block/],
    [
      'an exception outside its block',
      { ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16'] } }] }] },
      /a part of `10.0.0.0\/8`/,
    ],
    [
      'an exception that is the block',
      { ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/8'] } }] }] },
      /a part of/,
    ],
    ['a number in quotes', { ingress: [{ ports: [{ port: '80' }] }] }, /the name of a container port/],
    ['a range that ends before it starts', { ingress: [{ ports: [{ port: 90, endPort: 80 }] }] }, /the end of a range/],
    ['a range that starts at a name', { ingress: [{ ports: [{ port: 'web', endPort: 80 }] }] }, /the end of a range/],
    ['`In` without values', { podSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } }, /values to compare/],
    [
      '`Exists` with values',
      { podSelector: { matchExpressions: [{ key: 'a', operator: 'Exists', values: ['x'] }] } },
      /no values beside `Exists`/,
    ],
    ['a type that is none', { policyTypes: ['ingress'] }, /did|one of Ingress, Egress/],
    ['a field that is none', { podSelecter: {} }, /no field known here/],
  ] as const) {
    it(`reports ${what}, and leaves the policy unreadable`, () => {
      assert.equal(one(spec).unreadable, true)
      assert.match(messages(policy('shop/p', spec)).join('\n'), told)
    })
  }

  it('may hold anywhere without a namespace', () => {
    const nowhere = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'p' }, spec: {} }
    assert.equal(networkOf(nowhere).unmodelled, 'everywhere')
    assert.match(messages(nowhere).join('\n'), /without one nobody can tell where it will lie/)
  })

  it('is told of a version that is served no more, and read all the same', () => {
    const old = { ...policy('shop/p'), apiVersion: 'extensions/v1beta1' }
    assert.equal(networkOf(old).policies.length, 1)
    assert.match(messages(old).join('\n'), /`apiVersion`.*a served version \(networking.k8s.io\/v1\)/)
  })

  it('keeps workloads apart that differ by a label it selects by', () => {
    const pod = (name: string, hash: string): Json => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        namespace: 'shop',
        name,
        labels: { app: 'a', 'pod-template-hash': hash },
        ownerReferences: [{ controller: true, kind: 'ReplicaSet', name: `a-${hash}` }],
      },
      spec: { containers: [] },
    })
    const pods = [pod('a-1-x', '1'), pod('a-2-x', '2')]
    assert.equal(readAll(pods).layer.workloads.length, 1)
    const peer = policy('shop/p', {
      ingress: [{ from: [{ podSelector: { matchLabels: { 'pod-template-hash': '1' } } }] }],
    })
    assert.equal(readAll([...pods, peer]).layer.workloads.length, 2)
  })
})

describe('policies that only a network plugin knows', () => {
  const foreign = (apiVersion: string, kind: string, metadata: Json): Json => ({ apiVersion, kind, metadata, spec: {} })

  it('leave the Pods of their namespace in doubt, or all, and are told of', () => {
    const cilium = foreign('cilium.io/v2', 'CiliumNetworkPolicy', { namespace: 'shop', name: 'p' })
    assert.deepEqual(networkOf(cilium).unmodelled, new Set(['shop']))
    const told = readAll([cilium]).problems
    assert.deepEqual(
      told.map(({ code, severity }) => [code, severity]),
      [['not-analysed', 'narrowed']],
    )
    for (const [version, kind] of [
      ['cilium.io/v2', 'CiliumClusterwideNetworkPolicy'],
      ['crd.projectcalico.org/v1', 'GlobalNetworkPolicy'],
      ['projectcalico.org/v3', 'GlobalNetworkPolicy'],
      ['policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy'],
      ['policy.networking.k8s.io/v1alpha1', 'BaselineAdminNetworkPolicy'],
      ['policy.networking.k8s.io/v1alpha2', 'ClusterNetworkPolicy'],
    ] as const) {
      assert.equal(networkOf(foreign(version, kind, { name: 'p' })).unmodelled, 'everywhere', kind)
    }
    const calico = foreign('projectcalico.org/v3', 'NetworkPolicy', { namespace: 'web', name: 'p' })
    assert.deepEqual(networkOf(calico).unmodelled, new Set(['web']))
    assert.deepEqual(networkOf(calico).policies, [])
  })
})
