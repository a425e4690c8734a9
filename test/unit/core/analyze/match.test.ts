import assert from 'node:assert/strict'
import { inBlock, parseBlock } from '../../../../core/analyze/istio/match-ip'
import { matchClaim, matchRequestPrincipal } from '../../../../core/analyze/istio/match-jwt'
import { matchPath, normalise } from '../../../../core/analyze/istio/match-path'
import { matchHeader, matchHost, matchString } from '../../../../core/analyze/istio/match-string'
import { conditionKey } from '../../../../core/analyze/istio/when-key'
import type { PathNormalization } from '../../../../core/analyze/layer'

describe('path normalisation', () => {
  const table: readonly (readonly [string, PathNormalization, string])[] = [
    ['/a/../b', 'NONE', '/a/../b'],
    ['/a/../b', 'BASE', '/b'],
    ['/a/%2e%2E/b', 'BASE', '/b'],
    ['/a/./b/.', 'BASE', '/a/b/'],
    ['/a/..', 'BASE', '/'],
    ['/../a', 'BASE', '/a'],
    ['/a//../b', 'BASE', '/a/b'],
    ['//..', 'BASE', '/'],
    ['/a\\b', 'BASE', '/a/b'],
    ['/a\\..\\b', 'BASE', '/b'],
    ['/%61%2d%7E', 'BASE', '/a-~'],
    ['/a%2Fb%5Cc%25', 'BASE', '/a%2Fb%5Cc%25'],
    ['/%252e%252e/a', 'BASE', '/%252e%252e/a'],
    ['/a%2fb', 'BASE', '/a%2fb'],
    ['/a%zz', 'BASE', '/a%zz'],
    ['/a b"<', 'BASE', '/a%20b%22%3C'],
    ['/é', 'BASE', '/%C3%A9'],
    ['/a.b/..c/.d', 'BASE', '/a.b/..c/.d'],
    ['//a//b/', 'BASE', '//a//b/'],
    ['//a//b/', 'MERGE_SLASHES', '/a/b/'],
    ['//', 'MERGE_SLASHES', '//'],
    ['/a%2F%2fb', 'MERGE_SLASHES', '/a%2F%2fb'],
    ['/a%2F%2fb', 'DECODE_AND_MERGE_SLASHES', '/a/b'],
    ['/x/..%2fadmin', 'DECODE_AND_MERGE_SLASHES', '/admin'],
    ['/x%5c..%5Cadmin', 'DECODE_AND_MERGE_SLASHES', '/admin'],
    ['/a/../b?c=/../%2f//', 'DECODE_AND_MERGE_SLASHES', '/b?c=/../%2f//'],
  ]
  for (const [path, mode, expected] of table) {
    it(`${mode} makes ${path} ${expected}`, () => {
      assert.equal(normalise(path, mode), expected)
    })
  }
  it('has no answer but 400 for an escaped NUL', () => {
    assert.equal(normalise('/a%00', 'BASE'), undefined)
    assert.equal(normalise('/a%00', 'NONE'), '/a%00')
  })
})

describe('path patterns', () => {
  const table: readonly (readonly [string, string, boolean])[] = [
    ['/a', '/a?b=c', true],
    ['/a?b=c', '/a?b=c', false],
    ['/a*', '/abc/d', true],
    ['*/d', '/abc/d', true],
    ['*', '/', true],
    ['/A', '/a', false],
    ['/a/{*}', '/a/b', true],
    ['/a/{*}', '/a/', false],
    ['/a/{*}', '/a/b/c', false],
    ['/a/{*}', '/a/b%2Fc', true],
    ['/a/{*}', '/a/*', true],
    ['/a/{*}', '/a/b=c@d', true],
    ['/a/{*}', '/a/[b]', false],
    ['/a/{**}', '/a/b/c|d', false],
    ['/a/{**}', '/a/', true],
    ['/a/{**}', '/a/b/c', true],
    ['/a/{**}', '/a', false],
    ['/store/{**}/cart', '/store//cart', true],
    ['/store/{**}/cart', '/store/cart', false],
    ['/{*}/b/{**}', '/a/b/', true],
    ['/a.b/{*}', '/axb/c', false],
    ['/{*}', '/x?y/z', true],
  ]
  for (const [pattern, path, expected] of table) {
    it(`${pattern} ${expected ? 'takes' : 'does not take'} ${path}`, () => {
      assert.equal(matchPath(pattern, path), expected)
    })
  }
})

