import assert from 'node:assert/strict'
import { rules } from '../../../policypacks/zero-trust/rules'
import { shop, strict } from './support/manifests'
import { assertRefused, scratch, ztm } from './support/ztm'

const { path, write } = scratch()
const permissive = strict.replace('STRICT', 'PERMISSIVE')

describe('ztm check', () => {
  it('exits with 1 and says what is wrong, where, why, and what to do', async () => {
    const { code, out } = await ztm([
      'check',
      write('permissive.yaml', shop.replace(strict, permissive)),
      '--rule',
      'strict-mtls',
    ])
    assert.equal(code, 1)
    assert.match(out, /strict-mtls\n/)
    assert.match(out, /permissive\.yaml:\d+: PeerAuthentication shop\/default spec\.mtls/)
    assert.match(out, /fix: /)
    assert.match(out, /1 finding of 1 rule, 0 rules clean\n$/)
  })

  it('exits with 0 where a rule finds nothing', async () => {
    const { code, out } = await ztm(['check', write('shop.yaml', shop), '--rule', 'strict-mtls'])
    assert.deepEqual([code, out], [0, 'no findings, 1 rule\n'])
  })

  it('fails where there is no intent to hold manifests against, and says how to give one', async () => {
    const { code, out } = await ztm(['check', write('shop.yaml', shop), '--rule', 'reach-equals-intent'])
    assert.equal(code, 1)
    assert.match(out, /no lock file is named: add `--lock FILE`/)
  })

  it('names the near rule where one is misspelt, and all of them where none is near', async () => {
    assertRefused(await ztm(['check', 'x', '--rule', 'strict-mtsl']), 'did you mean `strict-mtls`?')
    assertRefused(await ztm(['check', 'x', '--rule', 'zzz']), ...rules.map(({ id }) => id))
  })

  it('takes settings from a file, YAML or JSON', async () => {
    const port = strict
      .replace('name: default', 'name: cart')
      .replace('mtls:', 'selector: { matchLabels: { app: cart } }, portLevelMtls: { 7070: { mode: DISABLE } }, mtls:')
    const checked = ['check', write('port.yaml', `${shop}---\n${port}`), '--rule', 'no-plaintext-port-exception']
    assert.equal((await ztm(checked)).code, 1)
    assert.equal((await ztm([...checked, '--config', write('config.yaml', 'plaintext: [shop/cart:7070]\n')])).code, 0)
    assert.equal((await ztm([...checked, '--config', '-'], '{"plaintext": ["shop/cart:7070"]}')).code, 0)
  })

  it('refuses settings that do not exist or have the wrong type', async () => {
    const manifests = write('shop.yaml', shop)
    assertRefused(
      await ztm(['check', manifests, '--config', write('a.yaml', 'exmept: [shop]\nstages: 5\n')]),
      'exmept',
      'stages',
    )
    assertRefused(
      await ztm(['check', manifests, '--config', write('b.yaml', '[1]\n')]),
      'expected one mapping of settings',
    )
  })

  it('refuses a lock file that is none, that was changed by hand, or that is not there', async () => {
    const manifests = write('shop.yaml', shop)
    assertRefused(await ztm(['check', manifests, '--lock', path('nope.json')]), 'no such file or directory')
    assertRefused(await ztm(['check', manifests, '--lock', write('a.json', '[')]), 'a.json')
    assertRefused(
      await ztm([
        'check',
        manifests,
        '--lock',
        write('b.json', '{"digest":"sha256:0","intent":{"version":1,"governed":[],"flows":[]}}'),
      ]),
      'changed by hand',
    )
  })

  it('counts the kinds that mean nothing to it', async () => {
    const typo = 'apiVersion: security.istio.io/v1\nkind: AuthorisationPolicy\nmetadata: { name: a, namespace: shop }\n'
    const { err } = await ztm(['check', write('typo.yaml', `${shop}---\n${typo}`)])
    assert.match(err, /1 object skipped.*: AuthorisationPolicy\.security\.istio\.io 1/)
  })

  it('judges objects that name no namespace as lying in the one that is given', async () => {
    const placeless = shop.replace(strict, permissive).replaceAll(', namespace: shop', '')
    const { code, out } = await ztm(['check', write('p.yaml', placeless), '-n', 'shop', '--rule', 'strict-mtls'])
    assert.equal(code, 1)
    assert.match(out, /p\.yaml:\d+: PeerAuthentication shop\/default spec\.mtls/)
  })

  it('refuses what is no name of a namespace', async () => {
    for (const name of ['Shop', 'a/b', '', '-a'])
      assertRefused(
        await ztm(['check', 'x', `--namespace=${name}`]),
        `--namespace: expected the name of a namespace, got \`${name}\``,
      )
  })

  it('prints JSON and Markdown', async () => {
    const manifests = write('permissive.yaml', shop.replace(strict, permissive))
    const { findings } = JSON.parse(
      (await ztm(['check', manifests, '--rule', 'strict-mtls', '--format', 'json'])).out,
    ) as { findings: { rule: string; at: string }[] }
    assert.deepEqual(
      findings.map(({ rule }) => rule),
      ['strict-mtls'],
    )
    assert.match(findings[0]?.at ?? '', /permissive\.yaml:\d+$/)
    assert.match(
      (await ztm(['check', manifests, '--rule', 'strict-mtls', '--format', 'markdown'])).out,
      /^### strict-mtls \(/m,
    )
  })
})
