import assert from 'node:assert/strict'
import { compile } from '../../../../../core/compile/compile'
import type { MeshTarget } from '../../../../../core/compile/target'
import type { Graph } from '../../../../../core/graph/graph'
import type { KubernetesObject } from '../../../../../core/model/manifest'
import { objectName } from '../../../../../core/model/manifest'
import { objectsOf, proveObjects } from '../../../../support/prove'
import type { Json } from '../objects'

/** Something done to what was compiled: an object is gone, one is there besides, or a text in one is another. */
export type Tampering =
  | { readonly gone: string }
  | { readonly more: Json }
  | { readonly of: string; readonly text: string; readonly now: string }

/** What is found of a graph's own rendering, tampered with; each difference as `admitted shop/a → …`. */
export function tampering(graph: Graph, to: MeshTarget): (...all: readonly Tampering[]) => readonly string[] {
  const objects = objectsOf(compile(graph, to))
  return (...all) => {
    const { differences } = proveObjects(all.reduce(tampered, objects), graph, to)
    return differences.map(({ kind, text }) => `${kind} ${text}`)
  }
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
