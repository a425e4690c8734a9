import assert from 'node:assert/strict'
import { inNamespace, type Json } from '../objects'
import { at, frontend, group, httpRoute, linkerdVerdict, path, policy, server } from './objects'

const closed = server('shop/cart')
const open = server('shop/cart', { accessPolicy: 'all-unauthenticated' })
const admitting = (name: string) => policy(`shop/for-${name}`, [frontend], { kind: 'HTTPRoute', name })
const header = (...names: readonly string[]): Json => ({ headers: names.map(name => ({ name, value: '1' })) })
const query = (...names: readonly string[]): Json => ({ queryParams: names.map(name => ({ name, value: '1' })) })
const hosts = (...hostnames: readonly string[]): Json => ({ hostnames, rules: [{}] })
const matching = (...matches: readonly Json[]): Json => ({ rules: [{ matches }] })
const redirect = [{ type: 'RequestRedirect', requestRedirect: { hostname: 'elsewhere' } }]

/** Everything that any row asks for. */
const request: Json = {
  http: { method: 'GET', path: '/a/b?q=1&r=1', host: 'x.b.example:8080', headers: { h: '1', i: '1' } },
}

describe('of two routes of a Server, the one that takes a request', () => {
  // proxy `linkerd/http/route/src/lib.rs` RouteMatch, find; `linkerd/http/route/src/http/match.rs` RequestMatch; `http/match/host.rs` HostMatch
  const table: readonly (readonly [why: string, worse: Json, better: Json])[] = [
    ['names hosts at all', hosts(), hosts('*.example')],
    ['names hosts at all, be its path the shorter', matching(path('/a/b')), hosts('*.example')],
    ['names the longer suffix', hosts('*.example'), hosts('*.b.example')],
    ['names the host whole', hosts('*.b.example'), hosts('x.b.example')],
    ['names the longer suffix after a shorter', hosts('*.example'), hosts('*.example', '*.b.example')],
    ['names the longer suffix before a shorter', hosts('*.example'), hosts('*.b.example', '*.example')],
    ['names the host whole after a suffix', hosts('*.b.example'), hosts('*.b.example', 'x.b.example')],
    ['names the host whole before a suffix', hosts('*.b.example'), hosts('x.b.example', '*.example', '*.b.example')],
    ['has the longer prefix', matching(path('/a')), matching(path('/a/b'))],
    ['has the longer prefix than all', matching(path('/')), matching(path('/a'))],
    ['has the longer prefix than none', { rules: [{}] }, matching(path('/a'))],
    ['matches more by an expression', matching(path('/a')), matching(path('/a/.', 'RegularExpression'))],
    ['has the longer path, and no header', matching({ ...path('/a'), ...header('h', 'i') }), matching(path('/a/b'))],
    ['asks for a header', matching(path('/a')), matching({ ...path('/a'), ...header('h') })],
    ['asks for more headers', matching(header('h')), matching(header('h', 'i'))],
    ['asks for a header, and no parameter', matching(query('q', 'r')), matching(header('h'))],
    ['asks for a parameter', matching({}), matching(query('q'))],
    ['asks for more parameters', matching(query('q')), matching(query('q', 'r'))],
    ['asks for a parameter, and no method', matching({ method: 'GET' }), matching(query('q'))],
    ['asks for the method', matching({}), matching({ method: 'GET' })],
    ['fits by the best of its matches', matching(path('/a')), matching(path('/'), path('/a/b'), path('/a'))],
    ['fits by the best of its rules', matching(path('/a')), { rules: [{}, { matches: [path('/a/b')] }] }],
  ]
  for (const [why, worse, better] of table)
    it(why, () => {
      const routes = [httpRoute('shop/a', [], worse, at(1)), httpRoute('shop/b', [], better, at(2))]
      const asked = (name: string) => linkerdVerdict([closed, ...routes, admitting(name)], request)
      assert.deepEqual([asked('a'), asked('b')], ['deny', 'allow'])
    })

  // `policy-controller/grpc/src/inbound/http.rs` to_route_list; names break a tie of age
  const ties: readonly (readonly [why: string, first: Json, second: Json])[] = [
    ['of an exact path and a prefix', matching(path('/a/b', 'Exact')), matching(path('/a/b'))],
    ['of slashes at the end', matching(path('/a/')), matching(path('/a'))],
    ['of nothing and a slash', { rules: [{}] }, matching(path('/'))],
    ['of suffixes as long', hosts('*.b.example'), hosts('*.b.example')],
  ]
  for (const [why, first, second] of ties)
    it(`is the older, or else the first by name, where they fit as well: ${why}`, () => {
      for (const [a, b] of [
        [first, second],
        [second, first],
      ] as const) {
        const taken = (agedA: number, agedB: number) =>
          ['a', 'b'].filter(name => {
            const routes = [httpRoute('shop/b', [], b, at(agedB)), httpRoute('shop/a', [], a, at(agedA))]
            return linkerdVerdict([closed, ...routes, admitting(name)], request) === 'allow'
          })
        assert.deepEqual([taken(1, 2), taken(2, 1), taken(1, 1)], [['a'], ['b'], ['a']])
      }
    })

  it('is of its own kind only where routes of both groups have one name', () => {
    const parentRefs = [{ group, kind: 'Server', name: 'cart' }]
    const gateway = inNamespace('HTTPRoute', 'shop/a', { parentRefs, ...matching(path('/a')) }, at(1))
    const own = httpRoute('shop/a', [], matching(path('/a/b')), at(1))
    const by = (of: string) => policy('shop/p', [frontend], { group: of, kind: 'HTTPRoute', name: 'a' })
    const asked = (of: string) => linkerdVerdict([closed, gateway, own, by(of)], request)
    assert.deepEqual([asked(group), asked('gateway.networking.k8s.io')], ['allow', 'deny'])
  })
})

