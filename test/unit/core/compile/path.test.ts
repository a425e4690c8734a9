import assert from 'node:assert/strict'
import { istioPath } from '../../../../core/compile/istio/path'

const translated = (path: string): string => {
  const result = istioPath(path)
  return result.kind === 'path' ? result.path : result.kind
}

describe('istioPath', () => {
  it('leaves a literal alone', () => {
    for (const path of ['/', '/cart', '/cart/', '/a/b.c_d~e', "/a!$&'()+,;:@=b", '/100%25', '/pkg.Svc/Method']) {
      assert.equal(translated(path), path)
    }
  })

  it('turns everything under a path into a prefix', () => {
    assert.equal(translated('/a/**'), '/a/*')
    assert.equal(translated('/**'), '/*')
  })

  it('turns a segment into a template, and what follows with it', () => {
    assert.equal(translated('/a/*'), '/a/{*}')
    assert.equal(translated('/*'), '/{*}')
    assert.equal(translated('/a/*/b'), '/a/{*}/b')
    assert.equal(translated('/*/x/*/'), '/{*}/x/{*}/')
    assert.equal(translated('/a/*/b/**'), '/a/{*}/b/{**}')
  })

  it('refuses a star that is part of a segment, which Istio would read as a prefix or suffix', () => {
    for (const path of ['/a*', '/a/b*', '/*b', '/a/*.js', '*', '*/a', '/a/***', '/a/b**']) {
      assert.equal(translated(path), 'inexpressible', path)
    }
  })

  it('refuses braces, which Istio would read as a template', () => {
    for (const path of ['/{*}', '/a/{**}', '/{id}', '/a}', '/a/*/{'])
      assert.equal(translated(path), 'inexpressible', path)
  })

  it('refuses a double star before the end', () => {
    assert.equal(translated('/**/a'), 'inexpressible')
    assert.equal(translated('/a/**/'), 'inexpressible')
  })

  it('refuses what no request has after normalisation', () => {
    for (const path of ['', 'a', '//', '/a//b', '/a/./b', '/..', '/a?b', '/a#b', '/a\\b', '/a b', '/ä', '/a\nb']) {
      assert.equal(translated(path), 'inexpressible', path)
    }
  })

  it('refuses characters beside a template that make Envoy reject the whole listener', () => {
    for (const path of ['/a|b/*', '/"/*', '/[/*', '/a/*/x^y/**']) assert.equal(translated(path), 'inexpressible', path)
    assert.equal(translated('/a|b'), '/a|b')
  })

  it('says why', () => {
    assert.deepEqual(istioPath('/a/b*'), { kind: 'inexpressible', why: '`*` stands for a whole segment' })
  })
})
