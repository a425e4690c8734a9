import assert from 'node:assert/strict'
import fc from 'fast-check'
import { FlowSet } from '../../../../core/model/flow-set'
import { Language } from '../../../../core/model/language'
import { bounded, Region, TooComplex } from '../../../../core/model/region'

const variables = ['caller', 'method', 'path', 'header:a'] as const
const value = fc.constantFrom('', 'a', 'b', 'ab', 'aa', 'abc')
const language = fc.oneof(
  fc.array(value, { maxLength: 3 }).map(words => Language.literals(words)),
  value.map(prefix => Language.of({ sequence: [prefix, { any: true }] })),
  value.map(suffix => Language.of({ sequence: [{ any: true }, suffix] })),
)
type Point = Record<(typeof variables)[number], string>
const point = fc.record({ caller: value, method: value, path: value, 'header:a': value })

interface Model {
  readonly region: Region
  readonly holds: (p: Point) => boolean
}

const { model } = fc.letrec<{ model: Model }>(tie => ({
  model: fc.oneof(
    { depthSize: 'small' },
    fc
      .tuple(fc.constantFrom(...variables), language)
      .map(([v, l]) => ({ region: Region.where(v, l), holds: (p: Point) => l.contains(p[v]) })),
    fc
      .tuple(tie('model'), tie('model'))
      .map(([a, b]) => ({ region: a.region.union(b.region), holds: (p: Point) => a.holds(p) || b.holds(p) })),
    fc
      .tuple(tie('model'), tie('model'))
      .map(([a, b]) => ({ region: a.region.intersect(b.region), holds: (p: Point) => a.holds(p) && b.holds(p) })),
    tie('model').map(a => ({ region: a.region.complement(), holds: (p: Point) => !a.holds(p) })),
  ),
}))

describe('Region', () => {
  it('holds exactly the points that its construction describes', () => {
    fc.assert(
      fc.property(model, fc.array(point, { minLength: 5, maxLength: 20 }), (m, points) => {
        for (const p of points)
          assert.equal(
            m.region.contains(v => p[v as keyof Point]),
            m.holds(p),
          )
      }),
      { numRuns: 300 },
    )
  })

  it('asks for what it hangs on, and for nothing else', () => {
    fc.assert(
      fc.property(model, fc.constantFrom(...variables), ({ region }, variable) => {
        assert.equal(region.asks(variable), region.without(variable) !== region)
      }),
      { numRuns: 300 },
    )
  })

  it('is one object for one set, whichever way the set was computed', () => {
    fc.assert(
      fc.property(model, model, ({ region: a }, { region: b }) => {
        assert.equal(a.union(b), b.union(a))
        assert.equal(a.complement().complement(), a)
        assert.equal(a.intersect(b).union(a.minus(b)), a)
        assert.equal(a.union(a.complement()), Region.all)
        assert.equal(Region.union([a, b, a]), a.union(b))
      }),
    )
  })

  it('has a witness exactly when it is not empty, and every completion of the witness belongs to it', () => {
    fc.assert(
      fc.property(model, model, point, (a, b, rest) => {
        const difference = a.region.minus(b.region)
        const witness = difference.witness()
        assert.equal(witness === undefined, difference.isEmpty)
        if (witness) assert.ok(difference.contains(v => witness.get(v) ?? rest[v as keyof Point]))
      }),
    )
  })

  it('forgets a variable by asking whether some value of it would do', () => {
    fc.assert(
      fc.property(model, model, ({ region: a }, { region: b }) => {
        const forgotten = a.union(b).without('method')
        assert.equal(forgotten, a.without('method').union(b.without('method')))
        assert.ok(a.within(forgotten))
      }),
    )
  })

  it('gives up rather than answer wrongly when its budget is spent', () => {
    const a = Region.where('caller', Language.literals(['p'])).intersect(
      Region.where('path', Language.literals(['budget-a'])),
    )
    const b = Region.where('caller', Language.literals(['q'])).intersect(
      Region.where('path', Language.literals(['budget-b'])),
    )
    assert.throws(() => bounded(0, () => a.union(b)), TooComplex)
    assert.ok(bounded(1000, () => a.union(b)).contains(v => (v === 'caller' ? 'q' : 'budget-b')))
  })
})

describe('FlowSet', () => {
  const flow = fc.tuple(
    fc.constantFrom('shop/cart:1', 'shop/cart:2', 'shop/pay:1'),
    model.map(m => m.region),
  )
  const set = fc.array(flow, { maxLength: 4 }).map(entries => FlowSet.of(entries))

  it('obeys the algebra of sets', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        assert.ok(a.union(b).equals(b.union(a)))
        assert.ok(a.intersect(b).union(a.minus(b)).equals(a))
        assert.equal(a.minus(b).isEmpty, a.within(b))
        assert.equal(a.minus(b).witness() === undefined, a.within(b))
      }),
    )
  })

  it('names the callee of its witness', () => {
    const cart = FlowSet.of([['shop/cart:7070', Region.where('method', Language.literals(['GET']))]])
    assert.deepEqual(cart.witness(), { callee: 'shop/cart:7070', request: new Map([['method', 'GET']]) })
  })
})
