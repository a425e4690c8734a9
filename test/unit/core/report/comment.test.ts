import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parsers } from 'prettier/plugins/markdown'
import type { CommentFinding, CommentView } from '../../../../core/report/comment'
import { isRefused, renderComment } from '../../../../core/report/comment'
import type { DiffBlock } from '../../../../core/report/diff'
import { code, fenced, prose, sizeOf } from '../../../../core/report/markdown'

const nothing: CommentView = {
  title: 'shop · prod',
  reach: {
    names: { old: 'a', now: 'b' },
    admitted: [],
    cut: [],
    assured: [],
    workloads: { came: [], gone: [], renamed: [] },
    floor: { came: [], gone: [] },
    compared: 12,
  },
  differences: [],
  findings: [],
  reasons: [],
  notJudged: [],
  resources: { came: [], changed: [], gone: [] },
  log: [],
}
const where = 'The whole is in [comment.whole.md](https://ci.example/7).'
const most = 60_000

function block(callee: string, rest: Partial<DiffBlock> = {}): DiffBlock {
  const because = {
    old: ['AuthorizationPolicy shop/other'],
    now: [`AuthorizationPolicy ${callee} (changed)`],
    changed: [],
  }
  const lines = [{ callers: 'shop/frontend', requests: ['GET /x'], bound: 'certain' as const }]
  return { openness: 'named', callees: [callee], lines, witness: `shop/frontend → ${callee} GET /x`, because, ...rest }
}

function withReach(reach: Partial<CommentView['reach']>, rest: Partial<CommentView> = {}): CommentView {
  return { ...nothing, reach: { ...nothing.reach, ...reach }, ...rest }
}

const finding: CommentFinding = { rule: 'strict-mtls', blocks: true, isNew: true, about: 'X shop/x', text: 'is wrong' }
const rendered = (view: CommentView): string => renderComment(view, { most, where })

interface Node {
  readonly type: string
  readonly value?: string
  readonly url?: string
  readonly children?: readonly Node[]
}

/** Every node of Markdown, as a parser of it sees them. */
function nodesOf(text: string): readonly Node[] {
  const all = (node: Node): readonly Node[] => [node, ...(node.children ?? []).flatMap(all)]
  return all((parsers.markdown.parse as (text: string, options: object) => Node)(text, {}))
}

/** What means something in Markdown, in HTML, or to a code host, among some that does not. */
const nasty = fc.string({
  unit: fc.constantFrom(
    ...[
      '`',
      '``',
      '|',
      '<',
      '>',
      '</details>',
      '<script>',
      '\n',
      '\n\n# ',
      '*',
      '_',
      '~~',
      '[',
      '](',
      ')',
      '@team',
      '#12',
    ],
    ...[
      '\\',
      '&lt;',
      '&',
      '!',
      ' ',
      'a',
      'é',
      '💥',
      '$',
      'https://evil.example',
      'www.evil.example',
      '-',
      '\u202e',
      '\u001b',
    ],
  ),
  maxLength: 12,
})

