import type { KubernetesObject } from '../../../core/model/manifest'
import { isJsonObject, type Json, type JsonObject } from '../../../preview/wire'

/** An object of a resource. */
export interface ResourceObject {
  readonly object: KubernetesObject
  /** Who owns its fields. */
  readonly manager: string
  /** Some fields of an object that is there already, `NamespacePatch`. */
  readonly patch: boolean
}

/**
 * The object that properties hold, inputs or outputs.
 *
 * @throws where they hold none, as those of a Helm Release, or an object without a name
 */
export function objectOf(urn: string, properties: JsonObject): ResourceObject {
  const type = urn.split('::')[2]?.split('$').at(-1) ?? ''
  const { status: _, ...rest } = properties
  const object = rest as unknown as KubernetesObject // what a Kubernetes resource's properties are, or refused below
  const { name } = (object.metadata as Partial<KubernetesObject['metadata']> | undefined) ?? {}
  if (!object.apiVersion || !object.kind || !name) throw new Error(`the stand-in for the provider knows no \`${type}\``)
  const patch = type.endsWith('Patch')
  return { object: withoutServers(object), manager: patch ? `e2e-patch-${name}` : 'e2e-pulumi', patch }
}

/** Without what only a server says. */
function withoutServers(object: KubernetesObject): KubernetesObject {
  const {
    managedFields: _,
    resourceVersion: __,
    uid: ___,
    creationTimestamp: ____,
    generation: _____,
    ...metadata
  } = object.metadata
  return { ...object, metadata }
}

/** As much of a live value as its old inputs spoke of: a server's defaults are no drift. */
export function pruned(live: Json, shape: Json): Json {
  if (isJsonObject(live) && isJsonObject(shape)) {
    return Object.fromEntries(
      Object.entries(shape).flatMap(([key, inner]) => {
        const value = live[key]
        return value === undefined ? [] : [[key, pruned(value, inner)]]
      }),
    )
  }
  if (Array.isArray(live) && Array.isArray(shape) && live.length === shape.length) {
    return live.map((value: Json, i) => pruned(value, (shape as readonly Json[])[i] ?? null))
  }
  return live
}
