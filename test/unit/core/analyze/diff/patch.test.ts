import assert from 'node:assert/strict'
import { leavingName, parseLeavingName } from '../../../../../core/analyze/diff/leaving'
import { isEmpty, patched, patchOf } from '../../../../../core/analyze/diff/patch'
import { tellingWitness } from '../../../../../core/analyze/diff/tell'
import { addressesOf } from '../../../../../core/model/address'
import { Language } from '../../../../../core/model/language'
import { Region } from '../../../../../core/model/region'

describe('bounds and what changed of them', () => {
  const [a, b] = ['a', 'b'].map(word => Region.where('path', Language.literals([word])))
  assert.ok(a && b)
  const [none, all] = [Region.none, Region.all]
  it('are nothing where they are the same, and lead from one to the other', () => {
    assert.ok(isEmpty(patchOf({ must: a, may: all }, { must: a, may: all })))
    const states = [
      { must: none, may: none },
      { must: a, may: a },
      { must: b, may: a.union(b) },
      { must: none, may: all },
    ]
    for (const old of states)
      for (const now of states) {
        const patch = patchOf(old, now)
        assert.deepEqual(patched(old, patch), now)
        assert.equal(isEmpty(patch), old === now)
      }
  })
  it('are each by itself', () => {
    const { admitted, ruledOut, cut, assured } = patchOf({ must: a, may: a }, { must: b, may: b })
    assert.deepEqual([admitted, ruledOut, cut, assured], [b, a, a, b])
    for (const part of ['admitted', 'ruledOut', 'cut', 'assured'] as const)
      assert.ok(!isEmpty({ admitted: none, ruledOut: none, cut: none, assured: none, [part]: a }))
  })
})

describe('a place that calls leave the mesh by', () => {
  const table: readonly (readonly [text: string, read: unknown])[] = [
    ['a/b → outside:443', ['a/b', [{ from: 443, to: 443 }], 'bounds']],
    [
      'a/b → outside:1-79,81',
      [
        'a/b',
        [
          { from: 1, to: 79 },
          { from: 81, to: 81 },
        ],
        'bounds',
      ],
    ],
    ['a/b → outside:any round its proxy', ['a/b', [{ from: 1, to: 65535 }], 'past']],
    ['a/b → outside:', undefined],
    ['a/b → outside:x', undefined],
    ['a → outside:1', undefined],
    ['a/b/c → outside:1', undefined],
    ['x a/b → outside:1', undefined],
    ['a/b → outside:1 past its proxy', undefined],
    ['a/b → outside:1 round its proxy x', undefined],
  ]
  for (const [text, expected] of table)
    it(`\`${text}\``, () => {
      const read = parseLeavingName(text)
      assert.deepEqual(read && [read.workload, read.ports, read.manner], expected)
    })
  it('is read as it is written', () => {
    for (const manner of ['bounds', 'past'] as const)
      assert.deepEqual(parseLeavingName(leavingName('a/b', '1-79', manner)), {
        ...{ workload: 'a/b', manner },
        ports: [{ from: 1, to: 79 }],
      })
  })
})

describe('one request that tells a change', () => {
  const words = { domains: ['mesh.example'], questions: new Map() }
  const where = (variable: string, ...values: readonly string[]): Region =>
    Region.where(variable, Language.literals(values))
  const leaving = (region: Region, callee = 'a/b → outside:80'): string =>
    tellingWitness(region, { kind: 'leaving', callee }, words)
  const http = where('protocol', 'http')
  const block = Region.where('address', addressesOf('192.0.2.0/24') ?? Language.none)
  const table: readonly (readonly [told: string, expected: string])[] = [
    [leaving(Region.all), 'a/b → www.example.com:80 GET /'],
    [leaving(http.intersect(where('host', 'x.example', 'y.example'))), 'a/b → x.example:80 GET /'],
    [leaving(where('host', 'x.example').complement()), 'a/b → www.example.com:80 GET /'],
    [
      leaving(where('host', 'www.example.com').complement().intersect(http)).replace(/ \S+:80/, ' …:80'),
      'a/b → …:80 GET /',
    ],
    [leaving(http.complement()), 'a/b → www.example.com:80 tcp'].map(text => text.replace(/80 \S*$/, '80')) as [
      string,
      string,
    ],
    [leaving(block), 'a/b → www.example.com:80 GET / at 192.0.2.0'],
    [leaving(Region.all, 'a/b → outside:any'), 'a/b → www.example.com:443 GET /'],
    [leaving(Region.all, 'a/b → outside:81-90,95'), 'a/b → www.example.com:81 GET /'],
    [leaving(Region.all, 'a/b → outside:81 round its proxy'), 'a/b → www.example.com:81 GET / round its proxy'],
  ]
  for (const [told, expected] of table) it(expected, () => assert.equal(told, expected))

  it('is of the mesh’s own, and of a path that somebody would write, where there is such a one', () => {
    const told = tellingWitness(http, { kind: 'port', callee: 'a/b:80' }, words)
    assert.equal(told, 'anybody without identity → a/b:80 GET /')
    const odd = where('path', '//', '/a').intersect(http)
    assert.equal(
      tellingWitness(odd, { kind: 'port', callee: 'a/b:80' }, words),
      'anybody without identity → a/b:80 GET /a',
    )
    const strange = where('path', '//').intersect(where('caller', 'b.example/ns/a/sa/b'))
    assert.equal(tellingWitness(strange, { kind: 'port', callee: 'a/b:80' }, words), 'a/b of b.example → a/b:80 GET //')
    assert.equal(
      tellingWitness(http, { kind: 'entry', callee: 'a/g:80 → a/b:80' }, words),
      'anybody without identity → a/g:80 any host GET / → a/b:80',
    )
  })
})