describe('a comment on a pull request', () => {
  it('tells in its first lines what changes', () => {
    const resources = { came: ['A'], changed: ['B', 'C'], gone: [] }
    const view = withReach(
      { admitted: [block('shop/cart:80'), block('shop/ad:80')], cut: [block('shop/pay:80')] },
      { resources, findings: [finding, { ...finding, isNew: false }] },
    )
    assert.match(
      rendered(view),
      /^<!-- ztm comment: shop prod -->\n\n## shop · prod\n\n.*\n.*\n\| \*\*2 places\*\* \| 1 place \| 2, \*\*1 new\*\* \| \+1 ~2 −0 \|\n/,
    )
    assert.match(rendered(nothing), /\n\| nothing \| nothing \| none \| \+0 ~0 −0 \|\n\n12 workloads compared\.\n/)
  })

  it('begins with what is newly admitted, the most dangerous first, then has what is cut, findings, resources and the log', () => {
    const admitted = (['leaving', 'named', 'anonymous', 'mesh'] as const).map(openness =>
      block('shop/cart:80', { openness }),
    )
    const view = withReach(
      { admitted, cut: [block('shop/cart:80')], floor: { came: ['cart:15090'], gone: [] } },
      {
        findings: [{ ...finding, blocks: false }, finding],
        differences: [{ text: 'shop/a → shop/b:80', because: [] }],
        notJudged: ['a transform'],
        resources: { came: ['A'], changed: [], gone: [] },
        log: ['Previewing update'],
      },
    )
    assert.deepEqual(rendered(view).match(/^### .*(?= \()/gm), [
      '### Newly open to callers without identity',
      '### Newly open to more than named callers',
      '### Newly open to named callers',
      '### Newly let out of the mesh',
      '### New on the floor, open whatever the policies say',
      '### Newly cut',
      '### Not what the graph means',
      '### Findings that block',
      '### Other findings',
      '### Not judged',
      '### Resources',
      '### The log',
    ])
  })

  it('shows the objects that changed rather than all that decide, and new findings before old ones', () => {
    const old = { ...finding, isNew: false, text: 'was so before' }
    const text = rendered(withReach({ admitted: [block('shop/cart:80')] }, { findings: [old, finding] }))
    assert.match(text, /because of `AuthorizationPolicy shop\/cart:80 \(changed\)`\n/)
    assert.doesNotMatch(text, /shop\/other/)
    assert.ok(text.indexOf('is wrong') < text.indexOf('was so before'))
  })

  it('refuses what is newly admitted, what blocks and what a preview refuses, and nothing else', () => {
    assert.equal(isRefused(nothing), false)
    assert.equal(isRefused(withReach({ cut: [block('a')] }, { findings: [{ ...finding, blocks: false }] })), false)
    assert.equal(isRefused(withReach({ admitted: [block('a')] })), true)
    assert.equal(isRefused(withReach({ floor: { came: ['a'], gone: [] } })), true)
    assert.equal(isRefused({ ...nothing, findings: [finding] }), true)
    assert.equal(isRefused({ ...nothing, reasons: ['1 thing could not be judged'] }), true)
  })

  it('folds what is long', () => {
    const many = Array.from({ length: 30 }, (_, i) => block(`shop/s${i}:80`))
    const text = rendered(withReach({ admitted: many }))
    assert.match(
      text,
      /### Newly open to named callers \(30\)\n[^]*s7:80[^]*<details><summary>and 22 more<\/summary>[^]*s8:80/,
    )
    assert.doesNotMatch(text, /left out/)
  })

  it('stays under its limit, keeps short lists whole, and says how much of long ones is left out and where it is', () => {
    const many = Array.from({ length: 5000 }, (_, i) => block(`shop/service-${i}:80`))
    const view = withReach({ admitted: many, cut: many }, { findings: [finding], log: Array(9000).fill('a line') })
    const text = rendered(view)
    assert.ok(sizeOf(text) < most && sizeOf(text) > 0.9 * most, `${sizeOf(text)} bytes`)
    assert.match(text, /`strict-mtls` `X shop\/x`: is wrong/)
    const kept = [...text.matchAll(/^- \*\*`/gm)].length
    const left = [...text.matchAll(/^\*(\d+) changes left out here\. The whole is in \[/gm)].map(([, n]) => Number(n))
    assert.equal(left.length, 2)
    assert.equal(kept + left.reduce((a, b) => a + b, 0), 10_000)
    assert.equal([...renderComment(view, { most: Infinity, where }).matchAll(/^- \*\*`/gm)].length, 10_000)
  })

  it('keeps the end of a log', () => {
    const log = Array.from({ length: 20_000 }, (_, i) => `line ${i}`)
    const text = rendered({ ...nothing, log })
    assert.match(text, /line 19999\n```/)
    assert.doesNotMatch(text, /line 1\n/)
  })

  it('is under its limit whatever there is to say', () => {
    const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 4000 }), { maxLength: 30 })
    const view = fc.record({
      a: texts,
      times: fc.constantFrom(1, 300),
      openness: fc.constantFrom('named' as const, 'mesh' as const),
    })
    fc.assert(
      fc.property(view, ({ a, times, openness }) => {
        const all = Array.from({ length: times }, () => a).flat()
        const because = { old: a, now: a, changed: [] }
        const lines = [{ callers: a.join(), requests: a, bound: 'possible' as const }]
        const blocks = all.map(name => block(name, { openness, because, lines, callees: a, witness: name }))
        const findings = all.map(text => ({ ...finding, text, about: text, rule: text }))
        const resources = { came: all, changed: all, gone: all }
        const lists = { differences: all.map(text => ({ text, because: a })), reasons: a, notJudged: all, log: all }
        const text = rendered(
          withReach(
            { admitted: blocks, cut: blocks, assured: all },
            { findings, resources, ...lists, title: a.join() },
          ),
        )
        assert.ok(sizeOf(text) <= most, `${sizeOf(text)} bytes`)
      }),
      { numRuns: 15 },
    )
  })

  it('gives nobody a way to say something by a name: no markup, no link, no tag but its own', () => {
    fc.assert(
      fc.property(nasty, nasty, (name, other) => {
        const blocks = [
          block(name, { witness: other, lines: [{ callers: name, requests: [other], bound: 'certain' }] }),
        ]
        const view = withReach(
          { admitted: blocks, floor: { came: [name], gone: [other] } },
          {
            title: `x ${name}`,
            findings: [{ ...finding, rule: name, about: other, text: `x ${name} y` }],
            differences: [{ text: name, because: [other] }],
            reasons: [`x ${other}`],
            notJudged: [`x ${name}`],
            resources: { came: [name], changed: [other], gone: [] },
            log: name.split('\n'),
          },
        )
        const nodes = nodesOf(rendered(view))
        const of = (type: string): readonly Node[] => nodes.filter(node => node.type === type)
        const tags = of('html').map(({ value }) => value)
        assert.ok(
          tags.every(tag =>
            /^(<!-- ztm comment: [\w./ ]*-->|<details><summary>[\w ]+<\/summary>|<\/details>)$/.test(tag ?? ''),
          ),
          String(tags),
        )
        assert.deepEqual(
          [...of('link'), ...of('image'), ...of('delete'), ...of('linkReference'), ...of('footnoteReference')],
          [],
        )
        assert.equal(of('heading').length, 9)
        assert.equal(of('tableCell').length, 8)
        assert.deepEqual(of('emphasis'), [])
        const said = nodes.flatMap(({ type, value }) => (type === 'text' ? [value ?? ''] : []))
        assert.ok(!said.some(text => /@t|#1/.test(text)), 'somebody is called, or an issue')
      }),
      { numRuns: 100 },
    )
  })

  it('shows a name as it is, but for what cannot be seen', () => {
    fc.assert(
      fc.property(nasty, name => {
        const [shown] = nodesOf(`- ${code(`a${name}b`)}`).filter(({ type }) => type === 'inlineCode')
        const visible = `a${name}b`
          .replace(/\n/g, '\\u{a}')
          .replace(/\u202e/g, '\\u{202e}')
          .replace(/\u001b/g, '\\u{1b}')
        assert.equal(shown?.value, visible)
      }),
    )
    assert.equal(prose('the field `spec.mtls` of *x* is `a'), "the field `spec.mtls` of \\*x\\* is 'a")
    assert.equal(fenced(['a', '```', 'b']), '````text\na\n```\nb\n````')
  })
})
