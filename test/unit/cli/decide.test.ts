import assert from 'node:assert/strict'
import { createWriteStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { once } from 'node:events'
import { request, shop } from './support/manifests'
import { assertRefused, child, root, scratch, ztm } from './support/ztm'

const { path, write } = scratch()
const manifests = (): string => write('shop.yaml', shop)

describe('ztm decide', () => {
  it('answers each request in one line, in order, with what decided', async () => {
    const requests = write(
      'requests.jsonl',
      [request('a', '/cart'), request('b', '/admin'), request('c', '/cart')].join('\n'),
    )
    const { code, out } = await ztm(['decide', '--manifests', manifests(), '--requests', requests])
    assert.equal(code, 0)
    assert.deepEqual(out.trimEnd().split('\n'), [
      '{"id":"a","verdict":"allow","because":["AuthorizationPolicy shop/cart rules[0]"]}',
      '{"id":"b","verdict":"deny","because":["AuthorizationPolicy shop/cart"]}',
      '{"id":"c","verdict":"allow","because":["AuthorizationPolicy shop/cart rules[0]"]}',
    ])
  })

  it('reads either of the two from standard input, but not both', async () => {
    const requests = write('requests.jsonl', request('a', '/cart'))
    const piped = await ztm(['decide', '--manifests', manifests(), '--requests', '-'], request('a', '/cart'))
    const other = await ztm(['decide', '--manifests', '-', '--requests', requests], shop)
    assert.match(piped.out, /"allow"/)
    assert.equal(piped.out, other.out)
    assertRefused(
      await ztm(['decide', '--manifests', '-', '--requests', '-'], shop),
      'standard input can be read only once',
    )
  })

  it('answers unknown about a workload it does not know', async () => {
    const { code, out } = await ztm(
      ['decide', '--manifests', manifests(), '--requests', '-'],
      request('a', '/').replace('"cart"', '"crat"'),
    )
    assert.equal(code, 0)
    assert.match(out, /"verdict":"unknown"/)
  })

  it('says which line is no request, and answers the others', async () => {
    const lines = [
      request('a', '/cart'),
      '{"id": ',
      '',
      request('b', '/x').replace('"port":7070', '"port":"x"'),
      request('c', '/cart'),
    ]
    const outcome = await ztm(['decide', '--manifests', manifests(), '--requests', '-'], lines.join('\n'))
    assertRefused(outcome, 'stdin:2: not valid JSON', /stdin:4: .*to\.port/)
    assert.deepEqual(outcome.out.match(/"id":"."/g), ['"id":"a"', '"id":"c"'])
  })

  it('refuses fields of the wrong type and fields it does not know, with the near one', async () => {
    const wrong = [
      '{"id":1,"from":[],"to":5,"http":"x","jwt":7,"sni":{}}',
      '5',
      'null',
      '[]',
      request('a', '/').replace('"from"', '"form"'),
      request('a', 'cart'),
    ]
    for (const line of wrong)
      assertRefused(await ztm(['decide', '--manifests', manifests(), '--requests', '-'], line), 'stdin:1')
  })

  it('says where the requests are not to be had', async () => {
    assertRefused(
      await ztm(['decide', '--manifests', manifests(), '--requests', path('nope')]),
      'nope: no such file or directory',
    )
    assertRefused(await ztm(['decide', '--manifests', manifests(), '--requests', path('.')]), 'it is a directory')
  })

  it('judges by manifests that name no namespace as lying in the one that is given', async () => {
    const placeless = write('placeless.yaml', shop.replaceAll(', namespace: shop', ''))
    const asked = ['decide', '--manifests', placeless, '--requests', '-']
    const { out } = await ztm([...asked, '-n', 'shop'], request('a', '/cart'))
    assert.match(out, /"verdict":"allow","because":\["AuthorizationPolicy shop\/cart rules\[0\]"\]/)
    assert.match((await ztm([...asked, '-n', 'other'], request('a', '/cart'))).out, /"verdict":"unknown"/)
  })

  it('takes what lies in the cluster already into account', async () => {
    const open = write(
      'open.yaml',
      'apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: { name: open, namespace: shop }\nspec: { rules: [{}] }\n',
    )
    const { out } = await ztm(
      ['decide', '--manifests', manifests(), '--base', open, '--requests', '-'],
      request('a', '/admin'),
    )
    assert.match(out, /"allow","because":\["AuthorizationPolicy shop\/open rules\[0\]"\]/)
  })

  it('takes no more memory for many requests than for few', async () => {
    const file = path('many.jsonl')
    const stream = createWriteStream(file)
    // The bulk is in a header, which nothing asks for: 48 MB to read, little to judge.
    const padding = `,"headers":{"x-padding":"${'x'.repeat(4000)}"}}`
    for (let i = 0; i < 12_000; i++) {
      const line = request(`request ${i}`, '/cart').replace(/("http":\{[^}]*)\}/, (_, http: string) => http + padding)
      if (!stream.write(`${line}\n`)) await once(stream, 'drain')
    }
    stream.end()
    await once(stream, 'close')
    const { code, out, err } = await child(['decide', '--manifests', manifests(), '--requests', file], {
      node: ['--max-old-space-size=40'],
    })
    assert.equal(code, 0, err)
    assert.equal(out.split('\n').length, 12_001)
  })
})

describe('docs/verdicts.md', () => {
  it('shows a request and a verdict of the form that ztm decide reads and writes', async () => {
    const blocks = [...readFileSync(join(root, 'docs/verdicts.md'), 'utf8').matchAll(/```json\n(.*)\n```/g)].map(
      ([, json = '']) => json,
    )
    const [asked = '', answered = ''] = blocks
    const { code, out } = await ztm(['decide', '--manifests', manifests(), '--requests', '-'], asked)
    assert.equal(code, 0)
    const shape = (json: string): string[] => Object.keys(JSON.parse(json) as object)
    assert.deepEqual(shape(out), shape(answered))
  })
})
