import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type PolicyPack, startPack } from '../../../preview/policy-pack'
import type { PolicyResource } from '../../../preview/pack-messages'
import { launch } from '../../../preview/pack-process'
import { Refusal } from '../../../preview/refusal'
import { secretSignature, signatureKey, unknownValue } from '../../../preview/wire'
import { fixtures, root } from './support'

const environment = { project: 'project', stack: 'dev' }
const namespace: PolicyResource = {
  urn: 'urn:ns',
  type: 'kubernetes:core/v1:Namespace',
  name: 'shop',
  inputs: { kind: 'Namespace', metadata: { name: 'shop' } },
}

async function refused(action: () => unknown): Promise<string> {
  try {
    await action()
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error))
    return error.problems.map(({ code, message }) => `${code}: ${message}`).join('\n')
  }
  throw new assert.AssertionError({ message: 'nothing was refused' })
}

describe('a policy pack in its own process', () => {
  let pack: PolicyPack

  before(async () => {
    pack = await startPack(join(fixtures, 'preview-pack'), environment)
  })
  after(() => pack.close())
  beforeEach(async () => {
    await pack.configure({}, 'test')
  })

  it('says what rules it has, with their levels and settings', () => {
    assert.deepEqual(
      pack.info.rules.map(({ name, level, schema }) => [name, level, schema && Object.keys(schema.properties)]),
      [
        ['named', 'advisory', ['kinds', 'note']],
        ['password', 'mandatory', undefined],
        ['family', 'advisory', undefined],
        ['crash', 'advisory', ['crash']],
      ],
    )
  })

  it('judges a resource with its options, its provider and its configuration', async () => {
    await pack.configure({ named: { enforcementLevel: 'mandatory', note: 'hi' } }, 'test')
    const providerResource = {
      urn: 'urn:p',
      type: 'pulumi:providers:kubernetes',
      name: 'p',
      inputs: { context: 'here' },
    }
    const [finding, ...rest] = await pack.analyze({ ...namespace, protect: true, providerResource })
    assert.deepEqual(rest, [])
    assert.deepEqual(finding, {
      rule: 'named',
      level: 'mandatory',
      message: 'says what it was given\nshop protect=true provider=here note=hi',
      description: 'says what it was given',
      urn: 'urn:ns',
      severity: 'unspecified',
    })
  })

  it('applies the defaults of the settings, and the levels', async () => {
    assert.deepEqual(
      (await pack.analyze(namespace)).map(({ rule, level }) => [rule, level]),
      [['named', 'advisory']],
    )
    await pack.configure({ named: 'disabled' }, 'test')
    assert.deepEqual(await pack.analyze(namespace), [])
    assert.equal(pack.levels.get('named'), 'disabled')
  })

  it('reads secrets in the clear, and gives up on unknowns with an advisory', async () => {
    const stringData = { [signatureKey]: secretSignature, value: { password: 'hunter2' } }
    const secret = { ...namespace, type: 'kubernetes:core/v1:Secret', inputs: { kind: 'Secret', stringData } }
    assert.match((await pack.analyze(secret))[0]?.message ?? '', /the secret was readable/)
    const inputs = { kind: 'ConfigMap', data: { uid: unknownValue } }
    const [finding] = await pack.analyze({ ...namespace, type: 'kubernetes:core/v1:ConfigMap', inputs })
    assert.deepEqual([finding?.rule, finding?.level], ['password', 'advisory'])
    assert.match(finding?.message ?? '', /^can't run policy/)
  })

  it('judges all resources together, linked with each other', async () => {
    const account = {
      urn: 'urn:sa',
      type: 'kubernetes:core/v1:ServiceAccount',
      name: 'cart',
      inputs: {},
      parent: 'urn:ns',
    }
    const facts = { urn: 'urn:f', type: 'x:y:Z', name: 'facts', inputs: {}, dependencies: ['urn:sa', 'urn:ns'] }
    const found = await pack.analyzeStack([namespace, account, facts], 'urn:stack')
    assert.deepEqual(
      found.map(({ urn, message, severity }) => [urn, message.split('\n')[1], severity]),
      [
        ['urn:stack', '3 resources', 'high'],
        ['urn:sa', 'parent shop, needs cart shop', 'high'],
      ],
    )
  })

  it('is not configured with what is wrong', async () => {
    const problems = await pack.configure({ nmaed: 'mandatory' }, 'Pulumi.dev.yaml policies')
    assert.deepEqual(
      problems.map(({ at, message, hint }) => [at, message, hint]),
      [['Pulumi.dev.yaml policies', 'no rule named `nmaed`', 'did you mean `named`?']],
    )
  })

  it('says which rule crashed, without a stack trace', async () => {
    await pack.configure({ crash: { crash: true } }, 'test')
    const said = await refused(() => pack.analyze(namespace))
    assert.match(said, /^pack-failed: the policy pack failed: .*policy 'crash'.*TypeError: no such thing$/)
  })
})

describe('a policy pack that does not start', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'pack-'))
    symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  function write(files: Readonly<Record<string, string>>): string {
    mkdirSync(directory, { recursive: true })
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
    return directory
  }
  const manifest = JSON.stringify({ name: 'p', version: '0.0.1', main: 'index.js' })

  it('because there is none', async () => {
    assert.match(await refused(() => launch(join(directory, 'nowhere'), environment)), /^no-pack: /)
  })

  it('because it is not built', async () => {
    assert.equal(
      await refused(() => launch(write({ 'package.json': manifest }), environment)),
      'pack-not-built: the policy pack is not built: there is no `index.js`',
    )
  })

  it('because its manifest is no JSON', async () => {
    assert.match(await refused(() => launch(write({ 'package.json': '{' }), environment)), /^malformed-json: /)
  })

  it('because it throws', async () => {
    const broken = write({ 'package.json': manifest, 'index.js': 'throw new RangeError("too far")' })
    assert.equal(
      await refused(() => startPack(broken, environment)),
      'pack-failed: the policy pack did not start: RangeError: too far',
    )
  })

  it('because it prints something where its port is expected', async () => {
    const chatty = write({ 'package.json': manifest, 'index.js': 'console.log("hello")' })
    assert.equal(
      await refused(() => startPack(chatty, environment)),
      'pack-failed: the policy pack did not start: it printed `hello` where Pulumi expects its port',
    )
  })

  it('because it ends at once', async () => {
    const empty = write({ 'package.json': manifest, 'index.js': '' })
    assert.equal(
      await refused(() => startPack(empty, environment)),
      'pack-failed: the policy pack did not start: it ended with exit code 0',
    )
  })
})
