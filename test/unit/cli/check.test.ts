import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { rules } from '../../../policypacks/zero-trust/rules'
import { anybody, cart, frontendOnly, settings, shop, strict } from './support/manifests'
import { assertRefused, child, scratch, ztm } from './support/ztm'

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

  it('takes what lies in the cluster already into account, and reports nothing of it', async () => {
    const open = anybody.replace('name: open', 'name: there')
    const base = write('base.yaml', `${open}---\n${strict.replace('STRICT', 'PERMISSIVE')}`)
    const given = write('given.yaml', shop)
    const rules = ['--rule', 'strict-mtls', '--rule', 'no-allow-all-policy']
    const { code, out, err } = await ztm(['check', given, '--base', base, ...rules])
    assert.deepEqual([code, out], [0, 'no findings, 2 rules\n'])
    assert.equal(err, 'note: 1 finding about objects of `--base` not shown\n')
    assert.equal((await ztm(['check', given, '--base', base, ...rules, '--quiet'])).err, '')
    assert.equal((await ztm(['check', base, '--base', given, ...rules])).code, 1)
  })

  it('knows by what lies in the cluster already what a part of it means', async () => {
    const policy = write('policy.yaml', frontendOnly)
    const asked = ['check', policy, '--rule', 'policy-selects-workload']
    assert.equal((await ztm(asked)).code, 1)
    assert.equal((await ztm([...asked, '--base', write('cluster.yaml', [settings, cart].join('---\n'))])).code, 0)
  })

  it('reports what a policy that is there already opens at a service of the intent', async () => {
    const lock = 'examples/bookinfo/intent.lock.json'
    const given = 'examples/bookinfo/expected/istio-sidecar'
    const foreign = anybody.replaceAll('shop', 'bookinfo')
    const asked = ['check', given, '--lock', lock, '--rule', 'reach-equals-intent']
    assert.equal((await ztm(asked)).code, 0)
    const { code, out } = await ztm([...asked, '--base', write('foreign.yaml', foreign)])
    assert.equal(code, 1)
    assert.match(out, /service bookinfo\/\w+: admits what nobody declared.*AuthorizationPolicy bookinfo\/open/)
  })
})

/** The same manifests with one finding each of three rules, the most severe last. */
const broken = shop
  .replace(strict, permissive)
  .replace('name: http, port', 'name: web, port')
  .concat('---\n', anybody.replace('open', '"a%b"'))

