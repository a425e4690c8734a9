import assert from 'node:assert/strict'
import { departures } from '../../../../../core/analyze/schema/departures'
import { readSchema } from '../../../../../core/analyze/schema/schema'

const unknown = Symbol('unknown')
const isUnknown = (value: unknown): boolean => value === unknown

/** Where a value under `spec` departs from its schema, and what is not known of it. */
function found(spec: unknown, value: unknown): readonly string[] {
  const schema = readSchema({ type: 'object', properties: { spec } })
  const outcome = departures(schema, { spec: value }, isUnknown)
  return [...outcome.departures.map(({ code, path }) => `${code} ${path}`), ...outcome.unknown.map(path => `? ${path}`)]
}

const wrong = ['malformed-field spec']
const text = { type: 'string' }
const object = (properties: object, more: object = {}): object => ({ type: 'object', properties, ...more })
const list = (more: object): object => ({ type: 'array', ...more })

// kubernetes `apiextensions-apiserver/pkg/apiserver/schema/{structural,kubernetes}.go`, kube-openapi `pkg/validation/validate/{values,type}.go`
const table: readonly (readonly [spec: unknown, value: unknown, found: readonly string[]])[] = [
  // Types.
  [{ type: 'string' }, 'x', []],
  [{ type: 'string' }, 1, wrong],
  [{ type: 'string' }, new Date(0), []],
  [{ type: 'string' }, ['x'], wrong],
  [{ type: 'boolean' }, false, []],
  [{ type: 'boolean' }, 'false', wrong],
  [{ type: 'integer' }, 1, []],
  [{ type: 'integer' }, 1.5, wrong],
  [{ type: 'integer' }, 10n, []],
  [{ type: 'integer' }, '1', wrong],
  [{ type: 'number' }, 1.5, []],
  [{ type: 'number' }, 10n, []],
  [{ type: 'number' }, '1', wrong],
  [{ type: 'array' }, [], []],
  [{ type: 'array' }, {}, wrong],
  [{ type: 'object' }, {}, []],
  [{ type: 'object' }, [], wrong],
  [{ type: 'object' }, 'x', wrong],
  [{ 'x-kubernetes-int-or-string': true }, 1, []],
  [{ 'x-kubernetes-int-or-string': true }, 'x', []],
  [{ 'x-kubernetes-int-or-string': true }, 1.5, wrong],
  [{ 'x-kubernetes-int-or-string': true, type: 'string' }, 1, []],
  [{ 'x-kubernetes-int-or-string': false, type: 'string' }, 1, wrong],
  [{ type: 'any' }, 1, []],
  // Null.
  [text, null, []],
  [{ ...text, nullable: true }, null, []],
  [list({ items: text }), [null], ['malformed-field spec[0]']],
  [list({ items: { ...text, nullable: true } }), [null], []],
  // Limits, at both sides of each.
  [{ type: 'integer', minimum: 1 }, 1, []],
  [{ type: 'integer', minimum: 1 }, 0, wrong],
  [{ type: 'integer', maximum: 1 }, 1, []],
  [{ type: 'integer', maximum: 1 }, 2, wrong],
  [{ type: 'integer', minimum: 1, exclusiveMinimum: true }, 1, wrong],
  [{ type: 'integer', minimum: 1, exclusiveMinimum: true }, 2, []],
  [{ type: 'integer', minimum: 1, exclusiveMinimum: false }, 1, []],
  [{ type: 'integer', maximum: 1, exclusiveMaximum: true }, 1, wrong],
  [{ type: 'integer', maximum: 1, exclusiveMaximum: true }, 0, []],
  [{ type: 'integer', maximum: 1, exclusiveMaximum: false }, 1, []],
  [{ type: 'integer', maximum: 5 }, 6n, wrong],
  [{ ...text, minLength: 2 }, 'ab', []],
  [{ ...text, minLength: 2 }, 'a', wrong],
  [{ ...text, maxLength: 2 }, 'ab', []],
  [{ ...text, maxLength: 2 }, 'abc', wrong],
  [{ ...text, maxLength: 1 }, '🙂', []],
  [list({ minItems: 1 }), [1], []],
  [list({ minItems: 1 }), [], wrong],
  [list({ maxItems: 1 }), [1], []],
  [list({ maxItems: 1 }), [1, 2], wrong],
  [{ type: 'object', additionalProperties: true, minProperties: 1 }, { a: 1 }, []],
  [{ type: 'object', additionalProperties: true, minProperties: 1 }, {}, wrong],
  [{ type: 'object', additionalProperties: true, maxProperties: 1 }, { a: 1 }, []],
  [{ type: 'object', additionalProperties: true, maxProperties: 1 }, { a: 1, b: 2 }, wrong],
  // A limit is for values of one kind alone.
  [{ maxLength: 0, maximum: 0, maxItems: 0 }, { a: 1, b: 2 }, []],
  [{ maxLength: 0, maxItems: 0, maxProperties: 0 }, 5, []],
  [{ maximum: 0, maxItems: 0, maxProperties: 0 }, 'abc', []],
  [{ maxLength: 0, maximum: 0, maxProperties: 0 }, [1, 2], []],
  [{ maxLength: '1' }, 'abc', []],
  // Words and patterns.
  [{ enum: ['a', 1] }, 1, []],
  [{ enum: ['a', 1] }, 'a', []],
  [{ enum: ['a', 1] }, '1', wrong],
  [{ enum: 'a' }, 'b', []],
  [{ ...text, pattern: '^a+$' }, 'aa', []],
  [{ ...text, pattern: '^a+$' }, 'ab', wrong],
  [{ pattern: '^a+$' }, 7, []],
  [{ ...text, pattern: 7 }, 'ab', []],
  [{ ...text, pattern: '^a+$', maxLength: 1 }, 'bb', wrong],
  [{ ...text, pattern: '^a+$' }, 'a'.repeat(4096), []],
  [{ ...text, pattern: '^b+$' }, 'a'.repeat(4096), wrong],
  [{ ...text, pattern: '^b+$' }, 'a'.repeat(4097), []],
  // Fields.
  [object({ a: text }), { a: 'x' }, []],
  [object({ a: text }), { a: 1 }, ['malformed-field spec.a']],
  [object({ a: text }), { b: 'x' }, ['unknown-field spec.b']],
  [object({ a: text }), { b: null }, ['unknown-field spec.b']],
  [object({ a: text }), { a: undefined }, []],
  [object({ a: text }, { additionalProperties: true }), { b: 1 }, []],
  [object({ a: text }, { additionalProperties: false }), { b: 1 }, ['unknown-field spec.b']],
  [object({ a: text }, { additionalProperties: text }), { b: 1 }, ['malformed-field spec.b']],
  [object({ a: { type: 'integer' } }, { additionalProperties: text }), { a: 1, b: 'x' }, []],
  [object({ a: text }, { 'x-kubernetes-preserve-unknown-fields': true }), { b: 1, a: 'x' }, []],
  [object({ a: text }, { 'x-kubernetes-preserve-unknown-fields': true }), { a: 1 }, ['malformed-field spec.a']],
  [{ properties: { a: text } }, { b: 1 }, []],
  [object({ a: text }, { required: ['a'] }), {}, ['missing-field spec.a']],
  [object({ a: text }, { required: ['a'] }), { a: undefined }, ['missing-field spec.a']],
  [object({ a: text }, { required: ['a'] }), { a: '' }, []],
  [object({ a: text }, { required: ['a', 7] }), { a: '' }, []],
  [object({}, { required: ['a'], additionalProperties: true }), { a: null }, ['missing-field spec.a']],
  [object({ a: text }), { __proto: 1, __x: 1 }, []],
  [object({ a: object({ b: text }) }), { a: { c: 1 } }, ['unknown-field spec.a.c']],
  // Lists.
  [list({ items: text }), ['a', 1, 'b', 2], ['malformed-field spec[1]', 'malformed-field spec[3]']],
  [list({ items: object({ a: text }) }), [{ b: 1 }], ['unknown-field spec[0].b']],
  [list({ 'x-kubernetes-list-type': 'set' }), ['a', 'b'], []],
  [list({ 'x-kubernetes-list-type': 'set' }), ['a', 'b', 'a'], ['malformed-field spec[2]']],
  [list({ 'x-kubernetes-list-type': 'set' }), [1, '1'], []],
  [list({ 'x-kubernetes-list-type': 'atomic' }), ['a', 'a'], []],
  [list({ 'x-kubernetes-list-type': 'set' }), ['a', 'a', unknown], []],
  [list({ 'x-kubernetes-list-type': 'set' }), ['a', 'a', { b: [unknown] }], []],
  [
    list({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['a', 'b'] }),
    [
      { a: 1, b: 1, c: 1 },
      { a: 1, b: 2, c: 1 },
      { a: 1, b: 1, c: 2 },
    ],
    ['malformed-field spec[2]'],
  ],
  [
    list({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['a'] }),
    [{ a: 1 }, { b: 1 }, { c: 1 }],
    ['malformed-field spec[2]'],
  ],
  // Conditions.
  [{ oneOf: [{ required: ['a'] }, { required: ['b'] }] }, { a: 1 }, []],
  [{ oneOf: [{ required: ['a'] }, { required: ['b'] }] }, {}, wrong],
  [{ oneOf: [{ required: ['a'] }, { required: ['b'] }] }, { a: 1, b: 1 }, wrong],
  [{ anyOf: [{ required: ['a'] }, { required: ['b'] }] }, { a: 1, b: 1 }, []],
  [{ anyOf: [{ required: ['a'] }, { required: ['b'] }] }, {}, wrong],
  [{ allOf: [{ required: ['a'] }, { required: ['b'] }] }, { a: 1, b: 1 }, []],
  [{ allOf: [{ required: ['a'] }, { required: ['b'] }] }, { a: 1 }, wrong],
  [{ not: { required: ['a'] } }, {}, []],
  [{ not: { required: ['a'] } }, { a: 1 }, wrong],
  [{ not: { anyOf: [{ required: ['a'] }, { required: ['b'] }] } }, { b: 1 }, wrong],
  [{ not: { anyOf: [{ required: ['a'] }, { required: ['b'] }] } }, { c: 1 }, []],
  [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, 'x', []],
  [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, true, wrong],
  [{ allOf: [{ properties: { a: { enum: ['x'] } } }] }, { a: 'y' }, wrong],
  // What is not known yet.
  [text, unknown, ['? spec']],
  [object({ a: text }), { a: unknown }, ['? spec.a']],
  [list({ items: text }), [unknown, 1], ['malformed-field spec[1]', '? spec[0]']],
  [{ allOf: [{ properties: { a: { enum: ['x'] } } }] }, { a: unknown }, []],
  [{ allOf: [{ properties: { a: { enum: ['x'] }, b: { enum: ['x'] } } }] }, { a: unknown, b: 'y' }, wrong],
  [{ anyOf: [{ properties: { a: { enum: ['x'] } } }] }, { a: unknown }, []],
  [{ oneOf: [{ properties: { a: { enum: ['x'] } } }, { required: ['b'] }] }, { a: unknown, b: 1 }, []],
]

