import assert from 'node:assert/strict'
import type { Certificate } from '../../../../core/trust/certificate'
import { keyPairProblems, keyPart } from '../../../../core/trust/check-key-pair'
import { readTrust } from '../../../../core/trust/read'
import { holds } from '../../../../core/trust/rotation/state'
import { authority } from '../../../support/pki'

/** A block that is called a key; what is in it nobody looks at here. */
const block = (label: string): string => `-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----\n`

describe('a key beside a certificate', () => {
  let certificate: Certificate | undefined
  before(async () => {
    const { trust } = await readTrust({ anchors: [{ text: (await authority({ subject: 'ca' })).pem, at: 'ca.crt' }] })
    certificate = trust?.anchors[0]
  })
  const codes = (publicKey?: string): readonly string[] => {
    assert.ok(certificate)
    const part = { at: 'ca.key', ...(publicKey !== undefined && { publicKey }) }
    return keyPairProblems(certificate, part).map(({ code, at }) => `${code} ${at}`)
  }

  it('belongs to it where its public part is the same, and to none where it cannot be read', () => {
    assert.deepEqual(codes(certificate?.publicKey), [])
    assert.deepEqual(codes('00'), ['key-mismatch ca.key'])
    assert.deepEqual(codes(), ['malformed-key ca.key'])
  })

  it('is read where its first block is called as meshes take it', () => {
    const read = (text: string | undefined) => keyPart(text, 'ca.key', () => 'public').publicKey
    for (const label of ['PRIVATE KEY', 'EC PRIVATE KEY', 'RSA PRIVATE KEY']) assert.equal(read(block(label)), 'public')
    for (const text of [
      undefined,
      '',
      block('ENCRYPTED PRIVATE KEY'),
      block('EC PARAMETERS') + block('EC PRIVATE KEY'),
    ])
      assert.equal(read(text), undefined)
  })
})

describe('a certificate at a moment', () => {
  it('holds from its beginning on and until before its end, whoever’s clock is off', () => {
    const dated = { subject: 'a', fingerprint: 'a', notBefore: 100, notAfter: 200 }
    const at = (skew: number, ...moments: readonly number[]) => moments.map(moment => holds(dated, moment, skew))
    assert.deepEqual(at(0, 99, 100, 199, 200), [false, true, true, false])
    assert.deepEqual(at(10, 109, 110, 189, 190), [false, true, true, false])
  })
})
