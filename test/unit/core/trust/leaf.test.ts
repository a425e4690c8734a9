import assert from 'node:assert/strict'
import { BasicConstraints, KeyUsageFlags, type GeneralName } from '@peculiar/asn1-x509'
import { extension } from '../../../../cli/issue'
import { checkTrust } from '../../../../core/trust/check'
import type { Expected, Mesh } from '../../../../core/trust/expected'
import { readTrust } from '../../../../core/trust/read'
import type { Asked, Authority } from '../../../support/pki'
import { at, authority, constrained, ecKeys, edKeys, leafOf, rsaKeys } from '../../../support/pki'
import { shakeHands } from '../../../support/shake-hands'

const names: Readonly<Record<Mesh, Partial<GeneralName>>> = {
  istio: { uniformResourceIdentifier: 'spiffe://mesh.example/ns/shop/sa/cart' },
  linkerd: { dNSName: 'cart.shop.serviceaccount.identity.linkerd.mesh.example' },
}
const meshes = ['istio', 'linkerd'] as const

interface Given {
  readonly anchors: readonly Authority[]
  readonly issuer?: Authority
  readonly leaf: readonly Authority[]
}

const text = (all: readonly Authority[]): string => all.map(({ pem }) => pem).join('')

async function check({ anchors, issuer, leaf }: Given, expected: Partial<Expected> & Pick<Expected, 'mesh'>) {
  const { trust, problems } = await readTrust({
    anchors: [{ text: text(anchors), at: 'bundle' }],
    ...(issuer && { issuer: { text: issuer.pem, at: 'issuer' } }),
    leaf: { text: text(leaf), at: 'leaf' },
  })
  assert.deepEqual(problems, [])
  assert.ok(trust)
  return checkTrust(trust, { at, ...expected })
}

async function codes(given: Given, expected: Partial<Expected> & Pick<Expected, 'mesh'>): Promise<readonly string[]> {
  return (await check(given, expected)).problems.map(({ code, at }) => `${code} ${at}`)
}

let root: Authority
let issuer: Authority
before(async () => {
  root = await authority({ subject: 'root' })
  issuer = await authority({ subject: 'issuer', by: root })
})

const day = { from: -0.5, until: 0.5 }
const own = (mesh: Mesh, asked: Partial<Asked> = {}) => leafOf([names[mesh]], { by: issuer, ...day, ...asked })