/** For titles alone. */
function shown(value: unknown): string {
  const plain = (_: string, inner: unknown): unknown =>
    typeof inner === 'bigint' || typeof inner === 'symbol' ? String(inner) : inner
  return (JSON.stringify(value, plain) ?? String(value)).slice(0, 120)
}

describe('a value, held against its schema', () => {
  for (const [spec, value, expected] of table)
    it(`${shown(value)}, against ${shown(spec)}: ${expected.join() || 'fits'}`, () => {
      assert.deepEqual(found(spec, value), expected)
    })
})

describe('an object, held against its schema', () => {
  const whole = (schema: unknown, value: unknown): readonly string[] =>
    departures(readSchema(schema), value, isUnknown).departures.map(({ code, path }) => `${code} ${path}`)
  const named = { apiVersion: 'v1', kind: 'A', metadata: { name: 'a' } }
  const table: readonly (readonly [schema: unknown, value: unknown, found: readonly string[]])[] = [
    [{ type: 'object' }, named, []],
    [{ type: 'object' }, 7, ['malformed-field ']],
    [{}, 7, ['malformed-field ']],
    [7, named, []],
    [{ type: 'object' }, { ...named, spec: 1 }, ['unknown-field spec']],
    [{ type: 'object' }, { ...named, kind: 7 }, ['malformed-field kind']],
    [{ type: 'object' }, { ...named, apiVersion: 7 }, ['malformed-field apiVersion']],
    [{ type: 'object' }, { ...named, metadata: 7 }, ['malformed-field metadata']],
    [{ type: 'object' }, { ...named, metadata: { name: 7 } }, ['malformed-field metadata.name']],
    [{ type: 'object' }, { ...named, metadata: { nmae: 'a' } }, ['unknown-field metadata.nmae']],
    [{ type: 'object' }, { ...named, metadata: { annotations: { a: 1 } } }, ['malformed-field metadata.annotations.a']],
    [{ type: 'object' }, { ...named, metadata: { finalizers: [7] } }, ['malformed-field metadata.finalizers[0]']],
    [{ type: 'object' }, { ...named, metadata: { ownerReferences: [{ x: 1 }], uid: 7, managedFields: [{}] } }, []],
    [
      { type: 'object' },
      { ...named, metadata: { ownerReferences: [7] } },
      ['malformed-field metadata.ownerReferences[0]'],
    ],
    // What a definition asks of metadata is asked beside what there is anyway.
    [
      {
        type: 'object',
        properties: { metadata: { type: 'object', properties: { name: { type: 'string', maxLength: 1 } } } },
      },
      { ...named, metadata: { name: 'ab' } },
      ['malformed-field metadata'],
    ],
    [
      {
        type: 'object',
        properties: { metadata: { type: 'object', properties: { name: { type: 'string', maxLength: 1 } } } },
      },
      { ...named, metadata: { name: 'a', labels: { a: 'b' } } },
      [],
    ],
    // An object inside another has all of that, too.
    [
      { type: 'object', properties: { spec: { type: 'object', 'x-kubernetes-embedded-resource': true } } },
      { ...named, spec: { ...named, more: 1 } },
      ['unknown-field spec.more'],
    ],
    [
      { type: 'object', properties: { spec: { type: 'object', 'x-kubernetes-embedded-resource': true } } },
      { ...named, spec: { ...named, metadata: { nmae: 1 } } },
      ['unknown-field spec.metadata.nmae'],
    ],
    [
      { type: 'object', properties: { spec: { type: 'object' } } },
      { ...named, spec: { ...named } },
      ['unknown-field spec.apiVersion', 'unknown-field spec.kind', 'unknown-field spec.metadata'],
    ],
  ]
  for (const [schema, value, expected] of table)
    it(`${shown(value)}, against ${shown(schema)}: ${expected.join() || 'fits'}`, () => {
      assert.deepEqual(whole(schema, value), expected)
    })
})
