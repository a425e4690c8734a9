import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundled, fixtures, preview, projectOf, removeProjects, started } from '../unit/preview/support'

const packOf = join(fixtures, 'preview-pack')
let out: string

/** A preview of a project with the pack of the fixtures. */
function previewOf(directory: string, ...args: readonly string[]) {
  return preview(['--cwd', directory, '--policy-pack', packOf, '--out', out, ...args])
}

/** The process of the pack that a preview has started. */
function packOfProcess(preview: number): number | undefined {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
  const [, pid] = new RegExp(`^\\s*(\\d+)\\s+${preview}\\s.*run-policy-pack`, 'm').exec(stdout) ?? []
  return pid === undefined ? undefined : Number(pid)
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Asks until it is so. */
async function until<T>(ask: () => T | undefined): Promise<T> {
  for (;;) {
    const answer = ask()
    if (answer !== undefined) return answer
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

const pulumi = "import * as pulumi from '@pulumi/pulumi'\n"

describe('the embedded preview', () => {
  before(async () => {
    await bundled()
  })
  beforeEach(() => {
    out = mkdtempSync(join(tmpdir(), 'out-'))
  })
  afterEach(() => {
    rmSync(out, { recursive: true, force: true })
    removeProjects()
  })

  it('records every resource with its parents, secrets covered and unknowns known as such', async () => {
    const { stdout, stderr, code } = await previewOf(join(fixtures, 'preview-project'), '--format', 'json')
    const document = JSON.parse(stdout)
    assert.equal(stderr, '')
    assert.equal(code, 1, 'the pack has a mandatory finding, and the project no graph')
    const urns = document.resources.map(({ urn }: { urn: string }) => urn.replace('urn:pulumi:dev::fixture::', ''))
    assert.deepEqual(urns, [
      'fixture:index:Pair$fixture:index:Inner$kubernetes:core/v1:ServiceAccount::pair-inner-account',
      'fixture:index:Pair$fixture:index:Inner::pair-inner',
      'fixture:index:Pair::pair',
      'kubernetes:core/v1:ConfigMap::facts',
      'kubernetes:core/v1:Namespace::shop',
      'kubernetes:core/v1:Secret::password',
      'pulumi:providers:kubernetes::cluster',
      'pulumi:pulumi:Stack::fixture-dev',
    ])
    const facts = document.resources.find(({ name }: { name: string }) => name === 'facts')
    const unknown = '04da6b54-80e4-46f7-96ec-b56ff0331ba9'
    assert.deepEqual(facts.inputs.data, { uid: unknown, account: 'cart', id: unknown })
    assert.ok(facts.dependencies.includes('urn:pulumi:dev::fixture::kubernetes:core/v1:Namespace::shop'))
    assert.deepEqual(document.outputs, { greeting: 'good day', token: '[secret]' })
    assert.ok(!stdout.includes('hunter2'))
  })

  it('says that it is not the engine, shows a tree, and writes what it rendered without secrets', async () => {
    const { stdout } = await previewOf(join(fixtures, 'preview-project'))
    assert.match(stdout, /embedded preview, not the Pulumi engine/)
    assert.match(stdout, /├─ Pair pair\n {2}│ {2}└─ Inner pair-inner\n {2}│ {5}└─ ServiceAccount shop\/cart\n/)
    assert.match(stdout, /refused: 1 mandatory finding; 2 things could not be judged\n$/)
    assert.ok(!stdout.includes('\u001b'), 'there are colours where nobody looks')
    const text = (name: string) => readFileSync(join(out, name), 'utf8')
    assert.match(text('manifests.yaml'), /kind: Namespace[\s\S]*uid: "?\[unknown\]/)
    assert.match(text('manifests.yaml'), /stringData: "?\[secret\]/)
    assert.match(text('report.md'), /^# Preview of fixture · dev: refused/)
    assert.ok(
      !['manifests.yaml', 'report.md', 'reach.json', 'preview.json'].some(name => text(name).includes('hunter2')),
    )
    assert.deepEqual(JSON.parse(text('policy-config.json')), {})
    const summary = JSON.parse(text('preview.json')) as { reasons: string[]; findings: { blocks: boolean }[] }
    assert.deepEqual(summary.reasons, ['1 mandatory finding', '2 things could not be judged'])
    assert.equal(summary.findings.filter(({ blocks }) => blocks).length, 1)
  })

  it('passes what is acknowledged, and only that', async () => {
    const directory = projectOf({ 'index.ts': pulumi })
    const { code, stdout } = await previewOf(directory, '--acknowledge', 'graph', '--acknowledge', 'invok')
    assert.match(stdout, /nothing here needed the acknowledgement `invok`/)
    assert.match(stdout, /\nclean: 1 resource to register\n$/)
    assert.equal(code, 0)
  })

  it('does not judge what only the engine could, and says so', async () => {
    const program = `${pulumi}
class Remote extends pulumi.ComponentResource {
  constructor(name: string) { super('aws:eks:Cluster', name, {}, {}, true) }
}
class Plain extends pulumi.CustomResource {
  constructor(name: string, opts?: pulumi.CustomResourceOptions) { super('random:index:Id', name, {}, opts) }
}
pulumi.runtime.registerStackTransform(({ props, opts }) => ({ props, opts }))
new Plain('transformed', { transforms: [({ props, opts }) => ({ props, opts })] })
new Remote('cluster')
new pulumi.StackReference('organization/net/dev')
void pulumi.runtime.invoke('aws:index:getRegion', {}, { async: true })
setTimeout(() => new Plain('late'), 50)
console.log('said on standard output')
export const token = new pulumi.Config().requireSecret('token')
`
    const files = { 'index.ts': program, 'Pulumi.dev.yaml': 'config:\n  small:token: { secure: v1:abc }\n' }
    const { stdout, code } = await previewOf(projectOf(files), '--format', 'json')
    const { notJudged, resources, said } = JSON.parse(stdout)
    assert.equal(code, 1)
    assert.deepEqual(notJudged.map(({ what }: { what: string }) => what).sort(), [
      'graph',
      'invoke',
      'read',
      'remote',
      'secret',
      'transform',
      'transform',
    ])
    assert.ok(
      resources.some(({ name }: { name: string }) => name === 'late'),
      'what is registered late was not waited for',
    )
    assert.equal(said, 'said on standard output\n')
  })

  const failures: readonly (readonly [title: string, program: string, says: RegExp])[] = [
    [
      'throws',
      `${pulumi}\n// here\nfunction f(): never {\n  throw new TypeError('cannot')\n}\nf()\n`,
      /^index\.ts:5: cannot$/m,
    ],
    [
      'waits for what never comes',
      `${pulumi}export = async () => new Promise(() => undefined)\n`,
      /waits for something that never comes/,
    ],
    ['ends the process', `${pulumi}process.exit(0)\n`, /ended the process before the preview was done/],
    ['is not TypeScript', 'const x: number = ;\n', /^index\.ts:1:19: unexpected ";"$/m],
    ['imports what is not there', "import x from './nowhere'\nconsole.log(x)\n", /^index\.ts:1:15: could not resolve/m],
    ['fails later', `${pulumi}setTimeout(() => { throw new Error('later') }, 10)\n`, /^index\.ts:2: later$/m],
    ['logs an error', `${pulumi}void pulumi.log.error('it is bad')\n`, /it is bad[\s\S]*the program logged an error/],
    [
      'throws problems',
      `${pulumi}throw Object.assign(new Error('x'), { problems: [{ code: 'a', severity: 'error', at: 'calls.a.b', message: 'no service named \`b\`', hint: 'did you mean \`c\`?' }] })\n`,
      /^calls\.a\.b: no service named `b`\n {2}hint: did you mean `c`\?$/m,
    ],
  ]
  for (const [title, program, says] of failures) {
    it(`ends with 2 and no stack trace where the program ${title}`, async () => {
      const { code, stdout, stderr } = await previewOf(projectOf({ 'index.ts': program }))
      assert.match(stderr, says)
      assert.ok(!/^\s+at .*:\d+:\d+/m.test(stderr), stderr)
      assert.deepEqual([code, stdout], [2, ''])
    })
  }

  it('refuses a compiled module that hides its source', async () => {
    const files = {
      'index.ts': "import { x } from './part'\nconsole.log(x)\n",
      'part.ts': 'export const x = 2\n',
      'part.js': 'exports.x = 1\n',
    }
    const { code, stderr } = await previewOf(projectOf(files))
    assert.match(stderr, /^part\.js: it was loaded in the place of `part\.ts`/m)
    assert.equal(code, 2)
  })

  it('ends with 2 for bad input, in JSON too', async () => {
    const stack = await preview(['--stack', 'dve'])
    assert.match(stack.stderr, /no stack named `dve`\n {2}hint: did you mean `dev`\?/)
    const yaml = await previewOf(projectOf({ 'index.ts': '', 'Pulumi.dev.yaml': 'a: [1\n' }), '--format', 'json')
    assert.equal(JSON.parse(yaml.stdout).problems[0].at, 'Pulumi.dev.yaml:2')
    const option = await preview(['--stac', 'dev'])
    assert.match(option.stderr, /unknown option `--stac`/)
    const pack = await previewOf(join(fixtures, 'preview-project'), '--policy-pack', '/nowhere')
    assert.match(pack.stderr, /there is no policy pack here/)
    assert.deepEqual([stack.code, yaml.code, option.code, pack.code], [2, 2, 2, 2])
  })

  it('explains itself with examples', async () => {
    const { code, stdout } = await preview(['--help'])
    assert.match(stdout, /Examples:\n {2}\$ npm run preview\n/)
    assert.match(stdout, /Exit codes: 0 clean; 1 /)
    assert.equal(code, 0)
  })

  it('leaves no pack running where it is interrupted', async () => {
    const endless = projectOf({ 'index.ts': `${pulumi}setInterval(() => undefined, 1000)\n` })
    const { child, ended } = started([await bundled(), '--cwd', endless, '--policy-pack', packOf, '--out', out])
    const pack = await until(() => packOfProcess(child.pid ?? 0))
    child.kill('SIGINT')
    assert.equal((await ended).code, 130)
    await until(() => (isRunning(pack) ? undefined : true))
  })
})

describe('the embedded preview of this repository', () => {
  before(async () => {
    await bundled()
  })
  beforeEach(() => {
    out = mkdtempSync(join(tmpdir(), 'out-'))
  })
  afterEach(() => rmSync(out, { recursive: true, force: true }))

  const foreign = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: left-behind, namespace: boutique }
spec:
  selector: { matchLabels: { app: cartservice } }
  rules: [{ from: [{ source: { namespaces: [legacy] } }] }]
`

  it('proves that what is rendered is what the graph means', async () => {
    const { stdout, stderr } = await preview(['--format', 'json', '--out', out])
    assert.equal(stderr, '')
    const { proof, counts, policies, notJudged } = JSON.parse(stdout)
    assert.deepEqual([proof.holds, proof.differences, proof.problems], [true, [], []])
    assert.equal(proof.stages.boutique, 'enforce')
    assert.ok(counts['kubernetes:security.istio.io/v1:AuthorizationPolicy'] > 10)
    assert.deepEqual([policies.pack.name, notJudged], ['zero-trust', []])
    const config = JSON.parse(readFileSync(join(out, 'policy-config.json'), 'utf8'))
    assert.equal(config['reach-equals-intent'].lock, 'intent.lock.json')
    assert.deepEqual(config['reach-equals-intent'].stages, proof.stages.data === 'strict' ? { data: 'strict' } : {})
  })

  it('finds that a policy which is in the cluster already lets more in', async () => {
    const dump = join(out, 'dump.yaml')
    writeFileSync(dump, foreign)
    const { stdout, code } = await preview(['--base', dump, '--out', out])
    assert.match(stdout, /No: what is rendered is not what the graph means/)
    assert.match(stdout, /let in, though nobody declared it: .*boutique\/cartservice:7070/)
    assert.match(stdout, /because of AuthorizationPolicy boutique\/left-behind/)
    assert.equal(code, 1)
  })

  it('refuses a dump that is not YAML, with file and line', async () => {
    const dump = join(out, 'dump.yaml')
    writeFileSync(dump, 'kind: [\n')
    const { stderr, code } = await preview(['--base', dump, '--out', out])
    assert.match(stderr, /dump\.yaml:\d+/)
    assert.equal(code, 2)
  })
})
