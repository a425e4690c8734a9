import assert from 'node:assert/strict'
import { describeWitness } from '../../../../core/analyze/describe'
import { Language } from '../../../../core/model/language'
import type { Questions } from '../../../../core/model/token'
import { badToken, claimAttribute, issuerAttribute, noToken, subjectAttribute } from '../../../../core/model/token'

const ask = (place: string, ...path: string[]) =>
  ({ place, path, values: Language.literals(['a']), read: 'whole' }) as const
const [scope, groups, elsewhere] = [ask('', 'scope'), ask('', 'groups'), ask('x-token:', 'groups')]
const questions: Questions = new Map([scope, groups, elsewhere].map(question => [claimAttribute(question), question]))

const words = (...attributes: readonly (readonly [string, string])[]): string =>
  describeWitness(new Map([['caller', ''], ['method', 'PUT'], ['path', '/x'], ...attributes]), 'shop/cart:80', {
    domains: undefined,
    questions,
  }).replace('anybody without identity → shop/cart:80 PUT /x', '')

const issuer = [issuerAttribute(''), 'https://corp'] as const

describe('the token of a witness', () => {
  it('is not spoken of where it does not matter', () => {
    assert.equal(words(), '')
  })

  it('is none, a bad one, or of somebody', () => {
    assert.equal(words([issuerAttribute(''), noToken]), ' without a token')
    assert.equal(words([issuerAttribute(''), badToken]), ' with a bad token')
    assert.equal(words(issuer), ' with a token of https://corp')
  })

  it('has claims and lacks others', () => {
    const claims = [
      [claimAttribute(groups), 'yes'],
      [claimAttribute(scope), 'no'],
    ] as const
    assert.equal(words(issuer, ...claims), ' with a token of https://corp with claim groups a without scope a')
    assert.equal(words([issuerAttribute(''), noToken], ...claims), ' without a token')
    assert.equal(words([issuerAttribute(''), badToken], ...claims), ' with a bad token')
  })

  it('has a subject, which goes without saying', () => {
    assert.equal(words(issuer, [subjectAttribute(''), 'alice']), ' with a token of https://corp')
    assert.equal(words(issuer, [subjectAttribute(''), badToken]), ' with a token of https://corp without a subject')
  })

  it('is where it is, and has the claims that are asked of it there', () => {
    const there = [
      [issuerAttribute('x-token:'), 'partner'],
      [claimAttribute(elsewhere), 'yes'],
    ] as const
    const token = ' with a token of partner in the header x-token with claim groups a'
    assert.equal(words(...there), token)
    assert.equal(words([issuerAttribute(''), noToken], ...there, [claimAttribute(groups), 'no']), token)
  })

  it('stands before what else the request has', () => {
    assert.equal(words(issuer, ['host', 'cart']), ' with a token of https://corp, host=cart')
  })
})
