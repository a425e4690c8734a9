import assert from 'node:assert/strict'
import type { Change } from '../../../../../core/analyze/diff/change'
import { diff } from '../../../../../core/analyze/diff/diff'
import { tellingWitness } from '../../../../../core/analyze/diff/tell'
import type { Reach } from '../../../../../core/analyze/reach'
import { reach } from '../../../../../core/analyze/reach'
import { door, edge, onHttp, to, virtualService } from '../gateway/gateway-objects'
import { httpRoute, linkerdConfig, linkerdNamespace, policy as linkerdPolicy, server } from '../linkerd/objects'
import { authorization, inNamespace, mesh, namespace, peers, pod, readAll, service, type Json } from '../objects'

const base: readonly Json[] = [
  mesh({ caCertificates: [] }),
  peers('istio-system/default', { mtls: { mode: 'STRICT' } }),
  namespace('shop'),
]
const cart: readonly Json[] = [pod('shop/cart'), service('shop/cart')]
const allowing = (paths: readonly string[], caller = 'frontend', id = 'shop/p', methods?: readonly string[]): Json =>
  authorization(id, {
    rules: [
      {
        from: [{ source: { principals: [`cluster.local/ns/web/sa/${caller}`] } }],
        to: [{ operation: { paths: [...paths], ...(methods && { methods: [...methods] }) } }],
      },
    ],
  })
const open = authorization('shop/p', { rules: [{}] })
const closed = authorization('shop/p', {})

const state = (...objects: readonly Json[]): Reach => reach(readAll(objects).layer)

/** What changed of ports and gateways, a line each: `shop/cart:8080 admitted web/frontend → …`. */
function told(old: Reach, now: Reach, kinds: readonly Change['kind'][] = ['port', 'entry']): readonly string[] {
  return diff(old, now)
    .changes.filter(({ kind }) => kinds.includes(kind))
    .flatMap(change => {
      const { admitted, ruledOut, cut, assured } = change.patch
      const parts = [
        ['admitted', admitted, now],
        ['ruled out', ruledOut, old],
        ['cut', cut, old],
        ['assured', assured, now],
      ] as const
      return parts.flatMap(([part, region, words]) =>
        region.isEmpty ? [] : [`${change.callee} ${part}: ${tellingWitness(region, change, words)}`],
      )
    })
}

describe('what a change of manifests admits and cuts', () => {
  const [a, ab] = [state(...base, ...cart, allowing(['/a'])), state(...base, ...cart, allowing(['/a', '/b']))]
  const both = (what: string, request: string): readonly string[] =>
    ['8080', 'other'].map(port => `shop/cart:${port} ${what}: web/frontend → shop/cart:${port} ${request}`)

  it('is nothing between a state and itself', () => {
    assert.deepEqual(diff(a, a).changes, [])
    assert.deepEqual(diff(a, state(...base, ...cart, allowing(['/a']))).changes, [])
  })

  const sorted = (lines: readonly string[]): readonly string[] => [...lines].sort()
  const asked = 'GET /b'
  it('is a path that is let in more, and one less', () => {
    assert.deepEqual(sorted(told(a, ab)), sorted([...both('admitted', asked), ...both('assured', asked)]))
    assert.deepEqual(sorted(told(ab, a)), sorted([...both('ruled out', asked), ...both('cut', asked)]))
  })

  it('is a port that one state alone names, held against all those that no object names', () => {
    const named = state(
      ...base,
      ...cart,
      authorization('shop/p', { rules: [{ to: [{ operation: { ports: ['9090'] } }] }] }),
    )
    const found = diff(state(...base, ...cart, closed), named)
    assert.deepEqual(
      found.changes.map(({ callee }) => callee),
      ['shop/cart:9090'],
    )
    assert.deepEqual(
      diff(named, state(...base, ...cart, closed)).changes.map(({ callee }) => callee),
      ['shop/cart:9090'],
    )
    assert.ok(found.ports.some(({ port, old }) => port === 9090 && old?.port === 'other'))
  })

  it('tells what decided in each state', () => {
    const [change] = diff(a, state(...base, ...cart, allowing(['/b'], 'frontend', 'shop/q'))).changes
    assert.ok(change)
    const { admitted, ruledOut } = change.patch
    const policies = (names: readonly string[]): readonly string[] => names.filter(name => name.startsWith('Auth'))
    assert.deepEqual(policies(change.because.now(admitted)), ['AuthorizationPolicy shop/q'])
    assert.deepEqual(policies(change.because.old(ruledOut)), ['AuthorizationPolicy shop/p'])
  })
})

