import assert from 'node:assert/strict'
import { baselineForm, baselineOf, parseBaseline } from '../../../../../core/analyze/contain/baseline'
import { contain } from '../../../../../core/analyze/contain/contain'
import { diff } from '../../../../../core/analyze/diff/diff'
import { equal } from '../../../../../core/analyze/equal'
import { reach, type Reach } from '../../../../../core/analyze/reach'
import { reachBoth } from '../../../../../core/analyze/reach-both'
import { Language } from '../../../../../core/model/language'
import { Region } from '../../../../../core/model/region'
import { layerOf, mesh, namespace, pod, type Json } from '../objects'
import { only, policy } from './objects'

/** Two states of manifests of which one has NetworkPolicies that the other has not. */
const cluster: readonly Json[] = [
  mesh(),
  namespace('shop'),
  namespace('web'),
  pod('shop/cart'),
  pod('shop/db'),
  pod('web/frontend'),
]
const stateOf = (...objects: readonly Json[]): Reach => reach(layerOf([...cluster, ...objects]))
const open = stateOf()
const elsewhere = policy('elsewhere/any', {})
const closed = policy('shop/deny-all', {})
const fromDb = policy('shop/cart', { ...only('cart'), ingress: [{ from: [only('db')] }] })
const keepsIn = policy('web/keeps-in', { policyTypes: ['Egress'], egress: [{ to: [{ podSelector: {} }] }] })

/** All that an account may ask. */
const callerOf = (account: string): Region =>
  Region.where('caller', Language.literals([`cluster.local/ns/${account.replace('/', '/sa/')}`])).intersect(
    Region.where('protocol', Language.literals(['http', 'tcp'])),
  )
const networkOf = (because: readonly string[] = []): readonly string[] =>
  because.filter(one => one.startsWith('NetworkPolicy '))
const [frontend, db] = [callerOf('web/frontend'), callerOf('shop/db')]

function changeAt(old: Reach, now: Reach, callee = 'shop/cart:8080') {
  const found = diff(old, now).changes.find(change => change.callee === callee)
  assert.ok(found, `${callee} did not change`)
  return found
}

describe('a diff of states with NetworkPolicies', () => {
  it('tells whom a new one cuts, by name and wholly, and names it', () => {
    const { patch, because } = changeAt(open, stateOf(fromDb))
    assert.ok(frontend.within(patch.cut))
    assert.ok(db.intersect(patch.cut).isEmpty)
    assert.ok(patch.admitted.isEmpty)
    assert.deepEqual(networkOf(because.now(patch.cut)), ['NetworkPolicy shop/cart'])
  })

  it('names one that keeps a caller from leaving', () => {
    const { patch, because } = changeAt(open, stateOf(keepsIn))
    assert.ok(frontend.within(patch.cut))
    assert.ok(db.intersect(patch.cut).isEmpty)
    assert.deepEqual(networkOf(because.now(patch.cut.intersect(frontend))), ['NetworkPolicy web/keeps-in'])
  })

  it('tells whom nothing keeps away any more once what denied all is gone', () => {
    const { patch, because } = changeAt(stateOf(closed), open)
    assert.ok(frontend.within(patch.admitted) && db.within(patch.admitted))
    assert.ok(patch.cut.isEmpty)
    assert.deepEqual(networkOf(because.old(patch.admitted)), ['NetworkPolicy shop/deny-all'])
  })

  it('tells nothing of policies that change nothing, nor of a namespace that nobody is in', () => {
    assert.deepEqual(diff(stateOf(fromDb), stateOf(fromDb, elsewhere)).changes, [])
    const same = policy('shop/cart', { ...only('cart'), ingress: [{ from: [only('db')] }, { from: [only('db')] }] })
    assert.deepEqual(diff(stateOf(fromDb), stateOf(same)).changes, [])
  })

  it('tells that a caller is cut because it runs elsewhere, too, from where it is not let in', () => {
    const canary = pod('shop/canary', {}, { serviceAccountName: 'db' })
    const { patch } = changeAt(stateOf(fromDb), stateOf(fromDb, canary))
    assert.ok(db.within(patch.cut))
    assert.ok(db.intersect(patch.ruledOut).isEmpty)
  })
})

describe('equality of meshes with NetworkPolicies', () => {
  it('is none where one lacks a policy that keeps somebody away', () => {
    const found = equal(open, stateOf(fromDb))
    assert.equal(found.equal, false)
    const [first] = found.differences
    assert.deepEqual(
      [first?.only, first?.callee, networkOf(first?.because.b)],
      ['a', 'shop/cart:8080', ['NetworkPolicy shop/cart']],
    )
  })

  it('is there between the same policies, and others that come to the same', () => {
    assert.equal(equal(stateOf(fromDb), stateOf(fromDb)).equal, true)
    assert.equal(equal(stateOf(fromDb), stateOf(fromDb, policy('shop/none', only('cart')))).equal, true)
  })

  it('is there where trust domains have other names, since callers run where they do', () => {
    const other = (domain: string): Reach =>
      reach(layerOf([mesh({ trustDomain: domain }), ...cluster.slice(1), fromDb]))
    assert.equal(equal(other('a.example'), other('b.example')).equal, true)
    assert.equal(equal(other('a.example'), open).equal, false)
  })
})

