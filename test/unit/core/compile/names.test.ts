import assert from 'node:assert/strict'
import { fitName } from '../../../../core/compile/names'

const long = 'a-service-with-a-name-that-is-as-long-as-kubernetes-allows-it-to'

describe('fitName', () => {
  it('leaves a name alone that fits', () => {
    assert.equal(fitName('callers-of-cart'), 'callers-of-cart')
    assert.equal(fitName('callers-of-cart', '.2'), 'callers-of-cart.2')
    assert.equal(fitName('x'.repeat(63)), 'x'.repeat(63))
  })

  it('cuts a long name to 63 characters', () => {
    for (const suffix of ['', '.12']) {
      const name = fitName(`callers-of-${long}`, suffix)
      assert.ok(name.length <= 63 && name.length > 55, name)
      assert.ok(name.endsWith(suffix), name)
    }
  })

  it('keeps names apart that are equal up to the cut', () => {
    const cut = ['a', 'b', 'ab', 'ba'].map(end => fitName(`callers-of-${long}-${end}`))
    assert.equal(new Set(cut).size, 4)
    assert.equal(new Set(cut.map(name => name.slice(0, 40))).size, 1)
  })

  it('keeps a cut name apart from the name that it was cut to', () => {
    const cut = fitName(`${long}-and-more`)
    assert.equal(fitName(cut), cut)
    assert.notEqual(fitName(`${cut}-`), cut)
  })

  it('gives the same name every time', () => {
    assert.equal(fitName(`callers-of-${long}`), 'callers-of-a-service-with-a-name-that-is-as-long-16hzxj7eciexk')
  })

  it('leaves no dash or dot before the hash, where Kubernetes allows only one in a row of labels', () => {
    const name = fitName(`${'x'.repeat(47)}-.-${'y'.repeat(40)}`)
    assert.match(name, /^x{47}-[0-9a-z]{13}$/)
  })
})
