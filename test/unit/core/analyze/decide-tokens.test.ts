import assert from 'node:assert/strict'
import {
  ask,
  authorization,
  decided,
  http,
  inNamespace,
  judge,
  mesh,
  readAll,
  shop,
  verdict,
  verdictIn,
  type Json,
} from './objects'

const tcp = { http: undefined }

describe('tokens', () => {
  const issuer = 'https://issuer'
  const authentication = (id: string, rule: Json = {}, spec: Json = {}) =>
    inNamespace('RequestAuthentication', id, { jwtRules: [{ issuer, ...rule }], ...spec })
  const signedIn = authorization('shop/p', { rules: [{ from: [{ source: { requestPrincipals: ['*'] } }] }] })
  const token = (jwt: Json, more: Json = {}) => ({ jwt: { iss: issuer, sub: 'me', ...jwt }, ...more })

  it('are nothing where no RequestAuthentication applies', () => {
    assert.equal(verdict([], { jwt: { invalid: true } }), 'allow')
    assert.equal(verdict([signedIn], token({})), 'deny')
    assert.equal(verdict([signedIn, authentication('pay/jwt')], token({})), 'deny')
  })
  it('are refused where they are bad, of another issuer, or for another audience', () => {
    const world = [authentication('shop/jwt', { audiences: ['https://shop/'] })]
    assert.equal(verdict(world, { jwt: { invalid: true } }), 'deny')
    assert.equal(verdict(world, token({ iss: 'other' })), 'deny')
    assert.equal(verdict(world, token({ aud: ['pay'] })), 'deny')
    assert.equal(verdict(world, token({})), 'deny')
    assert.equal(verdict(world, token({ aud: ['pay', 'shop'] })), 'allow')
    assert.equal(verdict(world, token({ aud: 'https://shop' })), 'allow')
    assert.equal(verdict(world), 'allow')
  })
  it('are for any one of the audiences of a rule', () => {
    const world = [authentication('shop/jwt', { audiences: ['shop', 'api'] })]
    assert.equal(verdict(world, token({ aud: 'api' })), 'allow')
    assert.equal(verdict(world, token({ aud: ['pay', 'shop'] })), 'allow')
    assert.equal(verdict(world, token({ aud: 'pay' })), 'deny')
  })
  it('are refused by nobody who asks for none, and perhaps by one that may be mesh-wide', () => {
    const bad = { jwt: { invalid: true } }
    assert.equal(verdict([inNamespace('RequestAuthentication', 'shop/jwt', {})], bad), 'allow')
    assert.equal(verdict([inNamespace('RequestAuthentication', 'shop/jwt', { jwtRules: [] })], bad), 'allow')
    const rootless = [mesh({ rootNamespace: undefined }), ...shop.slice(1)]
    const from = (id: string, more: Json = {}) => verdictIn([...rootless, authentication(id, {}, more)], bad)
    assert.equal(from('shop/jwt'), 'deny')
    assert.equal(from('admin/jwt'), 'unknown')
    assert.equal(from('admin/jwt', { selector: { matchLabels: { app: 'other' } } }), 'allow')
    assert.equal(verdictIn([...rootless, authentication('admin/jwt')]), 'allow')
    assert.equal(verdictIn([...rootless, authentication('admin/jwt'), authentication('shop/jwt')], bad), 'deny')
    const other = authentication('admin/jwt', { issuer: 'other' })
    assert.equal(verdictIn([...rootless, other, authentication('shop/jwt')], token({ iss: 'other' })), 'unknown')
    assert.equal(verdictIn([...rootless, other, authentication('shop/jwt')], token({})), 'allow')
    assert.equal(verdictIn([...rootless, authentication('admin/jwt'), signedIn], token({})), 'unknown')
    assert.equal(verdict([authentication('shop/jwt', {}, { selector: 'cart' })], bad), 'unknown')
  })
  it('are for workloads, or for what a waypoint or a gateway takes', () => {
    const bad = { jwt: { invalid: true } }
    for (const [spec, found] of [
      [{ selector: { matchLabels: { app: 'cart' } } }, 'deny'],
      [{ selector: { matchLabels: { app: 'other' } } }, 'allow'],
      [{ targetRefs: [{ kind: 'Service', group: '', name: 'cart' }] }, 'allow'],
    ] as const)
      assert.equal(verdict([authentication('shop/jwt', {}, spec)], bad), found)
  })
  it('pass if any rule takes them', () => {
    const world = [signedIn, authentication('shop/a', { issuer: 'other' }), authentication('istio-system/b')]
    assert.equal(verdict(world, token({})), 'allow')
    assert.equal(verdict(world, token({ iss: 'third' })), 'deny')
  })
  it('are not looked at in a CORS preflight', () => {
    const preflight = http({
      method: 'OPTIONS',
      headers: { Origin: 'https://a', 'Access-Control-Request-Method': 'PUT' },
    })
    assert.equal(verdict([authentication('shop/jwt')], { jwt: { invalid: true }, ...preflight }), 'allow')
    assert.equal(
      verdict([authentication('shop/jwt')], { jwt: { invalid: true }, ...http({ method: 'OPTIONS' }) }),
      'deny',
    )
  })
  it('are unknown where a rule looks for them elsewhere, or could not be read', () => {
    assert.equal(verdict([authentication('shop/jwt', { fromParams: ['token'] })], token({})), 'unknown')
    const { layer } = readAll([...shop, authentication('shop/jwt', { audiences: 'shop' })])
    assert.equal(judge(layer, ask(token({}))).verdict, 'unknown')
    assert.equal(judge(layer, ask()).verdict, 'allow')
  })
  it('are read in the headers that a rule names, and there alone', () => {
    const elsewhere = authentication('shop/jwt', { fromHeaders: [{ name: 'X-Token', prefix: 'Token ' }] })
    const shown = (text: string, more: Json = {}) => ({ ...http({ headers: { 'x-token': text } }), ...more })
    assert.equal(verdict([elsewhere], { jwt: { invalid: true } }), 'allow')
    assert.equal(verdict([elsewhere, signedIn], token({})), 'deny')
    assert.equal(verdict([elsewhere], shown('Token none')), 'deny')
    assert.equal(verdict([elsewhere], shown('Bearer none')), 'allow')
    assert.equal(decided([elsewhere], shown('Token e30.e30.c2ln')), 'unknown')
    // One good token is enough, wherever it is.
    assert.equal(decided([elsewhere, authentication('shop/usual')], token({}, shown('Token none'))), 'allow')
  })
  it('are judged by the first, where one rule reads several headers', () => {
    const reading = (name: string) => ({ fromHeaders: [{ name: 'Authorization', prefix: 'Bearer ' }, { name }] })
    const showing = (name: string) => token({}, http({ headers: { [name]: 'none' } }))
    const before = authentication('shop/jwt', reading('a-token'))
    const after = authentication('shop/jwt', reading('x-token'))
    assert.equal(verdict([before], token({})), 'allow')
    assert.equal(verdict([before], showing('a-token')), 'deny')
    // Envoy lets a bad second one pass, unless another rule objects.
    assert.equal(verdict([after], showing('x-token')), 'unknown')
  })
  it('mean nothing on a TCP chain', () => {
    const port = { to: { namespace: 'shop', workload: 'cart', port: 9090 }, ...tcp }
    assert.equal(verdict([authentication('shop/jwt')], { jwt: { invalid: true }, ...port }), 'allow')
  })
  it('have claims that a rule may split on spaces', () => {
    const claim = authorization('shop/p', {
      rules: [{ when: [{ key: 'request.auth.claims[groups]', values: ['dev'] }] }],
    })
    const dev = token({ claims: { groups: 'ops dev' } })
    assert.equal(verdict([claim, authentication('shop/jwt')], dev), 'deny')
    assert.equal(verdict([claim, authentication('shop/jwt', { spaceDelimitedClaims: ['groups'] })], dev), 'allow')
  })
})
