import assert from 'node:assert/strict'
import { compareNetwork } from '../../../../../core/analyze/compare-network'
import { reach } from '../../../../../core/analyze/reach'
import type { Graph } from '../../../../../core/graph/graph'
import { intentOf } from '../../../../../core/graph/intent'
import { graphOf, service } from '../../../../support/compiled'
import { layerOf, mesh, namespace, pod, type Json } from '../objects'
import { only, policy } from './objects'

const graph = graphOf({
  services: { cart: service('http', 8080), frontend: service('http', 8080, { namespace: 'web' }) },
  calls: { frontend: { cart: { http: ['GET /'] } } },
})
const cluster: readonly Json[] = [
  namespace('shop', {}),
  namespace('web', {}),
  pod('shop/cart'),
  pod('shop/db'),
  pod('web/frontend'),
]
const closed = policy('web/closed', {})
const inWeb = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'web' } } }
const fromWeb = (more: Json = {}, ports: readonly Json[] = [{ port: 8080 }]) =>
  policy('shop/cart', {
    ...only('cart'),
    ingress: [{ from: [{ ...inWeb, ...only('frontend'), ...more }], ports }],
  })

/** What is found of policies, as `cut shop/cart:8080 by …`. */
function found(objects: readonly Json[], wanted: Graph = graph): readonly string[] {
  return compareNetwork(reach(layerOf(objects)), intentOf(wanted)).map(
    ({ kind, text, because }) => `${kind} ${text} by ${because.join(', ') || 'nothing'}`,
  )
}