describe('two states of which one has words for Pods that the other has not', () => {
  const near = policy('shop/cart', { ...only('cart'), ingress: [{ from: [{ podSelector: {} }] }] })
  const anyTeam = policy('shop/cart', { ...only('cart'), ingress: [{ from: [{ namespaceSelector: {} }] }] })
  const butLegacy = policy('shop/cart', {
    ...only('cart'),
    ingress: [
      {
        from: [
          {
            namespaceSelector: {
              matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['legacy'] }],
            },
          },
        ],
      },
    ],
  })
  /** Asks for a label that no Pod has. */
  const ghost = (more: Json = {}) =>
    policy('shop/db', { ...only('db'), ingress: [{ from: [{ ...only('ghost'), ...more }] }] })
  const gone = policy('shop/db', only('db'))
  const both = (a: readonly Json[], b: readonly Json[]): readonly [Reach, Reach] =>
    reachBoth(layerOf([...cluster, ...a]), layerOf([...cluster, ...b]))
  /** The callees that change. */
  const changed = (reached: readonly [Reach, Reach]) => diff(...reached).changes.map(({ callee }) => callee)

  it('differ where those get in, and nowhere else', () => {
    const cases: readonly (readonly [Json, Json])[] = [
      [near, ghost()],
      [anyTeam, ghost({ namespaceSelector: { matchLabels: { team: 'blue' } } })],
      [butLegacy, ghost()],
    ]
    for (const [open, asking] of cases) {
      for (const reached of [both([open, asking], [open, gone]), both([open, gone], [open, asking])]) {
        const callees = equal(...reached).differences.map(({ callee }) => callee)
        assert.deepEqual([...new Set(callees)], ['shop/db:8080', 'shop/db:other'])
        assert.deepEqual(changed(reached), ['shop/db:8080', 'shop/db:other'])
      }
    }
  })

  it('do not differ by a namespace that one alone has read, of which policies speak in both', () => {
    const legacy = policy('legacy/any', {})
    const reached = both([butLegacy, legacy], [butLegacy])
    assert.equal(equal(...reached).equal, true)
    assert.deepEqual(changed(reached), [])
  })

  it('are as they were where one has no NetworkPolicies at all', () => {
    const [a, b] = both([near, ghost()], [])
    assert.equal(equal(a, b).equal, equal(stateOf(near, ghost()), open).equal)
    assert.equal(b.homes.size, 0)
  })
})

describe('a baseline of a state with NetworkPolicies', () => {
  /** As it is read back. */
  function stored(state: Reach) {
    const { form, problems } = baselineForm(baselineOf(state), state)
    assert.deepEqual(problems, [])
    const { baseline } = parseBaseline(JSON.parse(JSON.stringify(form)), 'baseline', new Map())
    assert.ok(baseline)
    return baseline
  }
  const grown = (now: Reach, before: Reach) =>
    contain(now, stored(before), { waivers: [], today: '2026-01-01' }).grown.map(({ callee, patch }) => ({
      callee,
      admitted: patch.admitted,
    }))

  it('contains itself, and what a further policy leaves', () => {
    assert.deepEqual(grown(stateOf(fromDb), stateOf(fromDb)), [])
    assert.deepEqual(grown(stateOf(fromDb), open), [])
    assert.deepEqual(grown(stateOf(fromDb, keepsIn, closed), stateOf(fromDb)), [])
  })

  it('does not take a Pod with a label that only the new state asks for to be like one without labels', () => {
    const bare = { podSelector: { matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] } }
    const cartFrom = (peer: Json) =>
      policy('shop/cart', { ...only('cart'), ingress: [{ from: [only('db'), only('cart'), peer] }] })
    const asking = policy('shop/db', { ...only('db'), ingress: [{ from: [only('ghost')] }] })
    const callees = (now: Reach, before: Reach) => grown(now, before).map(({ callee }) => callee)
    const before = stateOf(cartFrom(bare), asking)
    assert.deepEqual(callees(stateOf(cartFrom({ podSelector: {} }), asking), before).slice(0, 1), ['shop/cart:8080'])
    const unasked = stateOf(cartFrom(bare), policy('shop/db', only('db')))
    assert.ok(callees(stateOf(cartFrom({ podSelector: {} }), asking), unasked).includes('shop/cart:8080'))
    assert.deepEqual(callees(unasked, before), [])
  })

  it('does not contain what there is without one of its policies', () => {
    const all = grown(open, stateOf(fromDb))
    const cart = all.find(({ callee }) => callee === 'shop/cart:8080')
    assert.ok(cart && frontend.within(cart.admitted.given('pod', 'web/frontend')))
    assert.ok(db.intersect(cart.admitted).isEmpty)
    assert.ok(!all.some(({ callee }) => callee.startsWith('shop/db')))
    const out = grown(stateOf(fromDb), stateOf(fromDb, keepsIn))
    assert.ok(out.some(({ callee, admitted }) => callee === 'shop/db:8080' && frontend.within(admitted)))
  })
})
