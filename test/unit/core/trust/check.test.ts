import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { AsnConvert, OctetString } from '@peculiar/asn1-schema'
import { BasicConstraints, KeyUsageFlags, SubjectPublicKeyInfo } from '@peculiar/asn1-x509'
import type { Keys } from '../../../../cli/issue'
import { extension, newKeys } from '../../../../cli/issue'
import { keyOf, signatureOf } from '../../../../core/trust/algorithms'
import { day, showKey, showSignature } from '../../../../core/trust/certificate'
import type { Mesh } from '../../../../core/trust/expected'
import type { Asked } from '../../../support/pki'
import { authority, ecKeys, edKeys, rsaKeys } from '../../../support/pki'
import { check, codes, hierarchy } from '../../../support/trust'

describe('a sound hierarchy', () => {
  for (const mesh of ['istio', 'linkerd'] as const)
    it(`has no problems in ${mesh}, straight below the anchor and with an authority between`, async () => {
      const root = await authority({ subject: 'root' })
      const between = await authority({ subject: 'between', by: root, until: 1000 })
      const issuer = await authority({ subject: 'issuer', by: between })
      const straight = await check(await hierarchy(), { mesh })
      assert.deepEqual(straight.problems, [])
      assert.deepEqual(
        straight.path?.map(({ subject }) => subject),
        ['CN=issuer', 'CN=root'],
      )
      const longer = await check({ anchors: [root], issuer: [issuer, between] }, { mesh })
      assert.deepEqual(longer.problems, [])
      assert.deepEqual(
        longer.path?.map(({ subject }) => subject),
        ['CN=issuer', 'CN=between', 'CN=root'],
      )
    })

  it('may be a root that issues by itself', async () => {
    const root = await authority({ subject: 'root' })
    assert.deepEqual(await codes({ anchors: [root], issuer: [root] }), [])
  })

  it('may be two anchors, of which one vouches for the issuer', async () => {
    const given = await hierarchy()
    const next = await authority({ subject: 'next root' })
    assert.deepEqual(await codes({ ...given, anchors: [next, ...given.anchors] }), [])
  })

  it('is read as openssl reads it', async () => {
    const { anchors, issuer = [] } = await hierarchy()
    const { path } = await check({ anchors, issuer })
    for (const [index, { pem }] of [...issuer, ...anchors].entries()) {
      const theirs = new X509Certificate(pem)
      const ours = path?.[index]
      assert.equal(ours?.serial.toUpperCase(), theirs.serialNumber)
      assert.equal(ours?.subject, theirs.subject)
      assert.equal(ours?.fingerprint, createHash('sha256').update(theirs.raw).digest('hex'))
      assert.equal(ours?.notAfter, Date.parse(theirs.validTo))
    }
  })
})

/** Made once: an RSA key takes a second. */
const once = (make: () => Promise<Keys>): (() => Promise<Keys>) => {
  let made: Promise<Keys> | undefined
  return () => (made ??= make())
}

describe('keys', () => {
  const rsa1024 = once(() => rsaKeys(1024))
  const rsa2048 = once(() => rsaKeys(2048))
  const cases: readonly {
    mesh: Mesh
    what: string
    keys: () => Promise<Keys>
    anchor: boolean
    issuer: boolean
  }[] = [
    { mesh: 'linkerd', what: 'on P-256', keys: newKeys, anchor: true, issuer: true },
    { mesh: 'linkerd', what: 'on P-384', keys: () => ecKeys('P-384'), anchor: false, issuer: false },
    { mesh: 'linkerd', what: 'of RSA 2048', keys: rsa2048, anchor: true, issuer: false },
    { mesh: 'linkerd', what: 'of RSA 1024', keys: rsa1024, anchor: false, issuer: false },
    { mesh: 'istio', what: 'of Ed25519', keys: edKeys, anchor: true, issuer: true },
    { mesh: 'istio', what: 'on P-384', keys: () => ecKeys('P-384'), anchor: true, issuer: true },
    { mesh: 'istio', what: 'on P-521', keys: () => ecKeys('P-521'), anchor: false, issuer: false },
    { mesh: 'istio', what: 'of RSA 2048', keys: rsa2048, anchor: true, issuer: true },
    { mesh: 'istio', what: 'of RSA 1024', keys: rsa1024, anchor: false, issuer: false },
  ]
  for (const { mesh, what, keys, anchor, issuer } of cases)
    it(`${what}: ${mesh} ${anchor ? 'takes' : 'refuses'} an anchor and ${issuer ? 'takes' : 'refuses'} an issuer`, async () => {
      const made = await keys()
      const verdict = (taken: boolean) => (taken ? [] : ['key-algorithm'])
      assert.deepEqual(await codes(await hierarchy({ keys: made }), { mesh }), verdict(anchor))
      assert.deepEqual(await codes(await hierarchy({}, { keys: made }), { mesh }), verdict(issuer))
    })
})

