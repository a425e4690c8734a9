import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Expression } from '../../../../core/model/language'
import { TooComplex } from '../../../../core/model/automaton'
import { Language } from '../../../../core/model/language'

const letter = fc.constantFrom('a', 'b', '/')
const word = fc.string({ unit: letter, maxLength: 5 })

/** Expressions, and beside each the same language as a JavaScript regular expression: another hand. */
const { expression } = fc.letrec<{ expression: { ours: Expression; theirs: string } }>(tie => ({
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    word.map(w => ({ ours: w, theirs: w.replaceAll('/', '\\/') })),
    fc.constant({ ours: { except: '/' }, theirs: '[^/]' }),
    fc.constant({ ours: { chars: 'ab' }, theirs: '[ab]' }),
    fc.constant({ ours: { any: true }, theirs: '[\\s\\S]*' }),
    fc.array(tie('expression'), { maxLength: 3 }).map(es => ({
      ours: { sequence: es.map(e => e.ours) },
      theirs: `(?:${es.map(e => e.theirs).join('')})`,
    })),
    fc.array(tie('expression'), { minLength: 1, maxLength: 3 }).map(es => ({
      ours: { choice: es.map(e => e.ours) },
      theirs: `(?:${es.map(e => e.theirs).join('|')})`,
    })),
    tie('expression').map(e => ({ ours: { star: e.ours }, theirs: `(?:${e.theirs})*` })),
    tie('expression').map(e => ({ ours: { plus: e.ours }, theirs: `(?:${e.theirs})+` })),
  ),
}))

describe('Language', () => {
  it('has exactly the members its expression describes', () => {
    fc.assert(
      fc.property(expression, fc.array(word, { minLength: 5, maxLength: 20 }), (e, words) => {
        const ours = Language.of(e.ours)
        const theirs = new RegExp(`^(?:${e.theirs})$`)
        for (const w of words) assert.equal(ours.contains(w), theirs.test(w), `${JSON.stringify(e)} on ${w}`)
      }),
    )
  })

  it('obeys the algebra of sets, member by member', () => {
    fc.assert(
      fc.property(expression, expression, fc.array(word, { minLength: 5, maxLength: 20 }), (x, y, words) => {
        const [a, b] = [Language.of(x.ours), Language.of(y.ours)]
        for (const w of words) {
          assert.equal(a.union(b).contains(w), a.contains(w) || b.contains(w))
          assert.equal(a.intersect(b).contains(w), a.contains(w) && b.contains(w))
          assert.equal(a.minus(b).contains(w), a.contains(w) && !b.contains(w))
          assert.equal(a.complement().contains(w), !a.contains(w))
        }
      }),
    )
  })

  it('is one object for one set, whichever way the set was computed', () => {
    fc.assert(
      fc.property(expression, expression, (x, y) => {
        const [a, b] = [Language.of(x.ours), Language.of(y.ours)]
        assert.equal(a.union(b), b.union(a))
        assert.equal(a.minus(b), a.intersect(b.complement()))
        assert.equal(a.complement().complement(), a)
        assert.equal(a.intersect(b).union(a.minus(b)), a)
        assert.equal(a.union(a.complement()), Language.all)
        assert.equal(a.intersect(a.complement()), Language.none)
      }),
    )
  })

  it('has a witness exactly when it is not empty, and the witness is a member', () => {
    fc.assert(
      fc.property(expression, expression, (x, y) => {
        const set = Language.of(x.ours).minus(Language.of(y.ours))
        const witness = set.witness()
        assert.equal(witness === undefined, set.isEmpty)
        if (witness !== undefined) assert.ok(set.contains(witness))
      }),
    )
  })

  it('lists the words of a finite set, even one that came from an expression', () => {
    const methods = Language.of({ sequence: [{ choice: ['P'] }, { choice: ['UT', 'OST'] }] })
    assert.deepEqual([...(methods.words ?? [])].sort(), ['POST', 'PUT'])
    assert.equal(methods, Language.literals(['PUT', 'POST']))
  })

  it('keeps thousands of words exact', () => {
    const many = Language.literals(Array.from({ length: 12_000 }, (_, i) => `w${i}`))
    assert.ok(many.contains('w11999') && !many.contains('w12000'))
    assert.equal(many.minus(Language.literals(['w3'])).union(Language.literals(['w3'])), many)
  })

  it('gives up rather than answer wrongly where an automaton would explode', () => {
    // The twentieth character from the end is an `a`: every automaton for it needs a million states.
    const last = Array.from({ length: 19 }, () => ({ except: '' }))
    assert.throws(() => Language.of({ sequence: [{ any: true }, 'a', ...last] }), TooComplex)
  })
})
