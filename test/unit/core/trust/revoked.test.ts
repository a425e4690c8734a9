import assert from 'node:assert/strict'
import { BasicConstraints, KeyUsageFlags } from '@peculiar/asn1-x509'
import type { Keys } from '../../../../cli/issue'
import { extension, newKeys } from '../../../../cli/issue'
import { checkTrust } from '../../../../core/trust/check'
import { checkRevoked } from '../../../../core/trust/check-revoked'
import { readTrust } from '../../../../core/trust/read'
import type { Authority, Revocations } from '../../../support/pki'
import { at, authority, edKeys, revocations, rsaKeys, workload } from '../../../support/pki'
import { shakeHands } from '../../../support/shake-hands'

/*
 * What is said of lists, held against a verifier that is not ours, which asks for the same as Envoy: a list of each authority, that is of now.
 */
const now = (Date.now() - at) / 86_400_000
const usage = KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign

interface Hierarchy {
  readonly root: Authority
  readonly issuer: Authority
  readonly leaf: Authority
}

async function hierarchy(keys: () => Promise<Keys> = newKeys, issuerUsage: number = usage): Promise<Hierarchy> {
  const dates = { from: now - 5, until: now + 100 }
  const root = await authority({ subject: 'root', keys: await keys(), usage, ...dates })
  const issuer = await authority({ subject: 'issuer', by: root, keys: await keys(), usage: issuerUsage, ...dates })
  return { root, issuer, leaf: await workload('localhost', { by: issuer, from: now - 1, until: now + 1 }) }
}

const pem = (...all: readonly Authority[]): string => all.map(one => one.pem).join('')

async function checked({ root, issuer, leaf }: Hierarchy, text: string, isRead = true) {
  const { trust } = await readTrust({
    anchors: [{ text: root.pem, at: 'root-cert.pem' }],
    issuer: { text: issuer.pem, at: 'ca-cert.pem' },
    chain: { text: pem(issuer, root), at: 'cert-chain.pem' },
    leaf: { text: leaf.pem, at: 'leaf.crt' },
  })
  assert.ok(trust)
  const { path } = checkTrust(trust, { mesh: 'istio', at: Date.now(), horizon: 0 })
  const given = { trust, ...(path && { path }), at: Date.now() }
  return checkRevoked({ text, at: 'ca-crl.pem', isRead }, given)
}

type Lists = (made: Hierarchy) => readonly Revocations[]

const fresh = { from: now - 1, until: now + 7 }
const cases: readonly { what: string; lists: Lists; codes: readonly string[] }[] = [
  { what: 'one of each authority, with nobody on it', lists: both(), codes: [] },
  { what: 'one that does not say when there is another', lists: both({ root: { until: undefined } }), codes: [] },
  { what: 'one of the issuer alone', lists: ({ issuer }) => [{ by: issuer, ...fresh }], codes: ['crl-missing'] },
  { what: 'one of the root alone', lists: ({ root }) => [{ by: root, ...fresh }], codes: ['crl-missing'] },
  { what: 'one that should have been replaced', lists: both({ issuer: { until: now - 0.1 } }), codes: ['crl-expired'] },
  { what: 'one that is not valid yet', lists: both({ root: { from: now + 1 } }), codes: ['crl-not-yet-valid'] },
]

interface Changes {
  readonly root?: { readonly from?: number; readonly until?: number | undefined }
  readonly issuer?: { readonly from?: number; readonly until?: number | undefined }
}

function both({ root: ofRoot, issuer: ofIssuer }: Changes = {}): Lists {
  const list = (by: Authority, change: Changes['root'] = {}): Revocations => {
    const { from, until } = { ...fresh, ...change }
    return { by, from, ...(until !== undefined && { until }) }
  }
  return ({ root, issuer }) => [list(root, ofRoot), list(issuer, ofIssuer)]
}

