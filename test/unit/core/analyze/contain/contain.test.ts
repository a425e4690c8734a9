import assert from 'node:assert/strict'
import { baselineForm, baselineOf, parseBaseline, storedAt } from '../../../../../core/analyze/contain/baseline'
import { contain } from '../../../../../core/analyze/contain/contain'
import type { Waiver } from '../../../../../core/analyze/contain/waiver'
import type { Reach } from '../../../../../core/analyze/reach'
import { reach } from '../../../../../core/analyze/reach'
import { Language } from '../../../../../core/model/language'
import { Region } from '../../../../../core/model/region'
import { authorization, inNamespace, mesh, namespace, peers, pod, readAll, service, type Json } from '../objects'
import { entry } from '../leaving/outward'

const base: readonly Json[] = [
  mesh({ outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' }, caCertificates: [] }),
  peers('istio-system/default', { mtls: { mode: 'STRICT' } }),
  namespace('shop'),
  pod('shop/cart'),
  service('shop/cart'),
]

function allowing(paths: readonly string[], caller = 'frontend'): Json {
  const from = [{ source: { principals: [`cluster.local/ns/web/sa/${caller}`] } }]
  return authorization('shop/cart', { rules: [{ from, to: [{ operation: { paths: [...paths] } }] }] })
}

const state = (...objects: readonly Json[]): Reach => reach(readAll([...base, ...objects]).layer)

/** What has grown, shrunk, and come to the floor, from one state to another, by way of a baseline as it is stored. */
function held(old: Reach, now: Reach, ...waivers: readonly Waiver[]): Readonly<Record<string, readonly string[]>> {
  const stored = JSON.parse(JSON.stringify(baselineForm(baselineOf(old), old).form)) as unknown
  const { baseline, problems } = parseBaseline(stored, 'b.yaml', now.questions)
  assert.deepEqual(problems, [])
  const { grown, shrunk, floor, lapsed, unused, used } = contain(now, baseline ?? assert.fail(), {
    waivers,
    today: '2026-06-01',
  })
  return {
    grown: grown.map(({ kind, callee }) => `${kind} ${callee}`),
    ...(shrunk.length > 0 && { shrunk }),
    ...(floor.length > 0 && { floor }),
    ...(lapsed.length > 0 && { lapsed: lapsed.flatMap(({ admits }) => admits) }),
    ...(unused.length > 0 && { unused: unused.flatMap(({ admits }) => admits) }),
    ...(used.length > 0 && { used: used.flatMap(({ admits }) => admits) }),
  }
}

const waiver = (admits: string, more: Partial<Waiver> = {}): Waiver => ({
  ...{ owner: 'a', reason: 'b', expires: '2026-12-31', admits: [admits], at: 'w' },
  ...more,
})

describe('reach, held against a baseline', () => {
  const [a, ab, b] = [state(allowing(['/a'])), state(allowing(['/a', '/b'])), state(allowing(['/b']))]
  const ports = ['port shop/cart:8080', 'port shop/cart:other']
  const places = ['shop/cart:8080', 'shop/cart:other']
  const toB = 'web/frontend → shop/cart GET /b'
  const toAll = 'web/frontend → shop/cart * /b'

  it('is within where nothing changes', () => {
    assert.deepEqual(held(a, a), { grown: [] })
  })
  it('grows by a path, shrinks by one, or does both', () => {
    assert.deepEqual(held(a, ab), { grown: ports })
    assert.deepEqual(held(ab, a), { grown: [], shrunk: places })
    assert.deepEqual(held(a, b), { grown: ports, shrunk: places })
  })
  it('grows by a caller', () => {
    assert.deepEqual(held(a, state(allowing(['/a'], 'other'))), { grown: ports, shrunk: places })
  })
  it('grows by a workload that the baseline does not know', () => {
    const more = [pod('shop/more'), service('shop/more')]
    assert.deepEqual(held(a, state(allowing(['/a']), ...more)).grown, [
      'port shop/more:8080',
      'port shop/more:other',
      'leaving shop/more → outside:any round its proxy',
    ])
  })
  it('grows where no policy is left', () => {
    assert.deepEqual(held(a, state()), { grown: ports })
  })
  it('grows by no more than waivers admit, each of which is needed or not', () => {
    assert.deepEqual(held(a, ab, waiver(toAll)), { grown: [], used: [toAll] })
    assert.deepEqual(held(a, ab, waiver(toB)), { grown: ports, used: [toB] })
    assert.deepEqual(held(a, ab, waiver(`${toAll}x`)), { grown: ports, unused: [`${toAll}x`] })
    assert.deepEqual(held(a, ab, waiver(toAll, { expires: '2026-05-31' })), { grown: ports, lapsed: [toAll] })
    assert.deepEqual(held(a, a, waiver(toAll, { expires: '2026-05-31' })), { grown: [], unused: [toAll] })
    const atOne = 'web/frontend → shop/cart:8080 * /b'
    assert.deepEqual(held(a, ab, waiver(atOne)), { grown: ['port shop/cart:other'], used: [atOne] })
  })
  it('is told with what it was, what it may be, and by whom', () => {
    const { grown } = contain(ab, baselineOf(a), { waivers: [], today: '2026-06-01' })
    const [change] = grown
    assert.ok(change)
    const admitted = change.patch.admitted
    assert.ok(!admitted.isEmpty && admitted.intersect(change.before.may).isEmpty && admitted.within(change.after.may))
    assert.deepEqual(change.because.now(admitted), ['AuthorizationPolicy shop/cart'])
    assert.deepEqual(change.because.old(admitted), [])
  })
})

describe('a baseline of ports', () => {
  const [one, all] = ['one', 'all'].map(word => Region.where('path', Language.literals([word])))
  const stored = {
    reach: new Map([
      ['shop/cart:80', one ?? Region.none],
      ['shop/cart:other', all ?? Region.none],
    ]),
  }
  it('has of a port what it says of it, else what it says of all others, else nothing', () => {
    assert.equal(storedAt(stored, 'shop/cart:80'), one)
    assert.equal(storedAt(stored, 'shop/cart:81'), all)
    assert.equal(storedAt(stored, 'shop/cart:other'), all)
    assert.equal(storedAt(stored, 'shop/else:80'), Region.none)
    assert.equal(storedAt(stored, 'shop/cart:81 → b/c:80'), Region.none)
  })

  it('is written without what is like all others, and without what nobody reaches', () => {
    const reached = state(allowing(['/a']))
    const { form } = baselineForm(
      {
        floor: ['x'],
        reach: new Map([...stored.reach, ['shop/cart:81', all ?? Region.none], ['shop/none:other', Region.none]]),
        leaving: new Map(),
      },
      reached,
    )
    assert.deepEqual(form, {
      version: 3,
      floor: ['x'],
      reach: { 'shop/cart:80': [{ path: 'one' }], 'shop/cart:other': [{ path: 'all' }] },
      leaving: {},
    })
  })
})

describe('what leaves the mesh, held against a baseline', () => {
  const port = (number: number): Json => ({ number, name: `p${number}`, protocol: 'HTTP' })
  const known = (...hosts: readonly string[]): Json => entry({ hosts })
  const network = (cidr: string): Json =>
    inNamespace('NetworkPolicy', 'shop/n', {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [{ to: [{ ipBlock: { cidr } }] }],
    })
  const [none, a, ab] = [state(), state(known('a.example.com')), state(known('a.example.com', 'b.example.com'))]
  const out = 'shop/cart → external a.example.com:80'

  it('grows by a host, and shrinks by one', () => {
    assert.deepEqual(held(none, a), { grown: ['leaving shop/cart → outside:80'] })
    assert.deepEqual(held(a, ab), { grown: ['leaving shop/cart → outside:80'] })
    assert.deepEqual(held(ab, a), { grown: [], shrunk: ['shop/cart → outside:80'] })
    assert.deepEqual(held(a, a), { grown: [] })
  })
  it('grows by a port', () => {
    const more = state(entry({ hosts: ['a.example.com'], ports: [port(80), port(81)] }))
    assert.deepEqual(held(a, more), { grown: ['leaving shop/cart → outside:81'] })
    assert.deepEqual(held(none, more), { grown: ['leaving shop/cart → outside:80-81'] })
  })
  it('grows by a workload', () => {
    assert.deepEqual(
      held(a, state(known('a.example.com'), pod('shop/more'))).grown?.filter(name => name.startsWith('leaving')),
      ['leaving shop/more → outside:80', 'leaving shop/more → outside:any round its proxy'],
    )
  })
  it('shrinks by a workload that is gone', () => {
    const more = state(known('a.example.com'), pod('shop/more'))
    assert.deepEqual(
      held(more, a).shrunk?.filter(name => name.includes('outside')),
      ['shop/more → outside:80', 'shop/more → outside:any round its proxy'],
    )
  })
  it('grows round a proxy by what the network lets out more', () => {
    const [narrow, wide] = ['10.0.0.0/8', '10.0.0.0/7'].map(cidr => state(known('a.example.com'), network(cidr)))
    assert.ok(narrow && wide)
    assert.deepEqual(held(narrow, wide), {
      grown: ['leaving shop/cart → outside:80', 'leaving shop/cart → outside:any round its proxy'],
    })
    assert.deepEqual(held(wide, narrow), {
      grown: [],
      shrunk: ['shop/cart → outside:80', 'shop/cart → outside:any round its proxy'],
    })
    assert.deepEqual(held(narrow, narrow), { grown: [] })
  })
  it('is told once of a workload without a proxy', () => {
    const [narrow, wide] = ['10.0.0.0/8', '10.0.0.0/7'].map(cidr => state(namespace('shop', {}), network(cidr)))
    assert.ok(narrow && wide)
    assert.deepEqual(held(narrow, wide), { grown: ['leaving shop/cart → outside:any'] })
  })
  it('grows by no more than waivers admit', () => {
    assert.deepEqual(held(none, a, waiver(out)), { grown: [], used: [out] })
    assert.deepEqual(held(none, ab, waiver(out)), { grown: ['leaving shop/cart → outside:80'], used: [out] })
    const elsewhere = 'shop/cart → external a.example.com:81'
    assert.deepEqual(held(none, a, waiver(elsewhere)), {
      grown: ['leaving shop/cart → outside:80'],
      unused: [elsewhere],
    })
    assert.deepEqual(held(none, a, waiver(out, { expires: '2026-01-01' })), {
      grown: ['leaving shop/cart → outside:80'],
      lapsed: [out],
    })
  })
  it('is left on the other ports where a waiver is for one', () => {
    const [narrow, wide] = ['10.0.0.0/8', '10.0.0.0/7'].map(cidr => state(namespace('shop', {}), network(cidr)))
    assert.ok(narrow && wide)
    const one = 'shop/cart → external *:443'
    assert.deepEqual(held(narrow, wide, waiver(one)), {
      grown: ['leaving shop/cart → outside:1-442,444-65535'],
      used: [one],
    })
  })
  it('is told with who decides', () => {
    const { grown } = contain(a, baselineOf(state(network('10.0.0.0/8'))), { waivers: [], today: '2026-06-01' })
    assert.ok(grown.length > 0)
    for (const { because } of grown) assert.deepEqual(because.old(Region.all), [])
    const policed = contain(
      state(known('a.example.com'), network('10.0.0.0/7')),
      baselineOf(state(network('10.0.0.0/8'))),
      {
        waivers: [],
        today: '2026-06-01',
      },
    )
    for (const { because } of policed.grown) assert.ok(because.now(Region.all).includes('NetworkPolicy shop/n'))
  })
})