describe('of the rules of a route, the one that takes a request', () => {
  const taken = (rules: readonly Json[]) => linkerdVerdict([open, httpRoute('shop/r', [], { rules })], request)
  const away = (...matches: readonly Json[]): Json => ({ matches, filters: redirect })
  const stays = (...matches: readonly Json[]): Json => ({ matches })

  it('is the best, and the first of equal ones', () => {
    // proxy `linkerd/http/route/src/lib.rs` best: the first of equal ones wins
    assert.equal(taken([stays(path('/a')), away(path('/a'))]), 'allow')
    assert.equal(taken([away(path('/a')), stays(path('/a'))]), 'unknown')
    assert.equal(taken([away(path('/a')), stays(path('/a/b'))]), 'allow')
    assert.equal(taken([stays(path('/a')), away(path('/a/b'))]), 'unknown')
    assert.equal(taken([stays(path('/a')), away(path('/c'))]), 'allow')
  })

  it('may be one that nobody could read, which may answer by itself', () => {
    const all = httpRoute('shop/all', [path('/')])
    const odd = httpRoute('shop/odd', [path('/', 'Regex')])
    assert.equal(linkerdVerdict([open, all], request), 'allow')
    assert.equal(linkerdVerdict([open, all, odd], request), 'unknown')
  })
})

