import assert from 'node:assert/strict'
import { definitionsIn } from '../../../../../core/analyze/schema/definition-text'
import { readDefinitions } from '../../../../../core/analyze/schema/definitions'
import { validateObjects } from '../../../../../core/analyze/schema/validate-objects'

const schema = { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object' } } } }
const spec = { group: 'x.example', names: { kind: 'A' }, versions: [{ name: 'v1', served: true, schema }] }
const crd = (changes: object = {}, more: object = {}): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  spec: { ...spec, ...changes },
  ...more,
})

describe('the definition of a kind', () => {
  const kindOf = (definitions: readonly unknown[], version = 'v1', kind = 'A', group = 'x.example'): string =>
    readDefinitions(definitions).find(group, kind, version).kind
  const version = (changes: object): object => crd({ versions: [{ name: 'v1', schema, ...changes }] })
  const table: readonly (readonly [title: string, found: string, expected: string])[] = [
    ['is found by group, kind and version', kindOf([crd()]), 'schema'],
    ['is absent without any', kindOf([]), 'absent'],
    ['is absent of another kind', kindOf([crd()], 'v1', 'B'), 'absent'],
    ['is absent of another group', kindOf([crd()], 'v1', 'A', 'y.example'), 'absent'],
    ['is of a version that is served', kindOf([crd()], 'v2'), 'unserved'],
    [
      'is of none that is not',
      kindOf([
        crd({
          versions: [
            { name: 'v1', schema, served: false },
            { name: 'v2', schema },
          ],
        }),
      ]),
      'unserved',
    ],
    ['is served where nothing is said', kindOf([version({})]), 'schema'],
    ['is absent where no version is served', kindOf([version({ served: false })]), 'absent'],
    ['is absent without a schema', kindOf([version({ schema: undefined })]), 'absent'],
    ['is absent with a schema of another kind', kindOf([version({ schema: {} })]), 'absent'],
    ['is absent where a version has no name', kindOf([version({ name: 7 })]), 'absent'],
    ['is that of the first of two', kindOf([crd({ versions: [{ name: 'v2', schema }] }), crd()]), 'unserved'],
    ['is that of the next where the first has no versions', kindOf([crd({ versions: [] }), crd()]), 'schema'],
    ['is none of another apiVersion', kindOf([crd({}, { apiVersion: 'apiextensions.k8s.io/v1beta1' })]), 'absent'],
    ['is none of another kind of object', kindOf([crd({}, { kind: 'CustomResource' })]), 'absent'],
    ['is none without names', kindOf([crd({ names: undefined })]), 'absent'],
    ['is none without a group', kindOf([crd({ group: 7 })]), 'absent'],
    ['is none where versions are no list', kindOf([crd({ versions: {} })]), 'absent'],
    ['is none without a spec', kindOf([crd({}, { spec: 7 })]), 'absent'],
    ['is none where it is no object', kindOf([null, 7, 'x', [crd()]]), 'absent'],
  ]
  for (const [title, found, expected] of table) it(title, () => assert.equal(found, expected))

  it('names the versions that are served', () => {
    const two = crd({
      versions: [
        { name: 'v1', schema },
        { name: 'v2', schema },
        { name: 'v3', schema, served: false },
      ],
    })
    assert.deepEqual(readDefinitions([two]).find('x.example', 'A', 'v9'), { kind: 'unserved', versions: ['v1', 'v2'] })
  })
  it('is read once', () => {
    const { find } = readDefinitions([crd()])
    const [one, two] = [find('x.example', 'A', 'v1'), find('x.example', 'A', 'v1')]
    assert.ok(one.kind === 'schema' && two.kind === 'schema' && one.schema === two.schema)
  })
})

