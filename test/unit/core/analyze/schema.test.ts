import assert from 'node:assert/strict'
import { readDefinitions } from '../../../../core/analyze/schema/definitions'
import { departures } from '../../../../core/analyze/schema/departures'
import { readSchema } from '../../../../core/analyze/schema/schema'
import { misfitProblem, validateObjects } from '../../../../core/analyze/schema/validate-objects'
import { printProblem } from '../../../../core/model/problem'

const unknown = Symbol('unknown')
const isUnknown = (value: unknown): boolean => value === unknown
const text = { type: 'string' }

/** What is said of a value under `spec`, one line each. */
function said(spec: unknown, value: unknown): readonly string[] {
  const schema = readSchema({ type: 'object', properties: { spec } })
  const { departures: found } = departures(schema, { spec: value }, isUnknown)
  return found.map(({ path, what, hint }) => [path, what, hint ?? ''].join(' ').trim())
}

describe('a value and its schema', () => {
  const cases: readonly (readonly [title: string, spec: unknown, value: unknown, said: readonly string[]])[] = [
    ['a type', { type: 'integer' }, '1', ['spec is a string; expected an integer']],
    ['a fraction for an integer', { type: 'integer' }, 1.5, ['spec is a number; expected an integer']],
    ['a list for an object', { type: 'object' }, [], ['spec is a list; expected an object']],
    [
      'a word of a list',
      { enum: ['ALLOW', 'DENY'] },
      'ALOW',
      ['spec is none of `ALLOW`, `DENY` did you mean `ALLOW`?'],
    ],
    [
      'a number or a text',
      { 'x-kubernetes-int-or-string': true },
      true,
      ['spec is a boolean; expected an integer or a string'],
    ],
    ['a pattern', { ...text, pattern: '^a+$' }, 'ab', ['spec does not match `^a+$`']],
    ['a length, in characters', { ...text, maxLength: 2 }, '🙂🙂🙂', ['spec has more than 2 characters']],
    ['too few items', { type: 'array', minItems: 1 }, [], ['spec has fewer than 1 items']],
    ['a number out of bounds', { type: 'integer', maximum: 65535 }, 70000, ['spec is above 65535']],
    ['a bound that is left out', { type: 'integer', minimum: 0, exclusiveMinimum: true }, 0, ['spec is not above 0']],
    ['a field that is asked for', { type: 'object', required: ['hosts'] }, {}, ['spec.hosts is missing']],
    [
      'null for what is asked for',
      { type: 'object', properties: { a: text }, required: ['a'] },
      { a: null },
      ['spec.a is missing'],
    ],
    [
      'a misspelt field',
      { type: 'object', properties: { from: text } },
      { form: '' },
      ['spec.form is no field of its schema, so that it would be dropped did you mean `from`?'],
    ],
    [
      'a field of what has none',
      { type: 'object' },
      { a: 1 },
      ['spec.a is no field of its schema, so that it would be dropped'],
    ],
    [
      'values of a free map',
      { type: 'object', additionalProperties: text },
      { 'a/b': 1 },
      ['spec["a/b"] is a number; expected a string'],
    ],
    [
      'two alternatives at once',
      { oneOf: [{ required: ['a'] }, { required: ['b'] }] },
      { a: 1, b: 1 },
      ['spec may have only one of `a`, `b`'],
    ],
    [
      'none of the alternatives',
      { anyOf: [{ required: ['a'] }, { required: ['b'] }] },
      {},
      ['spec has none of `a`, `b`'],
    ],
    ['what is ruled out', { not: { required: ['a'] } }, { a: 1 }, ['spec has what its schema rules out: `a`']],
    ['all of it', { allOf: [{ required: ['a'] }, {}] }, {}, ['spec lacks what its schema asks for: `a`']],
    [
      'two items of one name',
      { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] },
      [{ name: 'a' }, { name: 'b' }, { name: 'a' }],
      ['spec[2] is there twice, as `[0]` is'],
    ],
  ]
  for (const [title, spec, value, expected] of cases) {
    it(`refuses ${title}`, () => {
      assert.deepEqual(said(spec, value), expected)
    })
  }

  const fine: readonly (readonly [title: string, spec: unknown, value: unknown])[] = [
    ['null, which is as good as absent', { type: 'object', properties: { a: text } }, { a: null }],
    [
      'null, where it is a value',
      { type: 'object', properties: { a: { ...text, nullable: true } }, required: ['a'] },
      { a: null },
    ],
    ['fields that are to be kept', { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, { a: 1 }],
    ['both sides of a number or a text', { type: 'array', items: { 'x-kubernetes-int-or-string': true } }, [1, '1']],
    ['what a pattern that JavaScript cannot read asks for', { ...text, pattern: '(?i)^a' }, 'b'],
    ['any value, where nothing is asked for', {}, [1, { a: null }]],
    ['what a malformed schema asks for', { type: 7, properties: 3, required: 'x', oneOf: {}, items: [] }, [1]],
    ["a Pulumi program's own keys", { type: 'object' }, { __defaults: [] }],
    [
      'fields that a condition does not name',
      { type: 'object', properties: { a: text, b: text }, anyOf: [{ properties: { a: {} } }] },
      { b: '' },
    ],
  ]
  for (const [title, spec, value] of fine) {
    it(`takes ${title}`, () => {
      assert.deepEqual(said(spec, value), [])
    })
  }

  it('never repeats what it finds', () => {
    const secret = 'hunter2'
    const specs = [{ type: 'integer' }, { enum: ['a'] }, { pattern: '^a$' }, { maxLength: 1 }, { not: {} }]
    for (const spec of specs) assert.doesNotMatch(said(spec, secret).join(), /hunter2/)
  })

  it('ends where a schema goes on for ever', () => {
    const endless: Record<string, unknown> = { type: 'object' }
    endless.properties = { a: endless }
    assert.deepEqual(said(endless, { a: { a: { b: 1 } } }), [
      'spec.a.a.b is no field of its schema, so that it would be dropped did you mean `a`?',
    ])
  })

  describe('with parts that nobody knows yet', () => {
    it('names them, and refuses nothing because of them', () => {
      const spec = { type: 'object', properties: { a: { type: 'integer' }, b: text }, required: ['a'] }
      const schema = readSchema({ type: 'object', properties: { spec } })
      const outcome = departures(schema, { spec: { a: unknown, b: 1 } }, isUnknown)
      assert.deepEqual(outcome.unknown, ['spec.a'])
      assert.deepEqual(
        outcome.departures.map(({ path }) => path),
        ['spec.b'],
      )
    })

    it('takes what may yet fit an alternative, and refuses what fits none whatever they are', () => {
      const of = (value: number): object => ({ properties: { a: { enum: [value] }, b: { enum: [1] } } })
      const spec = { type: 'object', properties: { a: {}, b: {} }, oneOf: [of(1), of(2)] }
      assert.deepEqual(said(spec, { a: unknown, b: 1 }), [])
      assert.equal(said(spec, { a: unknown, b: 2 }).length, 1)
    })

    it('does not take what may yet be ruled out for ruled out', () => {
      const spec = { type: 'object', properties: { a: {} }, not: { properties: { a: { enum: [1] } } } }
      assert.deepEqual(said(spec, { a: unknown }), [])
      assert.equal(said(spec, { a: 1 }).length, 1)
    })
  })
})

