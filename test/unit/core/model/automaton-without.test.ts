import assert from 'node:assert/strict'
import fc from 'fast-check'
import { automatonKey, complemented, fromExpression, fromWords, intersected } from '../../../../core/model/automaton'
import { without } from '../../../../core/model/automaton-without'
import type { Expression } from '../../../../core/model/language'
import { Language } from '../../../../core/model/language'

const expressions: readonly Expression[] = [
  { sequence: [{ plus: { chars: 'ab' } }, '/', { star: { chars: 'ab/' } }] },
  { sequence: ['a', { star: { sequence: ['b', { except: '/' }] } }] },
  { choice: [{ sequence: ['a', { any: true }] }, { plus: { chars: 'b' } }] },
]
const word = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 6 })

describe('an automaton without some words', () => {
  it('is the one that the intersection with all other words gives', () => {
    let settled = 0
    fc.assert(
      fc.property(fc.constantFrom(...expressions), fc.uniqueArray(word, { maxLength: 12 }), (expression, drawn) => {
        const all = fromExpression(expression)
        all.minimize()
        const words = drawn.filter(text => Language.of(expression).contains(text))
        const slow = intersected(all, complemented(fromWords(words)))
        slow.minimize()
        const fast = without(all, words)
        if (!fast) return
        settled++
        assert.equal(automatonKey(fast), automatonKey(slow))
      }),
    )
    assert.ok(settled > 50, `${settled}`)
  })
})

describe('words with another beginning', () => {
  it('are those that had the first, of lists and of patterns', () => {
    const pattern = Language.of({ sequence: ['a/ns/', { plus: { except: '/' } }] })
    assert.equal(pattern.rebegun('a/', 'bb/'), Language.of({ sequence: ['bb/ns/', { plus: { except: '/' } }] }))
    assert.equal(pattern.rebegun('c/', 'bb/'), Language.none)
    assert.equal(Language.literals(['a/x', 'c/x']).rebegun('a/', 'b/'), Language.literals(['b/x']))
    assert.equal(Language.all.rebegun('a', ''), Language.all)
  })
})
