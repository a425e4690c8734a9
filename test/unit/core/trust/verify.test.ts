import assert from 'node:assert/strict'
import type { Key, Signature } from '../../../../core/trust/certificate'
import { isSignedBy, rsaBits } from '../../../../core/trust/verify'

const bytes = (...list: readonly number[]): ArrayBuffer => Uint8Array.from(list).buffer

describe('the length of an RSA key', () => {
  it('is that of its modulus, without the zeros before it', () => {
    assert.equal(rsaBits(bytes(0x30, 3, 0x02, 1, 5)), 3)
    assert.equal(rsaBits(bytes(0x30, 6, 0x02, 1, 0x80, 0x02, 1, 3)), 8)
    assert.equal(rsaBits(bytes(0x30, 5, 0x02, 3, 0, 0, 1)), 1)
    assert.equal(rsaBits(bytes(0x30, 4, 0x02, 2, 1, 0)), 9)
    const long = [0x02, 0x81, 0x80, 0xff, ...Array.from({ length: 127 }, () => 0)]
    assert.equal(rsaBits(bytes(0x30, 0x81, long.length, ...long)), 1024)
    assert.equal(rsaBits(bytes(0x30, 0x82, 0, long.length, ...long)), 1024)
  })

  it('is none of what is no such key', () => {
    for (const [what, list] of [
      ['nothing', []],
      ['no sequence', [0x31, 3, 0x02, 1, 5]],
      ['no integer', [0x30, 3, 0x03, 1, 5]],
      ['cut off', [0x30, 3, 0x02, 1]],
      ['more behind it', [0x30, 3, 0x02, 1, 5, 0]],
      ['an integer that is longer than all', [0x30, 3, 0x02, 2, 5]],
      ['zero', [0x30, 3, 0x02, 1, 0]],
      ['no length', [0x30]],
    ] as const)
      assert.equal(rsaBits(bytes(...list)), undefined, what)
  })
})

describe('a signature by an elliptic curve', () => {
  const signed = new TextEncoder().encode('signed').buffer
  let encoded: ArrayBuffer
  let halves: readonly [readonly number[], readonly number[]]
  const key: Key = { kind: 'ecdsa', curve: 'P-256' }
  const signature: Signature = { kind: 'ecdsa', hash: 'SHA-256' }

  before(async () => {
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
    encoded = await crypto.subtle.exportKey('spki', pair.publicKey)
    const raw = [
      ...new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, signed)),
    ]
    halves = [raw.slice(0, 32), raw.slice(32)]
  })

  /** As an integer with as many zeros before it. */
  const integer = (digits: readonly number[], zeros = 1): readonly number[] => [
    0x02,
    digits.length + zeros,
    ...Array.from({ length: zeros }, () => 0),
    ...digits,
  ]
  const sequence = (...content: readonly number[]): ArrayBuffer => bytes(0x30, content.length, ...content)
  const verified = (value: ArrayBuffer) => isSignedBy({ signed, signature, value }, { key, encoded })

  it('is a sequence of two integers, and nothing else', async () => {
    const [r, s] = halves
    assert.equal(await verified(sequence(...integer(r), ...integer(s))), true)
    assert.equal(await verified(sequence(...integer(s), ...integer(r))), false)
    assert.equal(await verified(sequence(...integer(r), ...integer(s), 0)), false)
    assert.equal(await verified(sequence(...integer(r))), false)
    assert.equal(await verified(bytes(...r, ...s)), false)
    assert.equal(await verified(sequence(...integer([1, ...r]), ...integer(s))), false)
    assert.equal(await verified(bytes(0x31, r.length + s.length + 6, ...integer(r), ...integer(s))), false)
    assert.equal(await verified(sequence(0x03, ...integer(r).slice(1), ...integer(s))), false)
    assert.equal(await verified(bytes()), false)
  })

  it('is none by a key of another kind, by one that is none, or of another curve', async () => {
    const [r, s] = halves
    const value = sequence(...integer(r), ...integer(s))
    const by = (other: Key, text = encoded) => isSignedBy({ signed, signature, value }, { key: other, encoded: text })
    assert.equal(await by(key), true)
    assert.equal(await by({ kind: 'ed25519' }), false)
    assert.equal(await by({ kind: 'ecdsa', curve: 'P-384' }), false)
    assert.equal(await by(key, bytes(1, 2, 3)), false)
  })
})
