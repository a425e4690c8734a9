import assert from 'node:assert/strict'
import type { Routes } from '../../../../../core/graph/graph'
import { manifestOf, names, service, told } from '../../../../support/compiled'
import { onLinkerd, readably } from '../../../../support/linkerd'
import type { Compiled } from '../../../../../core/compile/target'

const caller = { namespace: 'shop', ports: {} }

/** Two callers and one callee on an http port. */
function called(a: Routes, b: Routes): Compiled {
  return readably(
    onLinkerd({
      services: { a: caller, b: caller, c: service('http', 8080) },
      calls: { a: { c: { http: a } }, b: { c: { http: b } } },
    }),
  )
}

/** `GET Exact /x` of each match of a route. */
function matches(result: Compiled, name: string): string[] {
  const { rules } = manifestOf(result, name).object.spec as {
    readonly rules: readonly { readonly matches: readonly Match[] }[]
  }
  return rules.flatMap(rule => rule.matches).map(({ method, path }) => `${method} ${path.type} ${path.value}`)
}

interface Match {
  readonly method: string
  readonly path: { readonly type: string; readonly value: string }
}

describe('routes for Linkerd', () => {
  it('are one, by the name of their Server, where all callers may ask the same', () => {
    const result = called(['GET /x', 'POST /y'], ['POST /y', 'GET /x'])
    assert.deepEqual(names(result, 'HTTPRoute'), ['HTTPRoute shop/c.http'])
    assert.deepEqual(matches(result, 'HTTPRoute shop/c.http'), ['GET Exact /x', 'POST Exact /y'])
    assert.deepEqual(names(result, 'AuthorizationPolicy'), ['AuthorizationPolicy shop/c.http'])
  })

  it('are one for each set of callers that may ask the same, so that nobody gets what another was granted', () => {
    const result = called(['GET /x', 'GET /both'], ['GET /y', 'GET /both'])
    const [a, b, both] = ['c.http.a.shop', 'c.http.b.shop', ''].map(name => `HTTPRoute shop/${name}`)
    assert.deepEqual(names(result, 'HTTPRoute').length, 3)
    assert.deepEqual(matches(result, a ?? ''), ['GET Exact /x'])
    assert.deepEqual(matches(result, b ?? ''), ['GET Exact /y'])
    const third = names(result, 'HTTPRoute').find(name => name !== a && name !== b) ?? both ?? ''
    assert.deepEqual(matches(result, third), ['GET Exact /both'])
  })

  it('say `/a/**` by an expression, since the prefix would take `/a` too', () => {
    const result = called(['GET /a/**', 'GET /b.c/*/d'], ['GET /b.c/*/d', 'GET /a/**'])
    assert.deepEqual(matches(result, 'HTTPRoute shop/c.http'), [
      'GET RegularExpression /a/.*',
      'GET RegularExpression /b\\.c/[^/]+/d',
    ])
  })

  it('say `/**` by the prefix `/`, which comes after all that match more', () => {
    const result = called(['GET /**'], ['GET /x'])
    assert.deepEqual(matches(result, 'HTTPRoute shop/c.http.a.shop'), ['GET PathPrefix /'])
    const other = names(result, 'HTTPRoute').find(name => name !== 'HTTPRoute shop/c.http.a.shop') ?? ''
    assert.deepEqual(matches(result, other), ['GET Exact /x'])
  })

  it('cut one pattern out of another, since of two that match whole paths the older one would win', () => {
    const result = called(['GET /a/*'], ['GET /a/x'])
    assert.deepEqual(matches(result, 'HTTPRoute shop/c.http.a.shop'), [
      'GET RegularExpression (?:/a/(?:[^#/?x]|x[^#/?])[^#/?]*)$',
    ])
  })

  it('tell a capital from a small letter where one is cut out', () => {
    const result = called(['GET /1/*'], ['GET /1/x', 'GET /1/X'])
    const [text = ''] = matches(result, 'HTTPRoute shop/c.http.a.shop')
    const expression = new RegExp(`^${text.replace('GET RegularExpression ', '')}`)
    const takes = (path: string) => expression.test(path)
    assert.deepEqual(['/1/x', '/1/X', '/1/y', '/1/xX'].map(takes), [false, false, true, true])
  })

  it('leave out what another pattern of the same callers covers', () => {
    const result = called(['GET /a/*', 'GET /a/x'], ['GET /a/*', 'GET /a/x'])
    assert.deepEqual(matches(result, 'HTTPRoute shop/c.http'), ['GET RegularExpression /a/[^/]+'])
    assert.equal(manifestOf(result, 'HTTPRoute shop/c.http').because.length, 4)
  })

  it('are several where one would have more matches than a rule holds', () => {
    const many = Array.from({ length: 65 }, (_, i) => `GET /${i}`)
    const result = called(many, many)
    assert.deepEqual(names(result, 'HTTPRoute'), ['HTTPRoute shop/c.http', 'HTTPRoute shop/c.http.2'])
    assert.deepEqual(names(result, 'AuthorizationPolicy').length, 2)
  })

  it('narrow what no expression of the allowed length tells apart', () => {
    const long = [...'bcdefghijklmnopqrstuvwxyz'].map(letter => `GET /a/${letter.repeat(40)}`)
    const result = called(['GET /a/*'], long)
    assert.deepEqual(told(result), ['narrowed inexpressible at shop/c:8080'])
    assert.ok(!JSON.stringify(result.manifests.map(({ object }) => object)).includes('RegularExpression'))
  })
})
