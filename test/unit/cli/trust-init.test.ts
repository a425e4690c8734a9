import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { secret } from './support/trust'
import { assertRefused, child, gitIn, scratch, within, ztm } from './support/ztm'

const { path, write } = scratch()

describe('ztm trust init', () => {
  const files = (directory: string): readonly string[] =>
    readdirSync(directory, { recursive: true })
      .map(String)
      .filter(name => !statSync(join(directory, name)).isDirectory())

  it('makes what the check finds sound, for each mesh under one root, in files that only their owner reads', async () => {
    const made = await ztm(['trust', 'init', path('both'), '--mesh', 'istio', '--mesh', 'linkerd'])
    assert.equal(made.code, 0, made.err)
    assert.match(made.err, /FOR DEVELOPMENT ONLY/)
    assert.equal(files(path('both')).length, 10)
    for (const file of files(path('both'))) assert.equal(statSync(join(path('both'), file)).mode & 0o777, 0o600, file)
    assert.equal(statSync(path('both')).mode & 0o777, 0o700)
    const istio = await ztm([
      'trust',
      'check',
      path('both/istio/root-cert.pem'),
      '--issuer',
      path('both/istio/ca-cert.pem'),
      '--mesh',
      'istio',
    ])
    assert.equal(istio.code, 0, istio.out + istio.err)
    assert.match(istio.out, /development only/)
    const of = ['--issuer', path('both/linkerd/issuer.crt'), '--mesh', 'linkerd']
    assert.equal((await ztm(['trust', 'check', path('both/linkerd/ca-bundle.crt'), ...of])).code, 0)
  })

  it('makes what can be put into `cacerts` as it is', async () => {
    await ztm(['trust', 'init', path('istio'), '--mesh', 'istio'])
    const data = Object.fromEntries(
      readdirSync(path('istio/istio')).map(name => [name, readFileSync(path(`istio/istio/${name}`), 'utf8')]),
    )
    const { code, out, err } = await ztm(['trust', 'check', '-', '--mesh', 'istio'], secret('cacerts', data))
    assert.equal(code, 0, out + err)
  })

  it('overwrites nothing', async () => {
    await ztm(['trust', 'init', path('once'), '--mesh', 'linkerd'])
    const before = readFileSync(path('once/root.key'), 'utf8')
    assertRefused(await ztm(['trust', 'init', path('once'), '--mesh', 'linkerd']), 'is not overwritten')
    assert.equal(readFileSync(path('once/root.key'), 'utf8'), before)
  })

  it('refuses a directory under version control that does not ignore it', async () => {
    const repository = path('repository')
    execFileSync('git', ['init', '--quiet', repository])
    assertRefused(await within(repository, ['trust', 'init', 'deep/er', '--mesh', 'linkerd']), 'git does not ignore')
    assert.ok(!existsSync(join(repository, 'deep')))
    write('repository/.gitignore', 'keys/\n')
    gitIn(repository)('add', '.gitignore')
    assert.equal((await within(repository, ['trust', 'init', 'keys', '--mesh', 'linkerd'])).code, 0)
    write('repository/.gitignore', 'half/*.key\n')
    assertRefused(await within(repository, ['trust', 'init', 'half', '--mesh', 'linkerd']), 'git does not ignore')
  })

  it('is asked for a mesh that there is', async () => {
    assertRefused(await ztm(['trust', 'init', path('none')]), '--mesh')
    assertRefused(await ztm(['trust', 'init', path('none'), '--mesh', 'consul']), '--mesh')
  })

  it('works as it is shipped', async () => {
    const made = await child(['trust', 'init', path('shipped'), '--mesh', 'linkerd', '--quiet'])
    assert.equal(made.code, 0, made.err)
    const of = ['--issuer', path('shipped/linkerd/issuer.crt'), '--mesh', 'linkerd']
    const { code, out, err } = await child(['trust', 'check', path('shipped/linkerd/ca-bundle.crt'), ...of])
    assert.equal(code, 0, out + err)
  })
})
