import assert from 'node:assert/strict'
import { tokenSets } from '../../../../../core/analyze/regions/tokens'
import { Region } from '../../../../../core/model/region'
import { inNamespace, layerOf } from '../objects'

describe('what RequestAuthentications let pass, as a set', () => {
  const { requestAuthentications } = layerOf([
    inNamespace('RequestAuthentication', 'shop/jwt', { jwtRules: [{ issuer: 'https://issuer' }] }),
  ])
  const passes = (applies: 'yes' | 'unknown') =>
    tokenSets(
      requestAuthentications.map(policy => ({ policy, applies })),
      new Map(),
    ).passes

  it('is as much for certain, where one applies only perhaps, as where it does, and possibly all', () => {
    const [sure, perhaps] = [passes('yes'), passes('unknown')]
    assert.ok(!sure.must.isEmpty && sure.may !== Region.all)
    assert.ok(!perhaps.must.isEmpty && perhaps.must.within(sure.must))
    assert.equal(perhaps.may, Region.all)
  })
})
