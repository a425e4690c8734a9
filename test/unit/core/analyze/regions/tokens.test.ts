import assert from 'node:assert/strict'
import { tokenSets } from '../../../../../core/analyze/regions/tokens'
import { Language } from '../../../../../core/model/language'
import { Region } from '../../../../../core/model/region'
import { inNamespace, layerOf, type Json } from '../objects'

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

  it('is not certain of a token whose issuer two of them have, of which nobody knows the older', () => {
    const jwt = (name: string, age: Json = {}): Json =>
      inNamespace('RequestAuthentication', `shop/${name}`, { jwtRules: [{ issuer: 'https://issuer' }] }, age)
    const certain = (...objects: readonly Json[]): boolean => {
      const all = layerOf(objects).requestAuthentications.map(policy => ({ policy, applies: 'yes' as const }))
      return !tokenSets(all, new Map()).issuer(Language.literals(['https://issuer'])).must.isEmpty
    }
    const old = { creationTimestamp: '2026-01-01T00:00:00Z' }
    assert.equal(certain(jwt('a')), true)
    assert.equal(certain(jwt('a'), jwt('b')), false)
    assert.equal(certain(jwt('a', old), jwt('b')), false)
    assert.equal(certain(jwt('a', old), jwt('b', { creationTimestamp: '2026-02-01T00:00:00Z' })), true)
  })
})
