import assert from 'node:assert/strict'
import { parseRegion, regionForm } from '../../../../../core/analyze/contain/region-form'
import { Language } from '../../../../../core/model/language'
import { Region, TooComplex } from '../../../../../core/model/region'
import type { Questions } from '../../../../../core/model/token'
import { claimAttribute } from '../../../../../core/model/token'

const where = (variable: string, ...words: readonly string[]): Region =>
  Region.where(variable, Language.literals(words))
const terms = { questions: new Map() as Questions, callers: [] }

describe('a region as it is stored', () => {
  const table: readonly (readonly [region: Region, form: unknown])[] = [
    [Region.none, []],
    [Region.all, [{}]],
    [where('method', 'GET'), [{ method: 'GET' }]],
    [where('method', 'GET', 'PUT'), [{ method: ['GET', 'PUT'] }]],
    [where('method', 'GET').intersect(where('path', '/a')), [{ method: 'GET', path: '/a' }]],
    [
      where('method', 'GET')
        .intersect(where('path', '/a'))
        .union(where('method', 'PUT').intersect(where('path', '/b'))),
      [
        { method: 'GET', path: '/a' },
        { method: 'PUT', path: '/b' },
      ],
    ],
  ]
  for (const [region, form] of table)
    it(JSON.stringify(form), () => {
      assert.deepEqual(regionForm(region, terms), form)
      assert.equal(parseRegion(form, new Map()), region)
    })

  it('is the same form whatever came first', () => {
    const parts = ['c', 'a', 'b'].map(word => where('method', word).intersect(where('path', `/${word}`)))
    const forms = [parts, [...parts].reverse()].map(all => JSON.stringify(regionForm(Region.union(all), terms)))
    assert.equal(forms[0], forms[1])
    assert.match(forms[0] ?? '', /"a".*"b".*"c"/)
  })

  it('is too much where nobody would read it', () => {
    assert.throws(() => regionForm(oddly(16), terms), TooComplex)
    assert.equal(regionForm(oddly(3), terms).length, 4)
  })

  it('asks of a claim by what it asks, and is read back as that', () => {
    const question = { path: ['groups'], read: 'words' as const, place: 'a', values: Language.literals(['x']) }
    const variable = claimAttribute(question)
    const form = regionForm(where(variable, 'yes'), { ...terms, questions: new Map([[variable, question]]) })
    assert.deepEqual(form, [{ 'claim [["groups"],"words","a","x"]': 'yes' }])
    const asked: Questions = new Map()
    assert.equal(parseRegion(form, asked), where(variable, 'yes'))
    assert.deepEqual([...asked.values()], [question])
  })

  const good: readonly unknown[] = [
    [],
    [{}],
    [{ 'header:x': null }],
    [{ 'query:x': ['a'] }],
    [{ token: ['a'] }],
    [{ 'token.sub@x': ['a'] }],
    [{ address: ['10.0.0.0/8'] }],
    [{ 'remote-address': ['10.0.0.0/8'] }],
    [{ 'claim [["a","b"],"whole","x",["y"]]': ['yes'] }],
    [{ 'claim [["a"],"audience","x",["y"]]': ['yes'] }],
  ]
  for (const form of good)
    it(`${JSON.stringify(form)} is one`, () => assert.ok(parseRegion(form, new Map()) instanceof Region))

  const bad: readonly unknown[] = [
    {},
    'x',
    undefined,
    [7],
    [null],
    [[]],
    [{ colour: ['red'] }],
    [{ 'my method': ['GET'] }],
    [{ methods: ['GET'] }],
    [{ 'header:': ['a'] }],
    [{ 'query:': ['a'] }],
    [{ method: 7 }],
    [{ method: ['GET'] }, { colour: ['red'] }],
    [{ address: ['x'] }],
    [{ 'remote-address': ['x'] }],
    [{ 'claim x': ['yes'] }],
    [{ 'claim 7': ['yes'] }],
    [{ 'claim ["a","whole","x",["y"]]': ['yes'] }],
    [{ 'claim [[7],"whole","x",["y"]]': ['yes'] }],
    [{ 'claim [["a"],"half","x",["y"]]': ['yes'] }],
    [{ 'claim [["a"],"whole",7,["y"]]': ['yes'] }],
    [{ 'claim [["a"],"whole","x",7]': ['yes'] }],
  ]
  for (const form of bad)
    it(`${JSON.stringify(form)} is none`, () => assert.equal(typeof parseRegion(form, new Map()), 'string'))

  it('takes what holds for both of two attributes', () => {
    const region = parseRegion([{ method: ['GET'], path: ['/a'] }], new Map())
    assert.equal(region, where('method', 'GET').intersect(where('path', '/a')))
  })
})

/** Requests with an odd number of headers that are `x` and not `y`: each way is a line of its own. */
function oddly(many: number): Region {
  let [odd, even] = [Region.none, Region.all]
  for (let i = 0; i < many; i++) {
    const name = `header:${String(i).padStart(2, '0')}`
    const [x, y] = [where(name, 'x'), where(name, 'y')]
    const next = [x.intersect(even).union(y.intersect(odd)), x.intersect(odd).union(y.intersect(even))] as const
    ;[odd, even] = next
  }
  return odd
}
