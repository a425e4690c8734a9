import assert from 'node:assert/strict'
import * as rpc from '@pulumi/pulumi/runtime/rpc'
import * as wire from '../../../preview/wire'

const secret = (value: wire.Json) => ({ [wire.signatureKey]: wire.secretSignature, value })

describe('values on the wire', () => {
  it('are marked as the SDK marks them', () => {
    assert.equal(wire.unknownValue, rpc.unknownValue)
    assert.equal(wire.signatureKey, rpc.specialSigKey)
    assert.equal(wire.secretSignature, rpc.specialSecretSig)
    assert.equal(wire.resourceSignature, rpc.specialResourceSig)
  })

  it('open their secrets for judging, at any depth', () => {
    const value = { a: [secret({ b: secret('x') })], c: 1 }
    assert.deepEqual(wire.reveal(value), { a: [{ b: 'x' }], c: 1 })
  })

  it('cover their secrets for people, and nothing of them is left', () => {
    const shown = wire.redact({ a: [secret({ password: 'hunter2' })], c: 'plain' })
    assert.deepEqual(shown, { a: ['[secret]'], c: 'plain' })
  })

  it('reach a policy pack without internal keys, and with references as the id or, without one, the URN', () => {
    const reference = (rest: object) => ({ [wire.signatureKey]: wire.resourceSignature, urn: 'urn:x', ...rest })
    const given = {
      __defaults: [],
      known: reference({ id: 'i' }),
      unknown: reference({ id: '' }),
      component: reference({}),
    }
    assert.deepEqual(wire.forPolicies(given), { known: 'i', unknown: wire.unknownValue, component: 'urn:x' })
  })

  it('stay secret on their way to a policy pack', () => {
    assert.deepEqual(wire.forPolicies({ a: secret('x') }), { a: secret('x') })
  })
})
