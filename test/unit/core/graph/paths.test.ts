import assert from 'node:assert/strict'
import fc from 'fast-check'
import { literalPathFlaws, pathExpression, pathFlaws } from '../../../../core/graph/paths'
import { Language } from '../../../../core/model/language'

/** Path, and what is said of it. */
const flawed: readonly (readonly [string, ...string[]])[] = [
  ['', 'does not start with `/`'],
  ['cart', 'does not start with `/`'],
  ['/a//b', 'has an empty segment'],
  ['//', 'has an empty segment'],
  ['/a/./b', 'has a dot segment'],
  ['/a/..', 'has a dot segment'],
  ['/a\\b', 'has a backslash'],
  ['/a?b=c', 'has a query or a fragment'],
  ['/a#b', 'has a query or a fragment'],
  ['/{id}', 'has a template'],
  ['/a*', 'has `*` inside a segment'],
  ['/***', 'has `*` inside a segment'],
  ['/a/**/b', 'has `**` before its end'],
  ['/**/', 'has `**` before its end'],
  ['/%41', 'encodes `A` as `%41`'],
  ['/%2e%2E', 'encodes `.` as `%2e`', 'encodes `.` as `%2E`'],
  ['/a%2Fb', 'has an encoded slash, `%2F`'],
  ['/a%5cb', 'has an encoded slash, `%5c`'],
  ['/a%00', 'encodes a control character, `%00`'],
  ['/100%', 'has a `%` that is no escape'],
  ['/a b', 'has white space or a control character'],
  ['/a\nb', 'has white space or a control character'],
  ['/é', 'has `é` as it is'],
  ['/a|b', 'has `|` as it is'],
  ['/\ud800', 'has white space or a control character'],
  ['a//b/../{x}', 'does not start with `/`', 'has a template', 'has an empty segment', 'has a dot segment'],
]

const sound = [
  '/',
  '/a',
  '/a/',
  '/a/b.c',
  '/*',
  '/**',
  '/a/*/b',
  '/a/*/**',
  '/...',
  "/a-._~!$&'()+,;=:@",
  '/caf%C3%A9',
  '/%20',
]

describe('path patterns', () => {
  for (const [path, ...messages] of flawed) {
    it(`refuse ${JSON.stringify(path)}: it ${messages.join(', ')}`, () => {
      assert.deepEqual(
        pathFlaws(path).map(({ message }) => message),
        messages,
      )
    })
  }

  it('accept what every proxy reads alike', () => {
    for (const path of sound) assert.deepEqual(pathFlaws(path), [], path)
  })

  it('are refused where a single path is wanted', () => {
    for (const path of sound) assert.equal(literalPathFlaws(path).length, path.includes('*') ? 1 : 0, path)
  })

  it('never throw, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => [...pathFlaws(text), ...literalPathFlaws(text)].length >= 0),
    )
  })
})

describe('the meaning of a path pattern', () => {
  const cases: readonly (readonly [pattern: string, within: readonly string[], without: readonly string[]])[] = [
    ['/', ['/'], ['', '/a', '//']],
    ['/cart', ['/cart'], ['/cart/', '/Cart', '/carts']],
    [
      '/product/*',
      ['/product/1', '/product/a.b'],
      ['/product/', '/product', '/product/1/2', '/product/1?x', '/product/1#x'],
    ],
    ['/a/*/b', ['/a/x/b'], ['/a//b', '/a/x/y/b', '/a/x/b/']],
    ['/static/**', ['/static/', '/static/a', '/static/a/b'], ['/static', '/staticx', '/static/a?x']],
    ['/**', ['/', '/a', '/a/b/c'], ['', 'a', '/?x']],
    ['/a/*/**', ['/a/x/', '/a/x/y'], ['/a/x', '/a//']],
  ]
  for (const [pattern, within, without] of cases) {
    it(`of \`${pattern}\``, () => {
      const language = Language.of(pathExpression(pattern))
      assert.deepEqual(
        within.filter(path => !language.contains(path)),
        [],
      )
      assert.deepEqual(
        without.filter(path => language.contains(path)),
        [],
      )
    })
  }

  it('is the literal itself where there is no wildcard', () => {
    assert.equal(pathExpression('/cart'), '/cart')
  })

  it('is spelt out without any pattern syntax', () => {
    assert.deepEqual(pathExpression('/a/**'), { sequence: ['/a/', { star: { except: '?#' } }] })
    assert.deepEqual(pathExpression('/a/*/b'), { sequence: ['/a/', { plus: { except: '/?#' } }, '/b'] })
  })

  it('holds every path made by filling in its wildcards', () => {
    const segment = fc.stringMatching(/^[a-z0-9._~-]{1,5}$/)
    const parts = fc.array(fc.oneof(segment, fc.constant('*')), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(parts, fc.array(segment, { minLength: 4, maxLength: 4 }), fc.boolean(), (pattern, fill, open) => {
        const written = `/${[...pattern, ...(open ? ['**'] : [])].join('/')}`
        const path = `/${[...pattern.map((part, i) => (part === '*' ? fill[i] : part)), ...(open ? fill : [])].join('/')}`
        assert.ok(Language.of(pathExpression(written)).contains(path), `${written} ${path}`)
        assert.ok(!Language.of(pathExpression(written)).contains(`x${path}`))
      }),
      { numRuns: 50 },
    )
  })
})
