import type { KubernetesObject } from '../../../core/model/manifest'
import { isJsonObject, type Json, type JsonObject } from '../../../preview/wire'

/** What a resource is to a cluster. */
export type Managed = ResourceObject | ResourceRelease

/** A Helm Release. */
export interface ResourceRelease {
  readonly kind: 'release'
  readonly inputs: JsonObject
}

/** An object of a resource. */
export interface ResourceObject {
  readonly kind: 'object'
  readonly object: KubernetesObject
  /** Who owns its fields. */
  readonly manager: string
  /** Some fields of an object that is there already, `NamespacePatch`. */
  readonly patch: boolean
}

/**
 * What properties hold, inputs or outputs.
 *
 * @throws where that is neither a Helm Release nor an object with a name
 */
export function objectOf(urn: string, properties: JsonObject): Managed {
  const type = urn.split('::')[2]?.split('$').at(-1) ?? ''
  if (type === 'kubernetes:helm.sh/v3:Release') return { kind: 'release', inputs: properties }
  const { status: _, ...rest } = properties
  const object = rest as unknown as KubernetesObject // what a Kubernetes resource's properties are, or refused below
  const { name } = (object.metadata as Partial<KubernetesObject['metadata']> | undefined) ?? {}
  if (!object.apiVersion || !object.kind || !name) throw new Error(`the stand-in for the provider knows no \`${type}\``)
  const patch = type.endsWith('Patch')
  return { kind: 'object', object: withoutServers(object), manager: patch ? `e2e-patch-${name}` : 'e2e-pulumi', patch }
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

/** What Pulumi calls it: `namespace/name`. */
export function idOf(resource: Managed): string {
  const { name, namespace } = resource.kind === 'release' ? resource.inputs : resource.object.metadata
  return [namespace, name].flatMap(part => (typeof part === 'string' ? [part] : [])).join('/')
}
