import assert from 'node:assert/strict'
import { once } from '../../../../core/model/once'

describe('what is made once', () => {
  it('is made when it is first asked for, and is the same from then on', () => {
    let made = 0
    const value = once(() => ({ number: ++made }))
    assert.equal(made, 0)
    assert.equal(value(), value())
    assert.equal(made, 1)
  })
  it('is not made again where there is nothing to make', () => {
    let asked = 0
    const nothing = once(() => void asked++)
    nothing()
    nothing()
    assert.equal(asked, 1)
  })
})