describe('definitions in a text', () => {
  const document = (kind: string): string => JSON.stringify(crd({ names: { kind } }))
  const names = (text: string, ...kinds: readonly string[]): readonly [count: number | undefined, found: number] => {
    const { definitions, found } = definitionsIn(text, new Set(kinds))
    return [definitions?.length, found]
  }
  const table: readonly (readonly [
    title: string,
    text: string,
    kinds: readonly string[],
    read: readonly [number | undefined, number],
  ])[] = [
    ['are those of the kinds that are asked for', `${document('Xx')}\n---\n${document('Yy')}`, ['Xx'], [1, 2]],
    ['are several', `${document('A')}\n---\n${document('B')}`, ['A', 'B'], [2, 2]],
    ['are none of no kind', document('A'), [], [0, 1]],
    ['may be parted by a line with a comment', `${document('Xx')}\n--- # next\n${document('Yy')}`, ['Xx'], [1, 2]],
    ['may be in a list', JSON.stringify({ kind: 'List', items: [crd(), crd()] }), ['A'], [2, 1]],
    ['are no other objects', 'kind: Pod\nmetadata: { name: CustomResourceDefinition-A }', ['A'], [0, 1]],
    ['are not looked for elsewhere', 'kind: Pod\nmetadata: { name: A }', ['A'], [0, 0]],
    ['are none where the text is no YAML', 'CustomResourceDefinition: A: [', ['A'], [undefined, 1]],
    [
      'are read where only what nobody asks for is no YAML',
      `CustomResourceDefinition: b: [\n---\n${document('Xx')}`,
      ['Xx'],
      [1, 2],
    ],
    [
      'are those of a list alone where items are one',
      JSON.stringify({ ...crd(), items: [crd(), crd()] }),
      ['A'],
      [1, 1],
    ],
  ]
  for (const [title, text, kinds, expected] of table) it(title, () => assert.deepEqual(names(text, ...kinds), expected))
})

describe('objects that are validated', () => {
  const of = (apiVersion: string, kind: string, more: object = {}): object => ({
    ...{ apiVersion, kind, metadata: { name: 'a', namespace: 'b' } },
    ...more,
  })
  const unchecked = (...objects: readonly object[]): unknown =>
    validateObjects(
      objects.map(object => ({ object, at: 'x' })),
      readDefinitions([crd()]),
    ).unchecked.kinds

  it('are told to be unchecked by kind and group, but for policies and for what is of Kubernetes', () => {
    const objects: readonly (readonly [apiVersion: string, kind: string, told: boolean])[] = [
      ['x.example/v1', 'A', false],
      ['x.example/v1', 'B', true],
      ['networking.istio.io/v1', 'Sidecar', true],
      ['security.istio.io/v1', 'AuthorizationPolicy', false],
      ['policy.linkerd.io/v1beta3', 'Server', false],
      ['networking.k8s.io/v1', 'NetworkPolicy', false],
      ['networking.k8s.io/v1', 'Ingress', false],
      ['gateway.networking.k8s.io/v1', 'HTTPRoute', true],
      ['rbac.authorization.k8s.io/v1', 'Role', false],
      ['admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', false],
      ['flowcontrol.apiserver.k8s.io/v1', 'FlowSchema', false],
      ['x.authorization.y.k8s.io/v1', 'C', true],
      ['policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy', true],
      ['x-k8s.io/v1', 'C', true],
      ['apps/v1', 'Deployment', false],
      ['v1', 'Pod', false],
    ]
    for (const [apiVersion, kind, told] of objects) {
      const group = apiVersion.split('/')[0] ?? ''
      assert.deepEqual(
        unchecked(of(apiVersion, kind)),
        told ? { [`${kind}.${group}`]: 1 } : {},
        `${kind} ${apiVersion}`,
      )
    }
    assert.deepEqual(unchecked(of('y.example/v1', 'C'), of('y.example/v1', 'C'), of('y.example/v1', 'D')), {
      'C.y.example': 2,
      'D.y.example': 1,
    })
  })

  it('are held against their definitions, and policies without one against what is read of them', () => {
    const misfits = (...objects: readonly object[]): readonly unknown[] =>
      validateObjects(
        objects.map(object => ({ object, at: 'x' })),
        readDefinitions([crd()]),
        { isUnknown: value => value === '?' },
      ).misfits.map(({ code, at, subject, path, what }) => [code, at, subject, path, what])
    assert.deepEqual(
      misfits(
        of('x.example/v1', 'A', { spec: 7 }),
        of('security.istio.io/v1', 'PeerAuthentication', { spec: { mtls: 7 } }),
      ),
      [
        ['malformed-field', 'x', 'A b/a', 'spec', 'is a number; expected an object'],
        ['malformed-field', 'x', 'PeerAuthentication b/a', 'spec.mtls', 'is a number; expected an object'],
      ],
    )
    assert.deepEqual(misfits(of('x.example/v2', 'A')), [
      ['malformed-field', 'x', 'A b/a', 'apiVersion', 'is no version that is served; expected one of `v1`'],
    ])
    assert.deepEqual(misfits(of('security.istio.io/v1', 'PeerAuthentication', { spec: { mtls: { mode: '?' } } })), [])
  })
})
