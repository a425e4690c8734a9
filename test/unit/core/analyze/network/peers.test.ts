import assert from 'node:assert/strict'
import { namespace, pod, type Json } from '../objects'
import { networkVerdict, only, policy } from './objects'

const labelled = (id: string, labels: Json): Json => pod(id, { labels: { app: id.split('/')[1], ...labels } })
const cluster: readonly Json[] = [
  namespace('shop', { team: 'red' }),
  namespace('web', { team: 'blue' }),
  pod('shop/cart'),
  labelled('shop/db', { tier: 'store' }),
  labelled('web/frontend', { tier: 'web' }),
]
/** From an address that no block below has. */
function at(id: string): Json {
  const [space, workload] = id.split('/')
  return { plaintext: true, namespace: space, workload, ip: '10.1.0.7' }
}
const outside = { plaintext: true, ip: '203.0.113.9' }

describe('who a rule of a NetworkPolicy means', () => {
  const pods = (podSelector: Json, namespaceSelector?: Json): Json => ({
    podSelector,
    ...(namespaceSelector && { namespaceSelector }),
  })
  const label = (matchLabels: Json): Json => ({ matchLabels })
  const where = (key: string, operator: string, values?: readonly string[]): Json => ({
    matchExpressions: [{ key, operator, ...(values && { values }) }],
  })
  const block = (cidr: string, except?: readonly string[]): Json => ({ ipBlock: { cidr, ...(except && { except }) } })

  // kubernetes `networking/v1` NetworkPolicyPeer, `meta/v1` LabelSelector.
  const table: readonly (readonly [
    peers: readonly Json[] | undefined,
    found: readonly [db: string, frontend: string, outside: string],
  ])[] = [
    [undefined, ['allow', 'allow', 'allow']],
    [[], ['allow', 'allow', 'allow']],
    [[pods({})], ['allow', 'deny', 'deny']],
    [[pods(label({ app: 'db' }))], ['allow', 'deny', 'deny']],
    [[pods(label({ app: 'frontend' }))], ['deny', 'deny', 'deny']],
    [[pods(label({ app: 'db', tier: 'web' }))], ['deny', 'deny', 'deny']],
    [[{ namespaceSelector: {} }], ['allow', 'allow', 'deny']],
    [[{ namespaceSelector: label({ team: 'blue' }) }], ['deny', 'allow', 'deny']],
    [[{ namespaceSelector: label({ 'kubernetes.io/metadata.name': 'web' }) }], ['deny', 'allow', 'deny']],
    [[{ namespaceSelector: where('team', 'In', ['blue', 'green']) }], ['deny', 'allow', 'deny']],
    [[{ namespaceSelector: where('team', 'NotIn', ['blue']) }], ['allow', 'deny', 'deny']],
    [[{ namespaceSelector: where('stage', 'NotIn', ['blue']) }], ['allow', 'allow', 'deny']],
    [[pods(label({ app: 'frontend' }), label({ team: 'blue' }))], ['deny', 'allow', 'deny']],
    [[pods(label({ app: 'frontend' }), label({ team: 'red' }))], ['deny', 'deny', 'deny']],
    [[pods({}, label({ team: 'blue' }))], ['deny', 'allow', 'deny']],
    [
      [pods(label({ app: 'frontend' })), { namespaceSelector: label({ team: 'red' }) }],
      ['allow', 'deny', 'deny'],
    ],
    [[pods(where('tier', 'In', ['store', 'web']))], ['allow', 'deny', 'deny']],
    [[pods(where('tier', 'In', ['store', 'web']), {})], ['allow', 'allow', 'deny']],
    [[pods(where('tier', 'NotIn', ['store']), {})], ['deny', 'allow', 'deny']],
    [[pods(where('tier', 'Exists'), {})], ['allow', 'allow', 'deny']],
    [[pods(where('tier', 'DoesNotExist'), {})], ['deny', 'deny', 'deny']],
    [[pods(where('stage', 'Exists'), {})], ['deny', 'deny', 'deny']],
    [[pods(where('stage', 'DoesNotExist'), {})], ['allow', 'allow', 'deny']],
    [[block('203.0.113.0/24')], ['deny', 'deny', 'allow']],
    [[block('203.0.113.9/32')], ['deny', 'deny', 'allow']],
    [[block('203.0.114.0/24')], ['deny', 'deny', 'deny']],
    [[block('203.0.113.0/24', ['203.0.113.8/31'])], ['deny', 'deny', 'deny']],
    [[block('203.0.113.0/24', ['203.0.113.10/31'])], ['deny', 'deny', 'allow']],
    [[block('2001:db8::/32')], ['deny', 'deny', 'deny']],
    [
      [block('203.0.113.0/24'), pods({})],
      ['allow', 'deny', 'allow'],
    ],
  ]
  const asked = (objects: readonly Json[]) =>
    [at('shop/db'), at('web/frontend'), outside].map(from => networkVerdict([...cluster, ...objects], { from }))

  for (const [from, found] of table)
    it(from === undefined ? 'is everybody, where it names nobody' : JSON.stringify(from), () => {
      const rule = from === undefined ? {} : { from }
      assert.deepEqual(asked([policy('shop/p', { ...only('cart'), ingress: [rule] })]), found)
      // Another policy, and another rule, let in no less.
      assert.deepEqual(
        asked([policy('shop/p', { ...only('cart'), ingress: [rule] }), policy('shop/q', { podSelector: {} })]),
        found,
      )
      assert.deepEqual(
        asked([policy('shop/p', { podSelector: {}, ingress: [{ from: [pods(label({ app: 'x' }))] }, rule] })]),
        found,
      )
    })

  const types: readonly (readonly [why: string, spec: Json, found: string])[] = [
    ['no rule', {}, 'deny'],
    ['no rule of either kind', { policyTypes: ['Ingress'] }, 'deny'],
    ['rules of egress alone', { policyTypes: ['Egress'] }, 'allow'],
    ['rules of egress alone, whatever of ingress', { policyTypes: ['Egress'], ingress: [] }, 'allow'],
    ['both', { policyTypes: ['Ingress', 'Egress'] }, 'deny'],
    ['egress, and by default ingress', { egress: [{}] }, 'deny'],
  ]
  for (const [why, spec, found] of types)
    it(`is ${found === 'deny' ? 'nobody' : 'everybody'} by ${why}`, () => {
      assert.deepEqual(asked([policy('shop/p', { ...only('cart'), ...spec })]), [found, found, found])
      assert.deepEqual(asked([policy('shop/p', { ...only('db'), ...spec })])[2], 'allow')
      assert.deepEqual(asked([policy('web/p', { podSelector: {}, ...spec })])[2], 'allow')
    })
})

