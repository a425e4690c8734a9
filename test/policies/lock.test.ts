import assert from 'node:assert/strict'
import { canonicalJson } from '../../core/model/canonical'
import type { Intent } from '../../core/model/intent'
import { cartDigest, cartIntent } from '../../policypacks/zero-trust/example-objects'
import { parseLock } from '../../policypacks/zero-trust/lock'
import { sha256 } from '../support/pack'

const text = (intent: unknown, digest = cartDigest): string => JSON.stringify({ digest, intent })

function why(content: string): string {
  const source = parseLock(content, 'intent.lock.json', sha256)
  assert.equal(source.kind, 'missing')
  return source.kind === 'missing' ? source.why : ''
}

describe('reading a lock file', () => {
  it('gives the intent and its digest', () => {
    assert.deepEqual(parseLock(text(cartIntent), 'intent.lock.json', sha256), {
      kind: 'found',
      digest: cartDigest,
      intent: cartIntent,
    })
  })

  it('does not mind the order of keys', () => {
    const { flows, governed, version } = cartIntent
    assert.equal(parseLock(text({ flows, governed, version }), 'intent.lock.json', sha256).kind, 'found')
  })

  it('refuses an intent that was changed by hand, and does not believe the digest beside it', () => {
    const wider: Intent = { ...cartIntent, flows: [] }
    assert.match(why(text(wider)), /changed by hand/)
  })

  it('refuses a border that nobody knows how to cross', () => {
    const crossing = (border: unknown) =>
      text({ ...cartIntent, flows: cartIntent.flows.map(flow => ({ ...flow, border })) })
    for (const border of ['mtls', '', true, null]) assert.match(why(crossing(border)), /ztm compile --lock/)
    for (const border of ['plaintext', 'gateway']) assert.match(why(crossing(border)), /changed by hand/)
  })

  it('refuses what is no lock, and says how to write one', () => {
    assert.match(why('{'), /no JSON object/)
    assert.match(why('[]'), /no JSON object/)
    for (const intent of [
      undefined,
      null,
      {},
      { ...cartIntent, version: 2 },
      { ...cartIntent, governed: [{}] },
      { ...cartIntent, flows: [{}] },
    ]) {
      assert.match(why(text(intent)), /ztm compile --lock/)
    }
  })

  it('reads what a token must be, and refuses what is no such demand or one that it does not know', () => {
    const withToken = (jwt: unknown): unknown => ({
      ...cartIntent,
      flows: cartIntent.flows.map(flow => ({ ...flow, jwt })),
    })
    const sound = {
      issuer: 'https://login.example',
      headers: [{ name: 'x-token', prefix: 'Bearer ' }, { name: 'x-id' }],
      trustedAudiences: ['shop'],
      audiences: ['shop'],
      scopes: ['cart:write'],
      claims: { groups: ['ops'] },
    }
    const intent = withToken(sound)
    const digest = sha256(canonicalJson(intent))
    assert.deepEqual(parseLock(text(intent, digest), 'intent.lock.json', sha256), { kind: 'found', digest, intent })
    for (const jwt of [
      null,
      'corp',
      {},
      { ...sound, issuer: 7 },
      { ...sound, headers: ['x-token'] },
      { ...sound, scopes: 'cart:write' },
      { ...sound, claims: [] },
      { ...sound, claims: { groups: 'ops' } },
      { ...sound, subjects: ['alice'] },
    ]) {
      assert.match(why(text(withToken(jwt))), /no intent of version 1/, JSON.stringify(jwt))
    }
  })

  it('refuses flows whose paths are no expressions', () => {
    for (const path of [
      7,
      { any: false },
      { chars: 1 },
      { sequence: '/a' },
      { star: '/a', plus: '/b' },
      { glob: '/a' },
    ]) {
      const flows = cartIntent.flows.map(flow => ({ ...flow, http: { methods: ['GET'], path } }))
      assert.match(why(text({ ...cartIntent, flows })), /no intent/)
    }
  })
})