describe('the network held against an intent', () => {
  it('is its shadow where just the declared caller gets in, in a mesh or without one', () => {
    assert.deepEqual(found([...cluster, fromWeb(), closed]), [])
    assert.deepEqual(found([mesh(), ...cluster, fromWeb(), closed]), [])
  })

  it('admits whoever was read and is not declared, and one of them is told', () => {
    assert.deepEqual(found([...cluster, closed]), ['admitted shop/db → shop/cart:8080 on the network by nothing'])
    const wide = policy('shop/wide', { ingress: [{ from: [{ podSelector: {} }] }] })
    assert.deepEqual(found([...cluster, fromWeb(), wide, closed]), [
      'admitted shop/db → shop/cart:8080 on the network by NetworkPolicy shop/wide, NetworkPolicy shop/cart',
    ])
  })

  it('admits Pods that nobody has read, by labels or a namespace that no declared caller needs', () => {
    const apps = (operator: string, values?: readonly string[]): Json => ({
      podSelector: { matchExpressions: [{ key: 'app', operator, ...(values && { values }) }] },
    })
    const table: readonly (readonly [peer: Json, told: string | undefined])[] = [
      [{}, undefined],
      [{ namespaceSelector: {} }, '…/{app=frontend}'],
      [apps('In', ['frontend']), undefined],
      [apps('In', ['frontend', 'anybody']), 'web/{app=anybody}'],
      [apps('Exists'), 'web/{app=x}'],
      [apps('NotIn', ['legacy']), 'any other Pod of web'],
      [{ namespaceSelector: { matchLabels: { team: 'web' } } }, '{team=web}/{app=frontend}'],
    ]
    for (const [peer, told] of table) {
      const differences = found([...cluster, closed, fromWeb(peer)])
      const admitted = differences.filter(text => text.startsWith('admitted'))
      const expected = `admitted ${told ?? ''} → shop/cart:8080 on the network by NetworkPolicy shop/cart`
      assert.deepEqual(admitted, told === undefined ? [] : [expected], JSON.stringify(peer))
    }
  })

  it('cuts a declared caller by its callee’s policies, and by its own', () => {
    const cut = 'cut web/frontend → shop/cart:8080 on the network by'
    assert.deepEqual(found([...cluster, closed, fromWeb({}, [{ port: 80 }])]), [
      'admitted web/frontend → shop/cart:80 on the network by NetworkPolicy shop/cart',
      `${cut} NetworkPolicy shop/cart`,
    ])
    const inside = policy('web/inside', { policyTypes: ['Egress'], egress: [{ to: [{ podSelector: {} }] }] })
    assert.deepEqual(found([...cluster, closed, fromWeb(), inside]), [
      `${cut} NetworkPolicy shop/cart, NetworkPolicy web/inside`,
    ])
  })

  it('cuts a caller of whom one of several workloads does not get through', () => {
    const canary = pod('web/canary', {}, { serviceAccountName: 'frontend' })
    assert.deepEqual(found([...cluster, canary, closed, fromWeb()]), [
      'cut web/canary → shop/cart:8080 on the network by NetworkPolicy shop/cart',
    ])
  })

  it('is asked for no more than certain blocks where addresses are declared, and nothing where anybody is', () => {
    const outside = (cidrs: readonly string[]) =>
      graphOf({
        ...graph,
        outside: { office: { kind: 'cidr', cidrs, routes: { cart: { http: ['GET /'] } } } },
      })
    const block = policy('shop/office', {
      ...only('cart'),
      ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }], ports: [{ port: 8080 }] }],
    })
    assert.deepEqual(found([...cluster, closed, fromWeb(), block], outside(['10.0.0.0/8'])), [])
    assert.deepEqual(found([...cluster, closed, fromWeb(), block]), [
      'admitted shop/db → shop/cart:8080 on the network by NetworkPolicy shop/cart, NetworkPolicy shop/office',
    ])
  })

  it('tells of Pods that nobody read: others beside the callers, and those of other namespaces', () => {
    const alone = [...cluster.filter(object => JSON.stringify(object).includes('"name":"db"') === false), closed]
    const beside = policy('shop/cart', { ...only('cart'), ingress: [{ from: [{ podSelector: {} }] }] })
    assert.deepEqual(
      found([...alone, beside]).map(text => text.split(' by ')[0]),
      [
        'cut web/frontend → shop/cart:8080 on the network',
        'admitted any other Pod of shop → shop/cart:8080 on the network',
      ],
    )
    const open = policy('shop/cart', { ...only('cart'), ingress: [{}] })
    assert.deepEqual(found([...alone, open]), [
      'admitted any Pod of another namespace → shop/cart:8080 on the network by NetworkPolicy shop/cart',
    ])
  })

  it('is asked of ports that nobody named, too', () => {
    assert.deepEqual(found([...cluster, fromWeb({}, [{ protocol: 'TCP' }]), closed]), [
      'admitted web/frontend → shop/cart:other on the network by NetworkPolicy shop/cart',
    ])
  })

  it('takes addresses that no Pod has for nobody’s: those that the kubelet’s probes come from', () => {
    const probes = ['169.254.7.127/32', 'fd16:9254:7127:1337:ffff:ffff:ffff:ffff/128']
    const probed = policy('shop/probes', {
      ...only('cart'),
      ingress: [{ from: probes.map(cidr => ({ ipBlock: { cidr } })) }],
    })
    assert.deepEqual(found([...cluster, fromWeb(), closed, probed]), [])
  })

  it('holds nothing against a namespace that is not enforced yet, nor against what it may call', () => {
    const reached = reach(layerOf([...cluster, closed]))
    assert.deepEqual(compareNetwork(reached, intentOf(graph), { stages: { shop: 'strict' } }), [])
    assert.equal(compareNetwork(reached, intentOf(graph), { stages: { web: 'strict' } }).length, 1)
  })

  it('leaves Pods on a node’s network aside, whom nobody can close', () => {
    const agent = pod('shop/agent', {}, { hostNetwork: true })
    assert.deepEqual(found([...cluster, agent, closed, fromWeb()]), [])
  })

  it('is told on the wire: who may call one port of a Pod of ztunnel’s gets to all by HBONE, and to each by itself otherwise', () => {
    const ambient = { 'istio.io/dataplane-mode': 'ambient' }
    const two = graphOf({
      services: {
        cart: {
          namespace: 'shop',
          ports: { http: { protocol: 'http', port: 8080 }, tcp: { protocol: 'tcp', port: 9090 } },
        },
        db: service('tcp', 5432),
        frontend: service('http', 8080, { namespace: 'web' }),
      },
      calls: { frontend: { cart: { http: ['GET /'] } }, db: { cart: { tcp: 'tcp' } } },
    })
    const on = (ports: readonly Json[]) => [
      mesh(),
      ...cluster.slice(2),
      namespace('shop', ambient),
      namespace('web', ambient),
      pod('web/stray'),
      closed,
      policy('shop/db', only('db')),
      policy('shop/cart', {
        ...only('cart'),
        ingress: [{ from: [only('db'), { ...inWeb, ...only('frontend') }], ports }],
      }),
    ]
    assert.deepEqual(found(on([{ port: 15008 }]), two), [])
    assert.deepEqual(
      found(on([{ port: 8080 }, { port: 9090 }]), two).map(text => text.split(' by ')[0]),
      [
        'cut web/frontend → shop/cart:8080 on the network',
        'admitted shop/db → shop/cart:8080 on the network',
        'cut shop/db → shop/cart:9090 on the network',
        'admitted web/frontend → shop/cart:9090 on the network',
      ],
    )
  })
})
