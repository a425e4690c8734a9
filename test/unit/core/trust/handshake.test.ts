import assert from 'node:assert/strict'
import { BasicConstraints, KeyUsageFlags } from '@peculiar/asn1-x509'
import { checkTrust } from '../../../../core/trust/check'
import { readTrust } from '../../../../core/trust/read'
import type { Asked, Authority } from '../../../support/pki'
import { at, authority, workload } from '../../../support/pki'
import { shakeHands } from '../../../support/shake-hands'

/*
 * What is said of certificates, held against a verifier that is not ours: two workloads shake hands on loopback, each with a leaf of the
 * issuer. A client of Node takes today for the date, so that what is made is valid today.
 */
const now = (Date.now() - at) / 86_400_000
const dates = { from: now - 1, until: now + 100 }

interface Hierarchy {
  readonly anchors: readonly Authority[]
  readonly issuer: Authority
  readonly between?: readonly Authority[]
}

async function hierarchy(root: Partial<Asked> = {}, issuer: Partial<Asked> = {}): Promise<Hierarchy> {
  const anchor = await authority({ subject: 'root', ...dates, ...root })
  return { anchors: [anchor], issuer: await authority({ subject: 'issuer', by: anchor, ...dates, ...issuer }) }
}

/** The codes of the problems that are found, with the horizon at once: Node knows none. */
async function found({ anchors, issuer, between = [] }: Hierarchy): Promise<readonly string[]> {
  const text = (all: readonly Authority[]) => all.map(({ pem }) => pem).join('')
  const { trust } = await readTrust({
    anchors: [{ text: text(anchors), at: 'bundle' }],
    issuer: { text: text([issuer, ...between]), at: 'issuer' },
  })
  assert.ok(trust)
  const { problems } = checkTrust(trust, { mesh: 'linkerd', at: Date.now(), horizon: 0 })
  return problems.map(({ code }) => code)
}

/** Whether a client that trusts the anchors takes a server with a leaf of the issuer; the verifier's reason where it does not. */
async function handshake({ anchors, issuer, between = [] }: Hierarchy): Promise<string> {
  const leaf = await workload('localhost', { by: issuer, from: now - 1, until: now + 1 })
  return shakeHands({ anchors, leaf, above: [issuer, ...between] })
}

describe('a real verifier', () => {
  it('takes what is sound, straight below the anchor and through an authority between', async () => {
    const straight = await hierarchy()
    const root = await authority({ subject: 'root', ...dates })
    const between = await authority({ subject: 'between', by: root, ...dates })
    const longer = {
      anchors: [root],
      between: [between],
      issuer: await authority({ subject: 'issuer', by: between, ...dates }),
    }
    for (const one of [straight, longer]) {
      assert.deepEqual(await found(one), [])
      assert.equal(await handshake(one), 'taken')
    }
  })

  const root: Partial<Asked> = { basic: new BasicConstraints({ cA: true, pathLenConstraint: 0 }) }
  const refused: readonly { what: string; made: () => Promise<Hierarchy>; code: string }[] = [
    {
      what: 'an issuer that does not chain',
      made: async () => ({ ...(await hierarchy()), anchors: [await authority({ subject: 'other', ...dates })] }),
      code: 'issuer-not-chained',
    },
    {
      what: 'an issuer below an anchor of the right name and another key',
      made: async () => ({ ...(await hierarchy()), anchors: [await authority({ subject: 'root', ...dates })] }),
      code: 'issuer-not-chained',
    },
    { what: 'a path length of none', made: () => hierarchy(root), code: 'path-length' },
    {
      what: 'an issuer that is no authority',
      made: () => hierarchy({}, { basic: new BasicConstraints({ cA: false }) }),
      code: 'not-a-ca',
    },
    {
      what: 'an issuer that may not sign',
      made: () => hierarchy({}, { usage: KeyUsageFlags.digitalSignature }),
      code: 'key-usage',
    },
    { what: 'an expired issuer', made: () => hierarchy({}, { from: now - 5, until: now - 1 }), code: 'expired' },
    { what: 'an expired anchor', made: () => hierarchy({ from: now - 5, until: now - 1 }), code: 'expired' },
    { what: 'an issuer of its anchor’s name', made: () => hierarchy({}, { subject: 'root' }), code: 'same-subject' },
  ]
  for (const { what, made, code } of refused)
    it(`refuses ${what}, and so do we`, async () => {
      const one = await made()
      assert.ok((await found(one)).includes(code))
      assert.notEqual(await handshake(one), 'taken')
    })
})