const revoked: typeof cases = [
  {
    what: 'one that the issuer is on',
    lists: ({ root, issuer }) => [
      { by: root, revoked: [issuer], ...fresh },
      { by: issuer, ...fresh },
    ],
    codes: ['revoked'],
  },
  {
    what: 'one that the workload is on',
    lists: ({ root, issuer, leaf }) => [
      { by: root, ...fresh },
      { by: issuer, revoked: [leaf], ...fresh },
    ],
    codes: ['revoked'],
  },
  {
    what: 'one on which another authority has the serial',
    lists: ({ root, issuer, leaf }) => [
      { by: root, revoked: [leaf], ...fresh },
      { by: issuer, revoked: [issuer], ...fresh },
    ],
    codes: [],
  },
  {
    what: 'one with an extension that verifiers do not know',
    lists: ({ root, issuer }) => [
      { by: root, ...fresh },
      { by: issuer, ...fresh, extensions: [extension('1.2.3.4', new BasicConstraints({ cA: false }), 'critical')] },
    ],
    codes: ['critical-extension'],
  },
]

describe('a list of what is revoked', () => {
  let made: Hierarchy
  before(async () => {
    made = await hierarchy()
  })

  for (const { what, lists, codes } of [...cases, ...revoked])
    it(`${codes.length === 0 ? 'is good' : `is found (${codes.join()})`}, and for a real verifier too: ${what}`, async () => {
      const crl = await Promise.all(lists(made).map(revocations))
      const { problems, unreadable } = await checked(made, crl.join(''))
      assert.deepEqual(unreadable, [])
      assert.deepEqual(
        problems.map(({ code }) => code),
        codes,
      )
      const { root, issuer, leaf } = made
      const verdict = await shakeHands({ anchors: [root], leaf, above: [issuer], crl })
      assert.equal(verdict === 'taken', codes.length === 0, verdict)
    })

  it('counts by the key that signed it, and not by its name', async () => {
    const other = { subject: 'issuer', keys: await newKeys() }
    const crl = await Promise.all([made.root, other].map(by => revocations({ by, ...fresh })))
    const { problems } = await checked(made, crl.join(''))
    assert.deepEqual(
      problems.map(({ code, at }) => `${code} ${at}`),
      ['crl-not-signed ca-crl.pem[1]', 'crl-missing ca-crl.pem'],
    )
    const { root, issuer, leaf } = made
    assert.notEqual(await shakeHands({ anchors: [root], leaf, above: [issuer], crl }), 'taken')
  })

  it('is signed by a key that may sign lists', async () => {
    const without = await hierarchy(newKeys, KeyUsageFlags.keyCertSign)
    const crl = await Promise.all([without.root, without.issuer].map(by => revocations({ by, ...fresh })))
    const { problems } = await checked(without, crl.join(''))
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['crl-usage', 'crl-missing'],
    )
    const { root, issuer, leaf } = without
    assert.notEqual(await shakeHands({ anchors: [root], leaf, above: [issuer], crl }), 'taken')
  })

  it('is verified for RSA and for Ed25519', async () => {
    for (const keys of [() => rsaKeys(2048), () => rsaKeys(2048, 'RSA-PSS'), edKeys]) {
      const own = await hierarchy(keys)
      const crl = await Promise.all([own.root, own.issuer].map(by => revocations({ by, ...fresh })))
      assert.deepEqual(await checked(own, crl.join('')), { problems: [], unreadable: [] })
    }
  })

  it('is not read where it is cut off, or something else', async () => {
    const list = await revocations({ by: made.issuer, ...fresh })
    for (const text of [
      '',
      'none',
      made.issuer.pem,
      list.slice(0, -40),
      list + made.root.pem,
      list.replace('\nM', '\nA'),
    ]) {
      const { unreadable } = await checked(made, text)
      assert.deepEqual([...new Set(unreadable.map(({ code }) => code))], ['malformed-crl'], text)
    }
  })

  it('is passed over by istiod beside a TLS Secret’s keys, which is said', async () => {
    const { problems } = await checked(made, 'not looked at', false)
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['crl-unread'],
    )
  })
})
