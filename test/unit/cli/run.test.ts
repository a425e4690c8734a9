import assert from 'node:assert/strict'
import { run } from '../../../cli/run'
import { verbs as table } from '../../../cli/verbs'
import { openSession } from '../../../cli/session'
import { assertNoTrace, assertRefused, bundled, child, root, scratch, shell, ztm } from './support/ztm'
import { shop } from './support/manifests'
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'

const verbs = table.map(({ name }) => name)
const { write } = scratch()

describe('ztm', () => {
  it('lists its verbs and exit codes', async () => {
    const { code, out } = await child(['--help'])
    assert.equal(code, 0)
    for (const verb of verbs) assert.match(out, new RegExp(`^ {2}${verb} `, 'm'))
    assert.match(out, /0 clean, 1 findings, 2 bad input/)
  })

  it('shows its help and fails where no verb is given', async () => {
    const { code, out, err } = await ztm([])
    assert.deepEqual([code, out], [2, ''])
    assert.match(err, /Usage: ztm/)
  })

  const mistakes: readonly (readonly [string, readonly string[], string])[] = [
    ['a misspelt verb', ['raech'], 'reach'],
    ['a misspelt flag, transposed', ['reach', 'x', '--fromat', 'json'], '--format'],
    ['a misspelt flag', ['check', 'x', '--locks', 'y'], '--lock'],
  ]
  for (const [title, args, near] of mistakes) {
    it(`suggests what was meant by ${title}`, async () => {
      assertRefused(await ztm(args), `Did you mean ${near}?`)
    })
  }

  it('refuses a format it does not know, with those it does', async () => {
    assertRefused(await ztm(['reach', 'x', '--format', 'yml']), 'text, json, csv, dot, mermaid, markdown')
  })

  it('refuses missing and superfluous arguments', async () => {
    assertRefused(await ztm(['reach']), 'missing required argument `paths`')
    assertRefused(await ztm(['decide', '--manifests', 'x']), '--requests')
    assertRefused(await ztm(['compile', 'a', 'b']), 'too many arguments')
  })

  it('says that an error of its own is one, with another exit code', async () => {
    let err = ''
    const broken = openSession({
      stdin: (async function* () {
        throw await Promise.resolve(new TypeError('boom'))
        yield Buffer.from('')
      })(),
      // Only `write` is used.
      stdout: { write: () => true } as never,
      stderr: { write: (text: string) => ((err += text), true) } as never,
      env: {},
    })
    assert.equal(await run(['reach', '-'], broken), 70)
    assert.match(err, /internal error: boom\nthis is a bug of ztm; please report it/)
  })
})

describe('ztm as a process', () => {
  const manifests = write('shop.yaml', shop)

  it('has no colours in a pipe, nor progress', async () => {
    const { out, err } = await child(['reach', manifests])
    assert.doesNotMatch(out + err, /\u001b/)
  })

  it('is not disturbed by a reader that has seen enough', async () => {
    const { err } = await shell(`npx --no ztm reach "${manifests}" --format json | head -c 1`)
    assert.equal(err, '')
  })

  it('reads manifests from standard input', async () => {
    const { code, out } = await child(['reach', '-'], { stdin: shop })
    assert.equal(code, 0)
    assert.match(out, /shop\/frontend/)
  })

  it('exits with 2 and no stack trace where the input is bad', async () => {
    assertRefused(await child(['reach', '-'], { stdin: 'a: [' }), 'stdin:1:')
    assertRefused(await child(['check', '/nowhere']), '/nowhere: no such file or directory')
    assertRefused(await child(['reach', '-'], { stdin: '' }), 'no Kubernetes object')
  })

  it('runs without TypeScript and without the SDKs, and reads no verb to tell of all of them', () => {
    const folder = join(dirname(bundled()), 'ztm')
    const pieces = readdirSync(folder).map(name => readFileSync(join(folder, name), 'utf8'))
    for (const text of pieces) assert.doesNotMatch(text, /(require\(|from|import\()"@pulumi/)
    const [first = ''] = pieces.filter((_, i) => readdirSync(folder)[i] === 'main.mjs')
    for (const verb of verbs) assert.match(first, new RegExp(`import\\("\\./${verb}-`))
    assert.ok(execFileSync(process.execPath, [bundled(), '--help']).length > 0)
  })
})

/** Commands in a text that can be pasted: those of a help after `$`, those of a page in its code blocks. */
function commandsOf(text: string): readonly string[] {
  const joined = text.replace(/\\\n\s*/g, ' ')
  return [...joined.matchAll(/^(?:\s*\$ )?((?:npx --no ztm|echo .* npx --no ztm) .*)$/gm)].map(
    ([, command = '']) => command,
  )
}

describe('an example', () => {
  it('stands in the help of each verb', async () => {
    for (const verb of verbs) {
      const { code, out } = await ztm([verb, '--help'])
      assert.equal(code, 0)
      assert.ok(commandsOf(out).length > 0, verb)
    }
  })

  const pages = ['docs/cli.md', ...readdirSync(join(root, 'docs/cli')).map(name => `docs/cli/${name}`)]

  it('stands on many a page, some with what it prints', () => {
    const texts = pages.map(page => readFileSync(join(root, page), 'utf8'))
    assert.ok(texts.flatMap(commandsOf).length >= 20)
    assert.ok(texts.flatMap(outputsIn).length >= 3)
  })

  // An example that makes keys overwrites none.
  before(() => {
    for (const made of ['out/trust', 'out/next']) rmSync(join(root, made), { recursive: true, force: true })
  })

  const run = new Set<string>()
  for (const page of pages)
    it(`of ${page}, or of the help that it repeats, works when it is pasted, and prints what the page says`, async () => {
      const text = readFileSync(join(root, page), 'utf8')
      for (const command of new Set(commandsOf(text))) {
        const shown = outputsIn(text).filter(one => one.command === command)
        if (run.has(command) && shown.length === 0) continue
        run.add(command)
        const { code, out, err } = await shell(command)
        // To find something is an answer, too.
        assert.ok(code === 0 || code === 1, `${command}\n${out}${err}`)
        assertNoTrace(err)
        for (const { output } of shown) assert.match(out === '' ? err : out, pattern(output), command)
      }
    })
})

/** What a page shows under a command: a block of text right after the block that holds it alone. */
function outputsIn(page: string): readonly { readonly command: string; readonly output: string }[] {
  const blocks = page.matchAll(/^```sh\n([^`]*)\n```\n+```text\n([\s\S]*?)^```$/gm)
  return [...blocks].flatMap(([, block = '', output = '']) => commandsOf(block).map(command => ({ command, output })))
}

/** In what a page shows, a line `…` stands for lines that are left out. */
function pattern(output: string): RegExp {
  const parts = output.split(/^…\n/m).map(part => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  return new RegExp(`^${parts.join('[^]*')}$`)
}
