import assert from 'node:assert/strict'
import { ask, authorization, http, inNamespace, judge, readAll, shop, verdict, type Json } from './objects'

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
