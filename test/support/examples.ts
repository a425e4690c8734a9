import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseDocuments } from '../../cli/documents'
import type { Json } from './arbitrary/json'

const folder = resolve(__dirname, '../../examples')
const meshes = ['istio-sidecar', 'istio-ambient', 'linkerd'] as const

type Example = 'bookinfo' | 'online-boutique'

/** The examples that compile to something; those of other teams' programs do not. */
export function compiledExamples(): readonly string[] {
  return readdirSync(folder).filter(name => existsSync(join(folder, name, 'expected')))
}

/** The manifests of an example as they stand in its folder, with what they assume of the cluster. */
export interface Rendered {
  /** `bookinfo on istio-sidecar, over its network`. */
  readonly name: string
  readonly objects: readonly Json[]
}

/** Examples on each mesh, alone and over the NetworkPolicies below it: the smallest and the largest that are quick to read. */
export function renderedExamples(): readonly Rendered[] {
  return meshes.flatMap(mesh => [
    alone('bookinfo', mesh),
    overNetwork('bookinfo', mesh),
    overNetwork('online-boutique', mesh),
  ])
}

function alone(name: Example, mesh: string): Rendered {
  const files = [`${mesh}/assumptions.yaml`, `${mesh}/manifests.yaml`]
  return { name: `${name} on ${mesh}`, objects: files.flatMap(file => objectsIn(name, file)) }
}

function overNetwork(name: Example, mesh: string): Rendered {
  const below = objectsIn(name, `network-policy-below-${mesh}/manifests.yaml`)
  return { name: `${name} on ${mesh}, over its network`, objects: [...alone(name, mesh).objects, ...below] }
}

function objectsIn(name: Example, file: string): readonly Json[] {
  const path = join(folder, name, 'expected', file)
  return parseDocuments(readFileSync(path, 'utf8'), path).documents.map(({ value }) => value as Json) // files of objects
}