describe('what a route asks of a request', () => {
  const fits = (spec: Json, asked: Json = {}) =>
    linkerdVerdict([open, httpRoute('shop/r', [], spec)], {
      http: { method: 'GET', path: '/a/b?q=1&r=1', host: 'x.b.example', ...asked },
    }) === 'allow'
  const regex = (value: string): Json => ({ type: 'RegularExpression', value })

  // proxy `linkerd/http/route/src/http/match/path.rs` match_length
  const paths: readonly (readonly [match: Json, taken: readonly string[], not: readonly string[]])[] = [
    [path('/'), ['/', '/a', '//'], []],
    [path('/a'), ['/a', '/a/', '/a/b', '/a//', '/a?x', '/a/?x'], ['/ab', '/', '/A', '//a']],
    [path('/a/'), ['/a', '/a/', '/a/b'], ['/ab', '/']],
    [path('/a/b', 'Exact'), ['/a/b', '/a/b?x'], ['/a/b/', '/a/b/c', '/a', '/a/%62']],
    [path('/a/', 'Exact'), ['/a/'], ['/a', '/a//']],
    [path('/a/[bc]+', 'RegularExpression'), ['/a/b', '/a/cb?x'], ['/a/', '/x/a/b', '/a/b/', '/a/bd']],
    [{ path: { value: '/a' } }, ['/a/b'], ['/ab']],
    [{ path: { type: 'Exact' } }, ['/'], ['/a']],
  ]
  for (const [match, taken, not] of paths)
    it(`is a path: ${JSON.stringify(match)}`, () => {
      const asked = [...taken, ...not]
      assert.deepEqual(
        asked.filter(one => fits(matching(match), { path: one })),
        taken,
      )
    })

  // proxy `linkerd/http/route/src/http/match/host.rs` (release/v2.359.0: case counts)
  const named: readonly (readonly [pattern: string, taken: readonly string[], not: readonly string[]])[] = [
    ['b.example', ['b.example', 'b.example:80', 'b.example.'], ['x.b.example', 'B.example', 'b.example..', 'b.exampl']],
    ['b.example.', ['b.example.', 'b.example.:80'], ['b.example']],
    ['*.b.example', ['x.b.example', 'y.x.b.example:1', 'x.b.example.'], ['b.example', 'xb.example', 'x.b.example.x']],
    ['*.b.example.', ['x.b.example.'], ['x.b.example', 'b.example.']],
  ]
  for (const [pattern, taken, not] of named)
    it(`is a host: ${pattern}`, () => {
      const asked = [...taken, ...not]
      assert.deepEqual(
        asked.filter(host => fits(hosts(pattern), { host })),
        taken,
      )
    })

  // proxy `linkerd/http/route/src/http/match/{header,query_param}.rs`
  it('is a header, by its name in any case and its whole value', () => {
    const asks = (match: Json, headers: Json) => fits(matching({ headers: [{ name: 'X-Env', ...match }] }), { headers })
    assert.ok(asks({ value: 'dev' }, { 'x-env': 'dev' }))
    assert.ok(!asks({ value: 'dev' }, { 'x-env': 'Dev' }))
    assert.ok(!asks({ value: 'dev' }, { 'x-env': 'development' }))
    assert.ok(!asks({ value: 'dev' }, { other: 'dev' }))
    assert.ok(asks(regex('d.+'), { 'x-env': 'dev' }))
    assert.ok(!asks(regex('d.'), { 'x-env': 'dev' }))
    assert.ok(!asks(regex('.v'), { 'x-env': 'dev' }))
    assert.ok(!asks(regex('.*'), {}))
  })
  it('is each of several headers', () => {
    const two = matching(header('h', 'i'))
    assert.ok(fits(two, { headers: { h: '1', i: '1' } }))
    assert.ok(!fits(two, { headers: { h: '1', i: '2' } }))
    assert.ok(!fits(two, { headers: { i: '1' } }))
  })
  it('is nothing at all where its expression is none, which voids the route', () => {
    // `policy-controller/k8s/index/src/routes/http.rs` path_match: what the crate does not parse is an error
    for (const none of ['/(', '/[\\w-.]+', '/(?=x)'])
      for (const asked of ['/', '/x']) assert.ok(fits(matching(path(none, 'RegularExpression')), { path: asked }), none)
  })
  it('is any of several matches', () => {
    const either = matching({ method: 'PUT' }, path('/a'))
    assert.ok(fits(either))
    assert.ok(fits(either, { method: 'PUT', path: '/x' }))
    assert.ok(!fits(either, { path: '/x' }))
  })
})
