import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Expression } from '../../../../core/model/language'
import { Language } from '../../../../core/model/language'
import { canonicalPaths } from '../../../../core/model/path-set'
import { describePaths } from '../../../../core/report/describe-paths'

const any: Expression = { any: true }
const segment: Expression = { plus: { except: '/' } }

/** What a printed route means, read anew: a second opinion on what was printed. */
function meaning(route: string): Language {
  if (route === 'any path') return canonicalPaths()
  if (route.startsWith('any path but '))
    return canonicalPaths().minus(union(route.slice('any path but '.length).split(', ')))
  const [, top] = /^(.*) and below$/.exec(route) ?? []
  if (top !== undefined) return union([top, `${top}/**`])
  const parts = route.split(/(\*\*$|…|(?<=\/)\*(?=\/|$))/).filter(part => part !== '')
  return Language.of({
    sequence: parts.map(part => (part === '**' || part === '…' ? any : part === '*' ? segment : part)),
  }).intersect(canonicalPaths())
}

function union(routes: readonly string[]): Language {
  return Language.union(routes.map(meaning))
}

describe('paths in words', () => {
  const cases: readonly (readonly [string, Language, readonly string[]])[] = [
    ['single paths', Language.literals(['/b', '/a']), ['/a', '/b']],
    [
      'a path and all below it',
      Language.of({ sequence: ['/pkg.Cart/Get', { choice: ['', { sequence: ['/', any] }] }] }),
      ['/pkg.Cart/Get and below'],
    ],
    ['one segment', Language.of({ sequence: ['/product/', segment] }), ['/product/*']],
    ['a segment in the middle', Language.of({ sequence: ['/a/', segment, '/b'] }), ['/a/*/b']],
    ['everything below', Language.of({ sequence: ['/static/', any] }), ['/static/**']],
    ['a beginning', Language.of({ sequence: ['/adm', any] }), ['/adm…']],
    ['an ending', Language.of({ sequence: [any, '.png'] }), ['….png']],
    ['everything', Language.all, ['any path']],
    ['all but a beginning', Language.of({ sequence: ['/adm', any] }).complement(), ['any path but /adm…']],
    [
      'several at once',
      Language.literals(['/']).union(Language.of({ sequence: ['/static/', any] })),
      ['/', '/static/**'],
    ],
  ]
  for (const [title, paths, words] of cases) {
    it(`are a route for ${title}`, () => {
      assert.deepEqual(describePaths(paths), words)
    })
  }

  it('show a path that no route can name', () => {
    assert.deepEqual(describePaths(Language.of({ sequence: ['//', any] })), ['paths like //'])
  })

  it('name a member where no expression of bearable length says the set', () => {
    const endless = union(['/a/**', '/*/*/*/**', '/b/a/a']).complement()
    assert.match(describePaths(endless).join(), /^paths like /)
  })

  it('mean exactly the canonical part of the set', () => {
    const name = fc.constantFrom('a', 'b', 'ab', '*')
    const route = fc
      .tuple(fc.array(name, { minLength: 1, maxLength: 3 }), fc.constantFrom('', '/**'))
      .map(([names, end]) => `/${names.join('/')}${end}`)
    const routes = fc.array(route, { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(routes, fc.boolean(), (given, inverted) => {
        const set = inverted ? union(given).complement() : union(given)
        const words = describePaths(set)
        if (words.some(word => word.startsWith('paths like'))) return
        assert.equal(union(words), set.intersect(canonicalPaths()), words.join(' '))
      }),
      { numRuns: 30 },
    )
  })
})
