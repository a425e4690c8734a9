import assert from 'node:assert/strict'
import { compareNetwork } from '../../../../../core/analyze/compare-network'
import type { Difference } from '../../../../../core/analyze/difference'
import { compile, compileWithNetwork } from '../../../../../core/compile/compile'
import type { MeshTarget } from '../../../../../core/compile/target'
import { termsOf } from '../../../../../core/compile/terms'
import type { Graph } from '../../../../../core/graph/graph'
import { intentOf } from '../../../../../core/graph/intent'
import type { KubernetesObject } from '../../../../../core/model/manifest'
import { objectName } from '../../../../../core/model/manifest'
import { objectsOf, proveObjects, reachOf } from '../../../../support/prove'
import type { Json } from '../objects'

/** Something done to what was compiled: an object is gone, one is there besides, or a text in one is another. */
export type Tampering =
  | { readonly gone: string }
  | { readonly more: Json }
  | { readonly of: string; readonly text: string; readonly now: string }

/** What is found of objects that were tampered with; each difference as `admitted shop/a → …`. */
export type Found = (...all: readonly Tampering[]) => readonly string[]

/** Of a graph's own rendering, held against the graph. */
export function tampering(graph: Graph, to: MeshTarget): Found {
  const objects = objectsOf(compile(graph, to))
  return (...all) => lines(proveObjects(all.reduce(tampered, objects), graph, to).differences)
}

/** Of the same with its NetworkPolicies, of which nothing but the network is held against the graph. */
export function networkTampering(graph: Graph, to: MeshTarget): Found {
  const objects = objectsOf(compileWithNetwork(graph, to, {}))
  return (...all) => lines(compareNetwork(reachOf(all.reduce(tampered, objects)), intentOf(graph), termsOf(to)))
}

function lines(differences: readonly Difference[]): readonly string[] {
  return differences.map(({ kind, text }) => `${kind} ${text}`)
}

function tampered(objects: readonly KubernetesObject[], done: Tampering): readonly KubernetesObject[] {
  if ('more' in done) return [...objects, done.more as unknown as KubernetesObject] // tests write them whole
  const name = 'gone' in done ? done.gone : done.of
  const isMeant = (object: KubernetesObject): boolean => objectName(object).startsWith(name)
  assert.ok(objects.some(isMeant), `no ${name} among ${objects.map(objectName).join(', ')}`)
  if ('gone' in done) return objects.filter(object => !isMeant(object))
  return objects.map(object => {
    if (!isMeant(object)) return object
    const text = JSON.stringify(object)
    assert.ok(text.includes(done.text), `no ${done.text} in ${text}`)
    return JSON.parse(text.replaceAll(done.text, done.now)) as KubernetesObject
  })
}
