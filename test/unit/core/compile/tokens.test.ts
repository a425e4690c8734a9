import assert from 'node:assert/strict'
import { compile } from '../../../../core/compile/compile'
import type { Graph, GuardedRoute, TokenIssuer, TokenRequirement } from '../../../../core/graph/graph'
import { printProblem } from '../../../../core/model/problem'
import { compiled, graphOf, manifestOf, names, service, specOf, target } from '../../../support/compiled'

const corp: TokenIssuer = { issuer: 'https://corp.example', jwksUri: 'https://corp.example/keys' }
const guarded = (route: string, more: Partial<TokenRequirement> = {}): GuardedRoute => ({
  route,
  jwt: { issuer: 'corp', ...more },
})

const world = (calls: Graph['calls'], more: Partial<Graph> = {}): Partial<Graph> => ({
  services: {
    cart: { namespace: 'shop', ports: { http: { protocol: 'http', port: 8080, servicePort: 80 } } },
    a: service('http', 8080),
    b: service('http', 8080),
  },
  jwt: { corp },
  calls,
  ...more,
})
const toCart = (...routes: readonly (string | GuardedRoute)[]) => ({ cart: { http: routes } })
const rules = (calls: Graph['calls'], more: Partial<Graph> = {}) =>
  specOf(compiled(world(calls, more)), 'AuthorizationPolicy shop/callers-of-cart').rules
const a = 'td.example/ns/shop/sa/a'
const b = 'td.example/ns/shop/sa/b'
const anyCorp = ['https://corp.example/*']
const reading = 'RequestAuthentication shop/tokens-for-cart'
const jwtRules = (issuer: TokenIssuer): unknown => {
  const result = compiled(world({ a: toCart(guarded('GET /')) }, { jwt: { corp: issuer } }))
  const { jwtRules: written } = manifestOf(result, reading).object.spec as { jwtRules: unknown }
  return written
}

