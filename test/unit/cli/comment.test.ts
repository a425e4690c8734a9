import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { anybody, shop } from './support/manifests'
import { assertRefused, scratch, ztm } from './support/ztm'

const { path, write } = scratch()

const wider = shop.replace('paths: [/cart, /items/*]', 'paths: [/cart, /items/*, /admin]')
const narrower = shop.replace('paths: [/cart, /items/*]', 'paths: [/cart]')

const document = {
  version: 1,
  project: 'shop',
  stack: 'prod',
  reasons: [] as string[],
  resources: { 'urn:a': { label: 'Release istiod', digest: 'sha256:1' } },
  differences: [],
  findings: [] as object[],
  notJudged: [],
}

/** A folder as a preview writes it. */
function previewed(name: string, manifests: string, rest: object = {}): string {
  mkdirSync(path(name), { recursive: true })
  write(`${name}/manifests.yaml`, manifests)
  write(`${name}/preview.json`, JSON.stringify({ ...document, ...rest }))
  return path(name)
}

describe('ztm comment', () => {
  it('exits with 0 where nothing is newly admitted or found, and with 1 where it is', async () => {
    const old = write('old.yaml', shop)
    const same = await ztm(['comment', old, write('narrower.yaml', narrower)])
    assert.equal(same.code, 0, same.err)
    assert.match(same.out, /\| nothing \| 2 places \| \d+ \| \+0 ~1 −0 \|/)
    const { code, out } = await ztm(['comment', old, write('wider.yaml', wider)])
    assert.equal(code, 1)
    assert.match(out, /### Newly open to named callers \(1\)\n\n- \*\*`shop\/cart:7070, other`\*\*\n/)
  })

  it('blocks by findings that the old manifests do not have', async () => {
    const { code, out } = await ztm(['comment', write('old.yaml', shop), write('open.yaml', `${shop}---\n${anybody}`)])
    assert.equal(code, 1)
    assert.match(
      out,
      /### Findings that block \(\d+\)\n\n- \*\*new\*\* `no-allow-all-policy` `AuthorizationPolicy shop\/open`/,
    )
    assert.match(out, /### Other findings/)
  })

  it('lets what is newly admitted pass once it is accepted, and no finding', async () => {
    const old = previewed('base', shop)
    const accepted = await ztm(['comment', old, previewed('wider', wider), '--accepted'])
    assert.equal(accepted.code, 0, accepted.err)
    assert.match(accepted.out, /Newly open/)
    const refused = previewed('refused', wider, { reasons: ['1 mandatory finding'] })
    assert.equal((await ztm(['comment', old, refused, '--accepted'])).code, 1)
  })

  it('takes findings, resources and the title from what previews wrote', async () => {
    const finding = { rule: 'strict-mtls', blocks: true, about: 'X shop/x', text: 'is wrong' }
    const before = previewed('base', shop, { findings: [finding] })
    const resources = {
      'urn:a': { label: 'Release istiod', digest: 'sha256:2' },
      'urn:b': { label: 'Release cni', digest: 'sha256:1' },
    }
    const findings = [finding, { ...finding, about: 'X shop/y' }]
    const now = previewed('head', shop, { findings, resources, reasons: ['2 mandatory findings'] })
    const { code, out } = await ztm(['comment', before, now])
    assert.equal(code, 1)
    assert.match(out, /^<!-- ztm comment: shop prod -->\n\n## shop · prod\n/)
    assert.match(out, /\| nothing \| nothing \| 2, \*\*1 new\*\* \| \+1 ~1 −0 \|\n\n- refused: 2 mandatory findings\n/)
    assert.match(out, /- \*\*new\*\* `strict-mtls` `X shop\/y`: is wrong\n- `strict-mtls` `X shop\/x`: is wrong\n/)
    assert.match(out, /- changed `Release istiod`\n- new `Release cni`\n/)
  })

  it('writes the comment to a file, the whole beside it, and shows the end of a log without colours', async () => {
    const log = write('log.txt', '\u001b[32mPreviewing\u001b[0m\tupdate\n+ 3 to create\n')
    const output = path('out/comment.md')
    const files = [write('old.yaml', shop), write('wider.yaml', wider)]
    const { code, out } = await ztm(['comment', ...files, '--output', output, '--log', log, '--title', 'one *two*'])
    assert.equal(code, 1)
    assert.equal(out, '')
    const text = readFileSync(output, 'utf8')
    assert.match(text, /^## one \\\*two\\\*\n/m)
    assert.match(text, /```text\nPreviewing {2}update\n\+ 3 to create\n```/)
    assert.match(readFileSync(path('out/comment.whole.md'), 'utf8'), /^## one/m)
  })

  it('refuses what cannot be read, with 2', async () => {
    const old = write('old.yaml', shop)
    assertRefused(await ztm(['comment', old, path('absent.yaml')]), /absent\.yaml/)
    assertRefused(await ztm(['comment', old, old, '--log', path('absent.txt')]), /absent\.txt: there is no such file/)
    assertRefused(await ztm(['comment', old, old, '--link', 'javascript:x']), /--link: it is no address of a page/)
    assertRefused(
      await ztm(['comment', old, previewed('newer', shop, { version: 2 })]),
      /not of version 1 of this format/,
    )
    assertRefused(await ztm(['comment', old, previewed('odd', shop, { reasons: 'x' })]), /`reasons`/)
    previewed('broken', shop)
    write('broken/preview.json', '{')
    assertRefused(await ztm(['comment', old, path('broken')]), /preview\.json: it is no JSON/)
    assertRefused(await ztm(['comment', '-', '-']), /standard input can be read only once/)
  })
})
