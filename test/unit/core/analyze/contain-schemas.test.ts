import assert from 'node:assert/strict'
import { z } from 'zod'
import { parseBaseline } from '../../../../core/analyze/contain/baseline'
import { baselineJsonSchema, waiversJsonSchema } from '../../../../core/analyze/contain/schemas'
import { parseWaivers } from '../../../../core/analyze/contain/waiver'

type Schema = Parameters<typeof z.fromJSONSchema>[0]
const fits = (schema: object, value: unknown): boolean => z.fromJSONSchema(schema as Schema).safeParse(value).success

const waiver = { owner: 'a', reason: 'b', expires: '2026-12-31', admits: ['a/b → c/d'] }
const waivers = (more: object): unknown => ({ waivers: [{ ...waiver, ...more }] })
const baseline = { version: 3, floor: [], reach: {}, leaving: {} }
const port = (form: unknown): unknown => ({ ...baseline, reach: { 'a/b:80': form } })

/** Documents, and whether they are what they should be. */
const cases: readonly (readonly ['waivers' | 'baseline', unknown, boolean])[] = [
  ['waivers', { waivers: [] }, true],
  ['waivers', { $schema: 'waivers.schema.json', waivers: [waiver] }, true],
  ['waivers', waivers({ admits: 'a/b → external *.example.com:443' }), true],
  ['waivers', waivers({ hosts: 'a.example.com', headers: { 'x-env': ['a', '*'] } }), true],
  ['waivers', waivers({ hosts: ['*.example.com'] }), true],
  ['waivers', {}, false],
  ['waivers', waivers({ owner: ' ' }), false],
  ['waivers', waivers({ expires: 'soon' }), false],
  ['waivers', waivers({ admits: [] }), false],
  ['waivers', waivers({ admits: ['everybody'] }), false],
  ['waivers', waivers({ hosts: [] }), false],
  ['waivers', waivers({ hosts: ['A.example.com'] }), false],
  ['waivers', waivers({ headers: { host: 'a' } }), false],
  ['waivers', waivers({ headers: { 'X-Env': 'a' } }), false],
  ['waivers', waivers({ headers: { 'x-env': [] } }), false],
  ['waivers', waivers({ until: 1 }), false],
  ['baseline', baseline, true],
  ['baseline', { ...baseline, $schema: 'baseline.schema.json' }, true],
  ['baseline', port([{}, { method: 'GET', path: { starts: '/a/' }, 'header:x': null }]), true],
  ['baseline', port([{ host: { not: { like: 'a+', but: ['a'] } }, address: ['10.0.0.0/8'] }]), true],
  [
    'baseline',
    { ...baseline, leaving: { 'a/b → outside:any': [{}], 'a/b → outside:1-79,81 round its proxy': [] } },
    true,
  ],
  ['baseline', { ...baseline, reach: { 'a/g:80 → b/c:80': [] } }, true],
  ['baseline', { ...baseline, version: 1 }, false],
  ['baseline', { version: 3, floor: [], reach: {} }, false],
  ['baseline', { ...baseline, reach: { 'a/b': [] } }, false],
  ['baseline', { ...baseline, leaving: { 'a/b:80': [] } }, false],
  ['baseline', { ...baseline, leaving: { 'a/b → outside:x': [] } }, false],
  ['baseline', port({}), false],
  ['baseline', port([{ colour: 'red' }]), false],
  ['baseline', port([{ method: { begins: 'G' } }]), false],
  ['baseline', port([{ method: 7 }]), false],
  ['baseline', { ...baseline, more: 1 }, false],
]

describe('the schemas of the files of ztm contain', () => {
  for (const [kind, value, sound] of cases) {
    it(`${sound ? 'take' : 'refuse'}, as reading does, ${kind} ${JSON.stringify(value)}`, () => {
      const [schema, { problems }] =
        kind === 'waivers'
          ? [waiversJsonSchema(), parseWaivers(value, 'x.yaml')]
          : [baselineJsonSchema(), parseBaseline(value, 'x.yaml', new Map())]
      assert.equal(fits(schema, value), sound)
      assert.equal(problems.length === 0, sound, JSON.stringify(problems))
    })
  }
})
