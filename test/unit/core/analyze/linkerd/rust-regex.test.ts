import assert from 'node:assert/strict'
import { matchesWhole, rustRegex } from '../../../../../core/analyze/linkerd/rust-regex'

const judged = (pattern: string) => {
  const regex = rustRegex(pattern)
  return typeof regex === 'string' ? regex : 'read'
}

describe('an expression in Rust’s syntax', () => {
  it('is read where JavaScript writes it alike', () => {
    for (const pattern of [
      '/a.*',
      '^/y$',
      '(?i)/case',
      '/(?:a|b)+/[0-9]{2,3}?',
      '/[^/]+',
      '/v\\d+\\.x',
      '[a-z-]',
      '[\\w-]',
      '[-\\d]',
      '[^-\\d]',
      '[a-z-\\d]',
      '[\\w.-]',
      '\\[\\w-.',
      '[\\\\w-z]',
      '[\\d\\]]',
      '(a|b)',
      'a{12,}',
      'a{2}',
      'a{2}?',
      'a+?b*?c??',
      '',
      '~!#"\'<>: ;,=@&%',
      '\\$\\^\\[\\]\\{\\}\\(\\)\\|\\?\\*\\+',
    ]) {
      assert.equal(judged(pattern), 'read', pattern)
    }
  })
  it('is refused for what the crate does not have, and for halves of brackets', () => {
    for (const pattern of [
      '[\\w-.]+',
      '[^\\w-.]+',
      '[x\\d-z]',
      '[a-\\d]',
      '[a\\.-\\d]',
      '[a-z0-\\d]',
      '(?=a)',
      '(?!a)',
      '(?<!a)b',
      '(?<=a)b',
      '(?>a)',
      '(a)\\1',
      '(a',
      'a)',
      ')a(',
      '[a',
      '*a',
      '+a',
      '?a',
      'a|*',
      '(*a)',
      'a\\',
    ]) {
      assert.equal(judged(pattern), 'invalid', pattern)
    }
  })
  it('is not judged where the crate may read it in its own way', () => {
    for (const pattern of [
      '[[:alpha:]]',
      '[a&&b]',
      '[a--b]',
      '[^ab--b]',
      '(?i)\\p{L}',
      'a{x}',
      'a{1,2',
      'a{2}{3}',
      '\\n',
      '[\\n]',
      '\\p{L}',
      '(?P<n>a)',
      '(?x) a',
      'a{,3}',
      'é',
      '\\A/a\\z',
    ]) {
      assert.equal(judged(pattern), 'unknown', pattern)
    }
  })
  it('matches the whole text, or not at all, by its first alternative', () => {
    assert.equal(matchesWhole('/a|/ab', '/ab'), 'no')
    assert.equal(matchesWhole('/ab|/a', '/ab'), 'yes')
    assert.equal(matchesWhole('/a', '/x/a'), 'no')
    assert.equal(matchesWhole('(?i)/case', '/CASE'), 'yes')
    assert.equal(matchesWhole('/a*?', '/aa'), 'no')
    assert.equal(matchesWhole('/a', '/ab'), 'no')
    assert.equal(matchesWhole('(?i)/case', '/CASEs'), 'no')
    assert.equal(matchesWhole('/case', '/CASE'), 'no')
    assert.equal(matchesWhole('', ''), 'yes')
    assert.equal(matchesWhole('(?=a)', 'é'), 'no')
    assert.equal(matchesWhole('.*', 'é'), 'unknown')
    assert.equal(matchesWhole('\\p{L}', 'a'), 'unknown')
  })
})
