import assert from 'node:assert/strict'
import { authorization, http, inNamespace, verdict, type Json } from './objects'

const issuers = ['https://a/b', 'https://a', 'x', 'me']
const authentication = (rule: Json = {}) =>
  inNamespace('RequestAuthentication', 'shop/jwt', { jwtRules: issuers.map(issuer => ({ issuer, ...rule })) })

/** Those of some tokens that get in. */
function admitted(rule: Json, tokens: Readonly<Record<string, Json>>, jwtRule: Json = {}): readonly string[] {
  const world = [authentication(jwtRule), inNamespace('AuthorizationPolicy', 'shop/p', { rules: [rule] })]
  const under = (jwt: Json) => {
    const { [none]: absent, ...claims } = jwt
    return verdict(world, absent === undefined ? { jwt: claims } : {})
  }
  return Object.keys(tokens).filter(name => under(tokens[name] ?? {}) === 'allow')
}

/** Marks what is no token. */
const none = 'none'

describe('a token, to Envoy,', () => {
  const tokens = {
    ab: { iss: 'https://a/b', sub: 'me' },
    other: { iss: 'https://a/b', sub: 'other' },
    x: { iss: 'x', sub: 'me' },
    slash: { iss: 'https://a', sub: 'b/me' },
    nobody: { iss: 'https://a/b' },
    empty: { iss: 'me', sub: '' },
    absent: { [none]: true },
  }
  // istio `pilot/pkg/security/authz/model/generator.go` requestPrincipalGenerator
  const principals: Readonly<Record<string, readonly string[]>> = {
    '*': ['ab', 'other', 'x', 'slash'],
    'https://a/b/me': ['ab'],
    'https://a/b/*': ['ab', 'other'],
    'https://a/b/m*': ['ab'],
    'https://a/*': ['slash'],
    'https*': ['ab', 'other', 'slash'],
    'x*': ['x'],
    'x/*': ['x'],
    '*/me': ['ab', 'x'],
    '*b/me': ['ab'],
    '*x/me': ['x'],
    '*me': ['ab', 'x', 'slash'],
    '*other': ['other'],
    me: ['empty'],
    'me/': ['empty'],
    x: [],
    '/me': [],
    'https://b/*': [],
    'y*': [],
    '*y': [],
  }
  for (const [pattern, found] of Object.entries(principals))
    it(`is the request principal ${pattern} of ${found.join(', ') || 'nobody'}`, () => {
      assert.deepEqual(admitted({ from: [{ source: { requestPrincipals: [pattern] } }] }, tokens), found)
      const all = Object.keys(tokens)
      assert.deepEqual(
        admitted({ from: [{ source: { notRequestPrincipals: [pattern] } }] }, tokens),
        all.filter(name => !found.includes(name)),
      )
      assert.deepEqual(admitted({ when: [{ key: 'request.auth.principal', values: [pattern] }] }, tokens), found)
    })

  const claiming = (claims: Json): Json => ({ iss: 'x', sub: 'me', claims })
  const groups = {
    dev: claiming({ groups: 'dev' }),
    list: claiming({ groups: ['ops', 'dev'] }),
    spaced: claiming({ groups: 'ops dev' }),
    nested: claiming({ org: { groups: ['dev'] } }),
    number: claiming({ groups: 7 }),
    numbers: claiming({ groups: [7, true] }),
    object: claiming({ groups: { dev: 'dev' } }),
    empty: claiming({ groups: '' }),
    without: claiming({}),
    absent: { [none]: true },
  }
  // istio `pilot/pkg/security/authz/model/generator.go` requestClaimGenerator, `util.go` MetadataListValueMatcherForJWTClaims
  const claims: readonly (readonly [key: string, values: readonly string[], found: readonly string[]])[] = [
    ['request.auth.claims[groups]', ['dev'], ['dev', 'list']],
    ['request.auth.claims[groups]', ['d*'], ['dev', 'list']],
    ['request.auth.claims[groups]', ['*v'], ['dev', 'list', 'spaced']],
    ['request.auth.claims[groups]', ['*'], ['dev', 'list', 'spaced']],
    ['request.auth.claims[groups]', ['ops', 'dev'], ['dev', 'list']],
    ['request.auth.claims[groups]', ['ops dev'], ['spaced']],
    ['request.auth.claims[groups]', ['7', 'true'], []],
    ['request.auth.claims[org][groups]', ['dev'], ['nested']],
    ['request.auth.claims[groups][dev]', ['dev'], ['object']],
    ['request.auth.claims[Groups]', ['dev'], []],
  ]
  for (const [key, values, found] of claims)
    it(`has claims ${key} ${values.join()}: ${found.join(', ') || 'nobody'}`, () => {
      assert.deepEqual(admitted({ when: [{ key, values }] }, groups), found)
      const all = Object.keys(groups)
      assert.deepEqual(
        admitted({ when: [{ key, notValues: values }] }, groups),
        all.filter(name => !found.includes(name)),
      )
    })

  it('has words of `scope` and `permission`, and of other claims where its rule says so', () => {
    // istio `pilot/pkg/security/authn/policy_applier.go` buildSpaceDelimitedClaims
    const words = (name: string) => ({ one: claiming({ [name]: 'ops  dev ' }), two: claiming({ [name]: 'devs' }) })
    const asks = (name: string, values: readonly string[], rule: Json = {}) =>
      admitted({ when: [{ key: `request.auth.claims[${name}]`, values }] }, words(name), rule)
    for (const name of ['scope', 'permission']) {
      assert.deepEqual(asks(name, ['dev']), ['one'])
      assert.deepEqual(asks(name, ['ops  dev ']), [])
    }
    assert.deepEqual(asks('groups', ['dev']), [])
    assert.deepEqual(asks('groups', ['dev'], { spaceDelimitedClaims: ['groups'] }), ['one'])
    assert.deepEqual(asks('groups', ['dev'], { spaceDelimitedClaims: ['other'] }), [])
  })

  it('is for audiences and a presenter', () => {
    const aimed = { iss: 'x', sub: 'me' }
    const all = {
      one: { ...aimed, aud: 'shop' },
      more: { ...aimed, aud: ['pay', 'shop'] },
      azp: { ...aimed, azp: 'shop' },
      none: aimed,
    }
    assert.deepEqual(admitted({ when: [{ key: 'request.auth.audiences', values: ['shop'] }] }, all), ['one', 'more'])
    assert.deepEqual(admitted({ when: [{ key: 'request.auth.presenter', values: ['shop'] }] }, all), ['azp'])
  })
})

