import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import type { Keys } from '../../../../cli/issue'
import { newKeys } from '../../../../cli/issue'
import { readTrust, readTrustAtOnce, type Trust } from '../../../../core/trust/read'
import { cryptography } from '../../../../policypacks/zero-trust/cryptography'
import type { Authority } from '../../../support/pki'
import { authority, ecKeys, edKeys, rsaKeys } from '../../../support/pki'

/** The certificate with another signature, by one bit. */
function forged({ pem, ...rest }: Authority): Authority {
  const [begin = '', ...lines] = pem.trimEnd().split('\n')
  const der = Buffer.from(lines.slice(0, -1).join(''), 'base64')
  der[der.length - 1] = (der.at(-1) ?? 0) ^ 1
  return { ...rest, pem: [begin, der.toString('base64'), lines.at(-1), ''].join('\n') }
}

/** Who signed whom, of all that are in there, by their positions. */
function pairs({ anchors, signed }: Trust): readonly string[] {
  return anchors.flatMap((child, i) => anchors.flatMap((by, j) => (signed(child, by) ? [`${i} by ${j}`] : [])))
}

describe('verifying at once', () => {
  it('finds what Web Cryptography finds: the same certificates, and who signed whom', async () => {
    const keys: readonly (() => Promise<Keys>)[] = [
      newKeys,
      () => ecKeys('P-384'),
      () => ecKeys('P-521'),
      () => rsaKeys(2048),
      () => rsaKeys(2048, 'RSA-PSS'),
      edKeys,
    ]
    const roots = await Promise.all(keys.map(async make => authority({ subject: 'root', keys: await make() })))
    const below = await Promise.all(
      roots.map(async (by, i) =>
        authority({ subject: `below ${i}`, by, keys: await (keys[(i + 1) % 6] ?? newKeys)() }),
      ),
    )
    for (const [i, { pem }] of below.entries())
      assert.ok(new X509Certificate(pem).verify(new X509Certificate(roots[i]?.pem ?? '').publicKey), `${i} for openssl`)
    const text = [...roots, ...below, ...below.map(forged)].map(({ pem }) => pem).join('')
    const texts = { anchors: [{ text, at: 'all' }] }
    const { trust: ours } = await readTrust(texts)
    const { trust: theirs } = readTrustAtOnce(texts, cryptography)
    assert.ok(ours && theirs)
    assert.deepEqual(theirs.anchors, ours.anchors)
    assert.deepEqual(pairs(theirs), pairs(ours))
    assert.deepEqual(
      pairs(ours),
      [...roots, ...below].map((_, i) => `${i} by ${i % 6}`),
    )
  })

  it('finds no signature by a key that is none', async () => {
    const root = await authority({ subject: 'root' })
    const { trust } = readTrustAtOnce({ anchors: [{ text: root.pem, at: 'all' }] }, cryptography)
    const [anchor] = trust?.anchors ?? []
    assert.ok(anchor)
    const question = { signed: new ArrayBuffer(1), signature: anchor.signature, value: new ArrayBuffer(8) }
    assert.equal(cryptography.isSignedBy(question, { key: anchor.key, encoded: new ArrayBuffer(3) }), false)
  })
})
