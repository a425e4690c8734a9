import { canonicalJson } from '../../../core/model/canonical'
import type { KubernetesObject } from '../../../core/model/manifest'
import { objectName } from '../../../core/model/manifest'
import type { Json, JsonObject } from '../../../preview/wire'
import type { Api } from './api'
import { objectOf, pruned, type ResourceObject } from './provider-objects'

/** A resource as Pulumi's state has it. */
export interface StateResource {
  readonly urn: string
  readonly type: string
  readonly custom?: boolean
  readonly inputs?: JsonObject
}

/** What is after the last `::` of a URN, and the kind before it: `AuthorizationPolicy mesh-policies-data/default-deny`. */
export function shortUrn(urn: string): string {
  return urn.split(':').slice(-3).join(':').replace('::', ' ')
}

/** The inputs of the Helm Releases in a state, in the order in which they were made. */
export function releasesIn(state: readonly StateResource[]): readonly JsonObject[] {
  return state.filter(({ type }) => type === 'kubernetes:helm.sh/v3:Release').map(({ inputs = {} }) => inputs)
}

/** The objects in a state that a cluster has, too. */
export function objectsIn(state: readonly StateResource[]): readonly ResourceObject[] {
  return state
    .filter(({ type, custom }) => custom === true && type.startsWith('kubernetes:'))
    .flatMap(({ urn, inputs }) => {
      const managed = objectOf(urn, inputs ?? {})
      return managed.kind === 'object' ? [managed] : []
    })
}

/** The names of those objects that a cluster has not, or has with something else in what the state speaks of. */
export async function unlike(api: Api, objects: readonly ResourceObject[]): Promise<readonly string[]> {
  const each = await Promise.all(
    objects.map(async ({ object }) => ((await isAs(api, object)) ? [] : [objectName(object)])),
  )
  return each.flat()
}

async function isAs(api: Api, object: KubernetesObject): Promise<boolean> {
  const live = await api.read(object)
  if (!live) return false
  const said = object as unknown as Json // what came from JSON
  return canonicalJson(pruned(live as unknown as Json, said)) === canonicalJson(said)
}