describe('a header that a condition asks for', () => {
  const condition = (name: string, more: Json) =>
    authorization('shop/p', { rules: [{ when: [{ key: `request.headers[${name}]`, ...more }] }] })
  const by = (name: string, more: Json, headers: Json) => verdict([condition(name, more)], http({ headers }))

  // istio `pilot/pkg/security/authz/matcher/header.go` HeaderMatcher
  const table: readonly (readonly [
    values: Json,
    found: readonly [dev: string, other: string, empty: string, absent: string],
  ])[] = [
    [{ values: ['dev'] }, ['allow', 'deny', 'deny', 'deny']],
    [{ values: ['*'] }, ['allow', 'allow', 'allow', 'deny']],
    [{ values: ['d*'] }, ['allow', 'deny', 'deny', 'deny']],
    [{ values: ['*v'] }, ['allow', 'allow', 'deny', 'deny']],
    [{ values: ['x', 'dev'] }, ['allow', 'deny', 'deny', 'deny']],
    [{ notValues: ['dev'] }, ['deny', 'allow', 'allow', 'allow']],
    [{ notValues: ['*'] }, ['deny', 'deny', 'deny', 'allow']],
    [{ values: ['*'], notValues: ['dev'] }, ['deny', 'allow', 'allow', 'deny']],
  ]
  for (const [values, found] of table)
    it(`has ${JSON.stringify(values)}`, () => {
      for (const name of ['x-env', 'X-Env'])
        assert.deepEqual(
          [{ 'x-env': 'dev' }, { 'x-env': 'Dev' }, { 'x-env': '' }, {}].map(headers => by(name, values, headers)),
          found,
        )
    })

  it('may be written by proxies on the way', () => {
    for (const name of ['x-envoy-attempt-count', 'x-forwarded-proto', 'x-request-id', 'x-b3-traceid', 'traceparent'])
      assert.equal(by(name, { values: ['1'] }, { [name]: '1' }), 'unknown', name)
    for (const name of ['x-forwarded-by', 'x-env-oy', 'my-x-request-id', 'x-request-ids', 'my-traceparent'])
      assert.equal(by(name, { values: ['1'] }, { [name]: '1' }), 'allow', name)
  })
})
