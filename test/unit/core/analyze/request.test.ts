import assert from 'node:assert/strict'
import { parseRequest } from '../../../../core/analyze/request'
import { mutations } from './mutations'
import { ask } from './objects'

const full = {
  id: 'r1',
  from: { trustDomain: 'cluster.local', namespace: 'web', serviceAccount: 'frontend', ip: '10.0.0.1' },
  to: { namespace: 'shop', workload: 'cart', port: 8080, viaService: 'cart', servicePort: 80 },
  http: { method: 'GET', path: '/x', host: 'cart', headers: { 'X-Env': 'dev' } },
  jwt: { iss: 'https://issuer', sub: 'me', aud: ['shop'], azp: 'app', claims: { groups: ['dev'] } },
  sni: 'cart',
}

describe('a request to decide', () => {
  it('is read as it is written, with header names in lower case', () => {
    assert.deepEqual(parseRequest(full, 'line 1'), {
      problems: [],
      request: {
        id: 'r1',
        from: {
          kind: 'identity',
          identity: { trustDomain: 'cluster.local', namespace: 'web', serviceAccount: 'frontend' },
          ip: '10.0.0.1',
        },
        to: { namespace: 'shop', workload: 'cart', port: 8080, viaService: 'cart', servicePort: 80 },
        http: { method: 'GET', path: '/x', host: 'cart', headers: { 'x-env': 'dev' } },
        jwt: {
          kind: 'sound',
          claims: { groups: ['dev'], iss: 'https://issuer', sub: 'me', azp: 'app', aud: ['shop'] },
        },
        sni: 'cart',
      },
    })
  })

  it('may come from nobody, as plain TCP, with a token that is not in order', () => {
    const from = { plaintext: true, namespace: 'legacy' }
    const { request, problems } = parseRequest(
      ask({ from, http: undefined, jwt: { invalid: true, reason: 'expired' } }),
      '',
    )
    assert.deepEqual(problems, [])
    assert.deepEqual([request?.from, request?.http], [{ kind: 'plaintext', namespace: 'legacy' }, undefined])
    assert.deepEqual(request?.jwt, { kind: 'invalid', reason: 'expired' })
  })

  it('is refused, without a throw, with any part of the wrong type', () => {
    // What a claim holds is the issuer's affair, and an audience may be one text.
    const free = ({ path, value }: { readonly path: string; readonly value: unknown }) =>
      path.startsWith('jwt.claims.') || (path === 'jwt.aud' && typeof value === 'string')
    for (const { path, value, mutant } of mutations(full).filter(mutation => !free({ ...mutation }))) {
      const { request, problems } = parseRequest(mutant, 'line 7')
      assert.ok(!request && problems.length > 0, `${path} = ${JSON.stringify(value)}`)
      assert.ok(problems.every(({ at, severity }) => at === 'line 7' && severity === 'error'))
    }
  })

  it('is refused with a field that is misspelt, naming the right one', () => {
    const { request, problems } = parseRequest({ ...full, htpp: full.http }, '')
    assert.equal(request, undefined)
    assert.deepEqual(
      problems.map(({ code, hint }) => [code, hint]),
      [['unknown-field', 'did you mean `http`?']],
    )
  })

  it('is refused without a caller, a target, or an absolute path', () => {
    for (const changes of [
      { from: {} },
      { from: { namespace: 'web' } },
      { to: { namespace: 'shop' } },
      { http: { method: 'GET', path: 'x' } },
    ]) {
      assert.equal(parseRequest(ask(changes), '').request, undefined, JSON.stringify(changes))
    }
  })
})
