import assert from 'node:assert/strict'
import {
  aliased,
  isAliasable,
  namespacePattern,
  serviceAccountPattern,
  trustDomainPattern,
} from '../../../../../core/analyze/regions/patterns'
import type { Language } from '../../../../../core/model/language'

const cart = 'td.example/ns/shop/sa/cart'
const takes = (language: Language, ...texts: readonly string[]): readonly boolean[] =>
  texts.map(text => language.contains(text))

describe('patterns of policies as sets of callers', () => {
  it('name an account with its namespace, or in that of the policy, in whatever trust domain', () => {
    for (const meant of [serviceAccountPattern('cart', 'shop'), serviceAccountPattern('shop/cart', 'pay')]) {
      assert.deepEqual(takes(meant, cart, 'other/ns/shop/sa/cart', 'td.example/ns/pay/sa/cart'), [true, true, false])
      assert.deepEqual(takes(meant, 'td.example/ns/shop/sa/cart2', ''), [false, false])
    }
  })

  it('name a trust domain whole, by its start, by its end, or any', () => {
    assert.deepEqual(takes(trustDomainPattern('td.example'), cart, 'a.td.example/ns/shop/sa/cart', ''), [
      true,
      false,
      false,
    ])
    assert.deepEqual(takes(trustDomainPattern('td.*'), cart, 'td.b/ns/shop/sa/cart', 'tdb/ns/shop/sa/cart'), [
      true,
      true,
      false,
    ])
    assert.deepEqual(takes(trustDomainPattern('*.example'), cart, 'example/ns/shop/sa/cart', 'td.example/x'), [
      true,
      false,
      false,
    ])
    assert.deepEqual(takes(trustDomainPattern('*'), cart, '/ns/shop/sa/cart', 'td.example', ''), [
      true,
      false,
      false,
      false,
    ])
  })

  it('name a namespace with stars anywhere', () => {
    assert.deepEqual(takes(namespacePattern('s*p'), cart, 'td/ns/shipshop/sa/x', 'td/ns/shops/sa/x'), [
      true,
      true,
      false,
    ])
    assert.deepEqual(takes(namespacePattern('shop'), cart, 'td/ns/shop2/sa/x'), [true, false])
  })

  it('stand for all trust domains of the mesh where they name one of them, and a star for itself', () => {
    const domains = ['td.example', 'old.example']
    assert.deepEqual(aliased('old.example/ns/shop/sa/cart', domains), [cart, 'old.example/ns/shop/sa/cart'])
    assert.deepEqual(aliased('cluster.local/ns/shop/sa/cart', domains), [cart, 'old.example/ns/shop/sa/cart'])
    assert.deepEqual(aliased('else.example/ns/shop/sa/cart', domains), ['else.example/ns/shop/sa/cart'])
    assert.deepEqual(aliased('*/ns/shop/sa/cart', domains), ['*/ns/shop/sa/cart'])
    assert.deepEqual(aliased('old*/ns/shop/sa/cart', domains), [cart, 'old.example/ns/shop/sa/cart'])
    assert.deepEqual(aliased('else*/ns/shop/sa/cart', domains), ['else*/ns/shop/sa/cart'])
    assert.deepEqual([cart, '*/ns/shop/sa/cart', '*ple/ns/shop/sa/cart', '*', 'td.example/ns/shop'].map(isAliasable), [
      true,
      false,
      true,
      false,
      false,
    ])
  })
})
