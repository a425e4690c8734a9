import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseDocuments } from '../../cli/documents'
import type { KubernetesObject } from '../../core/model/manifest'
import { embeddedFindings, engineFindings, type Said } from '../support/e2e/findings'
import { apart, mutated, mutationsOf } from '../support/e2e/mutants'
import { Project } from '../support/e2e/project'
import { sharedCluster, sharedWorkspace } from '../support/e2e/shared-cluster'
import { compiledExamples } from '../support/examples'

const examples = resolve(__dirname, '../../examples')
const targets = ['istio-sidecar', 'istio-ambient', 'linkerd', 'network-policy'] as const

/** A program that registers what is in a file. */
const program = `
import { CustomResource } from '@pulumi/kubernetes/apiextensions'
import { Provider } from '@pulumi/kubernetes/provider'
import * as pulumi from '@pulumi/pulumi'
import { readFileSync } from 'node:fs'

const provider = new Provider('kubernetes', { context: 'e2e' })
const anchor = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'anchor', namespace: 'default' } }
const later = new CustomResource('anchor', anchor, { provider }).id

function valueOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(valueOf)
  if (typeof value !== 'object' || value === null) return value
  if ('$unknown' in value) return later
  if ('$secret' in value) return pulumi.secret(value.$secret)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, valueOf(inner)]))
}

for (const object of JSON.parse(readFileSync('objects.json', 'utf8'))) {
  const { name, namespace } = object.metadata
  const whole = [object.kind, namespace, name].filter(part => part !== undefined).join('/')
  new CustomResource(whole, valueOf(object) as never, { provider })
}
`

interface Batch {
  readonly title: string
  readonly objects: readonly KubernetesObject[]
  /** What was done to copies of them, each in namespaces of its own that start with its place. */
  readonly mutants: readonly string[]
}

function objectsIn(...path: readonly string[]): readonly KubernetesObject[] {
  const file = join(examples, ...path)
  if (!existsSync(file)) return []
  return parseDocuments(readFileSync(file, 'utf8'), file).documents.map(({ value }) => value as KubernetesObject)
}

/** All that an example has for a target: namespaces and the settings of the mesh, the mesh's objects, those of the network below. */
function stackOf(example: string, target: string): readonly KubernetesObject[] {
  const expected = [example, 'expected']
  return [
    ...objectsIn(...expected, target, 'assumptions.yaml').filter(({ kind }) =>
      ['Namespace', 'ConfigMap'].includes(kind),
    ),
    ...objectsIn(...expected, target, 'manifests.yaml'),
    ...objectsIn(...expected, `network-policy-below-${target}`, 'manifests.yaml'),
  ]
}

/** The mutations of a target, dealt out to its examples. */
function batchOf(example: string, target: string, place: readonly [place: number, of: number]): Batch {
  const base = stackOf(example, target)
  const own = small.includes(example) ? mutationsOf(target).filter((_, i) => i % place[1] === place[0]) : []
  const mutants = own.flatMap((mutation, i) => {
    const objects = mutated(base, mutation)
    // The settings of the mesh are there once.
    const copied = objects?.filter(({ kind }) => kind !== 'ConfigMap')
    return copied ? [{ title: mutation.title, objects: apart(copied, `m${i}`) }] : []
  })
  return {
    title: `${example} on ${target}`,
    objects: [...base, ...mutants.flatMap(({ objects }) => objects)],
    mutants: mutants.map(({ title }) => title),
  }
}

const names = compiledExamples()
/** Small enough to be there five times. */
const small = names.filter(name => name !== 'online-boutique')
const batches = targets.flatMap((target, t) =>
  names.map(example => {
    // Istio has two targets to deal to, beside two examples.
    const [row, rows] = target.startsWith('istio') ? [t, 2] : [0, 1]
    return batchOf(example, target, [row * small.length + small.indexOf(example), rows * small.length])
  }),
)

describe('findings of the embedded preview and of the real engine', () => {
  let project: Project
  const all: Said[] = []

  before('a cluster, and a stack that registers what is in a file', async () => {
    project = new Project(sharedWorkspace(), await sharedCluster(), 'findings')
    await project.create({ trust: {}, policies: { all: 'mandatory', 'pinned-mesh-version': 'advisory' } })
    project.write('index.ts', program)
    project.remove('services.ts')
    project.write('objects.json', '[]')
    await embeddedFindings(project)
    project.write('pack.json', project.read(`out/${project.stack}/policy-config.json`))
    console.log(`    ${project.plugins}`)
  })
  after(() => project.close())

  it('are asked of each example, and of 30 mutants', () => {
    assert.equal(names.length, 3)
    const mutants = batches.flatMap(batch => batch.mutants)
    assert.ok(mutants.length >= 30, `${mutants.length}: ${mutants.join(', ')}`)
  })

  for (const { title, objects, mutants } of batches) {
    it(`are the same for ${[title, ...mutants].join('; ')}`, async () => {
      project.write('objects.json', JSON.stringify(objects))
      const args = ['--policy-pack', 'policypacks/zero-trust', '--policy-pack-config', 'pack.json']
      const [embedded, engine] = await Promise.all([embeddedFindings(project), engineFindings(project, ...args)])
      assert.match(engine.said, /zero-trust@/u)
      assert.ok(engine.findings.length > 0 || embedded.length === 0, engine.said)
      assert.deepEqual(engine.findings, embedded)
      all.push(...engine.findings)
    })
  }

  it('are many, of many rules', () => {
    const rules = new Set(all.map(({ rule }) => rule))
    assert.ok(all.length >= 100 && rules.size >= 15, `${all.length} of ${[...rules].join(', ')}`)
  })
})