describe('algorithms that some take', () => {
  const pssKeys = once(() => rsaKeys(2048, 'RSA-PSS'))

  it('are named, and what to take instead: Ed25519 and RSA-PSS of Linkerd', async () => {
    const [ed, ...rest] = (await check(await hierarchy({}, { keys: await edKeys() }))).problems
    assert.deepEqual(rest, [])
    assert.match(ed?.message ?? '', /has a key that is Ed25519, which Linkerd does not take for an issuer$/)
    assert.match(ed?.hint ?? '', /ECDSA on P-256/)
    const signature = 'signature-algorithm'
    assert.deepEqual(await codes(await hierarchy({ keys: await edKeys() })), ['key-algorithm', signature, signature])
    const { problems } = await check(await hierarchy({ keys: await pssKeys() }))
    assert.deepEqual(
      problems.map(({ code, at }) => `${code} ${at}`),
      ['signature-algorithm bundle[0]', 'signature-algorithm issuer[0]'],
    )
    for (const { message } of problems)
      assert.match(message, /is signed by RSA-PSS with SHA-256, which Linkerd does not take$/)
  })

  it('are taken of those by Istio, and verified: of another key of the name nobody says that it signed', async () => {
    for (const keys of [pssKeys, edKeys]) {
      const given = await hierarchy({ keys: await keys() }, { keys: await keys() })
      assert.deepEqual(await codes(given, { mesh: 'istio' }), [])
      const other = await authority({ subject: 'root', keys: keys === edKeys ? await edKeys() : await newKeys() })
      assert.deepEqual(await codes({ ...given, anchors: [other] }, { mesh: 'istio' }), ['issuer-not-chained'])
    }
  })

  it('may stand further up for the proxies of Linkerd, if it is Ed25519', async () => {
    const above = async (keys: Keys) => {
      const root = await authority({ subject: 'root' })
      const [high, low] = [
        { subject: 'high', by: root, keys, until: 1000 },
        { subject: 'low', until: 900 },
      ]
      const first = await authority(high)
      const second = await authority({ ...low, by: first })
      const issuer = await authority({ subject: 'issuer', by: second })
      return codes({ anchors: [root], issuer: [issuer, second, first] })
    }
    assert.deepEqual(await above(await edKeys()), [])
    assert.deepEqual(await above(await pssKeys()), ['signature-algorithm'])
  })

  it('are none for RSA-PSS with parameters that verifiers do not take, and for a key that is for it alone', () => {
    const pss = '1.2.840.113549.1.1.10'
    assert.match(showSignature(signatureOf({ algorithm: pss, parameters: '3000' })), /^RSA-PSS with other parameters/)
    const { publicKey } = generateKeyPairSync('rsa-pss', { modulusLength: 2048 })
    const spki = AsnConvert.parse(publicKey.export({ type: 'spki', format: 'der' }), SubjectPublicKeyInfo)
    assert.equal(showKey(keyOf({ ...spki.algorithm, parameters: '' }, () => 2048)), 'RSA for RSA-PSS alone')
  })
})