describe('workloads of two states', () => {
  const more: readonly Json[] = [pod('shop/ads'), service('shop/ads')]
  const names = (found: ReturnType<typeof diff>): unknown => [
    found.came.map(({ name }) => name),
    found.gone.map(({ name }) => name),
    found.renamed.map(({ old, now }) => `${old.name} ${now.name}`),
    found.workloads,
  ]
  const [one, two] = [state(...base, ...cart, closed), state(...base, ...cart, ...more, closed)]
  it('come and go, with what is open of them', () => {
    assert.deepEqual(names(diff(one, two)), [['ads'], [], [], 1])
    assert.deepEqual(names(diff(two, one)), [[], ['ads'], [], 1])
    assert.deepEqual(told(one, two), [], 'nobody is let in')
    const wide = state(
      ...base,
      ...cart,
      ...more,
      closed,
      authorization('shop/ads', { selector: { matchLabels: { app: 'ads' } }, rules: [{}] }),
    )
    assert.deepEqual(
      diff(one, wide)
        .changes.filter(({ kind }) => kind === 'port')
        .map(({ callee }) => callee),
      ['shop/ads:8080', 'shop/ads:other'],
    )
    assert.ok(
      diff(wide, one)
        .changes.filter(({ kind }) => kind === 'port')
        .every(({ patch }) => patch.admitted.isEmpty && !patch.ruledOut.isEmpty),
    )
  })
  it('are the same under another name where they alone run under an account', () => {
    const renamed = (name: string, account = 'cart'): Reach =>
      state(...base, pod(`shop/${name}`, {}, { serviceAccountName: account }), open)
    assert.deepEqual(names(diff(renamed('a'), renamed('b'))), [[], [], ['a b'], 1])
    assert.deepEqual(names(diff(renamed('a'), renamed('a'))), [[], [], [], 1])
    assert.deepEqual(names(diff(renamed('a'), renamed('b', 'x'))), [['b'], ['a'], [], 0])
    assert.deepEqual(names(diff(renamed('a', 'default'), renamed('b', 'default'))), [['b'], ['a'], [], 0])
    assert.deepEqual(told(renamed('a'), renamed('b')), [])
  })
  it('are the same of another kind', () => {
    const deployment = {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: 'shop', name: 'cart' } },
      spec: { template: { metadata: { labels: { app: 'cart' } }, spec: { serviceAccountName: 'x', containers: [] } } },
    }
    assert.deepEqual(names(diff(state(...base, pod('shop/cart'), open), state(...base, deployment, open))), [
      [],
      [],
      [],
      1,
    ])
  })
})

describe('what data planes leave open, in two states', () => {
  const linkerd: readonly Json[] = [linkerdConfig(), linkerdNamespace('shop')]
  const probed = (path: string): Json =>
    pod(
      'shop/cart',
      {},
      {
        containers: [
          {
            name: 'app',
            ports: [{ containerPort: 8080, name: 'web' }],
            readinessProbe: { httpGet: { path, port: 8080 } },
          },
        ],
      },
    )
  it('is told in words', () => {
    const [bare, meshed] = [state(...linkerd), state(...linkerd, pod('shop/cart'))]
    const { floor } = diff(bare, meshed)
    assert.ok(floor.came.length > 0)
    assert.deepEqual(
      [floor.gone, diff(meshed, bare).floor.gone, diff(meshed, meshed).floor],
      [[], floor.came, { came: [], gone: [] }],
    )
  })
  it('is no change where it is only what probes are let in by', () => {
    const [one, two] = [state(...linkerd, probed('/ready')), state(...linkerd, probed('/live'))]
    assert.deepEqual(told(one, two), [])
  })
  it('is a change where routes take it in', () => {
    const guarded = (path: string): Reach =>
      state(
        ...linkerd,
        probed('/ready'),
        server('shop/cart'),
        httpRoute('shop/r', [{ path: { type: 'Exact', value: path } }]),
        linkerdPolicy('shop/p', [{ kind: 'ServiceAccount', name: 'frontend', namespace: 'web' }], {
          kind: 'HTTPRoute',
          group: 'policy.linkerd.io',
          name: 'r',
        }),
      )
    assert.deepEqual(told(guarded('/a'), guarded('/a')), [])
    const lines = told(guarded('/a'), guarded('/b')).map(line => line.split(': ')[0])
    assert.deepEqual(
      lines,
      ['admitted', 'ruled out', 'cut', 'assured'].map(part => `shop/cart:8080 ${part}`),
    )
  })
})

