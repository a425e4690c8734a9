import assert from 'node:assert/strict'
import { checkTrust } from '../../../../core/trust/check'
import { readTrust } from '../../../../core/trust/read'
import { at, authority, keyPem } from '../../../support/pki'

/** What is wrong with a bundle, by code and place. */
async function wrong(text: string): Promise<readonly string[]> {
  const { trust, problems } = await readTrust({ anchors: [{ text, at: 'bundle' }] })
  assert.equal(trust === undefined, problems.length > 0)
  return problems.map(({ code, at }) => `${code} ${at}`)
}

describe('certificates in PEM', () => {
  it('may have text around them, and lines that end as Windows ends them', async () => {
    const { pem } = await authority({ subject: 'root' })
    assert.deepEqual(await wrong(`subject=root\n${pem.replaceAll('\n', '\r\n')}# the end`), [])
  })

  it('are refused where one was cut off, whichever it is', async () => {
    const [{ pem: first }, { pem: second }] = [await authority({ subject: 'a' }), await authority({ subject: 'b' })]
    assert.deepEqual(await wrong(first + second.slice(0, 300)), ['malformed-pem bundle'])
    const lines = second.split('\n')
    const shorter = [...lines.slice(0, 3), ...lines.slice(4)].join('\n')
    assert.deepEqual(await wrong(first + shorter), ['malformed-certificate bundle[1]'])
    assert.deepEqual(await wrong(first.slice(0, 300) + '\n' + second), [
      'malformed-certificate bundle[0]',
      'malformed-pem bundle',
    ])
  })

  it('are refused where they hold something else', async () => {
    assert.deepEqual(await wrong(''), ['no-certificate bundle'])
    assert.deepEqual(await wrong('-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n'), [
      'no-certificate bundle[0]',
    ])
    assert.deepEqual(await wrong('-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n'), [
      'malformed-certificate bundle[0]',
    ])
    assert.deepEqual(await wrong('-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n'), [
      'malformed-certificate bundle[0]',
    ])
  })

  it('are refused where a key was pasted, whole or in part, and no message shows a byte of it', async () => {
    const { pem, keys } = await authority({ subject: 'root' })
    const key = await keyPem(keys)
    const body = key.split('\n')[1] ?? ''
    for (const text of [key, pem + key, key.slice(0, 60), key.replaceAll('PRIVATE', 'EC PRIVATE')]) {
      const { problems } = await readTrust({ anchors: [{ text, at: 'bundle' }] })
      assert.deepEqual(
        problems.map(({ code }) => code),
        ['private-key'],
      )
      const said = JSON.stringify(problems)
      for (let start = 0; start + 8 <= body.length; start += 8)
        assert.ok(!said.includes(body.slice(start, start + 8)), said)
    }
  })

  it('whose bytes were changed anywhere are judged or refused, and nothing is thrown', async () => {
    const root = await authority({ subject: 'root' })
    const issuer = await authority({ subject: 'issuer', by: root })
    const der = Buffer.from(issuer.pem.replace(/-----.*-----/g, ''), 'base64')
    const judged = new Map<string, number>()
    for (let index = 4; index < der.length; index++) {
      const bytes = Buffer.from(der)
      bytes[index] = (bytes[index] ?? 0) ^ 0x55
      const text = `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64')}\n-----END CERTIFICATE-----\n`
      const { trust } = await readTrust({ anchors: [{ text: root.pem, at: 'a' }], issuer: { text, at: 'i' } })
      const found = trust ? checkTrust(trust, { mesh: 'linkerd', at }).problems.map(({ code }) => code) : ['unreadable']
      // A byte of what is signed, or of the signature: in neither case does anybody vouch for it.
      assert.ok(found.includes('unreadable') || found.includes('issuer-not-chained'), `${index}: ${found.join(', ')}`)
      for (const code of found) judged.set(code, (judged.get(code) ?? 0) + 1)
    }
    assert.ok((judged.get('issuer-not-chained') ?? 0) > 100)
  })
})