describe('objects and what their kinds are defined as', () => {
  const sidecars = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'sidecars.networking.istio.io' },
    spec: {
      group: 'networking.istio.io',
      names: { kind: 'Sidecar' },
      versions: [
        { name: 'v1', schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object' } } } } },
        { name: 'v1alpha1', served: false, schema: { openAPIV3Schema: {} } },
      ],
    },
  }
  const sidecar = (more: object): object => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'Sidecar',
    metadata: { name: 'cart', namespace: 'shop' },
    ...more,
  })
  const policy = (spec: object): object => ({
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: { name: 'cart', namespace: 'shop' },
    spec,
  })
  const validated = (objects: readonly object[], definitions: readonly unknown[] = [sidecars]) =>
    validateObjects(
      objects.map(object => ({ object, at: 'x.yaml:1' })),
      readDefinitions(definitions),
      { isUnknown },
    )
  const printed = (...objects: readonly object[]): readonly string[] =>
    validated(objects).misfits.map(misfit => printProblem(misfitProblem(misfit)))

  it('are refused with the object and the field', () => {
    assert.deepEqual(printed(sidecar({ spec: { egres: [] } })), [
      'x.yaml:1: `Sidecar shop/cart`: `spec.egres` is no field of its schema, so that it would be dropped',
    ])
  })

  it('have the metadata of all objects, and nothing else beside the spec', () => {
    const metadata = { name: 'cart', namespace: 'shop', labels: { a: 1 }, annotation: {} }
    assert.deepEqual(
      validated([sidecar({ metadata, sepc: {} })]).misfits.map(({ path, hint }) => [path, hint]),
      [
        ['metadata.labels.a', undefined],
        ['metadata.annotation', 'did you mean `annotations`?'],
        ['sepc', 'did you mean `spec`?'],
      ],
    )
  })

  it('of a version that is not served are told which are', () => {
    assert.deepEqual(printed(sidecar({ apiVersion: 'networking.istio.io/v1alpha1' })), [
      'x.yaml:1: `Sidecar shop/cart`: `apiVersion` is no version that is served; expected one of `v1`',
    ])
  })

  it('inside of Lists are looked at one by one', () => {
    const list = { apiVersion: 'v1', kind: 'List', items: [sidecar({}), sidecar({ spec: { egres: [] } })] }
    assert.equal(validated([list]).misfits.length, 1)
  })

  it('that are policies are held against what is read of them, where nobody defines them', () => {
    const rules = [{ form: [{ source: { principals: ['mesh.example/ns/shop/sa/frontend'] } }] }]
    assert.deepEqual(printed(policy({ rules })), [
      'x.yaml:1: `AuthorizationPolicy shop/cart`: `spec.rules[0].form` is no field known here\n  hint: did you mean `from`?',
    ])
    assert.deepEqual(validated([policy({ action: unknown })]).unchecked, {
      kinds: {},
      values: [{ at: 'x.yaml:1', subject: 'AuthorizationPolicy shop/cart', path: 'spec.action' }],
    })
    const [misfit] = validated([policy({ action: 'hunter2' })]).misfits
    assert.match(misfit?.what ?? '', /^is the string|^is a string; expected one of/)
    assert.doesNotMatch(misfit?.what ?? '', /hunter2/)
  })

  it('of other kinds that nobody defines are told to be unchecked; those of Kubernetes are its own affair', () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'b' } }
    assert.deepEqual(validated([sidecar({}), sidecar({}), pod], []).unchecked.kinds, {
      'Sidecar.networking.istio.io': 2,
    })
  })

  it('are held against the first of two definitions', () => {
    const open = structuredClone(sidecars)
    Object.assign(open.spec.versions[0] ?? {}, { schema: { openAPIV3Schema: {} } })
    const object = sidecar({ spec: { egres: [] } })
    assert.equal(validated([object], [sidecars, open]).misfits.length, 1)
  })

  it('that are anything at all never make it throw', () => {
    const broken = [{}, { apiVersion: 1 }, { apiVersion: 'v1', kind: 'List', items: 7 }, sidecar({ metadata: 3 })]
    const definitions = [
      null,
      7,
      {},
      { ...sidecars, spec: null },
      { ...sidecars, spec: { ...sidecars.spec, versions: [1] } },
    ]
    assert.doesNotThrow(() => validated(broken, definitions))
    assert.doesNotThrow(() => validated(broken))
  })
})
