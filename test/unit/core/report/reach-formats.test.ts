import assert from 'node:assert/strict'
import fc from 'fast-check'
import { csv, reachCsv } from '../../../../core/report/csv'
import { reachDot } from '../../../../core/report/dot'
import type { ReachLine, ReachView } from '../../../../core/report/reach'
import { renderReach } from '../../../../core/report/reach'
import { reachMermaid } from '../../../../core/report/reach-mermaid'
import { compactRequests } from '../../../../core/report/requests'

const line = (more: Partial<ReachLine>): ReachLine => ({
  callee: 'shop/cart:7070',
  callers: 'shop/frontend',
  who: ['shop/frontend'],
  requests: 'GET /',
  bound: 'certain',
  openness: 'named',
  ...more,
})
const view = (...lines: readonly ReachLine[]): ReachView => ({ lines, closed: [], floor: [] })
const nasty = fc.string({ unit: fc.constantFrom(...'ab/:"\\\n\r,;|[](){}<>#%-&\u00e9😀 ') })

/** CSV as RFC 4180 reads it. */
function parsed(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]]
  for (const [, quoted, bare = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy)) {
    rows.at(-1)?.push(quoted === undefined ? bare : quoted.replace(/""/g, '"'))
    if (end === '\r\n') rows.push([])
  }
  return rows.slice(0, -1)
}

describe('reach as CSV', () => {
  it('is read back as it was, whatever the cells hold', () => {
    const rows = fc.array(fc.array(nasty, { minLength: 2, maxLength: 3 }), { minLength: 1 })
    fc.assert(fc.property(rows, cells => assert.deepEqual(parsed(csv(cells)), cells)))
  })

  it('has a line for each caller, and for each request that enters through a gateway', () => {
    const entry = {
      gateway: 'edge/gw:443',
      callers: 'anyone',
      host: 'shop.example.com',
      requests: ['GET /', 'GET /a'],
      to: 'shop/web:80',
      bound: 'certain',
    } as const
    const text = reachCsv({ ...view(line({ who: ['a/b', 'c/d'] })), entries: [entry] })
    assert.deepEqual(parsed(text).slice(1), [
      ['entry', 'certain', 'anyone', 'edge/gw:443', 'shop.example.com', 'shop/web', '80', 'GET /'],
      ['entry', 'certain', 'anyone', 'edge/gw:443', 'shop.example.com', 'shop/web', '80', 'GET /a'],
      ['named', 'certain', 'a/b', '', '', 'shop/cart', '7070', 'GET /'],
      ['named', 'certain', 'c/d', '', '', 'shop/cart', '7070', 'GET /'],
    ])
  })
})

describe('reach as a picture', () => {
  const quoted = /"(?:[^"\\\n]|\\["\\])*"/g

  it('of Graphviz holds names in strings that they cannot end', () => {
    fc.assert(
      fc.property(nasty, nasty, (who, callee) => {
        const text = reachDot(view(line({ who: [who], callee: `${callee}:80` })))
        const rest = text.replace(quoted, 'Q')
        const node = /^ +Q \[label=Q\];$/
        const edge = /^ {2}Q -> Q \[label=Q, color=black\];$/
        const frame =
          /^(digraph reach \{| {2}rankdir=LR;| {2}node \[shape=box\];| {2}subgraph cluster_\d+ \{| {4}label=Q;| {2}\}|\}|)$/
        for (const one of rest.split('\n'))
          assert.ok(
            [node, edge, frame].some(form => form.test(one)),
            one,
          )
      }),
    )
  })

  it('of Mermaid holds nothing but entities and letters in its labels', () => {
    fc.assert(
      fc.property(nasty, nasty, (who, callee) => {
        const text = reachMermaid(view(line({ who: [who], callee: `${callee}:80` })))
        for (const [label] of text.matchAll(/"[^"]*"/g)) assert.match(label, /^"(?:[\w ./:*,-]|#\d+;)*"$/)
        assert.doesNotMatch(text.replace(/"[^"]*"/g, ''), /[^\w\s[\]()|>;-]/)
      }),
    )
  })

  it('draws one arrow a caller and callee, in the colour of the most surprising', () => {
    const text = reachDot(
      view(line({}), line({ callee: 'shop/cart:80', openness: 'mesh' }), line({ bound: 'possible', who: ['shop/x'] })),
    )
    assert.deepEqual(text.match(/^.*->.*$/gm), [
      '  "shop/frontend" -> "shop/cart" [label="80, 7070", color=orange];',
      '  "shop/x" -> "shop/cart" [label="7070", color=black, style=dashed];',
    ])
    assert.match(reachMermaid(view(line({ openness: 'anonymous' }))), /linkStyle 0 stroke:red/)
  })
})

describe('requests on one line', () => {
  it('stand behind their method, and in braces below one path', () => {
    assert.equal(compactRequests(['GET /', 'GET /cart', 'POST /a/b', 'POST /a/c']), 'GET /, /cart; POST /a/{b, c}')
    assert.equal(compactRequests(['POST /S/A and below', 'POST /S/B and below']), 'POST /S/{A, B} and below')
    assert.equal(compactRequests(['any request, host a', 'GET /a']), 'GET /a; any request, host a')
  })

  it('are counted past a dozen, unless all are asked for', () => {
    const many = Array.from({ length: 20 }, (_, i) => `GET /${i}`)
    assert.match(compactRequests(many), /\/11; … and 8 more$/)
    assert.match(compactRequests(many, 'all'), /\/19$/)
  })
})

describe('reach of very many ports', () => {
  const many = Array.from({ length: 100 }, (_, i) => line({ callee: `shop/s${i}:80`, who: [`shop/c${i}`] }))

  it('is counted where the callers are named, and never where they are not', () => {
    const brief = renderReach(view(...many))
    assert.ok(brief.split('\n').length < 30, brief)
    assert.match(brief, /… and 80 more ports; ask of one with --to/)
    const open = renderReach(view(...many.map(one => ({ ...one, openness: 'mesh' as const }))))
    for (const { callee } of many) assert.ok(open.includes(`  ${callee}\n`))
  })

  it('is told in full of one caller', () => {
    const text = renderReach({ ...view(...many), asked: 'shop/c', detail: 'all' })
    assert.equal(text.match(/^ {2}shop/gm)?.length, 100)
    assert.match(text, /100 ports open to shop\/c\n$/)
  })
})
