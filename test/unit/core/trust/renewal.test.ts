import assert from 'node:assert/strict'
import { hour } from '../../../../core/trust/certificate'
import { publicKeyOf } from '../../../../cli/keys'
import { trustObjects } from '../../../../core/trust/objects'
import { parseSpan, renewalProblems } from '../../../../core/trust/renewal'
import { at } from '../../../support/pki'

interface Spec {
  readonly isCA?: boolean
  readonly secretName?: string
  readonly duration?: string
  readonly renewBefore?: string
  readonly renewBeforePercentage?: number
}

/** What is said of a cert-manager Certificate. */
function said(spec: Spec): readonly string[] {
  const object = { kind: 'Certificate', metadata: { name: 'ca', namespace: 'linkerd' }, spec: { isCA: true, ...spec } }
  const { renewals, problems } = trustObjects([{ object, at: 'file' }], 'linkerd', publicKeyOf)
  assert.deepEqual(problems, [])
  return renewals
    .flatMap(renewal => renewalProblems(renewal, { mesh: 'linkerd', at }))
    .map(({ message, hint = '' }) => `${message} (${hint})`)
}

const issuer = 'linkerd-identity-issuer'

describe('when cert-manager renews', () => {
  it('an anchor of a year 60 days after it was made is not 60 days before its end', () => {
    const [one = ''] = said({ duration: '8760h0m0s', renewBefore: '7320h0m0s' })
    assert.match(one, /renewed 60 d after it was made.*did you mean `renewBefore: 1440h`/)
    assert.deepEqual(said({ duration: '8760h', renewBefore: '1440h' }), [])
  })

  it('an issuer of two days is renewed while what it issued is good', () => {
    assert.deepEqual(said({ secretName: issuer, duration: '48h0m0s', renewBefore: '25h0m0s' }), [])
    assert.match(said({ secretName: issuer, duration: '48h', renewBefore: '24h' })[0] ?? '', /at least `25h`/)
    assert.match(said({ secretName: issuer, duration: '48h', renewBeforePercentage: 10 })[0] ?? '', /at least `25h`/)
  })

  it('a certificate is renewed before its end, and by default after two thirds', () => {
    assert.match(said({ duration: '24h', renewBefore: '24h' })[0] ?? '', /not before the end/)
    assert.deepEqual(said({ duration: '8760h' }), [])
  })

  it('nothing is said of a certificate that is no authority', () => {
    assert.deepEqual(said({ isCA: false, duration: '24h', renewBefore: '24h' }), [])
  })

  it('a span is read as Go writes it', () => {
    assert.equal(parseSpan('1h30m0s'), 1.5 * hour)
    assert.equal(parseSpan('60 days'), undefined)
  })
})