describe('a route that needs a token', () => {
  it('asks for the issuer beside the caller, and for the rest as conditions that must all hold', () => {
    const jwt = {
      audiences: ['shop', 'office'],
      scopes: ['write', 'read'],
      claims: { groups: ['ops', 'dev'], '[realm][roles]': ['x'], 'https://corp.example/team': ['red'] },
    }
    assert.deepEqual(rules({ a: toCart(guarded('GET /', jwt)) }), [
      {
        from: [{ source: { principals: [a], requestPrincipals: anyCorp } }],
        to: [{ operation: { ports: ['8080'], methods: ['GET'], paths: ['/'] } }],
        when: [
          { key: 'request.auth.audiences', values: ['office', 'shop'] },
          { key: 'request.auth.claims[scope]', values: ['read'] },
          { key: 'request.auth.claims[scope]', values: ['write'] },
          { key: 'request.auth.claims[realm][roles]', values: ['x'] },
          { key: 'request.auth.claims[groups]', values: ['dev', 'ops'] },
          { key: 'request.auth.claims[https://corp.example/team]', values: ['red'] },
        ],
      },
    ])
  })

  it('shares no rule with what needs none, or another one', () => {
    const needs = rules({ a: toCart('GET /', guarded('GET /b'), guarded('GET /c', { scopes: ['c'] })) }).map(
      ({ from, to, when }) => [to[0]?.operation.paths, from?.[0]?.source.requestPrincipals, when?.length],
    )
    assert.deepEqual(needs, [
      [['/b'], anyCorp, undefined],
      [['/c'], anyCorp, 1],
      [['/'], undefined, undefined],
    ])
  })

  it('shares a rule with the same route of another caller, if that needs the same token', () => {
    const same = rules({ a: toCart(guarded('GET /')), b: toCart(guarded('GET /')) })
    assert.deepEqual(
      same.map(({ from }) => from),
      [[{ source: { principals: [a, b], requestPrincipals: anyCorp } }]],
    )
    assert.equal(rules({ a: toCart(guarded('GET /')), b: toCart(guarded('GET /', { scopes: ['x'] })) }).length, 2)
  })

  it('reads the tokens of every issuer that a call to the callee names, admitted or not: its other calls may carry them', () => {
    const staff: TokenIssuer = { issuer: 'https://staff.example', jwksUri: 'https://staff.example/keys' }
    const needsStaff = { route: 'GET /a{b', jwt: { issuer: 'staff' } }
    const result = compiled(world({ a: toCart(guarded('GET /')), b: toCart(needsStaff) }, { jwt: { corp, staff } }))
    assert.deepEqual(
      result.problems.map(({ severity }) => severity),
      ['narrowed'],
    )
    const { jwtRules } = specOf(result, reading) as unknown as { jwtRules: readonly { issuer: string }[] }
    assert.deepEqual(
      jwtRules.map(({ issuer }) => issuer),
      [corp.issuer, staff.issuer],
    )
  })

  it('asks callers from outside the mesh for it too, by their addresses or whoever they are', () => {
    const from = (cidrs: readonly string[] | undefined) =>
      rules({}, { outside: { lb: { kind: 'nodes', ...(cidrs && { cidrs }), routes: toCart(guarded('GET /')) } } }).map(
        rule => rule.from,
      )
    assert.deepEqual(from(['10.0.0.0/8']), [[{ source: { ipBlocks: ['10.0.0.0/8'], requestPrincipals: anyCorp } }]])
    assert.deepEqual(from(undefined), [[{ source: { requestPrincipals: anyCorp } }]])
  })

  it('is not admitted at all where Istio would read what it asks for as a pattern, or as nothing', () => {
    const told = (jwt: Partial<TokenRequirement>, issuer = corp.issuer): readonly string[] => {
      const result = compiled(world({ a: toCart(guarded('GET /', jwt)) }, { jwt: { corp: { ...corp, issuer } } }))
      assert.deepEqual(names(result, 'AuthorizationPolicy shop/callers'), [])
      assert.deepEqual(names(result, 'RequestAuthentication'), [])
      return result.problems.map(printProblem)
    }
    for (const problems of [
      told({}, 'https://*'),
      told({}, ''),
      told({ audiences: ['*'] }),
      told({ scopes: ['cart:*'] }),
      told({ claims: { groups: [] } }),
      told({ claims: { groups: [''] } }),
    ]) {
      assert.equal(problems.length, 1)
      assert.match(
        problems[0] ?? '',
        /^shop\/cart:8080: Istio cannot express `shop\/a → shop\/cart:8080 GET \/ if jwt corp/,
      )
    }
  })
})

describe('who reads tokens', () => {
  it('is there for a callee that asks for some, with the issuers it asks for, and because of those flows', () => {
    const jwt = { corp, spare: { issuer: 'spare', jwksUri: 'https://spare.example/keys' } }
    const result = compiled(world({ a: toCart('GET /open', guarded('GET /')), b: { a: { http: ['GET /'] } } }, { jwt }))
    assert.deepEqual(names(result, 'RequestAuthentication'), [reading])
    const { object, because } = manifestOf(result, reading)
    assert.deepEqual(because, ['shop/a → shop/cart:8080 GET / if jwt corp'])
    assert.equal(object.apiVersion, 'security.istio.io/v1')
    assert.deepEqual(object.spec, { selector: { matchLabels: { app: 'cart' } }, jwtRules: [corp] })
  })

  it('is told where the keys are, for whom tokens have to be, where they are carried, and whether the workload sees them', () => {
    assert.deepEqual(jwtRules({ issuer: 'i', jwks: '{"keys":[]}', audiences: ['b', 'a'], forward: false }), [
      { issuer: 'i', jwks: '{"keys":[]}', audiences: ['a', 'b'] },
    ])
    const fromHeaders = [{ name: 'x-token', prefix: 'Token ' }, { name: 'x-id' }]
    assert.deepEqual(jwtRules({ ...corp, fromHeaders, forward: true }), [
      { ...corp, fromHeaders: [{ name: 'x-id' }, { name: 'x-token', prefix: 'Token ' }], forwardOriginalToken: true },
    ])
  })

  it('is at stage strict too, where nobody is yet asked for a token', () => {
    const result = compiled(world({ a: toCart(guarded('GET /')) }), { stages: { shop: 'strict' } })
    assert.deepEqual(names(result, 'RequestAuthentication'), [reading])
  })

  it('is the waypoint in an ambient namespace, for the Service and its port, and ztunnel is told nothing of it', () => {
    const result = compile(graphOf(world({ a: toCart(guarded('GET /')) })), { ...target, kind: 'istio-ambient' })
    assert.deepEqual(result.problems, [])
    const targetRefs = [{ group: '', kind: 'Service', name: 'cart' }]
    assert.deepEqual(manifestOf(result, reading).object.spec, { targetRefs, jwtRules: [corp] })
    assert.deepEqual(specOf(result, 'AuthorizationPolicy shop/routes-to-cart').rules, [
      {
        from: [{ source: { principals: [a], requestPrincipals: anyCorp } }],
        to: [{ operation: { ports: ['80'], methods: ['GET'], paths: ['/'] } }],
      },
    ])
    assert.doesNotMatch(
      JSON.stringify(specOf(result, 'AuthorizationPolicy shop/callers-of-cart')),
      /requestPrincipals|when/,
    )
  })
})