describe('a certificate with one flaw', () => {
  const flaws: readonly { what: string; root?: Partial<Asked>; issuer?: Partial<Asked>; code: string; says: RegExp }[] =
    [
      {
        what: 'an issuer that says it is no authority',
        issuer: { basic: new BasicConstraints({ cA: false }) },
        code: 'not-a-ca',
        says: /CN=issuer/,
      },
      { what: 'an anchor that says nothing of it', root: { basic: 'none' }, code: 'not-a-ca', says: /CN=root/ },
      {
        what: 'a key that may sign no certificates',
        issuer: { usage: KeyUsageFlags.digitalSignature },
        code: 'key-usage',
        says: /may not sign/,
      },
      {
        what: 'an extended use for servers alone',
        issuer: { extended: ['1.3.6.1.5.5.7.3.1'] },
        code: 'extended-key-usage',
        says: /clientAuth/,
      },
      {
        what: 'a path length that leaves no room for the issuer',
        root: { basic: new BasicConstraints({ cA: true, pathLenConstraint: 0 }) },
        code: 'path-length',
        says: /allows 0 authorities below it, and there are 1/,
      },
      {
        what: 'a critical extension that nobody knows',
        issuer: { more: [extension('1.2.3.4', new OctetString(Uint8Array.of(1)), 'critical')] },
        code: 'critical-extension',
        says: /1\.2\.3\.4/,
      },
      {
        what: 'an issuer that has expired',
        issuer: { until: -1 },
        code: 'expired',
        says: /CN=issuer.*expired at `2026-05-31T00:00:00Z`/,
      },
      { what: 'an issuer of tomorrow', issuer: { from: 1 }, code: 'not-yet-valid', says: /2026-06-02/ },
      {
        what: 'an issuer that ends before it begins',
        issuer: { from: 5, until: 3 },
        code: 'never-valid',
        says: /ends before it begins/,
      },
      {
        what: 'an issuer that ends before the horizon',
        issuer: { from: -200, until: 59 },
        code: 'expires-soon',
        says: /59 d from then/,
      },
      {
        what: 'an issuer of an hour',
        issuer: { until: 1 / 24 },
        code: 'issuer-shorter-than-leaf',
        says: /before an identity issued now would \(24 h\)/,
      },
      {
        what: 'an anchor that ends before its issuer',
        root: { until: 299 },
        code: 'outlives-authority',
        says: /CN=root.*before `CN=issuer`/,
      },
      {
        what: 'an issuer of its anchor’s name',
        issuer: { subject: 'root' },
        code: 'same-subject',
        says: /same subject/,
      },
    ]
  for (const { what, root, issuer, code, says } of flaws)
    it(`has that problem and no other: ${what}`, async () => {
      const { problems } = await check(await hierarchy(root, issuer))
      assert.deepEqual(
        problems.map(problem => problem.code),
        [code],
      )
      assert.match(problems[0]?.message ?? '', says)
      assert.match(problems[0]?.message ?? '', /serial `[0-9a-f]{32}`, SHA-256 `[0-9a-f]{64}`/)
      assert.ok(problems[0]?.hint)
    })

  it('is held to the horizon also where it lasts for less than that, if it is an anchor', async () => {
    const given = await hierarchy({ until: 40 }, { until: 30 })
    assert.deepEqual(await codes(given), ['expires-soon'])
    assert.deepEqual(await codes(given, { horizon: 20 * day }), [])
  })

  it('may have a path length of exactly what is below it', async () => {
    const basic = (pathLenConstraint: number) => ({ basic: new BasicConstraints({ cA: true, pathLenConstraint }) })
    assert.deepEqual(await codes(await hierarchy(basic(1), basic(0))), [])
  })

  it('may have a name twice in Istio', async () => {
    assert.deepEqual(await codes(await hierarchy({}, { subject: 'root' }), { mesh: 'istio' }), [])
  })
})