describe('which ports a rule of a NetworkPolicy means', () => {
  const containers = [
    {
      name: 'app',
      ports: [
        { containerPort: 8080, name: 'web' },
        { containerPort: 8090, name: 'api' },
        { containerPort: 53, name: 'dns', protocol: 'UDP' },
      ],
    },
  ]
  const world = [...cluster.filter(one => one !== cluster[2]), pod('shop/cart', {}, { containers })]
  const opens = (...ports: readonly Json[]) => {
    const limited = policy('shop/p', { ...only('cart'), ingress: [{ ports }] })
    const out = policy('web/p', { podSelector: {}, policyTypes: ['Egress'], egress: [{ ports }] })
    const by = (rule: Json) =>
      [8080, 8090, 53, 9999].filter(
        port => networkVerdict([...world, rule], { from: 'web/frontend', to: { port } }) === 'allow',
      )
    assert.deepEqual(by(out), by(limited), 'a caller’s policy means the same')
    return by(limited)
  }

  // kubernetes `networking/v1` NetworkPolicyPort
  const table: readonly (readonly [ports: readonly Json[], found: readonly number[]])[] = [
    [[], [8080, 8090, 53, 9999]],
    [[{ port: 8080 }], [8080]],
    [[{ port: 8080, protocol: 'TCP' }], [8080]],
    [[{ port: 8080, protocol: 'UDP' }], []],
    [[{ port: 8080, protocol: 'SCTP' }], []],
    [[{ protocol: 'TCP' }], [8080, 8090, 53, 9999]],
    [[{ protocol: 'UDP' }], []],
    [[{}], [8080, 8090, 53, 9999]],
    [
      [{ port: 8080 }, { port: 9999 }],
      [8080, 9999],
    ],
    [[{ port: 8080, endPort: 8090 }], [8080, 8090]],
    [[{ port: 8081, endPort: 8090 }], [8090]],
    [[{ port: 8000, endPort: 8079 }], []],
    [[{ port: 8080, endPort: 8080 }], [8080]],
    [[{ port: 'web' }], [8080]],
    [
      [{ port: 'api' }, { port: 53 }],
      [8090, 53],
    ],
    [[{ port: 'dns' }], []],
    [[{ port: 'other' }], []],
  ]
  for (const [ports, found] of table)
    it(JSON.stringify(ports), () => {
      assert.deepEqual(opens(...ports), found)
    })
})