describe('a workload’s certificate', () => {
  for (const mesh of meshes)
    it(`is sound for ${mesh}: below the issuer that is given, or by what it shows itself`, async () => {
      const leaf = await own(mesh)
      for (const given of [
        { anchors: [root], issuer, leaf: [leaf] },
        { anchors: [root], issuer, leaf: [leaf, issuer] },
        { anchors: [root], leaf: [leaf, issuer] },
      ]) {
        const { leafPath, problems } = await check(given, { mesh, trustDomain: 'mesh.example' })
        assert.deepEqual(problems, [])
        assert.deepEqual(
          leafPath?.map(({ subject }) => subject),
          ['CN=leaf', 'CN=issuer', 'CN=root'],
        )
      }
    })

  it('is verified by what it shows, where it shows something: another issuer may have signed it', async () => {
    const older = await authority({ subject: 'older', by: root })
    const leaf = await own('istio', { by: older })
    assert.deepEqual(await codes({ anchors: [root], issuer, leaf: [leaf, older] }, { mesh: 'istio' }), [])
    const without = await check({ anchors: [root], issuer, leaf: [leaf] }, { mesh: 'istio' })
    assert.deepEqual(
      without.problems.map(({ code, at }) => `${code} ${at}`),
      ['leaf-not-chained leaf[0]'],
    )
    assert.match(without.problems[0]?.hint ?? '', /signed by `CN=older`/)
    const twin = await authority({ subject: 'issuer', by: root })
    const forged = await own('istio', { by: twin })
    assert.deepEqual(await codes({ anchors: [root], issuer, leaf: [forged] }, { mesh: 'istio' }), [
      'leaf-not-chained leaf[0]',
    ])
  })

  const flaws: readonly { what: string; mesh: Mesh; asked: Partial<Asked>; code: string; node: 'taken' | 'refused' }[] =
    [
      { what: 'that has ended', mesh: 'istio', asked: { from: -2, until: -1 }, code: 'expired', node: 'refused' },
      {
        what: 'that has not begun',
        mesh: 'linkerd',
        asked: { from: 1, until: 2 },
        code: 'not-yet-valid',
        node: 'refused',
      },
      {
        what: 'for clients alone',
        mesh: 'istio',
        asked: { extended: ['1.3.6.1.5.5.7.3.2'] },
        code: 'extended-key-usage',
        node: 'refused',
      },
      {
        what: 'for servers alone',
        mesh: 'linkerd',
        asked: { extended: ['1.3.6.1.5.5.7.3.1'] },
        code: 'extended-key-usage',
        node: 'taken',
      },
      {
        what: 'whose key may sign no handshake',
        mesh: 'istio',
        asked: { usage: KeyUsageFlags.keyAgreement },
        code: 'key-usage',
        node: 'taken',
      },
      {
        what: 'of an authority',
        mesh: 'linkerd',
        asked: { basic: new BasicConstraints({ cA: true }) },
        code: 'leaf-is-ca',
        node: 'taken',
      },
      {
        what: 'with an extension that nobody knows',
        mesh: 'istio',
        asked: { more: [extension('1.2.3.4', new BasicConstraints({ cA: false }), 'critical')] },
        code: 'critical-extension',
        node: 'refused',
      },
    ]
  const now = (Date.now() - at) / 86_400_000
  for (const { what, mesh, asked, code, node } of flaws)
    it(`is found: one ${what}`, async () => {
      assert.deepEqual(await codes({ anchors: [root], issuer, leaf: [await own(mesh, asked)] }, { mesh }), [
        `${code} leaf[0]`,
      ])
      const dates = { from: now - 5, until: now + 100 }
      const anchor = await authority({ subject: 'root', ...dates })
      const by = await authority({ subject: 'issuer', by: anchor, ...dates })
      const shifted = { from: now + (asked.from ?? -0.5), until: now + (asked.until ?? 0.5) }
      const leaf = await leafOf([{ dNSName: 'localhost' }], { by, ...asked, ...shifted })
      const verdict = await shakeHands({ anchors: [anchor], leaf, above: [by] })
      assert.equal(verdict === 'taken', node === 'taken', `a verifier that is not ours: ${verdict}`)
    })

  it('needs no use of its key for Linkerd, whose proxies look at none', async () => {
    const leaf = await own('linkerd', { usage: KeyUsageFlags.keyAgreement })
    assert.deepEqual(await codes({ anchors: [root], issuer, leaf: [leaf] }, { mesh: 'linkerd' }), [])
  })

  it('does not outlive what signed it', async () => {
    const leaf = await own('istio', { until: 301 })
    const { problems } = await check({ anchors: [root], issuer, leaf: [leaf] }, { mesh: 'istio' })
    assert.deepEqual(
      problems.map(({ code, at }) => `${code} ${at}`),
      ['outlives-authority issuer[0]'],
    )
    assert.match(problems[0]?.message ?? '', /`CN=issuer`.* expires at .*, before `CN=leaf`/)
  })

  it('is held to no horizon, and neither is who signed it where that is no issuer any more', async () => {
    const older = await authority({ subject: 'older', by: root, from: -300, until: 2 })
    const leaf = await own('istio', { by: older })
    assert.deepEqual(await codes({ anchors: [root], issuer, leaf: [leaf, older] }, { mesh: 'istio' }), [])
  })

  it('is below authorities that may stand there, which is said once', async () => {
    const narrow = new BasicConstraints({ cA: true, pathLenConstraint: 0 })
    const high = await authority({ subject: 'high', by: root, basic: narrow })
    const low = await authority({ subject: 'low', by: high })
    const leaf = await own('istio', { by: low })
    const found = await codes({ anchors: [root], issuer: low, leaf: [leaf, low, high] }, { mesh: 'istio' })
    assert.deepEqual(found, ['issuer-not-chained issuer[0]', 'path-length leaf[2]'])
    const bad = await authority({ subject: 'bad', by: root, usage: KeyUsageFlags.digitalSignature })
    const below = await own('istio', { by: bad })
    const usage = ['key-usage issuer[0]']
    assert.deepEqual(await codes({ anchors: [root], issuer: bad, leaf: [below, bad] }, { mesh: 'istio' }), usage)
    assert.deepEqual(await codes({ anchors: [root], issuer: bad, leaf: [below] }, { mesh: 'istio' }), usage)
  })

  it('has a key that peers take', async () => {
    const keys = async (mesh: Mesh, asked: Partial<Asked>) =>
      codes({ anchors: [root], issuer, leaf: [await own(mesh, asked)] }, { mesh })
    assert.deepEqual(await keys('istio', { keys: await rsaKeys(2048) }), [])
    assert.deepEqual(await keys('istio', { keys: await ecKeys('P-384') }), [])
    assert.deepEqual(await keys('istio', { keys: await edKeys() }), ['key-algorithm leaf[0]'])
    assert.deepEqual(await keys('linkerd', { keys: await ecKeys('P-384') }), ['key-algorithm leaf[0]'])
  })
})

