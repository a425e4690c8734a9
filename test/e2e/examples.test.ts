import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseDocuments } from '../../cli/documents'
import type { KubernetesObject } from '../../core/model/manifest'
import type { Api } from '../support/e2e/api'
import { Refused } from '../support/e2e/api'
import { namespaceOf, sharedCluster } from '../support/e2e/shared-cluster'
import { compiledExamples } from '../support/examples'

const examples = resolve(__dirname, '../../examples')
const rendered = compiledExamples().flatMap(example =>
  readdirSync(join(examples, example, 'expected')).map(target => ({
    example,
    target,
    objects: objectsIn(join(examples, example, 'expected', target, 'manifests.yaml')),
  })),
)

function objectsIn(file: string): readonly KubernetesObject[] {
  return parseDocuments(readFileSync(file, 'utf8'), file).documents.map(({ value }) => value as KubernetesObject)
}

/** What the server says to each object that it refuses. */
async function refusals(
  objects: readonly KubernetesObject[],
  apply: (object: KubernetesObject) => Promise<unknown>,
): Promise<readonly string[]> {
  const said = await Promise.all(objects.map(object => apply(object).then(() => [], refusal)))
  return said.flat()
}

function refusal(error: unknown): readonly string[] {
  if (error instanceof Refused) return [error.message]
  throw error
}

/**
 * Each object as it is, or `not there`. Without its version and owners: the CRD of a Gateway has a default for its status,
 * which the server writes down at the second apply of any Gateway.
 */
async function contents(api: Api, objects: readonly KubernetesObject[]): Promise<readonly unknown[]> {
  const live = await Promise.all(objects.map(object => api.read(object)))
  return live.map(object => {
    if (!object) return 'not there'
    const { resourceVersion: _, managedFields: __, ...metadata } = object.metadata
    return { ...object, metadata }
  })
}

describe('generated objects and a real API server', () => {
  let api: Api
  const namespaces = [...new Set(rendered.flatMap(({ objects }) => objects.flatMap(o => o.metadata.namespace ?? [])))]
  const made = namespaces.map(namespaceOf)

  before('a cluster', async () => {
    ;({ api } = await sharedCluster())
    await Promise.all(made.map(namespace => api.apply(namespace)))
  })
  after(() => Promise.all(made.map(namespace => api.remove(namespace))))

  it('finds the examples', () => {
    assert.ok(rendered.length >= 20, `only ${rendered.length} targets`)
    assert.deepEqual(
      rendered.filter(({ objects }) => objects.length === 0),
      [],
    )
  })

  for (const { example, target, objects } of rendered) {
    describe(`${example} on ${target}`, () => {
      after(() => Promise.all(objects.map(object => api.remove(object))))

      it('is accepted in a dry run, which writes nothing', async () => {
        assert.deepEqual(await refusals(objects, object => api.apply(object, { dryRun: true })), [])
        assert.deepEqual(new Set(await contents(api, objects)), new Set(['not there']))
      })

      it('is accepted, and a second time changes nothing', async () => {
        assert.deepEqual(await refusals(objects, object => api.apply(object)), [])
        const first = await contents(api, objects)
        assert.ok(!first.includes('not there'))
        assert.deepEqual(await refusals(objects, object => api.apply(object)), [])
        assert.deepEqual(await contents(api, objects), first)
      })
    })
  }
})
