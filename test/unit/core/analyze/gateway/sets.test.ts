import assert from 'node:assert/strict'
import { virtualHostSets } from '../../../../../core/analyze/regions/hosts'
import { regexExpression } from '../../../../../core/analyze/regions/regex'
import { Language } from '../../../../../core/model/language'
import { describeHosts } from '../../../../../core/report/describe-hosts'

const takes = (hosts: readonly string[], header: string): readonly string[] =>
  hosts.filter((_, i) => virtualHostSets(hosts)[i]?.contains(header))

describe('virtual hosts as sets', () => {
  const all = ['shop.example.com', '*.example.com', '*.com', '*']

  it('take a host by name, then by the longest suffix, then as any', () => {
    assert.deepEqual(takes(all, 'shop.example.com'), ['shop.example.com'])
    assert.deepEqual(takes(all, 'a.shop.example.com'), ['*.example.com'])
    assert.deepEqual(takes(all, 'example.com'), ['*.com'])
    assert.deepEqual(takes(all, 'localhost'), ['*'])
    assert.deepEqual(takes(['*.example.com'], '.example.com'), [])
  })

  it('do not see what stands behind the last colon, be it a port or not', () => {
    assert.deepEqual(takes(all, 'shop.example.com:8443'), ['shop.example.com'])
    assert.deepEqual(takes(all, 'shop.example.com:a.test'), ['shop.example.com'])
    assert.deepEqual(takes(all, 'shop.example.com:1:2'), ['*'])
    assert.deepEqual(takes(['[::1]'], '[::1]'), ['[::1]'])
    assert.deepEqual(takes(['[::1]'], '[::1]:80'), ['[::1]'])
  })

  it('take an empty host only where there is no choice', () => {
    assert.deepEqual(takes(['*'], ''), ['*'])
    assert.deepEqual(takes(all, ''), [])
  })
})

describe('a regular expression of a route', () => {
  const matches = (source: string, text: string): boolean | undefined => {
    const expression = regexExpression(source)
    return expression === undefined ? undefined : Language.of(expression).contains(text)
  }

  it('has to match the whole path', () => {
    assert.equal(matches('/a/[a-z0-9_-]+', '/a/b-1'), true)
    assert.equal(matches('/a', '/a/b'), false)
    assert.equal(matches('^/(a|b)(/.*)?$', '/b/x'), true)
    assert.equal(matches('/v\\d{1,2}/x', '/v12/x'), true)
    assert.equal(matches('/v\\d{1,2}/x', '/v123/x'), false)
    assert.equal(matches('/[^/]+/b', '/a/c/b'), false)
    assert.equal(matches('/a\\.b', '/axb'), false)
  })

  it('is not followed where it asks for more than sets can say', () => {
    for (const source of ['(?i)/a', '/a\\b', '/\\pL', '/a{1,100}', '/a**', '/(a', '/a$b', '[[:alpha:]]']) {
      assert.equal(matches(source, '/a'), undefined, source)
    }
  })
})

describe('hosts in words', () => {
  it('are told by their names, with or without port', () => {
    const [shop = Language.none, any = Language.none] = virtualHostSets(['shop.example.com', '*.example.net'])
    assert.equal(describeHosts(shop), 'shop.example.com')
    assert.equal(describeHosts(shop.union(any)), '*.example.net|shop.example.com')
    assert.equal(describeHosts(Language.all), 'any host')
  })
})