describe('what enters through a gateway, in two states', () => {
  const routed = (paths: readonly string[], name = 'cart'): Json =>
    virtualService('shop/v', {
      hosts: ['shop.example.com'],
      gateways: ['edge/door'],
      http: paths.map(path => to(name, { uri: { exact: path } })),
    })
  const at = (...objects: readonly Json[]): Reach =>
    state(...edge, door('edge/door', [onHttp('*')]), ...cart, ...objects)
  const there = 'edge/front-door:8080 → shop/cart:8080'
  const entry = (part: string, path: string): string =>
    `${there} ${part}: anybody without identity → edge/front-door:8080 shop.example.com GET ${path} → shop/cart:8080`

  it('is what is sent on more, or less', () => {
    const [a, ab] = [at(routed(['/a'])), at(routed(['/a', '/b']))]
    assert.deepEqual(told(a, ab), [entry('admitted', '/b'), entry('assured', '/b')])
    assert.deepEqual(told(ab, a), [entry('ruled out', '/b'), entry('cut', '/b')])
    assert.deepEqual(told(a, a), [])
  })
  it('is told of a gateway that sends nothing on by its port, once one sends on by that', () => {
    const found = told(at(), at(routed(['/a'])))
    assert.ok(found.includes(entry('admitted', '/a')), found.join('\n'))
  })
  it('is what goes to another Service', () => {
    const other = [pod('shop/other'), service('shop/other')]
    const lines = told(at(routed(['/a']), ...other), at(routed(['/a'], 'other'), ...other)).map(
      line => line.split(': ')[0],
    )
    assert.deepEqual([...lines].sort(), [
      `${there} cut`,
      `${there} ruled out`,
      'edge/front-door:8080 → shop/other:8080 admitted',
      'edge/front-door:8080 → shop/other:8080 assured',
    ])
  })
  it('is what goes to a Service that nobody has read, by its host', () => {
    const lines = told(at(), at(routed(['/a'], 'gone'))).map(line => line.split(': ')[0])
    assert.ok(lines.includes('edge/front-door:8080 → gone.shop.svc.cluster.local:80 admitted'), lines.join('\n'))
  })
  it('may be what goes where nobody can tell', () => {
    const lost = virtualService('shop/v', {
      hosts: ['shop.example.com'],
      gateways: ['edge/door'],
      http: [{ delegate: { name: 'd', namespace: 'shop' } }],
    })
    const lines = told(at(), at(lost)).map(line => line.split(': ')[0])
    assert.ok(lines.includes('edge/front-door:8080 → nobody can tell where admitted'), lines.join('\n'))
    assert.ok(!lines.some(line => line?.includes('nobody can tell where assured')))
  })
  it('tells what decides', () => {
    const [change] = diff(at(routed(['/a'])), at(routed(['/b']))).changes.filter(({ kind }) => kind === 'entry')
    assert.ok(change)
    assert.ok(change.because.now(change.patch.admitted).includes('VirtualService shop/v'))
    assert.ok(change.because.old(change.patch.ruledOut).includes('VirtualService shop/v'))
  })
})

describe('where the network tells from which Pod a call comes', () => {
  const world: readonly Json[] = [...base, namespace('web'), ...cart]
  const [there, here] = [pod('web/frontend'), pod('web/frontend', { labels: { app: 'moved' } })]
  const from = (app: string): Json =>
    inNamespace('NetworkPolicy', 'shop/n', {
      podSelector: {},
      ingress: [{ from: [{ namespaceSelector: {}, podSelector: { matchLabels: { app } } }] }],
    })
  const admitted = (old: Reach, now: Reach): readonly string[] =>
    told(old, now).filter(line => line.includes('admitted'))
  it('is a change where a caller moves', () => {
    const policies = [from('frontend'), allowing(['/a'])]
    assert.deepEqual(admitted(state(...world, here, ...policies), state(...world, there, ...policies)).length, 2)
    assert.deepEqual(admitted(state(...world, there, ...policies), state(...world, there, ...policies)), [])
  })
  it('is a change where the network lets in another', () => {
    const of = (app: string): Reach => state(...world, there, from(app), allowing(['/a']))
    assert.deepEqual(admitted(of('x'), of('frontend')).length, 2)
  })
})
