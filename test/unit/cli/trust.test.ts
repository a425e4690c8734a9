import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { BasicConstraints, KeyUsageFlags } from '@peculiar/asn1-x509'
import type { Authority } from '../../support/pki'
import { authority, keyPem, leafOf, revocations } from '../../support/pki'
import { bundle, secret } from './support/trust'
import { assertRefused, scratch, ztm } from './support/ztm'

const { path, write } = scratch()

const day = '2026-06-01'
const linkerd = ['--mesh', 'linkerd', '--at', day]

let root: Authority
let issuer: Authority

before(async () => {
  root = await authority({ subject: 'root' })
  issuer = await authority({ subject: 'issuer', by: root })
})

describe('ztm trust check', () => {
  it('says that a sound hierarchy is sound, with serial and fingerprint of each', async () => {
    const files = [write('root.crt', root.pem), '--issuer', write('issuer.crt', issuer.pem)]
    const { code, out, err } = await ztm(['trust', 'check', ...files, ...linkerd])
    assert.equal(code, 0, err)
    assert.match(
      out,
      /^issuer {2}CN=issuer\n {4}ECDSA P-256, until 2027-03-28T00:00:00Z, 300 d from then\n {4}serial [0-9a-f]{32}\n {4}SHA-256 [0-9a-f]{64}\n\n↑ anchor {2}CN=root\n/,
    )
    assert.match(
      out,
      /^sound: the issuer chains to an anchor, and all hold at 2026-06-01T00:00:00Z and 60 d on, for linkerd$/m,
    )
  })

  it('exits with 1 where something is found, and says it for programs too', async () => {
    const files = [write('root.crt', root.pem), '--issuer', write('issuer.crt', issuer.pem)]
    const until = (days: number) => ztm(['trust', 'check', ...files, ...linkerd, '--horizon', `${days}d`])
    assert.equal((await until(300)).code, 0)
    assert.match((await until(301)).out, /`CN=issuer`.* expires at `2027-03-28T00:00:00Z`, 300 d from then$/m)
    assert.equal((await until(311)).code, 0, 'one that never lasts as long is not held to it')
    const late = await ztm(['trust', 'check', ...files, '--mesh', 'linkerd', '--at', '2027-04-01', '--format', 'json'])
    assert.equal(late.code, 1)
    const told = JSON.parse(late.out) as { sound: boolean; problems: { code: string; hint: string }[] }
    assert.equal(told.sound, false)
    assert.deepEqual(
      told.problems.map(problem => problem.code),
      ['expired'],
    )
  })

  it('reads manifests of Linkerd, from standard input, and of a key in them says that it belongs there', async () => {
    const key = await keyPem(issuer.keys)
    for (const names of [
      ['tls.crt', 'tls.key'],
      ['crt.pem', 'key.pem'],
    ] as const) {
      const data = { [names[0]]: issuer.pem, [names[1]]: key }
      const { code, out, err } = await ztm(
        ['trust', 'check', '-', ...linkerd],
        bundle(root.pem) + secret('linkerd-identity-issuer', data),
      )
      assert.equal(code, 0, out + err)
      assert.match(out, /^issuer {2}CN=issuer$/m)
      assert.match(out, /^sound: the issuer chains to an anchor, the issuer’s key belongs to it, and all hold/m)
    }
  })

  it('finds a private key that does not belong to the certificate beside it, and one that meshes do not read', async () => {
    const [own, other] = [await keyPem(issuer.keys), await keyPem(root.keys)]
    const key = createPrivateKey(own)
    const sec1 = key.export({ type: 'sec1', format: 'pem' }).toString()
    const locked = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString()
    const styles = [
      { mesh: 'istio', name: 'cacerts', key: 'tls.key', 'tls.crt': issuer.pem, 'ca.crt': root.pem },
      {
        ...{ mesh: 'istio', name: 'cacerts', key: 'ca-key.pem', 'ca-cert.pem': issuer.pem },
        ...{ 'cert-chain.pem': issuer.pem + root.pem, 'root-cert.pem': root.pem },
      },
      { mesh: 'linkerd', name: 'linkerd-identity-issuer', key: 'tls.key', 'tls.crt': issuer.pem },
      { mesh: 'linkerd', name: 'linkerd-identity-issuer', key: 'key.pem', 'crt.pem': issuer.pem },
    ]
    const keys = [
      [own, undefined],
      [sec1, undefined],
      [other, 'key-mismatch'],
      [locked, 'malformed-key'],
      [`-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${sec1}`, 'malformed-key'],
      [own.slice(0, 100), 'malformed-key'],
      [issuer.pem, 'malformed-key'],
    ] as const
    for (const { mesh, name, key: under, ...data } of styles)
      for (const [text, code] of keys) {
        const manifests = bundle(root.pem) + secret(name, { ...data, [under]: text })
        const of = ['--mesh', mesh, '--at', day, '--format', 'json']
        const { out, err } = await ztm(['trust', 'check', '-', ...of], manifests)
        const told = JSON.parse(out) as { key: string; problems: { code: string; at: string }[] }
        assert.equal(told.key, code === undefined ? 'belongs' : 'refused')
        assert.deepEqual(
          told.problems.map(problem => `${problem.code} ${problem.at}`),
          code === undefined ? [] : [`${code} Secret mesh/${name} ${under}`],
        )
        for (const line of text.split('\n').filter(line => line.length > 8 && !line.startsWith('-')))
          assert.ok(!(out + err).includes(line.slice(0, 8)), 'a part of the key is shown')
      }
  })

  it('reads the Secret of Istio in both styles, and holds the chain against what proxies need', async () => {
    const own = { 'ca-cert.pem': issuer.pem, 'cert-chain.pem': issuer.pem + root.pem, 'root-cert.pem': root.pem }
    const tls = { 'tls.crt': issuer.pem, 'ca.crt': root.pem }
    for (const data of [own, tls]) {
      const { code, out, err } = await ztm([
        'trust',
        'check',
        write('cacerts.yaml', secret('cacerts', data)),
        '--mesh',
        'istio',
        '--at',
        day,
      ])
      assert.equal(code, 0, out + err)
    }
    const mixed = write('mixed.yaml', secret('cacerts', { ...own, 'ca.crt': 'of something else' }))
    assert.equal((await ztm(['trust', 'check', mixed, '--mesh', 'istio', '--at', day])).code, 0)
    const half = write('half.yaml', secret('cacerts', { 'ca-cert.pem': issuer.pem, 'root-cert.pem': root.pem }))
    assertRefused(await ztm(['trust', 'check', half, '--mesh', 'istio']), 'there is no `cert-chain.pem` in it')
    const short = write('short.yaml', secret('cacerts', { ...own, 'cert-chain.pem': root.pem }))
    const { code, out } = await ztm(['trust', 'check', short, '--mesh', 'istio', '--at', day])
    assert.equal(code, 1)
    assert.match(out, /Secret mesh\/cacerts ca-cert\.pem\[0\]: `CN=issuer`.* is not in the chain that proxies show/)
  })

  it('looks at what is revoked, in the Secret of Istio that has a list of it', async () => {
    const usage = KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign
    const above = await authority({ subject: 'root', usage })
    const own = await authority({ subject: 'issuer', by: above, usage })
    const data = { 'ca-cert.pem': own.pem, 'cert-chain.pem': own.pem + above.pem, 'root-cert.pem': above.pem }
    const check = (crl: string, held: Readonly<Record<string, string>> = data) =>
      ztm(['trust', 'check', '-', '--mesh', 'istio', '--at', day], secret('cacerts', { ...held, 'ca-crl.pem': crl }))
    const list = (by: Authority, revoked: readonly Authority[] = []) => revocations({ by, revoked, until: 7 })
    const good = await check((await list(above)) + (await list(own)))
    assert.equal(good.code, 0, good.out + good.err)
    assert.match(good.out, /^sound: the issuer chains to an anchor, nothing is revoked, and all hold/m)
    const bad = await check((await list(above, [own])) + (await list(own)))
    assert.equal(bad.code, 1)
    assert.match(
      bad.out,
      /Secret mesh\/cacerts ca-crl\.pem\[0\]: `CN=issuer`.* is on the list of `CN=root`, and so revoked/,
    )
    const passed = await check('not looked at', { 'tls.crt': own.pem, 'ca.crt': above.pem })
    assert.equal(passed.code, 1)
    assert.match(passed.out, /istiod does not read a list of what is revoked where there is a `tls\.crt`/)
    assertRefused(await check('none'), /Secret mesh\/cacerts ca-crl\.pem: there is something that is no list/)
  })

  it('verifies a workload’s certificate, and says whose it is', async () => {
    const uri = { uniformResourceIdentifier: 'spiffe://mesh.example/ns/shop/sa/cart' }
    const leaf = await leafOf([uri], { by: issuer, from: -0.5, until: 0.5 })
    const check = (domain: string, shown = leaf.pem + issuer.pem) => {
      const files = [write('root.crt', root.pem), '--issuer', write('issuer.crt', issuer.pem)]
      const of = ['--mesh', 'istio', '--at', day, '--trust-domain', domain]
      return ztm(['trust', 'check', ...files, '--leaf', write('leaf.crt', shown), ...of])
    }
    const good = await check('mesh.example')
    assert.equal(good.code, 0, good.out + good.err)
    assert.match(
      good.out,
      /^workload {2}uri:spiffe:\/\/mesh\.example\/ns\/shop\/sa\/cart\n[^]*^↑ issuer {2}CN=issuer\n[^]*^↑ anchor {2}CN=root$/m,
    )
    assert.match(good.out, /^sound: the issuer and the workload’s certificate chain to an anchor, and all hold at/m)
    const other = await check('other.example')
    assert.equal(other.code, 1)
    assert.match(
      other.out,
      /leaf\.crt\[0\]: `CN=leaf`.* is of `spiffe:.*`, and not of the trust domain `other\.example`/,
    )
    assertRefused(await check('mesh.example', 'none'), /leaf\.crt: there is no certificate in there/)
    assertRefused(await check('mesh.example', leaf.pem + (await keyPem(leaf.keys))), /there is a private key where/)
    assertRefused(await ztm(['trust', 'check', '-', '--leaf', '-', '--mesh', 'istio']), /standard input|twice/)
    const json = ['--leaf', write('leaf.crt', leaf.pem), '--mesh', 'istio', '--at', day, '--format', 'json']
    const told = await ztm(['trust', 'check', write('root.crt', root.pem), ...json])
    const {
      leaf: shown,
      leafPath,
      problems,
    } = JSON.parse(told.out) as {
      leaf: { names: readonly string[] }
      leafPath: unknown
      problems: readonly { code: string }[]
    }
    assert.deepEqual(shown.names, ['uri:spiffe://mesh.example/ns/shop/sa/cart'])
    assert.equal(leafPath, null)
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['leaf-not-chained'],
    )
  })

  it('finds in the same manifests when cert-manager renews', async () => {
    const certificate = `---\napiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: { name: anchor, namespace: cert-manager }\nspec: { isCA: true, duration: 8760h, renewBefore: 7320h, secretName: anchor }\n`
    const { code, out } = await ztm(['trust', 'check', '-', ...linkerd], bundle(root.pem) + certificate)
    assert.equal(code, 1)
    assert.match(out, /Certificate cert-manager\/anchor: it is renewed 60 d after it was made/)
  })

  it('refuses what it cannot read, and says which certificate and what to do', async () => {
    const anchors = write('root.crt', root.pem)
    const check = (...rest: string[]) => ztm(['trust', 'check', ...rest, ...linkerd])
    assertRefused(
      await check(write('cut.crt', root.pem + root.pem.slice(0, 200))),
      'block 2 of the PEM is begun and not ended',
    )
    assertRefused(await check(path('none.crt')), 'no such file')
    assertRefused(await check(write('empty.crt', '')), 'there is no certificate in there')
    assertRefused(await check(write('der.crt', Buffer.from([0x30, 0x82, 0, 0]))), /NUL bytes/)
    assertRefused(
      await check(write('bare.yaml', secret('other', {}))),
      /no anchors in there/,
      /linkerd-identity-trust-roots/,
    )
    assertRefused(await check(anchors, '--issuer', write('bare.yaml', secret('other', {}))), /no issuer in there/)
    assertRefused(await check('-', '--issuer', '-'), /standard input|twice/)
    assertRefused(await ztm(['trust', 'check', anchors, '--mesh', 'linkerd', '--at', 'today']), '--at: expected a date')
    assertRefused(await check(anchors, '--horizon', 'long'), '--horizon 90d')
    assertRefused(await ztm(['trust', 'check', anchors]), '--mesh')
    assertRefused(await ztm(['trust']))
  })

  it('shows no byte of a key that was given for a certificate', async () => {
    const key = await keyPem(issuer.keys)
    const body = key.split('\n')[1] ?? ''
    for (const args of [
      [write('key.pem', key)],
      [write('root.crt', root.pem), '--issuer', write('key.pem', issuer.pem + key)],
    ]) {
      const outcome = await ztm(['trust', 'check', ...args, ...linkerd])
      assertRefused(outcome, 'there is a private key where only certificates belong')
      for (let start = 0; start + 8 <= body.length; start += 8)
        assert.ok(!(outcome.out + outcome.err).includes(body.slice(start, start + 8)))
    }
  })

  it('shows names from certificates without what would move a cursor', async () => {
    const strange = await authority({ subject: 'root\u001b[2J`', basic: new BasicConstraints({ cA: false }) })
    const { code, out } = await ztm(['trust', 'check', write('strange.crt', strange.pem), ...linkerd])
    assert.equal(code, 1)
    assert.ok(!out.includes('\u001b'))
  })
})