describe('whom a workload’s certificate names', () => {
  const uri = (name: string): Partial<GeneralName> => ({ uniformResourceIdentifier: name })
  const dns = (name: string): Partial<GeneralName> => ({ dNSName: name })
  const spiffe = uri('spiffe://mesh.example/ns/shop/sa/cart')
  const cases: readonly [mesh: Mesh, what: string, names: readonly Partial<GeneralName>[], code?: string][] = [
    ['istio', 'one URI, and DNS names beside it', [dns('cart.shop.svc'), spiffe]],
    ['istio', 'nobody', [], 'identity'],
    ['istio', 'a DNS name alone', [dns('cart.shop.svc')], 'identity'],
    ['istio', 'two', [spiffe, uri('spiffe://mesh.example/ns/shop/sa/web')], 'identity'],
    ['istio', 'what is no account', [uri('spiffe://mesh.example/workload/cart')], 'identity'],
    ['istio', 'what has a part too many', [uri('spiffe://mesh.example/ns/shop/sa/cart/x')], 'identity'],
    ['istio', 'what is no SPIFFE ID', [uri('https://mesh.example/ns/shop/sa/cart')], 'identity'],
    ['istio', 'somebody of another trust domain', [uri('spiffe://other.example/ns/shop/sa/cart')], 'trust-domain'],
    ['istio', 'a trust domain that ours ends with', [uri('spiffe://example/ns/shop/sa/cart')], 'trust-domain'],
    ['linkerd', 'an account', [dns('cart.shop.serviceaccount.identity.linkerd.mesh.example')]],
    ['linkerd', 'a SPIFFE ID, outside the cluster', [uri('spiffe://mesh.example/vm/1')]],
    ['linkerd', 'an account first, and others after it', [dns('a.b.serviceaccount.identity.l.mesh.example'), dns('x')]],
    ['linkerd', 'somebody else first', [dns('x'), dns('a.b.serviceaccount.identity.l.mesh.example')], 'identity'],
    ['linkerd', 'nobody', [], 'identity'],
    ['linkerd', 'a trust domain below ours', [dns('a.b.serviceaccount.identity.l.x.mesh.example')], 'trust-domain'],
  ]
  for (const [mesh, what, given, code] of cases)
    it(`is ${code === undefined ? 'taken' : `refused (${code})`} by ${mesh}: ${what}`, async () => {
      const leaf = await leafOf(given, { by: issuer, ...day })
      const found = await codes({ anchors: [root], issuer, leaf: [leaf] }, { mesh, trustDomain: 'mesh.example' })
      assert.deepEqual(found, code === undefined ? [] : [`${code} leaf[0]`])
      const unasked = await codes({ anchors: [root], issuer, leaf: [leaf] }, { mesh })
      assert.deepEqual(unasked, code === 'identity' ? ['identity leaf[0]'] : [])
    })

  it('is held against what an authority constrains, though nobody says the trust domain', async () => {
    const constraints = constrained([uri('other.example')])
    const narrow = await authority({ subject: 'narrow', by: root, constraints })
    const leaf = await leafOf([spiffe], { by: narrow, ...day })
    assert.deepEqual(await codes({ anchors: [root], leaf: [leaf, narrow] }, { mesh: 'istio' }), [
      'name-constraints leaf[1]',
    ])
  })
})
