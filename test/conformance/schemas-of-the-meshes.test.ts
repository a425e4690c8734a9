import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { definitionsIn } from '../../core/analyze/schema/definition-text'
import { readDefinitions } from '../../core/analyze/schema/definitions'
import { validateObjects, type Validated } from '../../core/analyze/schema/validate-objects'
import type { KubernetesObject } from '../../core/model/manifest'
import { parseDocuments } from '../../cli/documents'
import { shared } from '../support/crd'
import { compiledExamples } from '../support/examples'

const examples = resolve(__dirname, '../../examples')
const rendered = compiledExamples().flatMap(example =>
  readdirSync(join(examples, example, 'expected')).map(target => {
    const file = join(examples, example, 'expected', target, 'manifests.yaml')
    const objects = parseDocuments(readFileSync(file, 'utf8'), file).documents.map(
      ({ value }) => value as KubernetesObject, // written by compile
    )
    return { name: `${example} on ${target}`, objects }
  }),
)
const all = rendered.flatMap(({ objects }) => objects)
const kinds = new Set(all.map(({ kind }) => kind))

/** Keys whose own keys are anybody's: labels, and what selects by them. */
const free = /^(labels|annotations|matchLabels|selector)$/

/** A key of an object, by the steps that lead there, that its kind knows by that name alone. */
type Key = readonly (string | number)[]

function keysOf(value: unknown, steps: Key = []): readonly Key[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => keysOf(item, [...steps, i]))
  if (typeof value !== 'object' || value === null) return []
  const isFree = free.test(String(steps.at(-1)))
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = [...steps, key]
    const selects = key === 'selector' && typeof inner === 'object' && inner !== null && 'matchLabels' in inner
    return [...(isFree && !selects && !('matchLabels' in value) ? [] : [here]), ...keysOf(inner, here)]
  })
}

function renamed(value: unknown, [first, ...rest]: Key): unknown {
  if (Array.isArray(value)) return value.map((item, i) => (i === first ? renamed(item, rest) : (item as unknown)))
  return Object.fromEntries(
    Object.entries(value as object).map(([key, inner]) =>
      key !== first ? [key, inner] : rest.length === 0 ? [`${key}x`, inner] : [key, renamed(inner, rest)],
    ),
  )
}

function hold(objects: readonly unknown[], definitions: readonly unknown[]): Validated {
  const inputs = objects.map(object => ({ object, at: '' }))
  return validateObjects(inputs, readDefinitions(definitions))
}

describe('what is generated, and what the meshes define', () => {
  for (const { name, objects } of rendered) {
    it(`${name} fits what is read of policies`, () => {
      assert.deepEqual(hold(objects, []).misfits, [])
    })
  }

  if (shared === undefined) return
  const folder = join(shared, 'crds')
  const files = readdirSync(folder).filter(file => /^(istio|linkerd|gateway)/.test(file))
  let definitions: readonly unknown[] = []
  before(() => {
    definitions = files.flatMap(
      file => definitionsIn(readFileSync(join(folder, file), 'utf8'), kinds).definitions ?? [],
    )
  })

  it('fits the definitions of Istio, Linkerd and Gateway API, of every kind but those of Kubernetes', () => {
    const { misfits, unchecked } = hold(all, definitions)
    assert.deepEqual([misfits, unchecked], [[], { kinds: {}, values: [] }])
  })

  it('does not fit them with any one key of a spec misspelt', () => {
    const defined = all.filter(({ kind }) => kind !== 'NetworkPolicy')
    const chosen = fc
      .constantFrom(...defined)
      .chain(object => fc.constantFrom(...keysOf({ spec: object.spec })).map(key => ({ object, key })))
    fc.assert(
      fc.property(chosen, ({ object, key }) => {
        const { misfits } = hold([renamed(object, key)], definitions)
        assert.notEqual(misfits.length, 0, `${object.kind} ${key.join('.')}`)
      }),
      { numRuns: 300 },
    )
  })
})