describe('ztm check for programs', () => {
  const asked = ['--rule', 'explicit-port-protocol', '--rule', 'no-allow-all-policy', '--rule', 'strict-mtls']

  interface DescribedRule {
    readonly id: string
    readonly help: { readonly text: string }
    readonly defaultConfiguration: { readonly level: string }
  }

  interface Result {
    readonly ruleId: string
    readonly ruleIndex: number
    readonly level: string
    readonly message: { readonly text: string }
    readonly locations: readonly {
      readonly physicalLocation: {
        readonly artifactLocation: { readonly uri: string }
        readonly region: { readonly startLine: number }
      }
    }[]
    readonly partialFingerprints: Readonly<Record<string, string>>
  }

  interface Log {
    readonly $schema: string
    readonly version: string
    readonly runs: readonly {
      readonly tool: {
        readonly driver: {
          readonly name: string
          readonly rules: readonly DescribedRule[]
        }
      }
      readonly results: readonly Result[]
    }[]
  }

  async function sarif(files: readonly string[], more: readonly string[] = asked): Promise<Log> {
    return JSON.parse((await ztm(['check', ...files, ...more, '--format', 'sarif'])).out) as Log
  }

  it('prints SARIF 2.1.0 with every rule that ran, and a place for every finding', async () => {
    const log = await sarif([write('sarif.yaml', broken)], [])
    assert.deepEqual([log.version, log.runs.length], ['2.1.0', 1])
    const [run] = log.runs
    assert.ok(run)
    assert.deepEqual(
      run.tool.driver.rules.map(({ id }) => id),
      rules.map(({ id }) => id),
    )
    const levels = ['note', 'warning', 'error']
    for (const rule of run.tool.driver.rules) {
      assert.ok(rule.help.text.length > 0 && levels.includes(rule.defaultConfiguration.level), rule.id)
    }
    assert.ok(run.results.length > 3)
    for (const result of run.results) {
      const rule: DescribedRule | undefined = run.tool.driver.rules[result.ruleIndex]
      assert.deepEqual([rule?.id, rule?.defaultConfiguration.level], [result.ruleId, result.level])
      assert.ok(result.message.text.length > 0)
      const [place] = result.locations
      assert.ok(place && Number.isInteger(place.physicalLocation.region.startLine))
      assert.ok(place.physicalLocation.region.startLine >= 1)
      assert.ok(place.physicalLocation.artifactLocation.uri.endsWith('/sarif.yaml'))
    }
    const severities = run.results.map(({ level }) => levels.indexOf(level))
    assert.deepEqual(severities, [...severities].sort().reverse())
    const prints = run.results.map(({ partialFingerprints }) => partialFingerprints.primaryLocationLineHash)
    assert.equal(new Set(prints).size, run.results.length)
    assert.ok(prints.every(print => /^[0-9a-f]{16}:1$/.test(print ?? '')))
  })

  it('knows a finding again that has moved to another line or file', async () => {
    const prints = async (file: string) =>
      (await sarif([file])).runs[0]?.results.map(({ partialFingerprints: own, locations }) => ({
        own,
        line: locations[0]?.physicalLocation.region.startLine ?? 0,
      })) ?? []
    const before = await prints(write('before.yaml', broken))
    const after = await prints(write('after.yaml', `# moved\n\n${broken}`))
    assert.deepEqual(
      after.map(({ own }) => own),
      before.map(({ own }) => own),
    )
    assert.deepEqual(
      after.map(({ line }) => line),
      before.map(({ line }) => line + 2),
    )
  })

  it('names files as seen from the working directory, escaped as a URI, and whole where they lie outside of it', async () => {
    mkdirSync(path('a dir'))
    const file = write('a dir/50%.yaml', broken)
    const cwd = dirname(dirname(file))
    const asArgs = ['check', ...asked, '--format', 'sarif']
    const uris = async (path: string, from: string) =>
      (JSON.parse((await child([...asArgs, path], { cwd: from })).out) as Log).runs[0]?.results.map(
        ({ locations }) => locations[0]?.physicalLocation.artifactLocation.uri,
      )
    assert.deepEqual([...new Set(await uris(file, cwd))], ['a%20dir/50%25.yaml'])
    const [outside = ''] = (await uris(file, process.cwd())) ?? []
    assert.match(outside, /^file:\/\/\/.*\/a%20dir\/50%25\.yaml$/)
  })

  it('shows what came from standard input, or is about everything at once, where the manifests begin', async () => {
    const { out } = await ztm(['check', '-', ...asked, '--format', 'sarif'], broken)
    const places = (JSON.parse(out) as Log).runs[0]?.results.map(({ locations }) => locations[0]?.physicalLocation)
    assert.deepEqual([...new Set(places?.map(place => place?.artifactLocation.uri))], ['stdin'])
    const intent = await sarif([write('whole.yaml', shop)], ['--rule', 'reach-equals-intent'])
    assert.deepEqual(intent.runs[0]?.results[0]?.locations[0]?.physicalLocation.region, { startLine: 1 })
  })

  it('prints workflow commands, the most severe first, with everything escaped that they take for their own', async () => {
    const name = 'a:b,c%.yaml'
    const file = write(name, broken)
    const { code, out } = await child(['check', name, ...asked, '--format', 'github'], { cwd: dirname(file) })
    assert.equal(code, 1)
    const lines = out.trimEnd().split('\n')
    assert.equal(lines.pop(), '3 findings of 3 rules, 0 rules clean')
    assert.deepEqual(
      lines.map(line => /^::(\w+) file=a%3Ab%2Cc%25\.yaml,line=\d+,title=([\w-]+) \(\w+\)::/.exec(line)?.slice(1)),
      [
        ['error', 'strict-mtls'],
        ['error', 'no-allow-all-policy'],
        ['warning', 'explicit-port-protocol'],
      ],
    )
    assert.match(lines[1] ?? '', /::AuthorizationPolicy shop\/a%25b .*%0Afix: /)
  })

  it('prints a workflow command without a file for what is about everything at once', async () => {
    const { out } = await ztm([
      ...['check', write('whole.yaml', shop), '--rule', 'reach-equals-intent', '--format', 'github'],
    ])
    assert.match(out, /^::error title=reach-equals-intent \(critical\)::the stack: /)
  })

  it('prints a log without results, and no commands, where nothing was found', async () => {
    const clean = ['check', write('shop.yaml', shop), '--rule', 'strict-mtls', '--format']
    assert.deepEqual((JSON.parse((await ztm([...clean, 'sarif'])).out) as Log).runs[0]?.results, [])
    const { code, out } = await ztm([...clean, 'github'])
    assert.deepEqual([code, out], [0, 'no findings, 1 rule\n'])
  })
})