describe('patterns of texts', () => {
  it('count one star, at one end', () => {
    assert.ok(
      matchString('a*', 'abc') && matchString('*c', 'abc') && matchString('abc', 'abc') && matchString('*', 'a'),
    )
    assert.ok(!matchString('a*c', 'abc') && matchString('a*c', 'a*c'))
    assert.ok(matchString('*b*', 'xb*') && !matchString('*b*', 'abc'))
    assert.ok(matchString('abc*', 'abcd') && !matchString('abc*', 'abd') && !matchString('*abc', 'dbc'))
    assert.ok(!matchString('*', ''))
  })
  it('ask of a header only whether it is there, with a star alone', () => {
    assert.ok(matchHeader('*', '') && !matchHeader('*', undefined) && !matchHeader('a', undefined))
  })
  it('ignore the case of hosts, and nothing else of them', () => {
    assert.ok(matchHost('Cart', 'cART') && matchHost('cart:*', 'CART:80') && !matchHost('cart', 'cart:80'))
  })
})

describe('addresses', () => {
  it('lie in blocks of their own family', () => {
    assert.ok(
      inBlock('10.1.2.3', '10.0.0.0/8') && inBlock('10.1.2.3', '10.1.2.3') && inBlock('10.1.2.3', '10.255.0.0/8'),
    )
    assert.ok(
      !inBlock('11.0.0.1', '10.0.0.0/8') && !inBlock('::1', '0.0.0.0/0') && inBlock('2001:db8::1', '2001:db8::/32'),
    )
    assert.ok(inBlock('::ffff:10.0.0.1', '10.0.0.0/8'))
  })
  it('are nothing else', () => {
    for (const text of [
      '',
      'x',
      '10',
      '10.0.0',
      '0x0a.0.0.1',
      '10.0.0.1/',
      '10.0.0.1/33',
      '10.0.0.1/-8',
      '2001:db8::/1e2',
      '10.0.0.1/8/8',
      'fe80::1%eth0',
    ]) {
      assert.equal(parseBlock(text), undefined, text)
    }
  })
})

describe('tokens', () => {
  const payload = { iss: 'https://a/b', sub: 'me', groups: ['dev', 7], n: 1, flag: true, org: { team: 'red' } }

  it('are principals by issuer and subject, split at the last slash', () => {
    const table: readonly (readonly [string, boolean])[] = [
      ['*', true],
      ['https://a/b/me', true],
      ['https://a/b/*', true],
      ['https://a/b/m*', true],
      ['https://a/b/x*', false],
      ['*/me', true],
      ['*b/me', true],
      ['*me', true],
      ['https://a/*', false],
      ['http*', true],
      ['shop*', false],
      ['me', false],
    ]
    for (const [pattern, expected] of table) assert.equal(matchRequestPrincipal(pattern, payload), expected, pattern)
  })
  it('are no principal without a subject, or without a token', () => {
    assert.ok(!matchRequestPrincipal('*', { iss: 'a' }) && !matchRequestPrincipal('*', undefined))
  })
  it('have claims that are texts, or lists of them, or lie within claims', () => {
    assert.ok(matchClaim(['groups'], ['dev'], payload) && matchClaim(['org', 'team'], ['r*'], payload))
    assert.ok(!matchClaim(['n'], ['1'], payload) && !matchClaim(['flag'], ['true'], payload))
    assert.ok(!matchClaim(['org'], ['*'], payload) && !matchClaim(['groups'], ['7'], payload))
  })
})

describe('keys of conditions', () => {
  it('name a header, or claims within claims', () => {
    assert.deepEqual(conditionKey('request.headers[X-Env]'), { kind: 'request.headers', header: 'X-Env' })
    assert.deepEqual(conditionKey('request.auth.claims[a][b]'), { kind: 'request.auth.claims', claims: ['a', 'b'] })
    assert.deepEqual(conditionKey('request.auth.claims[a[b]'), { kind: 'request.auth.claims', claims: ['a[b'] })
  })
  it('are unknown with anything else', () => {
    for (const key of ['', 'source', 'request.headers', 'request.headers[]', 'source.ip[a]', 'destination.labels[a]']) {
      assert.equal(conditionKey(key), undefined, key)
    }
  })
})
