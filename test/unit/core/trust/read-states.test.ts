import assert from 'node:assert/strict'
import type { TrustTexts } from '../../../../core/trust/read'
import { readStates } from '../../../../core/trust/rotation/read-states'
import type { Authority } from '../../../support/pki'
import { authority } from '../../../support/pki'

const pem = (at: string, ...all: readonly Authority[]) => ({ text: all.map(one => one.pem).join(''), at })

describe('two states of a mesh’s trust, as texts', () => {
  let [one, two, issuer, next]: (Authority | undefined)[] = []
  before(async () => {
    one = await authority({ subject: 'one' })
    two = await authority({ subject: 'two' })
    issuer = await authority({ subject: 'issuer', by: one })
    next = await authority({ subject: 'next', by: two })
  })
  const made = () => {
    assert.ok(one && two && issuer && next)
    return { one, two, issuer, next }
  }
  const states = (from: TrustTexts, to: TrustTexts) => readStates({ from, to })
  const subjects = (all: readonly { readonly subject: string }[] = []) => all.map(({ subject }) => subject)

  it('have each its own bundle, and an issuer that anchors of both may vouch for', async () => {
    const { one: old, two: fresh, issuer: now, next: then } = made()
    const { states: read, problems } = await states(
      { anchors: [pem('old', old)], issuer: pem('issuer', now) },
      { anchors: [pem('new', old, fresh)], issuer: pem('next', then) },
    )
    assert.deepEqual(problems, [])
    assert.deepEqual([subjects(read?.from.bundle), subjects(read?.to.bundle)], [['CN=one'], ['CN=one', 'CN=two']])
    assert.deepEqual([read?.from.issuer.subject, read?.to.issuer.subject], ['CN=issuer', 'CN=next'])
    assert.deepEqual([read?.from.issuer.anchors.length, read?.to.issuer.anchors.length], [1, 1])
  })

  it('have the issuer of the first where the second names none', async () => {
    const { one: old, two: fresh, issuer: now } = made()
    const from = { anchors: [pem('old', old)], issuer: pem('issuer', now) }
    const { states: read } = await states(from, { anchors: [pem('new', fresh)] })
    assert.deepEqual([read?.to.issuer.subject, subjects(read?.to.bundle)], ['CN=issuer', ['CN=two']])
    assert.equal(read?.to.issuer.anchors.length, 1, 'the old anchor vouches for it, though it is gone')
  })

  it('are none where nobody signs, or where one cannot be read, which is said once', async () => {
    const { one: old, issuer: now } = made()
    const unsigned = await states({ anchors: [pem('old', old)] }, { anchors: [pem('new', old)] })
    assert.deepEqual(
      unsigned.problems.map(({ code, at }) => [code, at]),
      [['no-issuer', 'old']],
    )
    const cut = { text: 'none', at: 'bundle' }
    const read = await states({ anchors: [cut], issuer: pem('issuer', now) }, { anchors: [cut] })
    assert.equal(read.states, undefined)
    assert.deepEqual(
      read.problems.map(({ code }) => code),
      ['no-certificate'],
    )
  })
})
